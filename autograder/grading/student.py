"""Fixtures `student` and `reference`: the same questions to a locked worker, or to a module of our own.

Every answer is written down in a transcript, which is what the diagnosis compares.
"""

import copy
import hashlib
import re
import time
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch

from autograder.course import Limits
from autograder.errors import Cancelled, StudentError, StudentMissing, WorkerGone, WorkerOverflow, WorkerTimeout
from autograder.isolation import calls, loader, wire
from autograder.isolation.child import Workers
from autograder.isolation.worker import Worker

Place = Callable[[BaseException], dict[str, Any]]
Entry = tuple[Any, ...]
Ask = Callable[[str, dict[str, Any]], Any]
LOAD_SECONDS = 2.0
CUT = "\n[more was printed, and is left out]"
NO_ATTRIBUTE = re.compile(r"^module '(\w+)' has no attribute '(\w+)'")


class Module:
    """A lesson's module, wherever it runs, as tests see it.

    Args:
        ask: carries out one request and returns plain data.
        probes: finds the source of a probe by its name.
    """

    def __init__(self, ask: Ask, probes: Callable[[str], str]) -> None:
        self._ask = ask
        self._probes = probes
        self._transcript: list[Entry] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        function = partial(self._call, name)
        function.__name__ = name  # type: ignore[attr-defined]
        return function

    def gradients(self, name: str, *args: Any, cotangents: Sequence[torch.Tensor]) -> Any:
        """Differentiate sum(output * cotangent) with respect to every floating tensor argument."""
        return self._record(name, "gradients", {"name": name, "args": list(args), "cotangents": list(cotangents)})

    def effects(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Call a function and say what it changed, shared and drew beside returning a value."""
        return self._record(name, "effects", {"name": name, "args": list(args), "kwargs": kwargs})

    def elsewhere(self, name: str, *args: Any) -> Any:
        """Call a function with its tensors on another device, and say whether all stays there."""
        return self._record(name, "elsewhere", {"name": name, "args": list(args)})

    def run(self, probe: str, **data: Any) -> Any:
        """Run a probe, a function of the course's own, beside the module."""
        request = {"source": self._probes(probe), "name": probe, "data": data}
        return self._record("", "run_probe", request)

    def _call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        return self._record(name, "call", {"name": name, "args": list(args), "kwargs": kwargs})

    def _record(self, name: str, op: str, request: dict[str, Any]) -> Any:
        try:
            answer = self._ask(op, request)
        except StudentError as error:
            error.stage = error.stage or name
            self._transcript.append(("raised", error.kind, masked(error.text)))
            raise
        except (StudentMissing, WorkerGone) as error:
            self._transcript.append(("gone", type(error).__name__))
            raise
        self._transcript.append(("value", answer))
        return _copied(answer)


def _copied(value: Any) -> Any:
    """Copy an answer, so that a test may change it; faster than deepcopy for plain data with many tensors."""
    if isinstance(value, torch.Tensor):
        return value.clone()
    if type(value) in (list, tuple):
        return type(value)(_copied(item) for item in value)
    if type(value) is dict:
        return {key: _copied(item) for key, item in value.items()}
    return copy.deepcopy(value)


def transcript(module: Module) -> list[Entry]:
    """Read what a module has answered so far."""
    return module._transcript


def masked(text: str) -> str:
    """Take the numbers out of an exception's message, so that it can be compared."""
    return re.sub(r"\d+", "0", text.split("\n")[0])[:200]


class Local:
    """A module of our own, right or wrong, run in the grader; it never sees a student's code."""

    def __init__(self, name: str, source: str) -> None:
        self._name = f"_{name}_{hashlib.sha256(source.encode()).hexdigest()[:8]}"
        self._source = source
        self._module: types.ModuleType | None = None

    def ask(self, op: str, request: dict[str, Any]) -> Any:
        """Carry out one request."""
        if self._module is None:
            self._module, notes = loader.load(self._name, [self._source])
            assert not notes, f"{self._name}: {notes}"
        return ask_here(self._module, op, request)


def ask_here(module: types.ModuleType, op: str, request: dict[str, Any], place: Place = lambda error: {}) -> Any:
    """Carry out a request in this process, with the same words and the same copies as a worker.

    Args:
        place: says where in a student's file an exception came from: `where`, `line`, `cell` and `source`.
    """
    with _restored():
        try:
            return _through_the_wire(calls.__dict__[op](module, **_through_the_wire(request)))
        except (Exception, SystemExit) as error:
            raise _as_student_error(error, place(error)) from None


@contextmanager
def _restored() -> Iterator[None]:
    """Begin as every worker does, and leave no global state of torch behind; a mistake may change it."""
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.manual_seed(0)
        try:
            yield
        finally:
            torch.set_default_dtype(torch.float32)
    torch.set_grad_enabled(True)


def _through_the_wire(value: Any) -> Any:
    blobs: list[bytes] = []
    header = wire.encode(value, blobs)
    return wire.Decoder(bytearray(b"".join(blobs))).whole(header)


def _as_student_error(error: BaseException, place: dict[str, Any]) -> Exception:
    if type(error) is LookupError and not place:
        return StudentMissing(str(error))
    kinds = tuple(base.__name__ for base in type(error).__mro__)
    return StudentError(type(error).__name__, str(error)[:1000], kinds, **place)


def without_attribute(error: StudentError, module: str) -> StudentError | StudentMissing:
    """Say that a name is missing where a probe looked for it in vain; leave any other error as it is.

    Args:
        module: the name of the student's module.
    """
    found = NO_ATTRIBUTE.match(error.text)
    if error.kind == "AttributeError" and error.line is None and found and found[1] == module:
        return StudentMissing(found[2])
    return error


class Remembered:
    """The reference's answers, each computed once for all students."""

    def __init__(self, local: Local) -> None:
        self._local = local
        self._answers: dict[bytes, Any] = {}

    def ask(self, op: str, request: dict[str, Any]) -> Any:
        """Answer from memory where the same was asked before."""
        blobs: list[bytes] = []
        question = repr((op, wire.encode(request, blobs))).encode() + b"".join(blobs)
        key = hashlib.sha256(question).digest()
        if key not in self._answers:
            self._answers[key] = self._local.ask(op, request)
        return self._answers[key]


class Clock:
    """What is left of a hand-in's and a lesson's seconds."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._hand_in = limits.hand_in_seconds
        self._lesson = limits.lesson_seconds

    def next_lesson(self) -> None:
        """Give the next lesson its own seconds."""
        self._lesson = self._limits.lesson_seconds

    def left(self) -> float:
        """Seconds that the next call may take.

        Raises:
            WorkerTimeout: nothing is left.
        """
        if min(self._lesson, self._hand_in) <= 0:
            raise WorkerTimeout(f"The {self._limits.lesson_seconds:g} s of this lesson are used up.")
        return min(self._limits.call_seconds, self._lesson, self._hand_in)

    def spend(self, seconds: float) -> None:
        """Take seconds off both."""
        self._lesson -= seconds
        self._hand_in -= seconds


class Remote:
    """One lesson of one hand-in, in a locked worker that is started when it is first asked."""

    def __init__(
        self, workers: Workers, limits: Limits, clock: Clock, lesson: str, sources: dict[str, list[str]]
    ) -> None:
        self._workers = workers
        self._limits = limits
        self._clock = clock
        self._lesson = lesson
        self._sources = _needed(lesson, sources)
        self._light = False
        self._worker: Worker | None = None
        self.notes: list[dict[str, Any]] = []
        self.names: list[str] = []
        self.output = ""
        self._fresh = ""
        self._seen = 0
        self._cancelled = False

    def ask(self, op: str, request: dict[str, Any]) -> Any:
        """Carry out one request in the worker."""
        started = self._worker or self._start()
        try:
            return self._timed(started, op, request)
        except StudentError as error:
            raise without_attribute(error, self._lesson) from None
        except WorkerGone:
            self.end()
            self._stop_if_cancelled()
            raise

    def names_used(self) -> dict[str, list[str]]:
        """List the names that each definition uses, in a worker that runs nothing of it."""
        with Worker(self._workers, self._limits) as worker:
            try:
                used = self._timed(worker, "names", {"value": {"cells": self._sources[self._lesson]}})
            except (StudentError, WorkerGone):
                return {}
        return used if type(used) is dict else {}

    def with_cell(self, text: str) -> "Remote":
        """Make one of the same lesson with another cell at its end, whose definitions count."""
        sources = {**self._sources, self._lesson: [*self._sources[self._lesson], text]}
        return Remote(self._workers, self._limits, self._clock, self._lesson, sources)

    def fresh_output(self) -> str:
        """Return what the student's code has printed since this was last asked, shortened."""
        self._look()
        fresh, self._fresh = self._fresh, ""
        return _shortened(fresh, self._limits.output_shown)

    def _look(self) -> None:
        if self._worker is not None:
            self._fresh += self._worker.output(start=self._seen)
            self._seen = self._worker.printed()

    def cancel(self) -> None:
        """End what is under way, from another thread: that request and every later one ends with `Cancelled`."""
        self._cancelled = True
        worker = self._worker
        if worker is not None:
            worker.kill()

    def end(self) -> None:
        """End the worker; the next request starts another."""
        if self._worker is not None:
            self._worker.close()
            self._look()
            self._seen = 0
            self.output = _shortened(self.output + self._worker.output(), self._limits.output_shown)
            self._worker.release()
            self._worker = None

    def _start(self) -> Worker:
        try:
            return self._load()
        except (WorkerTimeout, WorkerOverflow):
            if self._light:
                raise
            self._light = True
            return self._load()

    def _load(self) -> Worker:
        self._worker = Worker(self._workers, self._limits, self._limits.lesson_seconds)
        request = {"lesson": self._lesson, "sources": self._sources, "light": self._light}
        try:
            answer = self._timed(self._worker, "load", {"value": request}, None if self._light else LOAD_SECONDS)
        except WorkerGone:
            self.end()
            raise
        self.notes, self.names = answer["notes"], answer["names"]
        return self._worker

    def _timed(self, worker: Worker, op: str, request: dict[str, Any], seconds: float | None = None) -> Any:
        self._stop_if_cancelled()
        left = self._clock.left()
        started = time.monotonic()
        try:
            return worker.ask(op, request, min(left, seconds or left))
        finally:
            self._clock.spend(time.monotonic() - started)

    def _stop_if_cancelled(self) -> None:
        if self._cancelled:
            raise Cancelled


def _shortened(text: str, size: int) -> str:
    return text if len(text) < size else f"{text[: size - len(CUT)]}{CUT}"


def _needed(lesson: str, sources: dict[str, list[str]]) -> dict[str, list[str]]:
    """Keep the other lessons only where one lesson may import another."""
    text = "\n".join(cell for cells in sources.values() for cell in cells)
    others = (name for name in sources if name != lesson and re.search(rf"\b(?:import|from)\s.*\b{name}\b", text))
    return {name: sources[name] for name in (lesson, *others)}
