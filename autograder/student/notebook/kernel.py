"""A student's lesson in this very process: the namespace of a notebook."""

import contextlib
import io
import linecache
import types
from typing import Any

from autograder.errors import Note, StudentError
from autograder.exam.local import ask_here, without_attribute
from autograder.isolation.inside.advice import advice
from autograder.isolation.inside.calls import in_probe
from autograder.isolation.limits import Limits
from autograder.student.notebook.guard import within


class Kernel:
    """Answers as a worker does, from the definitions of a notebook's own kernel.

    Args:
        module: the notebook's namespace.
        limits: how long a call may take.
    """

    def __init__(self, module: types.ModuleType, limits: Limits) -> None:
        self._module = module
        self._seconds = limits.call_seconds
        self._most = limits.output_shown
        self._fresh = ""
        self.output = ""
        self.notes: list[Note] = []
        self.names = [name for name in module.__dict__ if not name.startswith("_")]

    def ask(self, op: str, request: dict[str, Any]) -> Any:
        """Carry out one request on copies, so that a check and the notebook share no tensor."""
        printed = io.StringIO()
        try:
            with within(self._seconds), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
                return ask_here(self._module, op, request, self._place)
        except StudentError as error:
            raise without_attribute(error, self._module.__name__) from None
        finally:
            self._fresh = (self._fresh + printed.getvalue())[-self._most :]

    def said_about(self, name: str) -> str:
        """Nothing is left out: a notebook's own kernel has run all that was run."""
        return ""

    def fresh_output(self) -> str:
        """Return the end of what the notebook's code has printed since this was last asked."""
        fresh, self._fresh = self._fresh, ""
        self.output = (self.output + fresh)[-self._most :]
        return fresh

    def end(self) -> None:
        """Nothing is to be let go of."""

    def _place(self, error: BaseException) -> dict[str, Any]:
        """Find the innermost line of the notebook, in whatever files its cells are kept."""
        place: dict[str, Any] = {}
        frame = error.__traceback__
        while frame is not None:
            if frame.tb_frame.f_globals is self._module.__dict__:
                code = frame.tb_frame.f_code
                source = linecache.getline(code.co_filename, frame.tb_lineno).strip()
                place = {"where": code.co_qualname, "line": frame.tb_lineno, "source": source}
            frame = frame.tb_next
        said = {"advice": advice(error, self._module), "in_probe": not place and in_probe(error)}
        return {**place, **{name: value for name, value in said.items() if value}}
