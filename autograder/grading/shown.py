"""Run the cells of a student's notebook in order, and return as plain data what they show."""

import base64
from collections.abc import Sequence
from typing import Any

import torch

from autograder.errors import StudentError, WorkerGone
from autograder.isolation.child import Workers
from autograder.isolation.limits import Limits
from autograder.isolation.worker import Worker
from autograder.text.clean import printable

Shown = list[dict[str, Any]]
PNG = b"\x89PNG\r\n\x1a\n"
KINDS = {"text": ("text",), "value": ("text",), "error": ("name", "text")}


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
        return [clean for one in _items(shown) if (clean := _clean(one))]

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


def _items(value: Any) -> list[Any]:
    return value if type(value) is list else []


def _stopped(text: str) -> dict[str, Any]:
    return {"kind": "error", "name": "Stopped", "text": text, "lines": []}


def _clean(one: Any) -> dict[str, Any] | None:
    """Keep what is well-formed: texts without control characters, and bytes that begin as a PNG does."""
    if type(one) is not dict:
        return None
    kind = one.get("kind")
    if kind == "png":
        data = one.get("data")
        raw = data.numpy().tobytes() if isinstance(data, torch.Tensor) and data.dtype == torch.uint8 else b""
        return {"kind": "png", "data": base64.b64encode(raw).decode()} if raw.startswith(PNG) else None
    if type(kind) is not str or kind not in KINDS:
        return None
    lines = [printable(str(line))[:200] for line in _items(one.get("lines"))[:5]]
    return {"kind": kind, "lines": lines, **{key: printable(str(one.get(key, ""))) for key in KINDS[kind]}}
