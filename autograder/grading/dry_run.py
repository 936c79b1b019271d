"""Show which file of each hand-in counts as which lesson, and grade nothing."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from rich import box
from rich.table import Table
from rich.text import Text

from autograder.collect.record import NOT_HANDED_IN
from autograder.collect.roster import read_roster
from autograder.course.model import Assignment, Course
from autograder.grading.arrivals import Arrivals, check_class, find_class
from autograder.intake import HandIn, Source, read_hand_in
from autograder.text.clean import one_line
from autograder.text.console import print_table, short

NOTHING = "-"
NOBODY = "lies in no student's folder or archive, and would have no row."


@dataclass(frozen=True)
class DryRow:
    """What one lesson of one hand-in would be graded as."""

    student: str
    file: str
    lesson: str
    note: str


def show_dry_run(course: Course, assignment: str, submissions: Path, roster: Path | None = None) -> bool:
    """Read all hand-ins as `grade` would, and show a row for each lesson; no code is run and nothing is kept.

    Returns: whether everybody's work would get its rows.

    Raises:
        UsageError: there is no student, or the roster cannot be read.
    """
    course.assignment(assignment)
    entries = read_roster(roster) if roster else []
    check_class(course, assignment, submissions, entries)
    with tempfile.TemporaryDirectory(prefix="unroll-") as place:
        arrivals = find_class(course, assignment, submissions, Path(place), entries)
        for line in arrivals.said:
            click.echo(one_line(line.replace(place, "OUT")))
        print_table(_table(course, assignment, arrivals))
    for name in arrivals.loose:
        click.echo(f"{one_line(name, 60)}: {NOBODY}")
    click.echo(f"{len(arrivals.students)} hand-ins were read; nothing was graded.")
    return not arrivals.loose


def _table(course: Course, assignment: str, arrivals: Arrivals) -> Table:
    wanted = course.assignment(assignment)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("student", "file", "lesson", "note"):
        table.add_column(column, overflow="fold")
    for student in arrivals.students:
        row = arrivals.rows.get(student.folder)
        hand_in = read_hand_in(student, wanted, course.limits)
        for shown in dry_rows(hand_in, wanted, row.note if row else ""):
            cells = (short(shown.student), shown.file, shown.lesson, shown.note)
            table.add_row(*(Text(one_line(text)) for text in cells))
    return table


def dry_rows(hand_in: HandIn, assignment: Assignment, collected: str = "") -> Iterator[DryRow]:
    """Make a row for each lesson, and one for what concerns the whole hand-in.

    Args:
        collected: what was said when it was collected, or "".
    """
    if collected == NOT_HANDED_IN:
        yield DryRow(hand_in.student, NOTHING, NOTHING, collected)
        return
    said = hand_in.problem or " ".join(filter(None, (collected, *hand_in.notes)))
    if said:
        yield DryRow(hand_in.student, NOTHING, NOTHING, said)
    for lesson in [] if hand_in.problem else assignment.lessons:
        source = hand_in.sources.get(lesson.name)
        yield DryRow(hand_in.student, _file(source), lesson.name, _note(source, hand_in))


def _file(source: Source | None) -> str:
    if source is None:
        return NOTHING
    return " or ".join(version.label for version in source.versions) if source.rivals else source.file


def _note(source: Source | None, hand_in: HandIn) -> str:
    if source is None:
        there = f" There is {', '.join(hand_in.others)}." if hand_in.others else ""
        return f"missing.{there}"
    return " ".join(filter(None, (f"{source.outcome}: {source.problem}" if source.problem else "", *source.notes)))
