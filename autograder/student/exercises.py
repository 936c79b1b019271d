"""The exercises of an assignment as students have them: stubs, public tests, and the numbers of known mistakes."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import autograder
from autograder.course import Assignment, Lesson, Task
from autograder.errors import UsageError

KNOWN = "known.json"
PACKAGE = Path(autograder.__file__).resolve().parent
SHIPPED = (PACKAGE / "exercises", PACKAGE.parent / "exercises")


@dataclass(frozen=True)
class Exercises:
    """One assignment's folder of exercises.

    Args:
        known: of each lesson, by test, what known mistakes return in it.
    """

    assignment: Assignment
    folder: Path
    known: dict[str, Any]

    def tests(self, lesson: Lesson) -> Path:
        """Return the file of a lesson's public tests."""
        return self.folder / f"test_{lesson.name}.py"


def shipped_exercises() -> Path:
    """Return the folder of all exercises that came with the kit."""
    for folder in SHIPPED:
        if assignments_in(folder):
            return folder
    raise UsageError("The exercises are missing from this installation. Install the kit again.")


def read_exercises(folder: Path) -> Exercises:
    """Read what an assignment's folder says of itself.

    Raises:
        UsageError: it is no folder of exercises.
    """
    try:
        data = json.loads((folder / KNOWN).read_text(encoding="utf-8"))
        lessons = tuple(_lesson(folder, name, entry) for name, entry in data["lessons"].items())
        known = {name: entry["tests"] for name, entry in data["lessons"].items()}
        return Exercises(Assignment(folder.name, data["title"], lessons), folder, known)
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(f"{folder}: no exercises here. Go into the folder that holds {KNOWN}.") from None


def _lesson(folder: Path, name: str, entry: dict[str, Any]) -> Lesson:
    tasks = tuple(Task(task["name"], float(task["points"])) for task in entry["tasks"])
    return Lesson(folder.name, name, entry["title"], int(entry["minutes"]), tasks, folder)


def assignments_in(root: Path) -> list[str]:
    """List the assignments of a folder of exercises."""
    return sorted(path.parent.name for path in root.glob(f"*/{KNOWN}"))


def find_exercises(root: Path, name: str) -> Exercises:
    """Find an assignment in a folder of exercises, or say which there are."""
    there = assignments_in(root)
    if name not in there:
        raise UsageError(f"There is no assignment {name!r}. There is: {', '.join(there)}.")
    return read_exercises(root / name)


@dataclass(frozen=True)
class Address:
    """What is to be checked: an assignment, one of its lessons, one of its tasks; "" means all."""

    assignment: str
    lesson: str = ""
    task: str = ""


def read_address(text: str) -> Address:
    """Read an address such as `sine/cell:rnn_cell`."""
    place, _, task = text.strip().partition(":")
    assignment, _, lesson = place.partition("/")
    return Address(assignment, lesson, task)


def chosen(exercises: Exercises, address: Address) -> list[tuple[Lesson, list[Task]]]:
    """List the lessons and tasks that an address means.

    Raises:
        UsageError: it names what is not there.
    """
    lessons = [one for one in exercises.assignment.lessons if address.lesson in ("", one.name)]
    if not lessons:
        there = ", ".join(lesson.name for lesson in exercises.assignment.lessons)
        raise UsageError(f"{exercises.assignment.name} has no lesson {address.lesson!r}. It has: {there}.")
    found = [(one, [task for task in one.tasks if address.task in ("", task.name)]) for one in lessons]
    if not any(tasks for _, tasks in found):
        there = ", ".join(task.name for task in lessons[0].tasks)
        raise UsageError(f"{lessons[0].key} has no task {address.task!r}. It has: {there}.")
    return found
