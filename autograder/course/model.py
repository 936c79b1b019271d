"""The nouns: a course has assignments, an assignment has lessons, a lesson has tasks."""

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

from autograder.course.late import LatePolicy, read_policy, read_zone
from autograder.course.task import Picture, ShapeError, read_picture, read_task
from autograder.course.task import Task as Task
from autograder.errors import CourseError, UsageError
from autograder.isolation.limits import Limits

MANIFEST = Path("solutions") / "course.toml"
NOTHING, NAME, SENTENCE, WITH_CASE = "nothing", "name", "sentence", "sentence and smallest public case"
HIDDEN_CHECKS = (NOTHING, NAME, SENTENCE, WITH_CASE)
LESSON_KEYS = ("title", "minutes", "beyond", "task", "question", "picture", "families")


@dataclass(frozen=True)
class Question:
    """A question that a person marks; only the notebook has it, below the tasks.

    Args:
        ask: the question, as Markdown.
        rubric: what earns which points; students may read it.
        answer: a model answer, which they may not.
    """

    name: str
    points: float
    ask: str
    rubric: str
    answer: str


@dataclass(frozen=True)
class Lesson:
    """One module and one notebook.

    Args:
        families: ids of mistakes that have several sentences in one task, each saying what is wrong in its own words.
        beyond: sentences that say what the public tests leave out.
    """

    assignment: str
    name: str
    title: str
    minutes: int
    tasks: tuple[Task, ...]
    folder: Path
    questions: tuple[Question, ...] = ()
    pictures: tuple[Picture, ...] = ()
    families: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.assignment}/{self.name}"

    def address(self, task: Task) -> str:
        """Say how a task is asked for, such as `sine/cell:rnn_cell`."""
        return f"{self.key}:{task.name}"

    def task(self, name: str) -> Task:
        """Find a task by its name."""
        return next(task for task in self.tasks if task.name == name)


@dataclass(frozen=True)
class Assignment:
    """What an instructor hands out: one folder of lessons."""

    name: str
    title: str
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True)
class Course:
    """All assignments, in order, and the limits of a hand-in.

    Args:
        letters: what each letter of a shape stands for.
        shared_ids: letters that begin the ids of mistakes which several lessons may have.
        zone: the time zone of deadlines, and of times that a platform writes without one.
        late: what it costs to be late; nothing, if it does not say so.
        hidden_checks: what students may see of hidden checks, one of `HIDDEN_CHECKS`.
        has_pictures: whether a student's page has pictures of what the code returns, which takes seconds to compute.
    """

    title: str
    root: Path
    assignments: tuple[Assignment, ...]
    limits: Limits = field(default_factory=Limits)
    letters: Mapping[str, str] = field(default_factory=dict)
    shared_ids: tuple[str, ...] = ()
    zone: tzinfo = UTC
    late: LatePolicy = field(default_factory=LatePolicy)
    hidden_checks: str = SENTENCE
    has_pictures: bool = True

    def lessons(self) -> Iterator[Lesson]:
        """Go through all lessons in order."""
        for assignment in self.assignments:
            yield from assignment.lessons

    def only(self, lessons: Collection[Lesson]) -> "Course":
        """Return the course with only these lessons; all assignments stay, even empty ones."""
        kept = (replace(a, lessons=tuple(one for one in a.lessons if one in lessons)) for a in self.assignments)
        return replace(self, assignments=tuple(kept))

    def assignment(self, name: str) -> Assignment:
        """Find an assignment by its name, or say which there are."""
        for assignment in self.assignments:
            if assignment.name == name:
                return assignment
        there = ", ".join(a.name for a in self.assignments)
        raise UsageError(f"There is no assignment {name!r} in {self.root}. There is: {there}.")

    def lesson(self, key: str) -> Lesson:
        """Find a lesson by its key, such as `sine/cell`, or say which there are."""
        for lesson in self.lessons():
            if lesson.key == key:
                return lesson
        there = ", ".join(lesson.key for lesson in self.lessons())
        raise UsageError(f"There is no lesson {key!r} in {self.root}. There is: {there}.")


