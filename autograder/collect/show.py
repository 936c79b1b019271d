"""Show a person what a download holds, and collect it."""

from collections.abc import Sequence
from pathlib import Path

import click
from rich import box
from rich.table import Table
from rich.text import Text

from autograder.collect.attempt import Asked
from autograder.collect.collect import nobodys, plan, summary, understand, unknown, write
from autograder.collect.download import open_download
from autograder.collect.record import COLLECTED, Row
from autograder.collect.roster import read_roster
from autograder.course.model import Course
from autograder.errors import UsageError
from autograder.text.clean import one_line
from autograder.text.console import print_table, short


def show_collecting(
    course: Course, download: Path, out: Path, roster: Path | None, only: str, force: bool, dry_run: bool
) -> bool:
    """Collect a download and show the table of its students; or show it, and write nothing.

    Returns: whether all that may be work belongs to a student.

    Raises:
        UsageError: the layout is not known, or OUT is not free.
        GradingError: OUT cannot be written.
    """
    inside, around = out.resolve(), download.resolve()
    if inside == around or around in inside.parents:
        raise UsageError(f"{out} lies in {download}, of which nothing is changed. Choose another -o.")
    entries = read_roster(roster) if roster else []
    with open_download(download) as opened:
        asked, name = Asked(course.zone, only), download.resolve().name
        collected = understand(opened, name, asked, task_names(course), course.limits, entries)
        if collected is None:
            raise unknown(opened, download)
        rows = list(plan(collected)) if dry_run else write(collected, out, force)
    print_table(class_table(rows))
    for line in summary(collected, rows):
        click.echo(one_line(line))
    if not dry_run:
        click.echo(f"Written: {out / COLLECTED}, and a folder for each student.")
        click.echo(f"Next: unroll grade ASSIGNMENT {out} -o OUT")
    return not nobodys(collected)


def task_names(course: Course) -> frozenset[str]:
    """Name all tasks of a course: they say what a file is about."""
    return frozenset(task.name for lesson in course.lessons() for task in lesson.tasks)


def class_table(rows: Sequence[Row]) -> Table:
    """Make a row for each student: files, time, attempts, and what stands out."""
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    shown.add_column("student", overflow="fold")
    shown.add_column("files", justify="right")
    shown.add_column("attempts", justify="right")
    shown.add_column("handed in", overflow="fold")
    shown.add_column("what stands out", overflow="fold", max_width=50)
    for row in rows:
        when = row.time or ("not known" if row.attempts else "-")
        shown.add_row(Text(short(row.student)), str(row.files), str(row.attempts), when, Text(one_line(row.note, 300)))
    return shown
