"""Run the cells of a student's notebook in order, and return as plain data what they show."""

from collections.abc import Sequence
from typing import Any

from autograder.errors import StudentError, WorkerGone
from autograder.exam.shown import Shown, clean_shown
from autograder.isolation.child import Workers
from autograder.isolation.limits import Limits
from autograder.isolation.worker import Worker


class Notebook:
    """Runs cells one after the other; a cell that hangs or crashes costs itself, not the rest.

    Args:
        others: the other lessons of the hand-in, which this one may import.
        seconds: what all cells together may take; a lesson's seconds, if those are fewer.
    """

    def __init__(
        self, workers: Workers, limits: Limits, lesson: str, others: dict[str, list[str]], seconds: float
    ) -> None:
        self._workers = workers
        self._limits = limits
        self._lesson = lesson
        self._others = others
        self._seconds = min(seconds, limits.lesson_seconds)
        self.spent = 0.0
        self._done: list[str] = []
        self._worker: Worker | None = None

    def run(self, cells: Sequence[str]) -> list[Shown]:
        """Run all cells; return what each one showed."""
        try:
            return [self._show(number, text) for number, text in enumerate(cells, 1)]
        finally:
            self._end()

    def _show(self, number: int, text: str) -> Shown:
        if not text.strip():
            return []
        if self.spent >= self._seconds:
            return [_stopped("This cell was not run: those before it took all the time that there is for cells.")]
        try:
            shown = self._ask("show", {"text": text, "number": number})
        except (WorkerGone, StudentError) as error:
            self._end()
            return [_stopped(str(error))]
        finally:
            self._done.append(text)
        return clean_shown(shown)

    def _ask(self, op: str, request: dict[str, Any]) -> Any:
        if self._worker is None:
            self._worker = Worker(self._workers, self._limits, self._limits.lesson_seconds)
            # After a worker has gone, the definitions so far are enough for most of what follows.
            sources = {**self._others, self._lesson: self._done}
            self._timed(self._worker, "load", {"value": {"lesson": self._lesson, "sources": sources, "light": True}})
        return self._timed(self._worker, op, request)

    def _timed(self, worker: Worker, op: str, request: dict[str, Any]) -> Any:
        left = max(0.1, self._seconds - self.spent)
        try:
            return worker.ask(op, request, min(self._limits.call_seconds, left))
        finally:
            self.spent += worker.took

    def _end(self) -> None:
        if self._worker is not None:
            self._worker.release()
            self._worker = None


def _stopped(text: str) -> dict[str, Any]:
    return {"kind": "error", "name": "Stopped", "text": text, "lines": []}
