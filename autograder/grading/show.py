"""Show a person how a class is graded, and the results."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from autograder.collect.record import NOT_HANDED_IN
from autograder.course.model import Assignment, Course
from autograder.grading.opening import Class, Options, open_class
from autograder.grading.overrides import by_hand_lines, unmarked_lines
from autograder.grading.run import Graded, grade
from autograder.isolation.descriptors import need_descriptors
from autograder.reports.class_page.identical import identical_line
from autograder.reports.class_page.said import change_lines
from autograder.reports.terminal import class_table, to_look_at
from autograder.text.clean import one_line
from autograder.text.console import print_table, progress

UNREAD = "Graded again, since their records in {out} do not fit this course and this version of Unroll"
LOOSE = "lies in no student's folder or .zip, so it has no row. Put it into a folder that is named after its student."


def show_grading(course: Course, assignment: str, submissions: Path, out: Path, options: Options) -> bool:
    """Grade a class with a progress bar, then show the table, say where the reports are, and who was not graded.

    Returns: whether everybody's work is graded.
    """
    need_descriptors()
    found = open_class(course, assignment, submissions, out, options.seed, options)
    with perhaps_unheard():
        for line in found.said:
            click.echo(one_line(line))
        if found.skipped:
            click.echo(f"Skipped, no student: {_some(found.skipped)}")
        click.echo(f"Grading {len(found.asked)} hand-ins of {assignment}{_only(found)}. Warming up ...")
    with progress(len(found.asked)) as bar:
        graded = grade(found, options, bar)
    return show_results(found.assignment, out, graded, found.loose)


def show_results(assignment: Assignment, out: Path, graded: Graded, loose: Sequence[str]) -> bool:
    """Show the table, say where the reports are, and who was not graded.

    Args:
        loose: names of what looks like work and is no student's.

    Returns: whether everybody's work is graded.
    """
    open_ends = list(_open_ends(graded, loose))
    with perhaps_unheard():
        print_table(class_table(graded.results))
        click.echo(f"Class:   {out / 'index.html'}")
        click.echo(f"Grades:  {out / 'grades.csv'}, and a row a student in {out / 'marks.csv'}")
        if graded.results:
            click.echo(f"Reports: {out / graded.results[0].folder / 'report.html'} (one for each student)")
        if graded.unread:
            click.echo(f"{UNREAD.format(out=out)}: {_some(graded.unread)}")
        by_hand = (*by_hand_lines(graded.results), *unmarked_lines(assignment, graded.results))
        for line in (*change_lines(out), *by_hand, *arrivals(graded)):
            click.echo(line)
        if same := identical_line(graded.identical):
            click.echo(same)
        if open_ends:
            click.echo(f"Not graded, {len(open_ends)}; all else is:")
        for line in open_ends:
            click.echo(line)
    return not open_ends


def _only(found: Class) -> str:
    """Say what is graded of each hand-in, and how many rows stay as they are."""
    tasks = ", ".join(sorted(task for _, task in found.selection.tasks))
    left = len(found.students) - len(found.asked)
    kept = f"; {left} {'row stays as it is' if left == 1 else 'rows stay as they are'}" if left else ""
    shard = f", shard {found.part.shard} of a class of {len(found.part.students)}" if found.part else ""
    return f"{f', {tasks} alone' if tasks else ''}{shard}{kept}"


def _some(names: Sequence[str]) -> str:
    return f"{', '.join(one_line(name, 60) for name in names[:10])}{' ...' if len(names) > 10 else ''}"


def _open_ends(graded: Graded, loose: Sequence[str]) -> Iterator[str]:
    """Name who was not graded, and what lies there as nobody's work, each with the reason."""
    for student, why in graded.failed.items():
        yield f"  {one_line(student, 60)}: {one_line(why, 300)}"
    for name in loose:
        yield f"  {one_line(name, 60)}: {LOOSE}"


def arrivals(graded: Graded) -> Iterator[str]:
    """Say what was done to read hand-ins that did not come as they were handed out, those for a person last."""
    look = {result.folder: found for result in graded.results if (found := list(to_look_at(result)))}
    said = {one.folder: [*filter(None, (one.collected,)), *one.arrival] for one in graded.results}
    nothing = {one.folder: one.student for one in graded.results if one.collected == NOT_HANDED_IN}
    came = [one for one in graded.results if said[one.folder] and one.folder not in {*look, *nothing}]
    if nothing:
        yield f"Nothing was handed in by {len(nothing)}: {_some(list(nothing.values()))}"
    if came:
        yield f"Handed in otherwise than handed out, {len(came)} (more in their reports):"
        yield from (f"  {one_line(result.student, 60)}: {_first(said[result.folder])}" for result in came)
    if look:
        yield f"To be looked at by hand, {len(look)}:"
    for result in graded.results:
        if result.folder in look:
            yield f"  {one_line(result.student, 60)}: {_first(look[result.folder])}"


def _first(said: Sequence[str]) -> str:
    more = f" ({len(said) - 1} more)" if len(said) > 1 else ""
    return f"{one_line(said[0], 200)}{more}"


@contextmanager
def perhaps_unheard() -> Iterator[None]:
    """Go on grading when nobody reads the output any more, such as after `| head`."""
    try:
        yield
    except (OSError, SystemExit):  # click and rich each have their own way
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 (for the rest of this process)
