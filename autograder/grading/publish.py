"""`unroll publish`: note that the students were told the marks that stand in OUT."""

from collections.abc import Iterator
from pathlib import Path

from autograder.errors import UsageError
from autograder.grading.opening import alone
from autograder.reports.class_page.runs import NO_RUN, ClassRun, read_runs
from autograder.reports.class_page.write import now, readable
from autograder.reports.marks import is_graded
from autograder.reports.previous import GRADES, digest_of
from autograder.reports.published import FILE, Published, read_published, told, write_published
from autograder.text.clean import one_line


def publish(out: Path) -> Iterator[str]:
    """Keep the marks of the last run as told; yield what is to be said.

    Raises:
        UsageError: there are none, they are not those of a whole run, or somebody has changed the table.
        GradingError: OUT cannot be written.
    """
    if not read_runs(out):
        raise UsageError(NO_RUN.format(out=out))
    with alone(out):
        run, before = _whole(out), read_published(out)
        published = Published(now(), run.assignment.name, run.table, told(run.results))
        write_published(out, published)
    yield f"Published: the marks of {len(published.students)} in {run.assignment.name}, kept in {out / FILE}."
    if before:
        earlier = {one.student: one.marks for one in before.students}
        count = sum(earlier.get(one.student) != one.marks for one in published.students)
        yield f"They take the place of those of {readable(before.written)}; {count} are others."
    left = [one_line(one.student, 60) for one in run.results if not is_graded(one)]
    if left:
        yield f"Not graded, so nothing of theirs is published, {len(left)}: {', '.join(left)}"
    yield "From now on a run that would lower one of these marks asks first, or needs --yes."


def _whole(out: Path) -> ClassRun:
    run = read_runs(out)[0]
    again = "Run the same `unroll grade` again, then publish."
    if not run.is_complete:
        raise UsageError(f"{out}: the last run was stopped, so some marks are missing. {again}")
    if not run.table or digest_of(out / GRADES) != run.table:
        raise UsageError(f"{out / GRADES} is not as the last run wrote it. {again}")
    return run
