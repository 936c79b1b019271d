"""Plain processes as workers, where nothing can be forked or locked; the next one is always warming up.

They are for a student's own code on the student's own computer, never for hand-ins.
"""

import contextlib
import json
import secrets
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from autograder.errors import GradingError
from autograder.isolation.child import Ended
from autograder.isolation.descriptors import need_descriptors
from autograder.isolation.environment import environment
from autograder.isolation.inside.sandbox import Ceiling
from autograder.isolation.stopwatch import Counter, Used

START_SECONDS = 120.0
if sys.platform == "win32":
    NEW_GROUP = subprocess.CREATE_NEW_PROCESS_GROUP
else:
    NEW_GROUP = 0
PROGRAM = Path(__file__).with_name("inside") / "plain_main.py"


class Spares:
    """Starts plain processes before they are needed.

    Args:
        quick: they do not import matplotlib before somebody wants it.
    """

    def __init__(self, quick: bool = False) -> None:
        need_descriptors()
        self._quick = quick
        self._folder = Path(tempfile.mkdtemp(prefix="unroll-"))
        self._next = self._warming_up()
        self._started: list[_Spare] = []

    @property
    def missing(self) -> str:
        """See `Workers`."""
        return "sandbox"

    def start(self, ceiling: Ceiling, reply_bytes: int) -> "_Spare":
        """Give the process that is warm its job, and let the next one warm up."""
        spare = self._next
        spare.connect()
        self._next = self._warming_up()
        self._started = [one for one in self._started if one.runs()] + [spare]
        spare.tell({"ceiling": asdict(ceiling), "reply_bytes": reply_bytes})
        return spare

    def _warming_up(self) -> "_Spare":
        return _Spare(Path(tempfile.mkdtemp(dir=self._folder)), self._quick)

    def close(self) -> None:
        """End all processes."""
        for spare in (self._next, *self._started):
            spare.kill()
            spare.reap()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Spare:
    """One plain process, in an empty folder of its own."""

    def __init__(self, folder: Path, quick: bool) -> None:
        self._token = secrets.token_hex(16)
        self._file = folder.with_suffix(".txt")
        self._server = socket.create_server(("127.0.0.1", 0))
        self.channel = self._server
        with self._file.open("wb") as output:
            self._process: subprocess.Popen[bytes] = subprocess.Popen(
                [sys.executable, "-P", "-B", "-X", "utf8", str(PROGRAM)],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                cwd=folder,
                env={**environment(), "MPLBACKEND": "Agg"},
                creationflags=NEW_GROUP,  # Ctrl-C is for us alone
                start_new_session=True,
            )
        self._counter = Counter(self._process.pid)
        self.tell({"port": self._server.getsockname()[1], "token": self._token, "quick": quick})

    def tell(self, message: dict[str, Any]) -> None:
        """Write a line to its input; one that has ended is noticed later."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()

    def connect(self) -> None:
        """Wait until it is warm.

        Raises:
            GradingError: it has ended, or is too slow.
        """
        deadline = time.monotonic() + START_SECONDS
        while self.runs() and time.monotonic() < deadline:
            if select.select([self._server], [], [], 0.1)[0] and self._accept():
                self._server.close()
                return
        said = self.output(1 << 16, 0).decode("utf-8", "replace").strip().splitlines()
        self.kill()
        self.reap()
        raise GradingError(f"The process for your code could not be started{f': {said[-1]}' if said else '.'}")

    def _accept(self) -> bool:
        """Take the connection if it is that of our process."""
        channel, _ = self._server.accept()
        channel.settimeout(START_SECONDS)
        said = b""
        while len(said) < len(self._token) and (more := channel.recv(len(self._token) - len(said))):
            said += more
        if not secrets.compare_digest(said, self._token.encode()):
            channel.close()
            return False
        self.channel = channel
        return True

    def runs(self) -> bool:
        """Tell whether it has not ended."""
        return self._process.poll() is None

    def used(self) -> Used:
        """See `Child`."""
        return self._counter.used()

    def printed(self) -> int:
        """See `Child`."""
        return self._file.stat().st_size

    def output(self, size: int, start: int) -> bytes:
        """See `Child`."""
        with self._file.open("rb") as file:
            file.seek(start)
            return file.read(size)

    def kill(self) -> None:
        """See `Child`."""
        self._process.kill()

    def let_end(self, seconds: float) -> bool:
        """See `Child`."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return not self.runs()

    def reap(self) -> Ended:
        """See `Child`."""
        code = self._process.wait()
        self._counter.close()
        for end in (self._process.stdin, self.channel, self._server):
            with contextlib.suppress(OSError):  # what was not written any more
                if end is not None:
                    end.close()
        return Ended(-code if code < 0 else code << 8, 0.0)

    def discard_output(self) -> None:
        """See `Child`."""
        with contextlib.suppress(OSError):  # Windows keeps a file as long as somebody has it open
            self._file.unlink()
