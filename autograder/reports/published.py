"""OUT/published.json: the marks that the students were told, and below which no run goes unless a person agrees."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autograder.errors import UsageError
from autograder.exam.evidence import is_number
from autograder.exam.results import HandInResult
from autograder.reports.marks import EXACT, is_graded
from autograder.reports.record import ROUNDED
from autograder.text.clean import as_text, one_line
from autograder.text.files import write_atomically
from autograder.text.ours import read_own
from autograder.text.words import points

FILE, VERSION = "published.json", 1
TOTAL = ("", "")
Marks = Mapping[tuple[str, str], float]  # by lesson and task, less what being late costs; TOTAL is all of them


@dataclass(frozen=True)
class Told:
    """The marks of one student.

    Args:
        marks: what the student was told.
        agreed: lower marks that a person has agreed to since; empty where there are none.
    """

    student: str
    marks: Marks
    agreed: Marks = field(default_factory=dict)

    @property
    def least(self) -> Marks:
        """What no run may go below without asking."""
        return {**self.marks, **self.agreed}


@dataclass(frozen=True)
class Published:
    """The marks that are out.

    Args:
        written: when, as ISO 8601 with its zone.
        table: SHA-256 of the grades.csv that was told.
    """

    written: str
    assignment: str
    table: str
    students: tuple[Told, ...]


@dataclass(frozen=True)
class Fall:
    """A student whose mark would be lower than it may be.

    Args:
        marks: by lesson and task, from what to what; TOTAL among them if it falls too.
    """

    student: str
    now: Marks
    marks: Mapping[tuple[str, str], tuple[float, float]]


def marks_of(result: HandInResult) -> Marks:
    """Return what a result says a student earned."""
    tasks = {(one.lesson, one.task): round(one.score * result.kept, EXACT) for one in result.tasks}
    return {TOTAL: round(result.score, EXACT), **tasks}


def told(results: Sequence[HandInResult]) -> tuple[Told, ...]:
    """Take the marks of all whose work could be graded."""
    return tuple(Told(one.student, marks_of(one)) for one in results if is_graded(one))


def falls(published: Published, results: Sequence[HandInResult]) -> tuple[Fall, ...]:
    """Find whose marks would fall; whoever has no row any more, and a task that is gone, would have nothing."""
    after = {one.student: marks_of(one) for one in results}
    found = []
    for student in published.students:
        now = after.get(student.student, {})
        pairs = {place: (least, now.get(place, 0.0)) for place, least in student.least.items()}
        lower = {place: pair for place, pair in pairs.items() if not pair[1] >= pair[0] - ROUNDED}
        if lower:
            found.append(Fall(student.student, now, lower))
    return tuple(found)


def with_agreed(published: Published, agreed: Sequence[Fall]) -> Published:
    """Note that a person has agreed to lower marks; a mark that does not fall stays what it was."""
    lower = {one.student: {place: pair[1] for place, pair in one.marks.items()} for one in agreed}
    students = (replace(one, agreed={**one.agreed, **lower.get(one.student, {})}) for one in published.students)
    return replace(published, students=tuple(students))


def fall_lines(found: Sequence[Fall]) -> Iterator[str]:
    """Name whose published marks would fall, from what to what."""
    yield f"Published marks that would fall, {len(found)}:"
    for one in found:
        gone = "" if one.now else " (no row any more)"
        tasks = {place: pair for place, pair in one.marks.items() if place != TOTAL}
        said = "; ".join(f"{lesson.split('/')[-1]}:{task} {_pair(pair)}" for (lesson, task), pair in tasks.items())
        mark = f"{_pair(one.marks[TOTAL])}{gone}" if TOTAL in one.marks else "the same or more in total"
        yield f"  {one_line(one.student, 60)}: {mark}{': ' if said else ''}{one_line(said)}"


def _pair(pair: tuple[float, float]) -> str:
    return f"from {points(pair[0])} to {points(pair[1])}"


def write_published(out: Path, published: Published) -> None:
    """Write the marks that are out; the file appears whole or not at all.

    Raises:
        GradingError: OUT cannot be written.
    """
    students = [
        {"student": one.student, "marks": _data(one.marks), "agreed": _data(one.agreed)} for one in published.students
    ]
    data = {
        "version": VERSION,
        "written": published.written,
        "assignment": published.assignment,
        "table": published.table,
        "students": students,
    }
    write_atomically(out / FILE, json.dumps(data, ensure_ascii=False, indent=1) + "\n")


def read_published(out: Path) -> Published | None:
    """Read the marks that are out; None where none are.

    Raises:
        UsageError: the file is there and cannot be read: nobody then knows what the students were told.
    """
    path = out / FILE
    try:
        data = json.loads(read_own(path, private=False))
        if type(data["version"]) is not int or data["version"] != VERSION:
            raise ValueError("version")
        students = tuple(Told(as_text(one["student"]), _marks(one), _marks(one, "agreed")) for one in data["students"])
        written, assignment, table = (as_text(data[key]) for key in ("written", "assignment", "table"))
        return Published(written, assignment, table, students)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise UsageError(
            f"{path} cannot be read, so nobody knows which marks are out. Put it back from a copy; or remove it, "
            "and run `unroll publish` again."
        ) from None


def _data(marks: Marks) -> list[list[Any]]:
    return [[lesson, task, mark] for (lesson, task), mark in marks.items()]


def _marks(data: dict[str, Any], key: str = "marks") -> Marks:
    return {(as_text(lesson), as_text(task)): _number(mark) for lesson, task, mark in data[key]}


def _number(value: Any) -> float:
    if not is_number(value):
        raise TypeError("no number")
    return float(value)
