"""Identical code: who handed in the same text of a lesson, kept in OUT/identical.json for the class page."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.errors import UsageError
from autograder.exam.results import HandInResult
from autograder.text.clean import as_text, one_line
from autograder.text.files import write_atomically
from autograder.text.ours import read_own

FILE, VERSION = "identical.json", 1
MOST_GROUPS, MOST_NAMES = 4, 3  # that are named in a line


@dataclass(frozen=True)
class Identical:
    """Several students with the same code of a lesson.

    Args:
        lesson: the lesson's key.
        students: their names, in the order of the class.
    """

    lesson: str
    students: tuple[str, ...]


def identical(results: Iterable[HandInResult], codes: Mapping[str, Mapping[str, Sequence[str]]]) -> list[Identical]:
    """Group students by the digests of their code, lesson by lesson; the smallest group of a lesson comes first.

    A lesson of which nothing is written is nobody's code.

    Args:
        results: in the class's order.
        codes: the digests of each lesson by its key, by the student's folder.
    """
    found: dict[tuple[str, str], list[str]] = {}
    lessons: dict[str, int] = {}
    for result in results:
        own = codes.get(result.folder, {})
        for lesson in _begun(result):
            lessons.setdefault(lesson, len(lessons))
            for one in own.get(lesson, ()):
                found.setdefault((lesson, one), []).append(result.student)
    groups = dict.fromkeys(Identical(lesson, tuple(some)) for (lesson, _), some in found.items() if some[1:])
    return sorted(groups, key=lambda one: (lessons[one.lesson], len(one.students)))


def _begun(result: HandInResult) -> list[str]:
    return list(dict.fromkeys(task.lesson for task in result.tasks if task.outcome != "missing"))


def keep_identical(out: Path, groups: Sequence[Identical]) -> None:
    """Write what the class page shows of it.

    Raises:
        GradingError: OUT cannot be written.
    """
    data = {"version": VERSION, "groups": [{"lesson": one.lesson, "students": one.students} for one in groups]}
    write_atomically(out / FILE, json.dumps(data, ensure_ascii=False, indent=1) + "\n")


def read_identical(out: Path) -> list[Identical]:
    """Read the groups again; a file that is not as `keep_identical` leaves it holds none."""
    try:
        data = json.loads(read_own(out / FILE, private=False))
        if type(data["version"]) is not int or data["version"] != VERSION:
            return []
        return [Identical(as_text(one["lesson"]), tuple(map(as_text, one["students"]))) for one in data["groups"]]
    except (OSError, UsageError, ValueError, LookupError, TypeError, RecursionError):
        return []


def without(groups: Iterable[Identical], students: Collection[str]) -> list[Identical]:
    """Take students out of the groups; a group of one is none."""
    left = [replace(one, students=tuple(name for name in one.students if name not in students)) for one in groups]
    return [one for one in left if one.students[1:]]


def joined(groups: Sequence[Identical], others: Iterable[Identical]) -> list[Identical]:
    """Add other groups, but for those that a larger one of the same lesson holds."""
    known = [(one.lesson, set(one.students)) for one in groups]
    new = (one for one in others if not any(one.lesson == key and set(one.students) <= some for key, some in known))
    return [*groups, *new]


def identical_line(groups: Sequence[Identical]) -> str:
    """Say in one line who handed in the same code; "" where nobody did."""
    if not groups:
        return ""
    lessons: dict[tuple[str, ...], list[str]] = {}
    for one in groups:
        lessons.setdefault(one.students, []).append(one.lesson.rpartition("/")[2])
    left = len(lessons) - MOST_GROUPS
    named = "; ".join(f"{', '.join(lessons[some])}: {_names(some)}" for some in list(lessons)[:MOST_GROUPS])
    return f"Identical code, {len(lessons)}: {named}{f'; and {left} more' if left > 0 else ''}."


def _names(students: Sequence[str]) -> str:
    left = len(students) - MOST_NAMES
    first = [one_line(name, 40) for name in students[:MOST_NAMES]]
    *before, last = [*first, f"{left} more"] if left > 0 else first
    return f"{', '.join(before)} and {last}"
