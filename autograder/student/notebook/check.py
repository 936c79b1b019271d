"""In a notebook: `check("sine/cell:rnn_cell")` runs public checks of what it defines, `plot("sine/cell")` draws it."""

import contextlib
import io
import sys
from itertools import groupby
from typing import TYPE_CHECKING

from autograder.errors import UnrollError
from autograder.isolation.limits import Limits
from autograder.student.exercises import find_exercises, read_address, shipped_exercises, spots_of
from autograder.text.clean import one_line
from autograder.text.words import GREEN, RED, box

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autograder.course.model import Lesson
    from autograder.exam.results import TaskResult
    from autograder.student.plotting.panels import Panel


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
        results = _results(str(address))
    except UnrollError as error:
        raise CheckFailed(one_line(str(error))) from None
    except KeyboardInterrupt:
        raise CheckFailed("The check was interrupted.") from None
    _show(results)
    wrong = [result for result in results if result.outcome != "passed"]
    if wrong:
        raise CheckFailed("\n".join(map(_text, wrong)))


def _results(address: str) -> "list[TaskResult]":
    from autograder.isolation.environment import must_be_fit

    must_be_fit("torch", "numpy", "pytest")  # before they are imported
    from autograder.student.checks import run_checks
    from autograder.student.notebook.guard import restore_notebook
    from autograder.student.notebook.kernel import Kernel

    notebook = sys.modules["__main__"]
    wanted = read_address(address)
    exercises = find_exercises(shipped_exercises(), wanted.assignment)
    found = []
    for lesson, spots in groupby(spots_of(exercises, wanted), key=lambda spot: spot.lesson):
        tasks = [spot.task for spot in spots]
        with restore_notebook(notebook), contextlib.redirect_stdout(io.StringIO()):
            found += [one.result for one in run_checks(exercises, lesson, tasks, Kernel(notebook, Limits()))]
    return found


def plot(address: str) -> None:
    """Train and run what this notebook defines, and show pictures of it, or say why there are none.

    Args:
        address: such as `sine/training` or `sine`.

    Raises:
        CheckFailed: nothing can be drawn there.
    """
    from autograder.student.plotting.draw import draw
    from autograder.student.plotting.panels import describe

    try:
        for lesson, found in _pictures(str(address)):
            text = "\n".join(map(describe, found))
            drawn = any(panel.lines for panel in found)
            _display({"image/png": draw(lesson.title, found, "png")} if drawn else {}, text)
    except UnrollError as error:
        raise CheckFailed(one_line(str(error))) from None
    except KeyboardInterrupt:
        raise CheckFailed("The drawing was interrupted.") from None


def _pictures(address: str) -> "Iterator[tuple[Lesson, list[Panel]]]":
    from autograder.student.notebook.guard import restore_notebook
    from autograder.student.notebook.kernel import Kernel
    from autograder.student.plotting.panels import LIMITS, drawable, panels

    notebook = sys.modules["__main__"]
    wanted = read_address(address)
    exercises = find_exercises(shipped_exercises(), wanted.assignment)
    for _, lesson in drawable(spots_of(exercises, wanted)):
        with restore_notebook(notebook), contextlib.redirect_stdout(io.StringIO()):
            found = list(panels(exercises.pictures[lesson.name], Kernel(notebook, LIMITS)))
        yield lesson, found


def _show(results: "list[TaskResult]") -> None:
    _display({"text/html": "".join(map(_html, results))}, "\n".join(map(_text, results)))


def _display(rich: dict[str, str | bytes], text: str) -> None:
    """Show the richest form that is understood; outside Jupyter, the text."""
    ipython = sys.modules.get("IPython")
    if ipython is None or ipython.get_ipython() is None:
        print(text)
        return
    ipython.display.display({**rich, "text/plain": text}, raw=True)


def _text(result: "TaskResult") -> str:
    return f"{result.task}: {'passed' if result.outcome == 'passed' else one_line(result.message, 1000)}"


def _html(result: "TaskResult") -> str:
    fact, cause = (one_line(text, 1000) for text in (result.fact, result.cause))
    return box(result.task, result.outcome, fact, cause, GREEN if result.outcome == "passed" else RED)
