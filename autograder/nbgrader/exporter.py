"""Marks as files for other programs: `nbgrader export --exporter=autograder.nbgrader.exporter.Canvas`.

Tasks   a row per student, a column per task, lesson and assignment: for spreadsheets and for one's own programs
Canvas  what Canvas imports in its gradebook
Moodle  what Moodle imports under Grades, Import, CSV file

All take --assignment, --student and --to, as nbgrader's own exporter does. A mark may be unknown: nothing was submitted
or autograded, or a person has still to look at it. It is an empty cell, never a 0, and a line names it.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from nbgrader.plugins import ExportPlugin
from traitlets import Bool, Dict, Enum, Unicode

from autograder.errors import GradingError
from autograder.nbgrader.due import submitted
from autograder.nbgrader.late import penalties, takes_off
from autograder.nbgrader.ledger import Account, Column, account, columns
from autograder.text.clean import csv_cell
from autograder.text.files import write_atomically
from autograder.text.words import points

ExportedRow = Sequence[str]
Accounts = dict[str, Account]
FIELDS = ("id", "email", "lms_user_id")
EXACT = 6


class Sheet(ExportPlugin):  # type: ignore[misc]
    """What the exporters share: which students and assignments, and how a file is written."""

    filename = "grades.csv"
    reviewed_only = Bool(
        True, help="Leave a mark empty while nbgrader wants a person to look at it, even if there is a number."
    ).tag(config=True)

    def export(self, gradebook: Any) -> None:
        """Write one file."""
        assignments = self._chosen("assignment", gradebook.assignments, "name")
        students = sorted(self._chosen("student", gradebook.students, "id"), key=_by_name)
        found = [(columns(one, self._root), self._accounts(gradebook, one.name)) for one in assignments]
        self._write(self.rows(students, found))
        for made, accounts in found:
            self._say_what_is_open(made[-1].name, {one.id: accounts[one.id] for one in students})

    def rows(self, students: Sequence[Any], found: Sequence[tuple[list[Column], Accounts]]) -> Iterable[ExportedRow]:
        """Make the rows of the file.

        Args:
            students: of the gradebook.
            found: for each assignment its columns, and an account for each student.
        """
        raise NotImplementedError

    @property
    def _root(self) -> Path:
        return Path(self.parent.coursedir.root)

    def _chosen(self, kind: str, there: Sequence[Any], name: str) -> list[Any]:
        """Choose what the command line asks for; all if it does not ask."""
        wanted = [str(one) for one in getattr(self, kind)]
        known = [getattr(one, name) for one in there]
        for one in wanted:
            if one not in known:
                self._stop(f"There is no {kind} {one!r} in the gradebook. There is: {', '.join(known) or 'none'}.")
        return [one for one in there if getattr(one, name) in (wanted or known)]

    def _accounts(self, gradebook: Any, assignment: str) -> Accounts:
        coursedir = self.parent.coursedir
        graded = {one.student.id: one for one in gradebook.assignment_submissions(assignment)}
        ids = [student.id for student in gradebook.students]
        for student in [] if self.student else sorted(submitted(coursedir, assignment).keys() - set(ids)):
            self.log.warning("%s has submitted %s and is not in the gradebook: no row", csv_cell(student), assignment)
        homes = coursedir.submitted_directory, coursedir.autograded_directory
        course = takes_off(self.config)
        late = {one: penalties(graded[one], course) for one in graded if course}
        accounts = {}
        for one in ids:
            submission, autograded = (Path(coursedir.format_path(home, one, assignment)) for home in homes)
            accounts[one] = account(graded.get(one), submission, autograded, late.get(one))
        return accounts

    def _say_what_is_open(self, assignment: str, accounts: Accounts) -> None:
        for state in sorted({one.state for one in accounts.values()} - {""}):
            names = [csv_cell(student) for student, one in accounts.items() if one.state == state]
            more = f" and {len(names) - 10} more" if len(names) > 10 else ""
            self.log.warning("%s, %s (%d): %s%s", assignment, state, len(names), ", ".join(names[:10]), more)
        for student, one in accounts.items():
            for said in one.look:
                self.log.warning("%s, for a person to look at: %s: %s", assignment, csv_cell(student), csv_cell(said))

    def _write(self, rows: Iterable[ExportedRow]) -> None:
        path = Path(self.to or self.filename)
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        try:
            write_atomically(path, text.getvalue())
        except GradingError:
            self._stop(f"{path} cannot be written. Choose another place with --to.")
        self.log.info("Exported to %s", path)

    def _stop(self, said: str) -> None:
        self.log.error(said)
        raise SystemExit(1)


class Tasks(Sheet):
    """A row per student; columns: who, then of each assignment tasks, lesson totals, late penalty, total and state.

    Tasks and lessons are as earned; the total is less the late penalty. `/3` in a heading is the maximum.
    """

    def rows(self, students: Sequence[Any], found: Sequence[tuple[list[Column], Accounts]]) -> Iterable[ExportedRow]:
        """Make a heading and a row per student."""
        yield ["student", "last name", "first name", "email", *(name for made, _ in found for name in _headings(made))]
        for one in students:
            who = [csv_cell(text or "") for text in (one.id, one.last_name, one.first_name, one.email)]
            marks = [text for made, accounts in found for text in self._marks(made, accounts[one.id])]
            yield [*who, *marks]

    def _marks(self, made: list[Column], of: Account) -> list[str]:
        earned = [_text(of.mark(column, self.reviewed_only and not column.task, late=False)) for column in made[:-1]]
        late = _text(sum(of.penalties.values())) if of.penalties else ""
        return [*earned, late, _text(of.mark(made[-1], self.reviewed_only)), csv_cell(of.remark)]


def _headings(made: list[Column]) -> list[str]:
    names = [f"{column.name} /{points(column.best)}" for column in made]
    whole = made[-1].name
    return [*names[:-1], f"{whole} late penalty", f"{whole} total /{points(made[-1].best)}", f"{whole} state"]


class ForGradebook(Sheet):
    """What Canvas and Moodle share: columns of numbers alone, one for each assignment, lesson or task."""

    per = Enum(
        ("assignment", "lesson", "task"), "assignment", help="What gets a column: each assignment, lesson or task."
    ).tag(config=True)
    student_field = Enum(
        FIELDS, "id", help="The field of nbgrader's students that identifies them in the other gradebook."
    ).tag(config=True)

    def chosen(self, made: list[Column]) -> list[Column]:
        """Choose the columns that the file has."""
        if self.per == "assignment":
            return made[-1:]
        return [column for column in made[:-1] if bool(column.task) == (self.per == "task")]

    def identified(self, students: Sequence[Any]) -> list[tuple[str, Any]]:
        """Pair students with what identifies them; whoever has nothing, or not alone, is left out and named."""
        names = [str(getattr(one, self.student_field) or "").strip() for one in students]
        for name, one in zip(names, students, strict=True):
            if not name:
                self.log.warning("%s has no %s: left out", csv_cell(one.id), self.student_field)
            elif names.count(name) > 1:
                self.log.warning("%s has the %s of another student: left out", csv_cell(one.id), self.student_field)
        return [(name, one) for name, one in zip(names, students, strict=True) if name and names.count(name) == 1]

    def marks(self, student: Any, found: Sequence[tuple[list[Column], Accounts]]) -> list[str]:
        """Make a student's cells, empty where a mark is not known."""
        return [
            _text(accounts[student.id].mark(column, self.reviewed_only))
            for made, accounts in found
            for column in self.chosen(made)
        ]


