"""The files that `unroll init` hands out: the exercises inside the installed kit, and a README made for them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course.model import Lesson
from autograder.errors import UsageError
from autograder.student.exercises import DIGITS, KNOWN, Exercises, assignments_in, read_exercises, read_known
from autograder.student.memory import digest_of

README = "README.md"
WELCOME = Path(__file__).with_name("welcome.md")


@dataclass(frozen=True)
class Shipped:
    """The files that came with the kit.

    Args:
        texts: by name, such as `sine/cell.py`.
        lessons: the names of those that students write in.
    """

    texts: dict[str, str]
    lessons: tuple[str, ...]


def read_shipped(folder: Path) -> Shipped:
    """Read the exercises that came with the kit, and make the README of a student's folder.

    Raises:
        UsageError: somebody has worked in them.
    """
    found = [read_exercises(folder / name) for name in assignments_in(folder)]
    texts = {name: text for exercises in found for name, text in _files(exercises)}
    lessons = tuple(f"{lesson.key}.py" for exercises in found for lesson in exercises.assignment.lessons)
    return Shipped({README: _welcome(found), **texts}, lessons)


def _files(exercises: Exercises) -> Iterator[tuple[str, str]]:
    known = exercises.folder / KNOWN
    for built, digest in read_known(known)["built"].items():
        path = exercises.folder / Path(built).name
        data = path.read_bytes() if path.is_file() else b""
        if digest_of(data) != digest[:DIGITS]:
            raise UsageError(f"{path}: this is not as it was shipped. Install the kit again (authors: unroll build).")
        yield f"{exercises.assignment.name}/{path.name}", data.decode().replace("\r\n", "\n")
    yield f"{exercises.assignment.name}/{KNOWN}", known.read_text(encoding="utf-8")


def _welcome(found: Sequence[Exercises]) -> str:
    lessons = [lesson for exercises in found for lesson in exercises.assignment.lessons]
    first, rows = lessons[0], "\n".join(map(_row, lessons))
    words = {"LESSONS": rows, "TEST": f"{first.assignment}/test_{first.name}.py", "LESSON": first.key}
    text = WELCOME.read_text(encoding="utf-8")
    for word, value in {**words, "TASK": first.address(first.tasks[0])}.items():
        text = text.replace(f"@{word}@", value)
    return text


def _row(lesson: Lesson) -> str:
    tasks = ", ".join(f"`{task.name}`" for task in lesson.tasks)
    return f"| `{lesson.key}.py` | {lesson.title} | {tasks} | {lesson.minutes} |"
