"""A student's lesson in this very process: the namespace of a notebook."""

import linecache
import types
from typing import Any

from autograder.grading.student import ask_here

CELLS = ("ipykernel_", "<ipython-input", "<stdin>")


class Kernel:
    """Answers as a worker does, from the definitions of a notebook's own kernel."""

    def __init__(self, module: types.ModuleType) -> None:
        self._module = module
        self.notes: list[dict[str, Any]] = []
        self.names = [name for name in module.__dict__ if not name.startswith("_")]

    def ask(self, op: str, request: dict[str, Any]) -> Any:
        """Carry out one request on copies, so that a check and the notebook share no tensor."""
        return ask_here(self._module, op, request, _place)

    def end(self) -> None:
        """Nothing is to be let go of."""


def _place(error: Exception) -> dict[str, Any]:
    """Find the innermost line of the notebook; IPython names the file of a cell after its kernel."""
    place: dict[str, Any] = {}
    frame = error.__traceback__
    while frame is not None:
        code = frame.tb_frame.f_code
        if any(mark in code.co_filename for mark in CELLS):
            source = linecache.getline(code.co_filename, frame.tb_lineno).strip()
            place = {"where": code.co_qualname, "line": frame.tb_lineno, "source": source}
        frame = frame.tb_next
    return place
