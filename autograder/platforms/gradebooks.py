"""`unroll export canvas` and `unroll export moodle`: marks as those gradebooks import them.

Canvas: the first columns must be Student, ID, SIS User ID, SIS Login ID and Section, in this order; ID is Canvas's own
number. The row "Points Possible" has the maxima. An empty cell removes a mark that Canvas has, and its preview shows
that first. Source: lib/gradebook_importer.rb of github.com/instructure/canvas-lms.

Moodle: one column identifies a student, and each column of marks is mapped to a grade item. Moodle would give a row
without an identity to the student of the row before it, so there is no such row. Source:
grade/import/csv/classes/load_data.php of github.com/moodle/moodle.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course.model import Assignment, Course
from autograder.platforms.bundle import write_new
from autograder.platforms.graded import Graded, GradedClass, some
from autograder.reports.class_page.runs import read_runs
from autograder.reports.marks import MarksColumn, columns, is_graded, remark, said
from autograder.text.clean import BOM, csv_cell, csv_rows
from autograder.text.words import points

NUMBER = "ID"  # of a student in Canvas
EXACT = 6


@dataclass(frozen=True)
class Sheet:
    """What a gradebook is to import.

    Args:
        per: what has a column: the `assignment`, each `lesson` or each `task`.
        column: the one that identifies a student there.
        heading: what stands in place of the assignment's name, such as `Sine (4711)` in Canvas; or "".
    """

    per: str
    column: str
    heading: str = ""


def write_canvas(course: Course, graded: GradedClass, sheet: Sheet, out: Path, force: bool) -> list[str]:
    """Write a file for Canvas: Grades, Import.

    Returns: lines that name whoever has no row or no mark there, and why.

    Raises:
        UsageError: something stands at `out`.
        GradingError: it cannot be written.
    """
    shown = columns(_what_counted(course, graded), sheet.per)
    identified, lines = _identified(graded, sheet.column)
    rows = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *_headings(shown, sheet)]]
    rows.append(["    Points Possible", "", "", "", "", *(points(one.best, EXACT) for one in shown)])
    for name, one in identified:
        ids = [csv_cell(name) if column == sheet.column else "" for column in ("ID", "SIS User ID", "SIS Login ID")]
        rows.append([csv_cell(one.who.name or one.student), *ids, "", *_marks(one, shown)])
    write_new(out, csv_rows(rows), force)  # no mark at the start: Canvas looks for the word Student there
    return [*lines, *_without_mark(graded)]


def write_moodle(course: Course, graded: GradedClass, sheet: Sheet, out: Path, force: bool) -> list[str]:
    """Write a file for Moodle: Grades, Import, CSV file; see `write_canvas`."""
    shown = columns(_what_counted(course, graded), sheet.per)
    identified, lines = _identified(graded, sheet.column)
    rows = [[sheet.column, "Full name", *_headings(shown, sheet), "remark"]]
    for name, one in identified:
        told = remark(one.result) if one.result else ""
        rows.append([csv_cell(name), csv_cell(one.who.name or one.student), *_marks(one, shown), csv_cell(told)])
    write_new(out, BOM + csv_rows(rows), force)
    return [*lines, *_without_mark(graded)]


def _what_counted(course: Course, graded: GradedClass) -> Assignment:
    """Return the assignment as it was graded: a written question counts once a person has marked it for somebody."""
    runs = read_runs(graded.out)
    return runs[0].assignment if runs else course.assignment(graded.assignment)


def _headings(shown: Sequence[MarksColumn], sheet: Sheet) -> list[str]:
    return [csv_cell(sheet.heading)] if sheet.heading and sheet.per == "assignment" else [one.name for one in shown]


def _marks(one: Graded, shown: Sequence[MarksColumn]) -> list[str]:
    return [said(column.mark(one.result)) if one.result else "" for column in shown]


def _identified(graded: GradedClass, column: str) -> tuple[list[tuple[str, Graded]], list[str]]:
    """Pair students with what identifies them; whoever has nothing, or not alone, is left out and named."""
    named = [(one.who.email if column == "Email address" else one.who.id, one) for one in graded.students]
    count = Counter(name.casefold() for name, _ in named)
    kept, left = [], defaultdict(list)
    for name, one in named:
        if why := _why_not(name, count[name.casefold()], column):
            left[why].append(one.student)
        else:
            kept.append((name, one))
    return kept, [f"Left out, {len(names)}, since they {why}: {some(names)}." for why, names in sorted(left.items())]


def _why_not(name: str, count: int, column: str) -> str:
    """Say why a name identifies nobody; "" if it does."""
    if not name.strip():
        return f"have no {column}; give --roster"
    if count > 1:
        return f"share one {column}"
    is_number = name.isascii() and name.isdigit()
    return f"have no number as {column}" if column == NUMBER and not is_number else ""


def _without_mark(graded: GradedClass) -> Iterator[str]:
    names = [one.student for one in graded.students if one.result is None or not is_graded(one.result)]
    if names:
        yield f"Without a mark, {len(names)}, since they were not graded: {some(names)}. Run `unroll grade` again."
