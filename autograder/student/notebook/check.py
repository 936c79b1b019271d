"""In a notebook: `check("sine/cell:rnn_cell")` runs public checks of what it defines, `plot("sine/cell")` draws it."""

import contextlib
import inspect
import io
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from autograder.isolation.limits import Limits
from autograder.student.notebook.cell import CheckFailed, display, in_a_sentence, lines_html, notebook, spots_for
from autograder.text.clean import one_line, printable
from autograder.text.words import GREEN, RED, box

if TYPE_CHECKING:
    from types import ModuleType

    from autograder.course.model import Lesson
    from autograder.exam.results import TaskResult
    from autograder.student.exercises import Spot
    from autograder.student.plotting.panels import Panel
    from autograder.student.verdict import Verdict

MOST_LINES = 12  # of what was printed
PRINTED = "It printed:"


def check(address: str) -> None:
    """Run the public checks of a task, a lesson or an assignment on what this notebook defines.

    Shows, for each task, the verdict; where it fails, also the call that shows it and what was printed in it.

    Args:
        address: such as `sine/cell:rnn_cell`, `sine/cell` or `sine`.

    Raises:
        CheckFailed: a check did not pass; the message says which and why.
    """
    with in_a_sentence("The check was interrupted."):
        verdicts, printed = run_here(spots_for(address))
    _show(verdicts, printed)
    wrong = [verdict.result for verdict in verdicts if not verdict.passes]
    if wrong:
        raise CheckFailed("\n".join(map(_text, wrong)))


def run_here(spots: "Sequence[Spot]") -> "tuple[list[Verdict], str]":
    """Run the public checks of some tasks on what this notebook defines.

    Returns: the verdicts, and all that the notebook's code printed meanwhile.
    """
    from autograder.isolation.environment import must_be_fit

    must_be_fit("torch", "numpy", "pytest")  # before they are imported
    from autograder.student.checks import run_checks
    from autograder.student.notebook.guard import restore_notebook
    from autograder.student.notebook.kernel import Kernel

    here, found = notebook(), []
    kernel = Kernel(here, Limits())
    for lesson, own in groupby(spots, key=lambda spot: spot.lesson):
        group = list(own)
        tasks, sources = [spot.task for spot in group], list(_sources(here, group))
        with restore_notebook(here), contextlib.redirect_stdout(io.StringIO()):
            found += run_checks(group[0].exercises, lesson, tasks, kernel, cells=sources)
    return found, kernel.output


def _sources(here: "ModuleType", spots: "Sequence[Spot]") -> Iterator[str]:
    """Go through what the notebook has of each task, for the names of its parameters."""
    for spot in spots:
        with contextlib.suppress(OSError, TypeError, SyntaxError, IndexError):
            yield inspect.getsource(here.__dict__[spot.task.name]) if spot.task.name in here.__dict__ else ""


def plot(address: str) -> None:
    """Train and run what this notebook defines, and show pictures of it, or say why there are none.

    Args:
        address: such as `sine/training` or `sine`.

    Raises:
        CheckFailed: nothing can be drawn there.
    """
    from autograder.student.plotting.draw import draw
    from autograder.student.plotting.panels import describe

    with in_a_sentence("The drawing was interrupted."):
        for lesson, found in _pictures(address):
            text = "\n".join(map(describe, found))
            drawn = any(panel.lines for panel in found)
            display({"image/png": draw(lesson.title, found, "png")} if drawn else {}, text)


def _pictures(address: str) -> "Iterator[tuple[Lesson, list[Panel]]]":
    from autograder.student.notebook.guard import restore_notebook
    from autograder.student.notebook.kernel import Kernel
    from autograder.student.plotting.panels import LIMITS, drawable, panels

    for exercises, lesson in drawable(spots_for(address)):
        with restore_notebook(notebook()), contextlib.redirect_stdout(io.StringIO()):
            found = list(panels(exercises.pictures[lesson.name], Kernel(notebook(), LIMITS)))
        yield lesson, found


def _show(verdicts: "Sequence[Verdict]", printed: str) -> None:
    """Show the verdicts; what was printed stands below the task that fails, or below all where none does."""
    last = _prints(printed) if all(verdict.passes for verdict in verdicts) else []
    html = [part for verdict in verdicts for part in (_html(verdict.result), _lines_html(_more(verdict)))]
    text = [line for verdict in verdicts for line in (_text(verdict.result), *_more(verdict))]
    display({"text/html": "".join([*html, _lines_html(last)])}, "\n".join([*text, *last]))


def _more(verdict: "Verdict") -> list[str]:
    """Say which call shows what is wrong, and what was printed in it."""
    if verdict.passes or verdict.is_unwritten:
        return []
    where = verdict.case or verdict.check
    return [*([one_line(where, 500)] if where else []), *_prints(verdict.printed)]


def _prints(text: str) -> list[str]:
    """Show what was printed: its last lines, if it is long."""
    lines = printable(text, len(text)).rstrip().split("\n")
    if lines == [""]:
        return []
    left = len(lines) - MOST_LINES
    before = [f"[{left} lines before these]"] if left > 0 else []
    return [PRINTED, *before, *(line[:300] for line in lines[-MOST_LINES:])]


def _lines_html(lines: list[str]) -> str:
    return lines_html(lines) if lines else ""


def _text(result: "TaskResult") -> str:
    return f"{result.task}: {'passed' if result.outcome == 'passed' else one_line(result.message, 1000)}"


def _html(result: "TaskResult") -> str:
    fact, cause = (one_line(text, 1000) for text in (result.fact, result.cause))
    return box(result.task, result.outcome, fact, cause, GREEN if result.outcome == "passed" else RED)
