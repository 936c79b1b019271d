"""`check("sine/cell:rnn_cell")` in a notebook: the public checks of what is defined there, in this kernel."""

import contextlib
import io
import random
import sys
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Any

from autograder.errors import UnrollError
from autograder.student.exercises import chosen, find_exercises, read_address, shipped_exercises

if TYPE_CHECKING:
    from autograder.grading.records import TaskResult

GOOD, BAD = "#1a7f37", "#cf222e"


class CheckFailed(Exception):
    """A public check did not pass. Jupyter shows the sentence, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def check(address: str) -> None:
    """Run the public checks of a task, a lesson or an assignment on what this notebook defines.

    Args:
        address: such as `sine/cell:rnn_cell`, `sine/cell` or `sine`.

    Raises:
        CheckFailed: a check did not pass; the message says which and why.
    """
    try:
        results = _results(address)
    except UnrollError as error:
        raise CheckFailed(str(error)) from None
    _show(results)
    wrong = [result for result in results if result.outcome != "passed"]
    if wrong:
        raise CheckFailed(" ".join(f"{result.task}: {result.message}" for result in wrong))


def _results(address: str) -> "list[TaskResult]":
    from autograder.student.checks import run_checks
    from autograder.student.kernel import Kernel

    wanted = read_address(address)
    exercises = find_exercises(shipped_exercises(), wanted.assignment)
    found = []
    for lesson, tasks in chosen(exercises, wanted):
        with _as_before(), contextlib.redirect_stdout(io.StringIO()):
            found += run_checks(exercises, lesson, tasks, Kernel(sys.modules["__main__"]))
    return found


@contextlib.contextmanager
def _as_before() -> Iterator[None]:
    """Leave random numbers, torch's settings and open figures as they were."""
    import numpy as np
    import torch

    states, dtype = (random.getstate(), np.random.get_state(), torch.get_rng_state()), torch.get_default_dtype()
    grad = torch.is_grad_enabled()
    with _own_figures():
        try:
            yield
        finally:
            random.setstate(states[0])
            np.random.set_state(states[1])
            torch.set_rng_state(states[2])
            torch.set_default_dtype(dtype)
            torch.set_grad_enabled(grad)


@contextlib.contextmanager
def _own_figures() -> Iterator[None]:
    """Let the checks draw on a canvas of their own; the figures of the notebook are put aside meanwhile."""
    import matplotlib
    from matplotlib._pylab_helpers import Gcf

    backend, figures = matplotlib.get_backend(), dict(Gcf.figs)
    Gcf.figs.clear()
    try:
        matplotlib.use("Agg")
        yield
    finally:
        Gcf.figs.clear()
        with contextlib.suppress(ImportError):
            matplotlib.use(backend)
        Gcf.figs.update(figures)


def _show(results: "list[TaskResult]") -> None:
    html, text = "".join(map(_html, results)), "\n".join(map(_text, results))
    shell = sys.modules.get("IPython.display")
    if shell is None or "ipykernel" not in sys.modules:
        print(text)
        return
    shell.display({"text/html": html, "text/plain": text}, raw=True)


def _text(result: "TaskResult") -> str:
    return f"{result.task}: passed" if result.outcome == "passed" else f"{result.task}: {result.message}"


def _html(result: "TaskResult") -> str:
    from autograder.reporting.words import WORDS, fact_and_cause

    fact, cause = fact_and_cause(result)
    colour = GOOD if result.outcome == "passed" else BAD
    parts: list[Any] = [f"<b>{escape(result.task)}</b>: {escape(WORDS[result.outcome])}", escape(fact)]
    parts.append(f"<i>Likely cause:</i> {escape(cause)}" if cause else "")
    body = "<br>".join(part for part in parts if part)
    return f'<div style="border-left: 4px solid {colour}; padding: 4px 12px; margin: 4px 0">{body}</div>'