class Canvas(ForGradebook):
    """A file for Canvas: Grades, Import.

    The first columns must be Student, ID, SIS User ID, SIS Login ID, Section, in this order; ID is Canvas's own number.
    Canvas looks for a student by ID, then by SIS User ID, SIS Login ID and name. The row "Points Possible" has the
    maxima. Canvas finds the assignment of a column by the number in brackets behind its name. If there is none, it
    takes the assignment of the same name, or makes a new one. An empty cell removes a mark that Canvas has; its preview
    shows that first.

    Source: lib/gradebook_importer.rb of github.com/instructure/canvas-lms, and "How do I import grades in the
    Gradebook?" of Canvas's instructor guide.
    """

    filename = "canvas.csv"
    student_column = Enum(
        ("SIS Login ID", "SIS User ID", "ID"), "SIS Login ID", help="The column that identifies a student."
    ).tag(config=True)
    section = Unicode("", help="What stands in the column Section; Canvas wants the column and takes it empty.").tag(
        config=True
    )
    numbers = Dict({}, help="Canvas's number of an assignment by its name here, such as sine=4711.").tag(config=True)

    def rows(self, students: Sequence[Any], found: Sequence[tuple[list[Column], Accounts]]) -> Iterable[ExportedRow]:
        """Make the heading, the points possible, and a row per student."""
        made = [column for all_columns, _ in found for column in self.chosen(all_columns)]
        yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *map(self._heading, made)]
        yield ["    Points Possible", "", "", "", "", *(points(column.best, EXACT) for column in made)]
        for name, student in self.identified(students):
            if self.student_column == "ID" and not (name.isascii() and name.isdigit()):
                self.log.warning("%s has no number as %s: left out", csv_cell(student.id), self.student_field)
                continue
            ids = [
                csv_cell(name) if column == self.student_column else ""
                for column in ("ID", "SIS User ID", "SIS Login ID")
            ]
            yield [csv_cell(_full_name(student)), *ids, csv_cell(self.section), *self.marks(student, found)]

    def _heading(self, column: Column) -> str:
        return f"{column.name} ({self.numbers[column.name]})" if column.name in self.numbers else column.name


class Moodle(ForGradebook):
    """A file for Moodle: Grades, Import, CSV file.

    One column identifies a student: map it there from its name to "Username", "Email address" or "ID number". Map each
        column of marks to its grade item or to "new grade item", and the columns "state" to "ignore": Moodle refuses a
        file with text in place of a grade. Moodle would give a row without an identity to the student of the row before
        it, so the file has no such row. An empty cell or "-" is no grade.

    Source: grade/import/csv/classes/load_data.php of github.com/moodle/moodle, and docs.moodle.org, "Grade import".
    """

    filename = "moodle.csv"
    student_column = Enum(
        ("Username", "Email address", "ID number", "User ID"), "Username", help="The column that identifies a student."
    ).tag(config=True)

    def rows(self, students: Sequence[Any], found: Sequence[tuple[list[Column], Accounts]]) -> Iterable[ExportedRow]:
        """Make the heading and a row per student."""
        names = [column.name for made, _ in found for column in self.chosen(made)]
        states = [f"{made[-1].name} state" for made, _ in found]
        yield [self.student_column, "First name", "Last name", *names, *states]
        for name, student in self.identified(students):
            who = [csv_cell(text or "") for text in (name, student.first_name, student.last_name)]
            yield [*who, *self.marks(student, found), *(csv_cell(accounts[student.id].remark) for _, accounts in found)]


def _by_name(student: Any) -> tuple[str, str, str]:
    return student.last_name or "", student.first_name or "", student.id


def _full_name(student: Any) -> str:
    return ", ".join(filter(None, (student.last_name, student.first_name))) or str(student.id)


def _text(mark: float | None) -> str:
    return "" if mark is None else points(mark, EXACT)
