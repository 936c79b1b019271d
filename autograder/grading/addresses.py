"""What an instructor calls a task of an assignment, and a student of a class."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.collect.record import Row
from autograder.course.model import Assignment, Lesson, Task
from autograder.errors import UsageError
from autograder.intake import Student
from autograder.intake.names import name_key, printable_name
from autograder.text.clean import csv_cell


def find_task(assignment: Assignment, address: str) -> tuple[Lesson, Task]:
    """Find a task by its address, or by a part of it that only one has, such as `rnn_cell` or `cell:rnn_cell`.

    Raises:
        UsageError: none is called so, or several are.
    """
    there = [(lesson, task) for lesson in assignment.lessons for task in lesson.tasks]
    names = [lesson.address(task) for lesson, task in there]
    fits = [pair for pair, name in zip(there, names, strict=True) if address in _parts(name)]
    if len(fits) == 1:
        return fits[0]
    what = "several tasks" if fits else "no task"
    near = difflib.get_close_matches(address, names, 3, 0.5) or names
    shown = [lesson.address(task) for lesson, task in fits] if fits else near
    raise UsageError(f"{assignment.name} has {what} '{printable_name(address)}'. There is: {', '.join(shown)}.")


def _parts(name: str) -> tuple[str, str, str]:
    lesson = name.partition("/")[2]
    return name, lesson, lesson.rpartition(":")[2]


@dataclass(frozen=True)
class Called:
    """What the students of a class are called, each with the folders of the reports of those who are called so.

    Args:
        exactly: names that are those of the class.
        nearly: these and others, without case: names in tables, folders, ids and e-mails.
    """

    exactly: Mapping[str, set[str]]
    nearly: Mapping[str, set[str]]

    def folders(self, name: str) -> frozenset[str]:
        """Return the folders of whoever is called so; a name of the class comes before another one's id."""
        return frozenset(self.exactly.get(name) or self.nearly.get(name_key(name)) or ())


def called(students: Sequence[Student], rows: Mapping[str, Row], numbers: Mapping[str, str] | None = None) -> Called:
    """Collect what everybody is called.

    Args:
        rows: what is known of the students beside their work, by the folder of the report.
        numbers: those of a class that is graded by number, by the name as a cell.
    """
    exactly: dict[str, set[str]] = {}
    nearly: dict[str, set[str]] = {}
    for student in students:
        row, cell = rows.get(student.folder, Row(student.student)), csv_cell(student.student)
        own = [student.student, *([numbers[cell]] if numbers and cell in numbers else [])]
        for name in own:
            exactly.setdefault(name, set()).add(student.folder)
        for name in filter(None, (*own, cell, student.folder, student.path.name, row.id, row.email)):
            nearly.setdefault(name_key(name), set()).add(student.folder)
    return Called(exactly, nearly)
