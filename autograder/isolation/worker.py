"""The grader's handle on what runs student code: a zygote, and the workers forked from it.

The clock is the grader's; one SIGKILL through a pidfd ends a worker, which can have no children.
"""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from autograder.course import Limits
from autograder.errors import (
    GradingError,
    StudentError,
    StudentMissing,
    WorkerCrashed,
    WorkerGone,
    WorkerOverflow,
    WorkerTimeout,
)
from autograder.isolation import wire
from autograder.isolation.sandbox import LAYERS, Ceiling, tier

START_SECONDS = 120.0
READY_SECONDS = 30.0
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
SIGXCPU = 24
OUT_OF_MEMORY = ("DefaultCPUAllocator", "can't allocate memory", "Unable to allocate", "[Errno 12]")
FILE_TOO_LARGE = "[Errno 27]"


@dataclass(frozen=True)
class Ended:
    """How a worker ended: wait status, seconds of CPU, bytes of memory at its peak."""

    status: int
    cpu_seconds: float
    peak_bytes: int


class Zygote:
    """A warm process to fork workers from.

    Args:
        layers: the layers of the sandbox to try; tests force a weaker one.
    """

    def __init__(self, layers: tuple[str, ...] = LAYERS) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._log = os.memfd_create("zygote")
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-I",
                "-B",
                str(Path(__file__).with_name("zygote.py")),
                str(theirs.fileno()),
                ",".join(layers),
            ],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            cwd="/",
            env=_environment(),
        )
        theirs.close()
        self._control = ours
        self._control.settimeout(START_SECONDS)
        self._layers: dict[str, str] | None = None
        self.cpu_seconds = 0.0

    @property
    def layers(self) -> dict[str, str]:
        """Wait until the zygote is warm; return the layers that hold and what each one is."""
        if self._layers is None:
            self._layers = self._receive()["layers"]
        return self._layers

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def tier(self) -> str:
        return tier(frozenset(self.layers))

    def fork(self, ceiling: Ceiling, reply_bytes: int) -> tuple[int, int, socket.socket, int]:
        """Fork a worker; return its pid, its pidfd, its socket and its output file."""
        assert self.layers is not None
        ours, theirs = socket.socketpair()
        output = os.memfd_create("output")
        job = json.dumps({"ceiling": asdict(ceiling), "reply_bytes": reply_bytes}).encode()
        try:
            socket.send_fds(self._control, [job], [theirs.fileno(), output])
            message, fds, *_ = socket.recv_fds(self._control, 4096, 1)
        except OSError as error:
            raise self._lost() from error
        theirs.close()
        if not message:
            raise self._lost()
        return json.loads(message)["pid"], fds[0], ours, output

    def reap(self, pid: int) -> Ended:
        """Wait for a worker that has ended or been killed."""
        self._control.send(json.dumps({"reap": pid}).encode())
        ended = Ended(*self._receive())
        self.cpu_seconds += ended.cpu_seconds
        return ended

    def close(self) -> None:
        """End the zygote, and with it every worker."""
        self._control.close()
        self._process.kill()
        self._process.wait()
        os.close(self._log)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _receive(self) -> Any:
        try:
            message = self._control.recv(1 << 16)
        except OSError as error:
            raise self._lost() from error
        if not message:
            raise self._lost()
        return json.loads(message)

    def _lost(self) -> GradingError:
        log = os.pread(self._log, 1 << 16, 0).decode("utf-8", "replace").strip().splitlines()
        said = f": {log[-1]}" if log else "."
        return GradingError(f"The process that runs student code could not be started or has ended{said}")


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ}
    one = dict.fromkeys(THREADS, "1")
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "MALLOC_ARENA_MAX": "1",
        "MPLCONFIGDIR": _font_cache(),
        **one,
        **kept,
    }


def _font_cache() -> str:
    """Let matplotlib read its own cache of fonts, where there is one; a zygote writes none."""
    import matplotlib

    return matplotlib.get_cachedir()


