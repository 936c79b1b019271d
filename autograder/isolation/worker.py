"""The grader's handle on a process that runs student code. The clock is the grader's."""

import select
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

from autograder.course import Limits
from autograder.errors import (
    Frame,
    GradingError,
    StudentError,
    StudentMissing,
    WorkerCrashed,
    WorkerGone,
    WorkerOverflow,
    WorkerTimeout,
)
from autograder.isolation import wire
from autograder.isolation.child import Child, Ended, Workers
from autograder.isolation.replies import check_reply
from autograder.isolation.sandbox import Ceiling

READY_SECONDS = 30.0
SIGXCPU = 24
MOST_TEXT = 1 << 20  # bytes of all texts in one answer
OUT_OF_MEMORY = ("DefaultCPUAllocator", "can't allocate memory", "Unable to allocate", "[Errno 12]")
FILE_TOO_LARGE = "[Errno 27]"


class Worker:
    """One process that runs one lesson of one student."""

    def __init__(self, workers: Workers, limits: Limits, cpu_seconds: float | None = None) -> None:
        self._limits = limits
        ceiling = Ceiling(
            cpu_seconds=int(cpu_seconds or 2 * limits.call_seconds) + 1,
            memory_bytes=limits.memory_bytes,
            file_bytes=limits.output_bytes,
        )
        self._child: Child = workers.start(ceiling, limits.reply_bytes)
        self._is_forgotten = False
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
            self._child.channel.settimeout(seconds)
            wire.send(self._child.channel, {"op": op, "id": self._request}, value, 1 << 40)
            head, answer = wire.receive(lambda view: self._read(view, deadline), self._limits.reply_bytes, MOST_TEXT)
            check_reply(op, head, answer)
        except TimeoutError:
            self.close()
            raise WorkerTimeout(f"There was no answer within {seconds:g} s. Is there a loop that never ends?") from None
        except wire.TextTooLong:
            self.close()
            raise WorkerOverflow("A text in the answer is longer than it may be.") from None
        except wire.FrameTooLarge:
            self.close()
            raise WorkerOverflow(f"The result is larger than {self._limits.reply_bytes >> 20} MB.") from None
        except (EOFError, OSError, wire.FrameError) as error:
            raise self._gone(error) from None
        return self._result(op, head, answer)

    def output(self, size: int | None = None, start: int = 0) -> str:
        """Read what the student's code has printed, from some byte on."""
        return self._child.output(size or self._limits.output_shown, start).decode("utf-8", "replace")

    def printed(self) -> int:
        """Count the bytes that the student's code has printed."""
        return self._child.printed()

    def kill(self) -> None:
        """Kill the worker at once; whoever waits for its answer, in another thread, is told that it has gone."""
        self._child.kill()

    def close(self) -> Ended:
        """Kill the worker, if it still runs, and say how it ended."""
        if self.ended is None:
            self.kill()
            self.ended = self._child.reap()
        return self.ended

    def release(self) -> None:
        """Kill the worker and forget its output."""
        self.close()
        if not self._is_forgotten:
            self._child.forget()
            self._is_forgotten = True

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
        if left <= 0 or not select.select([self._child.channel], [], [], left)[0]:
            raise TimeoutError
        return self._child.channel.recv_into(view)

    def _result(self, op: str, head: dict[str, Any], answer: Any) -> Any:
        if head["id"] != self._request:
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
            self._child.let_end(0.5)
        return self.close()


def _student_error(fields: dict[str, Any]) -> Exception:
    """Turn what a worker says of an exception, which `check_reply` has seen, into ours."""
    text, kind = fields["text"], fields["kind"]
    if kind == "LookupError" and fields.get("line") is None and fields.get("where") == "":
        return StudentMissing(text)
    if kind == "MemoryError" or any(mark in text for mark in OUT_OF_MEMORY):
        return WorkerOverflow("The code asked for more memory than it may use.")
    if FILE_TOO_LARGE in text:
        return WorkerOverflow("The code printed or wrote more than it may.")
    return StudentError(
        kind,
        text,
        tuple(fields.get("kinds", ())),
        fields.get("where", ""),
        fields.get("line"),
        fields.get("cell"),
        fields.get("source", ""),
        frames=tuple(_frames(fields.get("frames", ()))),
    )


def _frames(places: Sequence[dict[str, Any]]) -> Iterator[Frame]:
    """Read the student's lines of a traceback; one without a line is left out."""
    for one in places:
        line = one.get("line")
        if line is not None:
            yield Frame(one.get("lesson", ""), one.get("where", ""), line, one.get("cell"), one.get("source", ""))
