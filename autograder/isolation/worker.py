"""The grader's handle on a process that runs student code. The clock is the grader's."""

import select
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Self

from autograder.errors import (
    Frame,
    NotStarted,
    StudentError,
    StudentMissing,
    WorkerBroke,
    WorkerCrashed,
    WorkerGone,
    WorkerKilled,
    WorkerOverflow,
    WorkerTimeout,
)
from autograder.isolation.child import Child, Ended, Workers
from autograder.isolation.inside import wire
from autograder.isolation.inside.sandbox import Ceiling
from autograder.isolation.limits import Limits
from autograder.isolation.replies import check_reply
from autograder.isolation.stopwatch import LOADED, Stopwatch

READY_SECONDS = 30.0
MOST_TEXT = 1 << 20  # bytes of all texts in one answer
LOOK_SECONDS = 0.1
START_WAITS = (0.1, 1.0)
END_SECONDS = 5.0  # until a process that was killed is seen to have ended, on a machine that has much to do
SIGKILL, SIGXCPU = 9, 24
OWN_SIGNALS = {"SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGTRAP", "SIGSYS"}
OUT_OF_MEMORY = ("DefaultCPUAllocator", "can't allocate memory", "Unable to allocate", "[Errno 12]")
FILE_TOO_LARGE = "[Errno 27]"


class Worker:
    """One process that runs one lesson of one student.

    Raises:
        NotStarted: it could not be started and locked, although that was tried several times.
    """

    def __init__(self, workers: Workers, limits: Limits, cpu_seconds: float | None = None) -> None:
        self._limits = limits
        self._ceiling = Ceiling(
            cpu_seconds=int(cpu_seconds or 2 * limits.call_seconds) + 1,
            memory_bytes=limits.memory_bytes,
            file_bytes=limits.output_bytes,
        )
        self._is_forgotten = False
        self._request = 0
        self._ahead = wire.Ahead()
        self.took, self.idled = 0.0, 0.0  # seconds of the last request, and those of them without computing
        self.ended: Ended | None = None
        self._child = self._start(workers)

    def _start(self, workers: Workers) -> Child:
        for seconds in START_WAITS:
            try:
                return _locked(workers.start(self._ceiling, self._limits.reply_bytes))
            except NotStarted:
                time.sleep(seconds)
        return _locked(workers.start(self._ceiling, self._limits.reply_bytes))

    def ask(
        self,
        op: str,
        value: Mapping[str, Any],
        seconds: float | None = None,
        wait: Callable[[float], None] = lambda idle: None,
    ) -> Any:
        """Make one request and wait for its answer.

        Args:
            op: an operation of `service.Service`.
            value: its arguments, plain data.
            seconds: the limit of this call, see `Stopwatch`; `limits.call_seconds` if not given.
            wait: called now and then with the seconds in which the worker has computed nothing.

        Raises:
            StudentError: the student's code raised.
            StudentMissing: it has no such name.
            WorkerGone: the worker ended, or was ended because it exceeded a limit.
        """
        if self.ended is not None:
            raise WorkerCrashed("The process had ended before this call.")
        self._request += 1
        seconds = seconds or self._limits.call_seconds
        watch = Stopwatch(self._child, seconds)
        try:
            head, answer = self._exchange(op, value, watch, wait)
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
        return self._result(head, answer)

    def _exchange(
        self, op: str, value: Mapping[str, Any], watch: Stopwatch, wait: Callable[[float], None]
    ) -> tuple[dict[str, Any], Any]:
        """Send a request and read what comes; note what it took before the kernel forgets the worker."""
        try:
            self._child.channel.settimeout(LOADED * watch.seconds)
            wire.send(self._child.channel, {"op": op, "id": self._request}, value, 1 << 40)
            read = partial(self._ahead.read, partial(self._read, watch, wait))
            reply = wire.receive(read, self._limits.reply_bytes, MOST_TEXT)
            check_reply(op, *reply)
            return reply
        finally:
            self.took, self.idled = watch.charge()

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
            self._child.discard_output()
            self._is_forgotten = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _read(self, watch: Stopwatch, wait: Callable[[float], None], view: memoryview) -> int:
        while (left := watch.left(LOOK_SECONDS)) > 0:
            if select.select([self._child.channel], [], [], min(left, LOOK_SECONDS))[0]:
                return self._child.channel.recv_into(view)
            wait(watch.charge()[1])
        raise TimeoutError

    def _result(self, head: dict[str, Any], answer: Any) -> Any:
        if head["id"] != self._request:
            raise self._gone(wire.FrameError("another request's answer"))
        if head["ok"]:
            return answer
        if head.get("large"):
            raise WorkerOverflow(f"The result is larger than {self._limits.reply_bytes >> 20} MB.")
        raise _student_error(answer)

    def _gone(self, error: Exception) -> WorkerGone:
        """Say how a worker ended whose answer did not come; it gets a moment to end with its own status."""
        wrote, started = isinstance(error, wire.FrameError), time.monotonic()
        ended_itself = self.ended is not None or self._child.let_end(0.0 if wrote else END_SECONDS)
        ended = self.close()
        self.took += time.monotonic() - started
        number = ended.status & 0x7F
        if number == SIGXCPU or (number == SIGKILL and ended.cpu_seconds >= self._ceiling.cpu_seconds):
            return WorkerTimeout("The code used more CPU time than it may. Is there a loop that never ends?")
        if wrote or not ended_itself:
            did = "wrote to" if wrote else "closed"
            return WorkerBroke(f"The answer could not be read: the code {did} the grader's channel.")
        if not number:
            return WorkerCrashed(f"The process ended itself with status {ended.status >> 8}.")
        name = _name(number)
        kind = WorkerCrashed if name in OWN_SIGNALS else WorkerKilled
        return kind(f"The process ended with signal {name}.")


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal
        return str(number)


def _locked(child: Child) -> Child:
    """Wait until a worker is locked.

    Raises:
        NotStarted: it ended before, or took too long.
    """
    ready = bytearray(1)
    try:
        count = _read(child, memoryview(ready), time.monotonic() + READY_SECONDS)
    except (OSError, TimeoutError):
        count = 0
    if count:
        return child
    child.kill()
    child.reap()
    said = child.output(1000, 0).decode("utf-8", "replace").strip() or "it ended, or did not start in time"
    child.discard_output()
    raise NotStarted(f"A worker could not be locked: {said}. Run `unroll doctor`.")


def _read(child: Child, view: memoryview, deadline: float) -> int:
    left = deadline - time.monotonic()
    if left <= 0 or not select.select([child.channel], [], [], left)[0]:
        raise TimeoutError
    return child.channel.recv_into(view)


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
        advice=fields.get("advice", ""),
        in_probe=fields.get("in_probe", False),
    )


def _frames(places: Sequence[dict[str, Any]]) -> Iterator[Frame]:
    """Read the student's lines of a traceback; one without a line is left out."""
    for one in places:
        line = one.get("line")
        if line is not None:
            yield Frame(one.get("lesson", ""), one.get("where", ""), line, one.get("cell"), one.get("source", ""))