class Worker:
    """One locked process that runs one lesson of one student."""

    def __init__(self, zygote: Zygote, limits: Limits, cpu_seconds: float | None = None) -> None:
        self._zygote = zygote
        self._limits = limits
        ceiling = Ceiling(
            cpu_seconds=int(cpu_seconds or 2 * limits.call_seconds) + 1,
            memory_bytes=limits.memory_bytes,
            file_bytes=limits.output_bytes,
        )
        self._pid, self._pidfd, self._socket, self._output = zygote.fork(ceiling, limits.reply_bytes)
        self._request = 0
        self.ended: Ended | None = None
        self._wait_until_locked()

    def ask(self, op: str, value: Mapping[str, Any], seconds: float | None = None) -> Any:
        """Make one request and wait for its answer.

        Args:
            op: an operation of `service.Service`.
            value: its arguments, plain data.
            seconds: the limit of this call; `limits.call_seconds` if not given.

        Raises:
            StudentError: the student's code raised.
            StudentMissing: it has no such name.
            WorkerGone: the worker ended, or was ended because it exceeded a limit.
        """
        if self.ended is not None:
            raise WorkerCrashed("The process had ended before this call.")
        self._request += 1
        seconds = seconds or self._limits.call_seconds
        deadline = time.monotonic() + seconds
        try:
            self._socket.settimeout(seconds)
            wire.send(self._socket, {"op": op, "id": self._request}, value, 1 << 40)
            head, answer = wire.receive(lambda view: self._read(view, deadline), self._limits.reply_bytes)
        except TimeoutError:
            self.close()
            raise WorkerTimeout(f"There was no answer within {seconds:g} s. Is there a loop that never ends?") from None
        except wire.FrameTooLarge:
            self.close()
            raise WorkerOverflow(f"The result is larger than {self._limits.reply_bytes >> 20} MB.") from None
        except (EOFError, OSError, wire.FrameError) as error:
            raise self._gone(error) from None
        return self._result(op, head, answer)

    def output(self, size: int | None = None) -> str:
        """Read what the student's code has printed."""
        return os.pread(self._output, size or self._limits.output_shown, 0).decode("utf-8", "replace")

    def close(self) -> Ended:
        """Kill the worker, if it still runs, and say how it ended."""
        if self.ended is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
            self.ended = self._zygote.reap(self._pid)
            os.close(self._pidfd)
            self._socket.close()
        return self.ended

    def release(self) -> None:
        """Kill the worker and forget its output."""
        self.close()
        if self._output >= 0:
            os.close(self._output)
            self._output = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _wait_until_locked(self) -> None:
        ready = bytearray(1)
        try:
            count = self._read(memoryview(ready), time.monotonic() + READY_SECONDS)
        except (OSError, TimeoutError):
            count = 0
        if count:
            return
        said = self.output().strip() or "it did not start in time"
        self.release()
        raise GradingError(f"A worker could not be locked: {said}. Run `unroll doctor`.")

    def _read(self, view: memoryview, deadline: float) -> int:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([self._socket], [], [], left)[0]:
            raise TimeoutError
        return self._socket.recv_into(view)

    def _result(self, op: str, head: dict[str, Any], answer: Any) -> Any:
        if head.get("id") != self._request or type(head.get("ok")) is not bool:
            raise self._gone(wire.FrameError("another request's answer"))
        if head["ok"]:
            return answer
        if head.get("large"):
            raise WorkerOverflow(f"The result is larger than {self._limits.reply_bytes >> 20} MB.")
        raise _student_error(answer)

    def _gone(self, error: Exception) -> WorkerGone:
        ended = self._let_end()
        number = ended.status & 0x7F
        if number == SIGXCPU:
            return WorkerTimeout("The code used more CPU time than it may. Is there a loop that never ends?")
        if isinstance(error, wire.FrameError):
            return WorkerCrashed("The answer could not be read: the code wrote to the grader's channel.")
        if number:
            return WorkerCrashed(f"The process ended with signal {signal.Signals(number).name}.")
        return WorkerCrashed(f"The process ended itself with status {ended.status >> 8}.")

    def _let_end(self) -> Ended:
        """Give a worker that closed its channel a moment to end by itself, so that its own status is seen."""
        if self.ended is None:
            select.select([self._pidfd], [], [], 0.5)
        return self.close()


def _student_error(answer: Any) -> Exception:
    fields = answer if type(answer) is dict else {}
    text, kind = str(fields.get("text", "")), str(fields.get("kind", "Exception"))
    if kind == "LookupError" and fields.get("line") is None and fields.get("where") == "":
        return StudentMissing(text)
    if kind == "MemoryError" or any(mark in text for mark in OUT_OF_MEMORY):
        return WorkerOverflow("The code asked for more memory than it may use.")
    if FILE_TOO_LARGE in text:
        return WorkerOverflow("The code printed or wrote more than it may.")
    line, cell = fields.get("line"), fields.get("cell")
    return StudentError(
        kind,
        text,
        tuple(str(base) for base in fields.get("kinds", ()) or ()),
        str(fields.get("where", "")),
        line if type(line) is int else None,
        cell if type(cell) is int else None,
        str(fields.get("source", "")),
    )
