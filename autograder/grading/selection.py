"""`unroll grade --student` and `--task`: which part of a class is graded anew. All else stays as it is."""

import difflib
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.collect.record import Row
from autograder.course.model import Assignment
from autograder.errors import UsageError
from autograder.exam.results import HandInResult
from autograder.grading.addresses import called, find_task
from autograder.grading.anonymous import people_of
from autograder.grading.arrivals import Arrivals
from autograder.grading.places import read_places
from autograder.intake import Student
from autograder.intake.names import folder_names, printable_name
from autograder.reports.class_page.runs import read_runs
from autograder.reports.marks import read_people
from autograder.text.clean import csv_cell, from_csv_cell

Place = tuple[str, str]  # a lesson's key; a task's name
MOST_NAMED = 10
NO_RUN = "{out} holds no whole run of this class. Grade it without --student and --task first."


@dataclass(frozen=True)
class Selection:
    """A part of a class.

    Args:
        students: the folders of those who are graded anew; None stands for all of them.
        tasks: the tasks that take the place of earlier ones; without any, all of them do.
    """

    students: frozenset[str] | None = None
    tasks: frozenset[Place] = frozenset()

    @property
    def is_whole(self) -> bool:
        """Whether everything is graded."""
        return self.students is None

    def has(self, folder: str) -> bool:
        """Say whether a student is graded anew."""
        return self.students is None or folder in self.students


def with_absent(found: Arrivals, out: Path) -> tuple[Arrivals, frozenset[str]]:
    """Add those who have a row in OUT and no hand-in here; return their folders too.

    Raises:
        UsageError: OUT holds no whole run, or its tables cannot be read.
    """
    known = {student.student: (student, row) for student, row in _with_rows(out)}
    here = {one.student: found.rows.get(one.folder, Row(one.student)) for one in found.students}
    students = [*found.students, *(student for name, (student, _) in known.items() if name not in here)]
    folders = folder_names([one.student for one in students])
    rows = {folders[name]: _filled(row, known[name][1] if name in known else row) for name, row in here.items()}
    rows |= {folders[name]: row for name, (_, row) in known.items() if name not in here}
    named = [replace(one, folder=folders[one.student]) for one in students]
    whole = replace(found, students=sorted(named, key=lambda one: one.student), rows=rows)
    return whole, frozenset(folders[name] for name in known if name not in here)


def _filled(row: Row, known: Row) -> Row:
    """Add who a student is elsewhere, where that is known from an earlier run and not from this command."""
    return replace(row, id=row.id or known.id, name=row.name or known.name, email=row.email or known.email)


def _with_rows(out: Path) -> list[tuple[Student, Row]]:
    """List the students of the last whole run, and of one after it that was stopped."""
    runs = read_runs(out)
    if not any(run.is_complete for run in runs):
        raise UsageError(NO_RUN.format(out=out))
    last = {one.student: one.folder for run in reversed(runs) for one in run.results}
    places, numbers = read_places(out), people_of(out)
    people = numbers or {row["folder"]: row for row in read_people(out)}
    found = []
    for name, folder in last.items():
        cells = people.get(folder, {})
        real = from_csv_cell(cells["student"]) if numbers and cells else name
        name_id, full, email = (from_csv_cell(cells.get(key, "")) for key in ("id", "name", "email"))
        found.append((Student(real, folder, places.get(folder, Path())), Row(real, name_id, full, email)))
    return found


def select(
    names: Sequence[str],
    tasks: Sequence[str],
    assignment: Assignment,
    found: Arrivals,
    absent: frozenset[str],
    numbers: Mapping[str, str],
) -> Selection:
    """Find the students and tasks that a command names.

    Args:
        names, tasks: as written.
        absent: the folders of those who have no hand-in here.
        numbers: those of a class that is graded by number, by the name as a cell.

    Raises:
        UsageError: a name is nobody's or that of several, or has no hand-in here, or a task is none.
    """
    places = frozenset((lesson.key, task.name) for lesson, task in (find_task(assignment, one) for one in tasks))
    who = called(found.students, found.rows, numbers)
    folders = {name: who.folders(name) for name in names}
    for name, fits in folders.items():
        said = f"--student: '{printable_name(name)}'"
        if len(fits) != 1:
            shown = [numbers.get(csv_cell(one.student), one.student) for one in found.students]
            what = "are several students" if fits else "is no student"
            raise UsageError(f"{said} {what} of this class. {_near(name, shown)}")
        if fits <= absent:
            raise UsageError(f"{said} has a row, but no hand-in here. Give the folder that has it.")
    chosen = frozenset[str]().union(*folders.values())
    return Selection(chosen or frozenset(one.folder for one in found.students) - absent, places)


def _near(name: str, names: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, names, MOST_NAMED, 0.5) or names[:MOST_NAMED]
    more = f" and {len(names) - len(near)} more" if len(names) > len(near) else ""
    return f"There is: {', '.join(map(printable_name, near))}{more}."


def mixed(earlier: HandInResult, new: HandInResult, tasks: frozenset[Place]) -> HandInResult:
    """Put some tasks of a new result, with their tests, in the place of earlier ones; all else stays as it was.

    The digest of a mixture is that of no hand-in, so the next run of the whole class grades it again.
    """
    kept = {(one.lesson, one.task): one for one in earlier.tasks}
    places = [(one.lesson, one.task) for one in new.tasks]
    found = tuple(one if (one.lesson, one.task) in tasks else kept[one.lesson, one.task] for one in new.tasks)
    tests = tuple(
        test
        for place in places
        for test in (new if place in tasks else earlier).tests
        if (test.lesson, test.task) == place
    )
    return replace(
        earlier,
        tasks=found,
        tests=tests,
        digest=_mixed_digest(earlier.digest, new.digest),
        hand_in=new.hand_in if new.hand_in == earlier.hand_in else "",
        again=earlier.again or new.again,
    )


def _mixed_digest(earlier: str, new: str) -> str:
    if earlier in ("", new):  # an earlier grading that failed stays one
        return earlier
    return hashlib.sha256(f"{earlier} and {new}".encode()).hexdigest()
