"""Show which file of each hand-in counts as which lesson, and grade nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from rich import box
from rich.table import Table
from rich.text import Text

from autograder.course.model import Assignment, Course
from autograder.intake import HandIn, Source, find_students, loose_work, read_hand_in
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


def show_dry_run(course: Course, assignment: str, submissions: Path) -> bool:
    """Read all hand-ins as `grade` would, and show a row for each lesson; no code is run and nothing is written.

    Returns: whether everybody's work would get its rows.
    """
    wanted = course.assignment(assignment)
    students, _ = find_students(submissions)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("student", "file", "lesson", "note"):
        table.add_column(column, overflow="fold")
    for student in students:
        for row in dry_rows(read_hand_in(student, wanted, course.limits), wanted):
            table.add_row(*(Text(one_line(text)) for text in (short(row.student), row.file, row.lesson, row.note)))
    print_table(table)
    loose = loose_work(submissions)
    for name in loose:
        click.echo(f"{one_line(name, 60)}: {NOBODY}")
    click.echo(f"{len(students)} hand-ins were read; nothing was graded.")
    return not loose


def dry_rows(hand_in: HandIn, assignment: Assignment) -> Iterator[DryRow]:
    """Make a row for each lesson, and one for what concerns the whole hand-in."""
    said = hand_in.problem or " ".join(hand_in.notes)
    if said:
        yield DryRow(hand_in.student, NOTHING, NOTHING, said)
    for lesson in [] if hand_in.problem else assignment.lessons:
        source = hand_in.sources.get(lesson.name)
        yield DryRow(hand_in.student, *_file_and_lesson(lesson.name, source), _note(source, hand_in))


def _file_and_lesson(lesson: str, source: Source | None) -> tuple[str, str]:
    return (" or ".join(version.file for version in source.versions) if source else NOTHING), lesson


def _note(source: Source | None, hand_in: HandIn) -> str:
    if source is None:
        there = f" There is {', '.join(hand_in.others)}." if hand_in.others else ""
        return f"missing.{there}"
    return " ".join(filter(None, (f"{source.outcome}: {source.problem}" if source.problem else "", *source.notes)))
