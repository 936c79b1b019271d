"""Write OUT/index.html from what stands in OUT: the runs, the records, and what the grading said of itself."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from autograder.course.model import Assignment
from autograder.errors import UsageError
from autograder.exam.results import HandInResult
from autograder.reports.class_page.changes import Changes, changes, other_parts
from autograder.reports.class_page.entry import Entry, entry_of
from autograder.reports.class_page.identical import read_identical
from autograder.reports.class_page.page import ClassPage, class_page
from autograder.reports.class_page.runs import NO_RUN, ClassRun, keep_run, read_runs
from autograder.reports.previous import GRADES, digest_of
from autograder.reports.record import read_student
from autograder.text.files import write_atomically
from autograder.text.ours import read_own

INDEX, RUN = "index.html", "run.json"
MOST_NAMES = 100
OF_NBGRADER = "Marks are those of autograding, without what a person marked, and without nbgrader's penalties."


def now() -> str:
    """Say what time it is, as ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def show_run(
    out: Path,
    assignment: Assignment,
    fingerprint: str,
    results: Sequence[HandInResult],
    count: int,
    parts: Mapping[str, str] = MappingProxyType({}),
) -> Path:
    """Keep the marks of a run beside those of the last one, and write the class page.

    Args:
        count: how many students there are; a run that was stopped has fewer results.
        parts: the digests of what the fingerprint is made of, by name.

    Returns: where the page stands.

    Raises:
        UsageError: jinja2 is not installed.
        GradingError: OUT cannot be written.
    """
    is_complete, table = len(results) == count, digest_of(out / GRADES)
    keep_run(out, ClassRun(now(), fingerprint, is_complete, assignment, tuple(results), parts, table))
    return write_class_page(out)


def write_class_page(out: Path) -> Path:
    """Write the class page again; return where it stands.

    Raises:
        UsageError: no class was graded into OUT, or jinja2 is not installed.
        GradingError: OUT cannot be written.
    """
    runs = read_runs(out)
    if not runs:
        raise UsageError(NO_RUN.format(out=out))
    latest, *before = runs
    found = changed(latest, before[0]) if before else None
    page = ClassPage(
        latest.assignment,
        list(_entries(out, latest)),
        readable(latest.written),
        found,
        readable(before[0].written) if before else "",
        _left_out(out),
        not latest.is_complete,
        () if (out / RUN).exists() else (OF_NBGRADER,),
        read_identical(out),
    )
    write_atomically(out / INDEX, class_page(page))
    return out / INDEX


def changed(latest: ClassRun, before: ClassRun) -> Changes:
    """Say what changed from one run to a later one."""
    others = other_parts(before.parts, latest.parts)
    return changes(before.results, latest.results, latest.fingerprint == before.fingerprint, others)


def readable(written: str) -> str:
    """Write a moment as people do; what is none stays as it is."""
    try:
        return f"{datetime.fromisoformat(written):%Y-%m-%d %H:%M %Z}"
    except ValueError:
        return written


def _entries(out: Path, run: ClassRun) -> Iterator[Entry]:
    for result in run.results:
        yield _entry(run.assignment, result, read_student(out, result.folder))


def _entry(assignment: Assignment, result: HandInResult, record: HandInResult | None) -> Entry:
    """Take the record where it stands for the marks of this run; else the marks alone are known."""
    is_read = record is not None and _marks(record) == _marks(result)
    return entry_of(record if record and is_read else result, assignment, is_read)


def _marks(result: HandInResult) -> list[Any]:
    verdicts = sorted((task.lesson, task.task, round(task.score, 6), task.outcome) for task in result.tasks)
    return [result.student, result.digest, result.kept, verdicts]


def _left_out(out: Path) -> list[str]:
    """Name what lies among the hand-ins and is no student; only plain folders have such a list."""
    try:
        names = json.loads(read_own(out / RUN, private=False))["skipped"]
        return [name for name in names if isinstance(name, str)][:MOST_NAMES]
    except (OSError, UsageError, ValueError, LookupError, TypeError, RecursionError):
        return []
