"""Write the page of `unroll mutate --table`: how many mutants of each task are noticed, and why some are not."""

import re
from collections.abc import Sequence
from pathlib import Path

from autograder.authoring.mutate import Tally
from autograder.course.model import Course, Lesson, Task
from autograder.errors import CourseError

TABLE = "<!-- What stands below is written by: unroll mutate --table -->"
COUNTS = ["| task | mutants | noticed |", "|---|---|---|"]
REASONS = ["| survives | why |", "|---|---|"]
ROW = re.compile(r"\| `([^`]+)`")


def read_page(path: Path) -> str:
    """Read a page that has a place for the table.

    Raises:
        CourseError: the page has no such line.
    """
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if TABLE not in text.splitlines():
        raise CourseError(f'{path}: there is no line "{TABLE}". Write one where the table is to stand.')
    return text


def with_table(page: str, course: Course, tallies: Sequence[Tally]) -> str:
    """Write the results of the mutants into a page; rows of tasks that were not run stay the same."""
    above, _, below = page.partition(TABLE)
    counts, _, reasons = below.partition(REASONS[0])
    rows, whys = _rows(counts), _rows(reasons)
    for tally in tallies:
        rows[tally.lesson.address(tally.task)] = [_count(tally)]
        whys[_label(course, tally.lesson, tally.task)] = _reasons(course, tally)
    places = [(lesson, task) for lesson in course.lessons() for task in lesson.tasks]
    first = [row for lesson, task in places for row in rows.get(lesson.address(task), [])]
    second = [row for lesson, task in places for row in whys.get(_label(course, lesson, task), [])]
    return above + "\n".join([TABLE, "", *COUNTS, *first, "", *REASONS, *second, ""])


def _rows(table: str) -> dict[str, list[str]]:
    """Read the rows of a table by the task that each begins with."""
    found: dict[str, list[str]] = {}
    for line in table.splitlines():
        if match := ROW.match(line):
            found.setdefault(match[1], []).append(line)
    return found


def _count(tally: Tally) -> str:
    return f"| `{tally.lesson.address(tally.task)}` | {tally.made} | {tally.noticed} |"


def _reasons(course: Course, tally: Tally) -> list[str]:
    label = _label(course, tally.lesson, tally.task)
    return [f"| `{label}`: {_cell(what)} | {_cell(reason)} |" for what, reason in tally.survived.items()]


def _label(course: Course, lesson: Lesson, task: Task) -> str:
    """Name a task by its lesson alone, unless two assignments have a lesson of this name."""
    alone = [one.name for one in course.lessons()].count(lesson.name) == 1
    return f"{lesson.name}:{task.name}" if alone else lesson.address(task)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
