"""Show a person what a replay finds."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from autograder.course.model import Course
from autograder.grading.opening import Options
from autograder.grading.replay import Record, Replayed, others_now, read_record, reopen, repeat
from autograder.isolation.descriptors import need_descriptors
from autograder.reports.class_page.said import change_line
from autograder.reports.class_page.write import readable
from autograder.text.clean import one_line
from autograder.text.console import progress

MOST_NAMED = 10


def show_replay(course: Course, out: Path, options: Options) -> bool:
    """Repeat the run that stands in OUT, and say what is otherwise; OUT stays as it is.

    Returns: whether nothing is.
    """
    need_descriptors()
    record = read_record(out)
    name, count = record.run.assignment.name, len(record.run.results)
    click.echo(f"Replaying {count} hand-ins of {name}, graded {readable(record.run.written)}.")
    for line in others_now(record, course):
        click.echo(f"Another one now: {one_line(line, 200)}")
    with tempfile.TemporaryDirectory(prefix="unroll-replay-") as place:
        again = reopen(record, course, Path(place))
        with progress(len(again.students)) as bar:
            found = repeat(record, again, options, bar)
    for line in replay_lines(record, found):
        click.echo(line)
    return found.is_same


def replay_lines(record: Record, replayed: Replayed) -> Iterator[str]:
    """Say whose hand-in is another one, then every difference by student and task."""
    if replayed.hand_ins:
        yield f"Another hand-in now, {len(replayed.hand_ins)}: {_some(replayed.hand_ins)}"
    moved, gone = replayed.found.moved, replayed.found.gone
    if moved:
        yield f"Otherwise than in {record.out}, {len(moved)}, from the record to the replay:"
    yield from (f"  {change_line(one)}" for one in moved)
    if gone:
        yield f"Without a hand-in now, {len(gone)}: {_some(gone)}"
    for student, why in replayed.failed.items():
        yield f"Not graded: {one_line(student, 60)}: {one_line(why, 300)}"
    if replayed.is_same:
        yield f"The same: every mark, verdict and mistake of {len(record.run.results)} hand-ins."


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if names[MOST_NAMED:] else ""
    return f"{', '.join(one_line(name, 60) for name in names[:MOST_NAMED])}{more}"
