"""What each lesson of a hand-in is, as grading will read it: its file, and which of its tasks are written."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograder.course.model import Lesson
from autograder.intake import HandIn, Source
from autograder.intake.contents import contents
from autograder.student.exercises import Spot
from autograder.student.listing import NOT_CHECKED, stands
from autograder.student.memory import State

NO_FILE = "-"
OLD = ", old"


@dataclass(frozen=True)
class LessonRow:
    """One lesson of a hand-in.

    Args:
        file: the names in the archive of what counts, or "".
        left: the tasks that are still the stub, or partly so.
        gone: the tasks that are not in it at all.
        checks: what the public checks last found, as `unroll list` knows it.
    """

    lesson: Lesson
    file: str
    written: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    checks: str = ""

    @property
    def is_complete(self) -> bool:
        """Say whether all of its tasks are written."""
        return not self.left and not self.gone


def lesson_rows(hand_in: HandIn, lessons: Sequence[Lesson], checks: dict[str, str]) -> Iterator[LessonRow]:
    """Make a row for each lesson.

    Args:
        checks: by lesson name, what the public checks last found.
    """
    for lesson in lessons:
        source = hand_in.sources.get(lesson.name)
        yield _row(lesson, source, checks.get(lesson.name, ""))


def _row(lesson: Lesson, source: Source | None, checks: str) -> LessonRow:
    tasks = tuple(task.name for task in lesson.tasks)
    if source is None:
        return LessonRow(lesson, "", gone=tasks)
    found = contents(source.cells, tasks)
    written = tuple(name for name in tasks if name in found.written)
    left = tuple(name for name in tasks if name in found.defined and name not in found.written)
    gone = tuple(name for name in tasks if name not in found.defined)
    return LessonRow(lesson, " or ".join(one.file for one in source.versions), written, left, gone, checks)


def last_checks(spots: Sequence[Spot], state: State, digests: dict[str, str]) -> dict[str, str]:
    """Sum up for each lesson what the public checks last found, such as "2 passing, 1 open"."""
    found: dict[str, list[str]] = {}
    for spot in spots:
        found.setdefault(spot.lesson.name, []).append(stands(spot, state, digests[spot.key]).plain)
    return {name: _summed(states) for name, states in found.items()}


def _summed(states: Sequence[str]) -> str:
    counts = Counter(one.removesuffix(OLD) for one in states)
    if list(counts) == [NOT_CHECKED]:
        return NOT_CHECKED
    said = ", ".join(f"{number} {state}" for state, number in counts.items())
    return said + (OLD if any(one.endswith(OLD) for one in states) else "")