def find_course(start: Path) -> Path:
    """Look upward from a folder for the one that holds `solutions/course.toml`."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / MANIFEST).is_file():
            return folder
    raise UsageError(f"{start}: no course here or above. Go into a folder with {MANIFEST}, or give --course DIR.")


def load_course(root: Path) -> Course:
    """Read `solutions/course.toml` and the `lesson.toml` of every lesson."""
    manifest = root / MANIFEST
    data = _toml(manifest)
    try:
        assignments = tuple(_assignment(root, entry) for entry in data.get("assignment", ()))
        limits = _limits(data.get("limits", {}), manifest)
        shared = tuple(data.get("shared_ids", ()))
        zone, late = _deadlines(data, manifest)
        pages = _pages(data, manifest)
        return Course(data["title"], root, assignments, limits, data.get("letters", {}), shared, zone, late, *pages)
    except KeyError as error:
        raise CourseError(f"{manifest}: {error.args[0]!r} is missing. Add it.") from None


def _deadlines(data: dict[str, Any], path: Path) -> tuple[tzinfo, LatePolicy]:
    try:
        return read_zone(data.get("timezone", "UTC")), read_policy(data.get("late", {}))
    except ValueError as error:
        raise CourseError(f"{path}: {error}. Mend it.") from None


def _pages(data: dict[str, Any], path: Path) -> tuple[str, bool]:
    """Read what students' pages may show."""
    hidden, pictures = data.get("hidden_checks", SENTENCE), data.get("pictures", True)
    if hidden not in HIDDEN_CHECKS:
        raise CourseError(f"{path}: hidden_checks is {hidden!r}. Choose one of: {', '.join(HIDDEN_CHECKS)}.")
    if type(pictures) is not bool:
        raise CourseError(f"{path}: pictures is {pictures!r}. Write true or false.")
    return hidden, pictures


def _assignment(root: Path, entry: dict[str, Any]) -> Assignment:
    name = entry["name"]
    folder = root / "solutions" / name
    lessons = tuple(_lesson(name, lesson, folder / lesson) for lesson in entry["lessons"])
    return Assignment(name, entry["title"], lessons)


def _lesson(assignment: str, name: str, folder: Path) -> Lesson:
    path = folder / "lesson.toml"
    _refuse_links(folder)
    data = _toml(path)
    for key in data:
        if key not in LESSON_KEYS:
            raise CourseError(f"{path}: unknown key {key!r}. There is: {', '.join(LESSON_KEYS)}.")
    try:
        tasks = tuple(_task(entry, path) for entry in data["task"])
        questions = tuple(_question(entry, path) for entry in data.get("question", ()))
        pictures = tuple(_picture(entry, path) for entry in data.get("picture", ()))
        about: dict[str, Any] = {
            "questions": questions,
            "pictures": pictures,
            "families": tuple(data.get("families", ())),
            "beyond": (str(data["beyond"]),) if "beyond" in data else (),
        }
        return Lesson(assignment, name, data["title"], int(data["minutes"]), tasks, folder, **about)
    except KeyError as error:
        raise CourseError(f"{path}: {error.args[0]!r} is missing. Add it.") from None


def _refuse_links(folder: Path) -> None:
    """A link leads elsewhere once the course is copied, and pytest looks for a test's lesson where the link leads."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_symlink():
            raise CourseError(f"{path}: this is a link. Put a copy of the file in its place.")


def _task(entry: dict[str, Any], path: Path) -> Task:
    unknown = set(entry) - {field.name for field in fields(Task)}
    if unknown:
        raise CourseError(f"{path}: task {entry.get('name')!r} has an unknown key {min(unknown)!r}. Remove it.")
    try:
        return read_task(entry)
    except ShapeError as error:
        raise CourseError(f"{path}: task {entry.get('name')!r}: {error}. Mend the shapes.") from None
    except (ValueError, TypeError) as error:
        raise CourseError(f"{path}: task {entry.get('name')!r}: {error}. Mend it.") from None


def _question(entry: dict[str, Any], path: Path) -> Question:
    wanted = {field.name for field in fields(Question)}
    if set(entry) != wanted:
        name = min(set(entry) ^ wanted)
        raise CourseError(f"{path}: question {entry.get('name')!r}: {name!r} is missing or unknown. Mend it.")
    return Question(**{**entry, "points": float(entry["points"])})


def _picture(entry: dict[str, Any], path: Path) -> Picture:
    unknown = set(entry) - {field.name for field in fields(Picture)}
    if unknown:
        raise CourseError(f"{path}: picture {entry.get('probe')!r} has an unknown key {min(unknown)!r}. Remove it.")
    return read_picture(entry)


def _limits(data: dict[str, Any], path: Path) -> Limits:
    known = {field.name for field in fields(Limits)}
    for name in data:
        if name not in known:
            raise CourseError(f"{path}: unknown limit {name!r}. There is: {', '.join(sorted(known))}.")
    return Limits(**data)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CourseError(f"{path}: this file is missing. Make it, or take its lesson out of course.toml.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path}: {error}. Mend the TOML.") from None
