"""The files that `unroll init` hands out: the exercises inside the installed kit, and a README made for them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course.model import Lesson
from autograder.errors import UsageError
from autograder.student.exercises import DIGITS, KNOWN, SUFFIXES, Exercises, assignments_in, read_exercises, read_known
from autograder.student.memory import digest_of

README = "README.md"
WELCOME = Path(__file__).with_name("welcome.md")
NOTEBOOKS = "notebooks"  # the folder beside the assignments that holds the lessons as notebooks
FILE, NOTEBOOK = SUFFIXES
NO_NOTEBOOKS = "{folder}: no notebooks are built here. Install a newer kit (authors: unroll build)."


@dataclass(frozen=True)
class Shipped:
    """The files that came with the kit.

    Args:
        texts: by name, such as `sine/cell.py`.
        lessons: the names of those that students write in.
        suffix: whether these are Python files or notebooks.
    """

    texts: dict[str, str]
    lessons: tuple[str, ...]
    suffix: str = FILE


def read_shipped(folder: Path, suffix: str = FILE) -> Shipped:
    """Read the exercises that came with the kit, and make the README of a student's folder.

    Args:
        suffix: which of the two forms of the lessons is wanted.

    Raises:
        UsageError: somebody has worked in them, or there are no notebooks.
    """
    found = [read_exercises(folder / name) for name in assignments_in(folder)]
    texts = {name: text for exercises in found for name, text in _files(exercises, suffix)}
    lessons = tuple(lesson.key + suffix for exercises in found for lesson in exercises.assignment.lessons)
    if not all(name in texts for name in lessons):
        raise UsageError(NO_NOTEBOOKS.format(folder=folder))
    return Shipped({README: _welcome(found, suffix), **texts}, lessons, suffix)


def other_form(suffix: str) -> str:
    """Return the other of the two forms that a lesson may have."""
    return NOTEBOOK if suffix == FILE else FILE


def _files(exercises: Exercises, suffix: str) -> Iterator[tuple[str, str]]:
    known, name = exercises.folder / KNOWN, exercises.assignment.name
    unwanted = {lesson.name + other_form(suffix) for lesson in exercises.assignment.lessons}
    for built, digest in read_known(known)["built"].items():
        path = exercises.folder.parent.joinpath(*Path(built).parts[1:])
        data = path.read_bytes() if path.is_file() else b""
        if digest_of(data) != digest[:DIGITS]:
            raise UsageError(f"{path}: this is not as it was shipped. Install the kit again (authors: unroll build).")
        if path.name not in unwanted:
            yield f"{name}/{path.name}", data.decode().replace("\r\n", "\n")
    yield f"{name}/{KNOWN}", known.read_text(encoding="utf-8")


def _welcome(found: Sequence[Exercises], suffix: str) -> str:
    lessons = [lesson for exercises in found for lesson in exercises.assignment.lessons]
    first, rows = lessons[0], "\n".join(_row(lesson, suffix) for lesson in lessons)
    words = {"LESSONS": rows, "TEST": f"{first.assignment}/test_{first.name}.py", "LESSON": first.key}
    words["ASSIGNMENT"] = first.assignment
    text = WELCOME.read_text(encoding="utf-8")
    for word, value in {**words, "TASK": first.address(first.tasks[0])}.items():
        text = text.replace(f"@{word}@", value)
    return text


def _row(lesson: Lesson, suffix: str) -> str:
    tasks = ", ".join(f"`{task.name}`" for task in lesson.tasks)
    return f"| `{lesson.key}{suffix}` | {lesson.title} | {tasks} | {lesson.minutes} |"
