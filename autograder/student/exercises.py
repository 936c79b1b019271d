"""The exercises of an assignment as students have them, and how an address such as `sine/cell:rnn_cell` finds them."""

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import autograder
from autograder.course.model import Assignment, Lesson, Task
from autograder.course.task import Drawn, read_drawn, read_task
from autograder.errors import UsageError

KNOWN = "known.json"
LAST = float("inf")
DIGITS = 16  # of a SHA-256: enough to tell the versions of a file apart
SUFFIXES = (".py", ".ipynb")
OTHERS = "The hidden checks draw other numbers and other sizes."  # where a lesson does not say more
PACKAGE = Path(autograder.__file__).resolve().parent
SHIPPED = (PACKAGE / "exercises", PACKAGE.parent / "exercises")


@dataclass(frozen=True)
class Exercises:
    """One assignment's folder of exercises.

    Args:
        known: of each lesson, by test, what known mistakes return in it.
        sealed: by address, what is read once the task passes.
        pictures: of each lesson, what `unroll plot` draws.
        letters: what each letter of a shape stands for.
    """

    assignment: Assignment
    folder: Path
    known: dict[str, Any]
    sealed: dict[str, str]
    pictures: dict[str, tuple[Drawn, ...]]
    letters: dict[str, str]

    def tests(self, lesson: Lesson) -> Path:
        """Return the file of a lesson's public tests."""
        return self.folder / f"test_{lesson.name}.py"

    def file(self, lesson: Lesson) -> Path:
        """Return the file that a student writes a lesson in: a `.py` counts before a notebook."""
        files = [self.folder / f"{lesson.name}{suffix}" for suffix in SUFFIXES]
        return next((file for file in files if file.is_file()), files[0])

    def examples(self, lesson: Lesson) -> frozenset[str]:
        """Return the texts of the cells that show what a lesson's tasks do; a notebook has them as code."""
        parts = read_known(self.folder / KNOWN)["lessons"][lesson.name].get("page", ())
        return frozenset(str(one["text"]).strip() for one in parts if one["kind"] == "demo")

    def stub_digest(self, lesson: Lesson) -> str:
        """Return the first digits of the SHA-256 of a lesson's file as it is handed out, or ""."""
        built, name = read_known(self.folder / KNOWN).get("built", {}), self.file(lesson).name
        named = (digest for path, digest in built.items() if Path(path).name == name)
        return str(next(named, ""))[:DIGITS]


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
        data = read_known(folder / KNOWN)
        lessons = tuple(_lesson(folder, name, entry) for name, entry in data["lessons"].items())
        known = {name: entry["tests"] for name, entry in data["lessons"].items()}
        pictures = {name: tuple(map(read_drawn, entry.get("pictures", ()))) for name, entry in data["lessons"].items()}
        assignment = Assignment(folder.name, data["title"], lessons)
        letters = dict(data.get("letters", {}))
        return Exercises(assignment, folder, known, _sealed(folder, data), pictures, letters)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise UsageError(_unreadable(folder)) from None


def _unreadable(folder: Path) -> str:
    if (folder / KNOWN).exists():
        return f"{folder / KNOWN} cannot be read. To put it back: unroll init {shlex.quote(str(folder.parent))}"
    return f"{folder}: no exercises here. Go into the folder that holds {KNOWN}."


def read_known(known: Path) -> Any:
    """Parse a file of known mistakes, which may have a megabyte, once as long as it stays as it is."""
    state = known.stat()
    return _parsed(known, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=32)
def _parsed(known: Path, changed: int, size: int) -> Any:
    return json.loads(known.read_text(encoding="utf-8"))


def _lesson(folder: Path, name: str, entry: dict[str, Any]) -> Lesson:
    tasks = tuple(map(read_task, entry["tasks"]))
    beyond = tuple(map(str, entry.get("beyond") or [OTHERS]))
    return Lesson(folder.name, name, entry["title"], int(entry["minutes"]), tasks, folder, beyond=beyond)


def _sealed(folder: Path, data: dict[str, Any]) -> dict[str, str]:
    pairs = [(name, task) for name, entry in data["lessons"].items() for task in entry["tasks"]]
    return {f"{folder.name}/{name}:{task['name']}": task["sealed"] for name, task in pairs}


def assignments_in(root: Path) -> list[str]:
    """List the assignments of a folder of exercises, in the order of the course."""
    return [known.parent.name for known in sorted(_known_in(root), key=lambda known: (_order(known), known))]


def _known_in(root: Path) -> list[Path]:
    return list(root.glob(f"*/{KNOWN}"))


def _order(known: Path) -> float:
    try:
        data = read_known(known)
        return float(data["order"] if "order" in data else data["place"])  # "place" in a folder of an older kit
    except (OSError, ValueError, KeyError, TypeError):
        return LAST


def find_exercises(root: Path, name: str) -> Exercises:
    """Find an assignment in a folder of exercises, or say which there are."""
    if name not in [known.parent.name for known in _known_in(root)]:
        raise UsageError(f"There is no assignment {name!r}. There is: {', '.join(assignments_in(root))}.")
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


@dataclass(frozen=True)
class Spot:
    """One task, and the exercises that it belongs to."""

    exercises: Exercises
    lesson: Lesson
    task: Task

    @property
    def key(self) -> str:
        return self.lesson.key

    @property
    def address(self) -> str:
        return self.lesson.address(self.task)

    @property
    def file(self) -> Path:
        """The file that a student writes it in."""
        return self.exercises.file(self.lesson)


def lessons_of(spots: Sequence[Spot]) -> list[tuple[Exercises, Lesson]]:
    """List the lessons of some tasks, each once."""
    return list({spot.key: (spot.exercises, spot.lesson) for spot in spots}.values())


def spots_of(exercises: Exercises, address: Address) -> list[Spot]:
    """List the tasks that an address means in one assignment.

    Raises:
        UsageError: it names what is not there.
    """
    lessons = [one for one in exercises.assignment.lessons if address.lesson in ("", one.name)]
    if not lessons:
        there = ", ".join(lesson.name for lesson in exercises.assignment.lessons)
        raise UsageError(f"{exercises.assignment.name} has no lesson {address.lesson!r}. It has: {there}.")
    found = [Spot(exercises, one, task) for one in lessons for task in one.tasks if address.task in ("", task.name)]
    if not found:
        there = ", ".join(task.name for task in lessons[0].tasks)
        raise UsageError(f"{lessons[0].key} has no task {address.task!r}. It has: {there}.")
    return found


def find_home(start: Path) -> Path:
    """Look upward for the folder that holds the assignments; in a course it is `exercises`.

    Raises:
        UsageError: there is none.
    """
    for folder in (start.resolve(), *start.resolve().parents):
        for root in (folder, folder / "exercises"):
            if _known_in(root):
                return root
    raise UsageError(f"{start}: no exercises here or above. Go into their folder, or make one: unroll init")


def find_spots(root: Path, address: str) -> list[Spot]:
    """List the tasks that an address means in a folder of exercises; "" means all.

    Raises:
        UsageError: it names what is not there.
    """
    wanted = read_address(address)
    names = [wanted.assignment] if wanted.assignment else assignments_in(root)
    return [spot for name in names for spot in spots_of(find_exercises(root, name), wanted)]


def assignment_of(root: Path, start: Path) -> str:
    """Name the assignment whose folder one stands in, or none of them."""
    inside = start.resolve().relative_to(root).parts if start.resolve().is_relative_to(root) else ()
    return inside[0] if inside and (root / inside[0] / KNOWN).is_file() else ""
