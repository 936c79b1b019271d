"""The panels of `unroll plot`: numbers that a student's own code returned, or words that say why there are none."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from autograder.course.model import Lesson
from autograder.course.task import Drawn
from autograder.errors import StudentError, StudentMissing, UsageError, WorkerGone
from autograder.exam.pictures import lines_of
from autograder.isolation.limits import Limits
from autograder.student.exercises import Exercises, Spot, lessons_of
from autograder.text.clean import one_line

LIMITS = Limits(call_seconds=60.0, lesson_seconds=120.0)  # training takes longer than a check
UNWRITTEN = "NotImplementedError"


class Asks(Protocol):
    """What carries out a request: a worker, or a notebook's own kernel."""

    def ask(self, op: str, request: dict[str, Any]) -> Any: ...


@dataclass(frozen=True)
class Panel:
    """One panel.

    Args:
        lines: the numbers of each line; NaN where there is none.
        words: what to say in their place; "" where there are lines.
        failed: the words speak of something that went wrong.
    """

    drawn: Drawn
    lines: tuple[tuple[float, ...], ...] = ()
    words: str = ""
    failed: bool = False


def drawable(spots: Sequence[Spot]) -> list[tuple[Exercises, Lesson]]:
    """List the lessons that have pictures.

    Raises:
        UsageError: there is none among them.
    """
    wanted = lessons_of(spots)
    drawn = [(exercises, lesson) for exercises, lesson in wanted if exercises.pictures[lesson.name]]
    if not drawn:
        assignments = {exercises.folder: exercises for exercises, _ in wanted}.values()
        all_there = [(exercises, lesson) for exercises in assignments for lesson in exercises.assignment.lessons]
        there = [lesson.key for exercises, lesson in all_there if exercises.pictures[lesson.name]]
        advice = f"There are pictures of: {', '.join(there)}." if there else "Try another assignment."
        raise UsageError(f"{wanted[0][1].key} has nothing to draw. {advice}")
    return drawn


def panels(drawn: Sequence[Drawn], module: Asks) -> Iterator[Panel]:
    """Ask a student's module for the numbers of each panel, one after the other."""
    for one in drawn:
        yield _panel(one, module)


def _panel(drawn: Drawn, module: Asks) -> Panel:
    request = {"source": drawn.source, "name": drawn.picture.probe, "data": {}}
    try:
        answer = module.ask("run_probe", request)
    except StudentError as error:
        return Panel(drawn, words=_said(drawn, error), failed=True)
    except (StudentMissing, UsageError, WorkerGone) as error:
        return Panel(drawn, words=str(error), failed=True)
    if type(answer) is str:
        return Panel(drawn, words=answer)
    lines = lines_of(answer)
    if not lines or (drawn.picture.labels and len(lines) != len(drawn.picture.labels)):
        return Panel(drawn, words=_no_numbers(drawn), failed=True)
    return Panel(drawn, lines)


def describe(panel: Panel) -> str:
    """Say in a line what a panel shows, for those who do not see it."""
    picture = panel.drawn.picture
    ends = [[value for value in line if math.isfinite(value)] for line in panel.lines]
    named = zip(picture.labels, ends, strict=bool(picture.labels and ends))
    shown = "; ".join(f"{label} from {line[0]:.3g} to {line[-1]:.3g}" for label, line in named)
    said = one_line(panel.words, 500) or shown or f"{len(ends)} lines of {max(map(len, ends))} numbers"
    return f"{picture.title}: {said}"


def _said(drawn: Drawn, error: StudentError) -> str:
    if error.kind == UNWRITTEN:
        return f"{error.where.partition('.')[0] or ' or '.join(drawn.picture.tasks)} is not written yet."
    place = f" (line {error.line}: {error.source.strip()})" if error.line else ""
    return f"{error.where or 'It'} raised {error.kind}: {error.text}{place}"


def _no_numbers(drawn: Drawn) -> str:
    return f"{' and '.join(drawn.picture.tasks)} returned nothing that can be drawn."
