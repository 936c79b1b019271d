"""What a person sees while a class is graded, and after."""

from pathlib import Path

import click

from autograder.course import Course
from autograder.grading.records import HandInResult
from autograder.grading.run import Options, grade, open_class
from autograder.reporting.terminal import class_table, print_table, progress


def show_grading(course: Course, assignment: str, submissions: Path, out: Path, options: Options) -> list[HandInResult]:
    """Grade a class with a progress bar, then show the table and say where the reports are."""
    found = open_class(course, assignment, submissions, out, options.seed)
    if found.skipped:
        click.echo(f"Skipped, no student: {', '.join(found.skipped[:10])}{' ...' if len(found.skipped) > 10 else ''}")
    click.echo(f"Grading {len(found.students)} hand-ins of {assignment}. Warming up ...")
    with progress(len(found.students)) as bar:
        results = grade(found, options, bar)
    print_table(class_table(results))
    click.echo(f"Grades:  {out / 'grades.csv'}")
    click.echo(f"Reports: {out / results[0].folder / 'report.html'} (one for each student)")
    return results
