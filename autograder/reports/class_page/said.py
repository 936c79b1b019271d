"""What changed since the last run, as lines for a terminal and as rows of OUT/changes.csv."""

from collections.abc import Iterator
from pathlib import Path

from autograder.exam.results import TaskResult
from autograder.reports.class_page.changes import Change, Changes
from autograder.reports.class_page.runs import read_runs
from autograder.reports.class_page.write import changed, readable
from autograder.reports.previous import own_bytes
from autograder.text.clean import BOM, csv_cell, csv_rows, one_line
from autograder.text.files import write_atomically
from autograder.text.words import WORDS, points

LOG = "changes.csv"
HEADER = ("when", "student", "lesson", "task", "before", "after", "was", "is", "why", "folder")
MOST_NAMES = 10


def change_lines(out: Path) -> Iterator[str]:
    """Say whose mark or verdict moved since the last whole run, from what to what and why; nothing of a first run."""
    runs = read_runs(out)
    if len(runs) < 2:
        return
    found, since = changed(*runs), readable(runs[1].written)
    if found == Changes():
        yield f"Nothing changed since {since}: no mark and no verdict."
        return
    if found.moved:
        yield f"Changed since {since}, {len(found.moved)} (kept in {out / LOG}):"
    yield from (f"  {change_line(one)}" for one in found.moved)
    for what, names in (("New", found.new), ("No longer there", found.gone)):
        if names:
            more = f" and {len(names) - MOST_NAMES} more" if names[MOST_NAMES:] else ""
            shown = ", ".join(one_line(name, 60) for name in names[:MOST_NAMES])
            yield f"{what} since {since}, {len(names)}: {shown}{more}"


def change_line(one: Change) -> str:
    """Say what moved of a student, and why."""
    tasks = "; ".join(
        f"{task.lesson.split('/')[-1]}:{task.task} from {_verdict(task.before)} to {_verdict(task.after)}"
        for task in one.tasks
    )
    mark = f"from {points(one.before)} to {points(one.after)}"
    if points(one.before) == points(one.after):
        mark = f"still {points(one.after)}"
    return f"{one_line(one.student, 60)}: {mark} ({', '.join(one.why)}){': ' if tasks else ''}{one_line(tasks)}"


def _verdict(task: TaskResult | None) -> str:
    if task is None:
        return "nothing"
    return f"{points(task.score)} ({', '.join(filter(None, (WORDS[task.outcome], task.mistake)))})"


def keep_changes(out: Path) -> None:
    """Add to OUT/changes.csv what the last whole run has changed, unless that stands there already.

    Raises:
        GradingError: OUT cannot be written.
    """
    runs = read_runs(out)
    if len(runs) < 2 or not runs[0].is_complete:
        return
    rows = csv_rows(row for one in changed(*runs).moved for row in _rows(runs[0].written, one))
    log = own_bytes(out / LOG) or (BOM + csv_rows([HEADER])).encode()
    if rows and f"\n{csv_cell(runs[0].written)},".encode() not in log:
        write_atomically(out / LOG, log + rows.encode())


def _rows(written: str, one: Change) -> Iterator[tuple[str, ...]]:
    """Make a row for the whole mark, then one for each task; a task's points are those before the deadline."""
    who, why = csv_cell(one.student), csv_cell(", ".join(one.why))
    yield (csv_cell(written), who, "", "", points(one.before), points(one.after), "", "", why, csv_cell(one.folder))
    for task in one.tasks:
        place = (csv_cell(task.lesson.split("/")[-1]), csv_cell(task.task))
        marks = ["" if found is None else points(found.score) for found in (task.before, task.after)]
        verdicts = ["" if found is None else found.outcome for found in (task.before, task.after)]
        yield (csv_cell(written), who, *place, *marks, *verdicts, why, csv_cell(one.folder))
