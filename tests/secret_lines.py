"""The lines that no student may read before handing in."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from classroom import REPOSITORY

from autograder.authoring.lesson import BEGIN, END
from autograder.course.model import Lesson, load_course

SHORTEST = 12
SECRET = ("test_hidden.py", "mistakes.py", "mistakes.toml", "alternatives.py")
LESSONS = tuple(load_course(REPOSITORY).lessons())


def secret_lines(lessons: Sequence[Lesson] = LESSONS, secret: Sequence[str] = SECRET) -> set[str]:
    """Collect the lines of the answers and of secret files that stand in no public file."""
    folders = [lesson.folder for lesson in lessons]
    lines = {line for folder in folders for name in secret for line in _code_lines(folder / name)}
    lines |= {line for folder in folders for line in _answer_lines((folder / "lesson.py").read_text())}
    public = {line.strip() for path in REPOSITORY.glob("exercises/*/*.py") for line in path.read_text().split("\n")}
    return {line for line in lines if len(line) >= SHORTEST} - public - _examples()


def _code_lines(path: Path) -> Iterator[str]:
    yield from (line.strip() for line in path.read_text().split("\n"))


def _answer_lines(text: str) -> Iterator[str]:
    for region in re.findall(f"{BEGIN}(.*?){END}", text, re.DOTALL):
        yield from (line.strip() for line in region.split("\n"))


def _examples() -> set[str]:
    """Collect the lines of the cells that only the notebook has: students are meant to read them."""
    text = "\n".join((lesson.folder / "lesson.py").read_text() for lesson in LESSONS)
    return {line[2:].strip() for line in text.split("\n") if line.startswith("# ")}
