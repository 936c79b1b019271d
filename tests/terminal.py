"""A pseudo-terminal: a program runs in it, keys are sent to it, and its screen is read back."""

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyte
from classroom import REPOSITORY

ALTERNATE = "\x1b[?1049h", "\x1b[?1049l"
# As a shell does: only a job of another process in the session can be stopped by Ctrl-Z.
SHELL = """
import os, subprocess, sys
job = subprocess.Popen(sys.argv[1:], process_group=0)
os.tcsetpgrp(0, job.pid)
sys.exit(job.wait())
"""


class Terminal:
    """A terminal of some size, with one program in it.

    Args:
        arguments: of `unroll`.
        environment: what it finds there beside the usual.
        shell: start it as a shell does; `process` is the shell then.
        program: what is started; by default the kit.
    """

    def __init__(
        self,
        folder: Path,
        *arguments: str,
        columns: int = 80,
        rows: int = 24,
        environment: Mapping[str, str] | None = None,
        shell: bool = False,
        program: Sequence[str] = ("-m", "autograder.cli"),
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.written = b""
        self._ours, self._theirs = pty.openpty()
        self.resize(columns, rows, tell=False)
        self.before = self.attributes()
        environment = {"TERM": "xterm-256color", **(environment or {})}
        dropped = ("NO_COLOR", "COLUMNS", "LINES")
        inherited = {name: value for name, value in os.environ.items() if name not in dropped}
        self.process = subprocess.Popen(
            [*([sys.executable, "-c", SHELL] if shell else []), sys.executable, *program, *arguments],
            cwd=folder,
            env={**inherited, "PYTHONPATH": str(REPOSITORY), **environment},
            stdin=self._theirs,
            stdout=self._theirs,
            stderr=self._theirs,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )

    def attributes(self) -> list[Any]:
        """Read how the terminal is set."""
        return termios.tcgetattr(self._theirs)

    def resize(self, columns: int, rows: int, tell: bool = True) -> None:
        """Give the terminal another size."""
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if tell:
            self.screen.resize(rows, columns)

    def type(self, keys: str) -> None:
        """Send keys."""
        os.write(self._ours, keys.encode())

    def read(self, seconds: float = 0.05) -> None:
        """Take in what is written within some seconds."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if select.select([self._ours], [], [], left)[0]:
                with contextlib.suppress(OSError):
                    data = os.read(self._ours, 1 << 16)
                    self.written += data
                    self._stream.feed(data)

    @property
    def lines(self) -> list[str]:
        """What the screen shows."""
        return [line.rstrip() for line in self.screen.display]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def wait_for(self, text: str, gone: str = "", seconds: float = 90.0) -> None:
        """Wait until the screen shows a text, and does not show another."""
        self.wait_until(
            lambda: text in self.text and not (gone and gone in self.text), f"the screen shows {text!r}", seconds
        )

    def wait_until(self, holds: Callable[[], bool], what: str, seconds: float = 90.0) -> None:
        """Wait until something holds."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"in vain: {what}; it shows:\n{self.text}"
            self.read()

    def wait_for_end(self, seconds: float = 30.0) -> int:
        """Wait until the program has ended; return its status."""
        self.wait_until(lambda: self.process.poll() is not None, "it has ended", seconds)
        self.read()
        return self.process.returncode

    def close(self) -> None:
        """End the program and the terminal."""
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait()
        for descriptor in (self._ours, self._theirs):
            os.close(descriptor)


@contextlib.contextmanager
def terminal(folder: Path, *arguments: str, **options: Any) -> Iterator[Terminal]:
    """Run `unroll` in a terminal, and end it afterwards."""
    made = Terminal(folder, *arguments, **options)
    try:
        yield made
    finally:
        made.close()
