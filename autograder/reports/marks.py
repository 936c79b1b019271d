"""marks.csv: a row a student, with totals. What other gradebooks import is made from the same columns."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.course.model import Assignment
from autograder.errors import UsageError
from autograder.exam.results import HandInResult
from autograder.reports.terminal import to_look_at
from autograder.text.clean import BOM, csv_cell, csv_rows, from_csv_cell
from autograder.text.ours import read_own
from autograder.text.words import points

MARKS = "marks.csv"
WHO = ("student", "id", "name", "email", "folder")  # what `read_people` looks for
EXACT = 6
NOT_GRADED = "The grading itself failed: grade again."


@dataclass(frozen=True)
class Identity:
    """Who a student is elsewhere; what is not known is "".

    Args:
        id: what the platform or the roster calls them, such as a login or a number.
    """

    id: str = ""
    name: str = ""
    email: str = ""


@dataclass(frozen=True)
class MarksColumn:
    """Something that earns points.

    Args:
        lesson: the lesson's key, or "" for the whole assignment.
        task: the task's name, or "" for the whole lesson.
        best: its maximum.
    """

    name: str
    lesson: str
    task: str
    best: float

    def mark(self, result: HandInResult) -> float | None:
        """Return what a student earned, less what being late costs; None where nobody could grade it.

        A task and a lesson that are not in the result are not known either.
        """
        own = [one for one in result.tasks if self.lesson in ("", one.lesson) and self.task in ("", one.task)]
        return sum(one.score for one in own) * result.kept if own and is_graded(result) else None


def is_graded(result: HandInResult) -> bool:
    """Say whether the hand-in was graded; otherwise its points say nothing about it."""
    return bool(result.digest)


def columns(assignment: Assignment, per: str) -> list[MarksColumn]:
    """List the columns of an assignment: of the whole, of each `lesson` or of each `task`."""
    lessons = assignment.lessons
    if per == "task":
        return [
            MarksColumn(f"{assignment.name}/{lesson.name}:{task.name}", lesson.key, task.name, task.points)
            for lesson in lessons
            for task in lesson.tasks
        ]
    bests = {lesson.key: sum(task.points for task in lesson.tasks) for lesson in lessons}
    if per == "lesson":
        return [MarksColumn(lesson.key, lesson.key, "", bests[lesson.key]) for lesson in lessons]
    return [MarksColumn(assignment.name, "", "", sum(bests.values()))]


def marks_table(
    assignment: Assignment, results: Iterable[HandInResult], people: Mapping[str, Identity]
) -> Iterator[str]:
    """Make the table: who, the total, lessons, tasks, then what the deadline did and what a person must look at.

    Args:
        people: by the folder of the report.
    """
    shown = [column for per in ("assignment", "lesson", "task") for column in columns(assignment, per)]
    headings = [f"{column.name} /{points(column.best, EXACT)}" for column in shown]
    yield BOM + csv_rows([[*WHO[:-1], *headings, "points before the deadline", "kept", "remark", WHO[-1]]])
    for result in results:
        yield csv_rows([_row(result, shown, people.get(result.folder, Identity()))])


def _row(result: HandInResult, shown: list[MarksColumn], who: Identity) -> list[str]:
    known = [csv_cell(text) for text in (result.student, who.id, who.name, who.email)]
    marks = [said(column.mark(result)) for column in shown]
    before = said(result.before if is_graded(result) else None)
    kept = f"{points(result.kept * 100, 1)}%" if result.late else ""
    return [*known, *marks, before, kept, csv_cell(remark(result)), csv_cell(result.folder)]


def said(mark: float | None) -> str:
    """Write a mark for a table; one that is not known is an empty cell, and never a 0."""
    return "" if mark is None else points(mark, EXACT)


def remark(result: HandInResult) -> str:
    """Say what a person has to know beside the marks."""
    if not is_graded(result):
        return NOT_GRADED
    look = [one for one in to_look_at(result) if one not in result.collected]
    hand = [f"{task.task}: {task.by_hand}" for task in result.tasks if task.by_hand]
    return " ".join(filter(None, (*look, *hand, result.late, result.collected)))


def read_people(out: Path) -> list[dict[str, str]]:
    """Read who is in the class, a row each. Spreadsheets may have saved the table with semicolons.

    Raises:
        UsageError: there is no such table, or another program wrote it anew.
    """
    path = out / MARKS
    try:
        text = read_own(path, private=False).removeprefix("\ufeff")
        delimiter = max(",;\t", key=text.partition("\n")[0].count)
        found = [
            {key: from_csv_cell(row[key]) for key in WHO}
            for row in csv.DictReader(io.StringIO(text), delimiter=delimiter)
        ]
    except FileNotFoundError:
        raise UsageError(f"{path} is not there. Run the same `unroll grade` once more: it writes it.") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, csv.Error):
        wanted = ", ".join(WHO)
        raise UsageError(f"{path} has not the columns {wanted}. Run the same `unroll grade` once more.") from None
    return found
