"""Write the tables and the class page of a run, and keep what they take the place of."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.course.model import Assignment
from autograder.exam.results import HandInResult
from autograder.reports.class_page.runs import read_runs
from autograder.reports.class_page.said import keep_changes
from autograder.reports.class_page.write import show_run
from autograder.reports.files import Written, write_class
from autograder.reports.marks import Identity
from autograder.reports.previous import keep_previous, settle


def write_tables(
    out: Path,
    assignment: Assignment,
    results: Sequence[HandInResult],
    count: int,
    run: Mapping[str, Any],
    people: Mapping[str, Identity],
    parts: Mapping[str, str],
) -> None:
    """Write what a run found; whoever kills it in the middle loses no earlier table.

    Args:
        count: how many students there are; a run that was stopped has fewer results.
        run: what stands in run.json.
        parts: the digests of what the fingerprint is made of, by name.

    Raises:
        GradingError: the disk is full or OUT cannot be written.
    """
    keep_previous(out, whole_table(out))
    keep_changes(out)  # of a run that was killed before it could
    write_class(out, assignment, Written(out, results), run, people)
    show_run(out, assignment, run["fingerprint"], results, count, parts)
    if len(results) == count:
        settle(out)
        keep_changes(out)


def whole_table(out: Path) -> str:
    """Return the SHA-256 of the last run's grades.csv; "" where it was stopped, or there is none."""
    return next((run.table for run in read_runs(out)[:1] if run.is_complete), "")
