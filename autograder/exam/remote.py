"""A student's lesson that answers a test's questions from a locked worker."""

import re
from collections.abc import Iterator
from itertools import chain, repeat
from typing import Any

from autograder.errors import (
    Cancelled,
    Note,
    StudentError,
    StudentMissing,
    WorkerCrashed,
    WorkerGone,
    WorkerOverflow,
    WorkerTimeout,
)
from autograder.exam.clock import Clock
from autograder.exam.local import without_attribute
from autograder.isolation.child import Workers
from autograder.isolation.limits import Limits
from autograder.isolation.replies import weight_of
from autograder.isolation.worker import Worker

LOAD_SECONDS = 2.0
ANSWERS_TIMES = 2  # how much all answers of a lesson may take, in largest answers; right ones take 6 MB
IMPORT = re.compile(r"\b(?:import|from)\s")
CUT = "\n[more was printed, and is left out]"


class Remote:
    """One lesson of one hand-in, in a locked worker that is started when it is first asked."""

    def __init__(
        self, workers: Workers, limits: Limits, clock: Clock, lesson: str, sources: dict[str, list[str]]
    ) -> None:
        self._workers = workers
        self._limits = limits
        self.clock = clock
        self._lesson = lesson
        self._sources = _needed(lesson, sources)
        self._light = False
        self._worker: Worker | None = None
        self.notes: list[Note] = []
        self.names: list[str] = []
        self.remarks: list[str] = []
        self.output = ""
        self.printed_at_load = ""
        self.printed_in_tests = ""
        self.was_killed = False
        self._fresh = ""
        self._seen = 0
        self._took = 0.0
        self._weight = 0
        self._cancelled = False

    @property
    def cells(self) -> list[str]:
        """The source texts of the lesson; a `.py` file is one cell."""
        return self._sources[self._lesson]

    @property
    def is_light(self) -> bool:
        """Tell whether the top level took so long that only imports, definitions and constants were run."""
        return self._light

    def start(self) -> None:
        """Run the lesson's top level in a worker, if none has done so."""
        self._worker = self._worker or self._start()

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
        """List the names that each definition uses, in a worker that runs nothing of it.

        Raises:
            WorkerCrashed: the worker ended, and so did a second one.
        """
        try:
            used = self._names()
        except WorkerCrashed:
            used = self._names()
        return used if type(used) is dict else {}

    def _names(self) -> Any:
        with Worker(self._workers, self._limits) as worker:
            try:
                return self._timed(worker, "names", {"value": {"cells": self._sources[self._lesson]}})
            except WorkerCrashed:
                raise
            except (StudentError, WorkerGone):
                return {}

    def said_about(self, name: str) -> str:
        """Say which statements of the top level a task needs, and that did not do their work; "" if there are none.

        Args:
            name: the task's function or class.
        """
        if self._worker is None:
            return ""
        try:
            return " ".join(self._timed(self._worker, "said_about", {"name": name}))
        except (StudentError, StudentMissing, WorkerGone):
            return ""

    def with_cell(self, text: str) -> "Remote":
        """Return the same lesson with one more cell at its end; the definitions of that cell count."""
        sources = {**self._sources, self._lesson: [*self._sources[self._lesson], text]}
        return Remote(self._workers, self._limits, self.clock, self._lesson, sources)

    def aside(self, clock: Clock | None = None) -> "Remote":
        """Return the same lesson with a worker and seconds of its own: what is asked there costs no marks.

        Args:
            clock: counts those seconds; without one it is that of all that is aside.
        """
        return Remote(self._workers, self._limits, clock or self.clock.aside, self._lesson, self._sources)

    def fresh_output(self) -> str:
        """Return what the student's functions have printed since this was last asked, shortened."""
        self._look()
        fresh, self._fresh = _shortened(self._fresh, self._limits.output_shown), ""
        self.printed_in_tests += fresh
        return fresh

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
            cpu = self._worker.close().cpu_seconds
            self.clock.spend(max(0.0, cpu - self._took))  # several threads, or between two calls
            self._took = 0.0
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
        self.clock.left()
        self._worker = Worker(self._workers, self._limits, self.clock.remains())
        request = {"lesson": self._lesson, "sources": self._sources, "light": self._light}
        try:
            answer = self._timed(self._worker, "load", {"value": request}, None if self._light else LOAD_SECONDS)
        except WorkerGone:
            self.end()
            raise
        self.notes = [Note(**note, bound=bound) for note, bound in zip(answer["notes"], _bound(answer), strict=False)]
        self.names, self.remarks = answer["names"], answer["remarks"]
        self._take_prints_of_load()
        return self._worker

    def _take_prints_of_load(self) -> None:
        """Keep apart what the top level prints, which it does again in every worker."""
        before = self._fresh
        self._look()
        self.printed_at_load, self._fresh = self._fresh[len(before) :], before

    def _timed(self, worker: Worker, op: str, request: dict[str, Any], seconds: float | None = None) -> Any:
        self._stop_if_cancelled()
        left = self.clock.left()
        try:
            return self._charged(worker, op, request, min(left, seconds or left))
        except WorkerTimeout:
            self.clock.left()  # where these were the last seconds of the lesson or the hand-in, that is what is said
            raise

    def _charged(self, worker: Worker, op: str, request: dict[str, Any], seconds: float) -> Any:
        try:
            return self._weighed(worker.ask(op, request, seconds, self.clock.wait))
        finally:
            self._took += worker.took
            self.clock.spend(worker.took, worker.idled)

    def _weighed(self, answer: Any) -> Any:
        """Let an answer pass while all of this lesson are not too large: the exam keeps them until a task is judged."""
        most = ANSWERS_TIMES * self._limits.reply_bytes
        self._weight += weight_of(answer)
        if self._weight > most:
            raise WorkerOverflow(f"The results of this lesson take more than {most >> 20} MB together.")
        return answer

    def _stop_if_cancelled(self) -> None:
        if self._cancelled:
            raise Cancelled


def _bound(answer: dict[str, Any]) -> Iterator[tuple[str, ...] | None]:
    """Go through the names that each noted statement would have bound, as far as it is said."""
    said = (None if names is None else tuple(names) for names in answer.get("bound", ()))
    return chain(said, repeat(None))


def _shortened(text: str, size: int) -> str:
    return text if len(text) < size else f"{text[: size - len(CUT)]}{CUT}"


def _needed(lesson: str, sources: dict[str, list[str]]) -> dict[str, list[str]]:
    """Keep the other lessons only where one lesson may import another."""
    if len(sources) == 1:  # as what runs aside, whose sources have been through here
        return sources
    lines = "\n".join(line for cells in sources.values() for cell in cells for line in _imports(cell))
    others = (name for name in sources if name != lesson and re.search(rf"{IMPORT.pattern}.*\b{name}\b", lines))
    return {name: sources[name] for name in (lesson, *others)}


def _imports(text: str) -> list[str]:
    """List the lines that may import something."""
    return [line for line in text.split("\n") if ("import" in line or "from" in line) and IMPORT.search(line)]
