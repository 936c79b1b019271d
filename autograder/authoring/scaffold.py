"""`unroll new`: a small lesson that builds and verifies as it stands, to be rewritten piece by piece."""

import keyword
import re
import tomllib
from pathlib import Path
from typing import Any

from autograder.course.model import MANIFEST, Course
from autograder.errors import CourseError, UsageError
from autograder.text.files import real_folder, write_atomically

TEMPLATE = Path(__file__).with_name("template")
NAME = re.compile(r"[a-z][a-z0-9_]*")


def new_lesson(course: Course, key: str, title: str) -> list[Path]:
    """Write the files of a lesson, and its name into `course.toml`.

    Args:
        key: such as `gates/lstm`; an assignment that is not there is added.
        title: stands above the lesson; made of its name if empty.

    Returns: the files that were written or changed.

    Raises:
        UsageError: the name cannot be used, or the lesson is there.
        CourseError: `course.toml` is written in a way that cannot be added to.
    """
    assignment, lesson = _names(key)
    folder = course.root / "solutions" / assignment / lesson
    if folder.exists():
        raise UsageError(f"{folder} is there already. Choose another name.")
    manifest = course.root / MANIFEST
    text = with_lesson(manifest.read_text(encoding="utf-8"), assignment, lesson)
    words = {"@TITLE@": title or lesson.capitalize(), "@KEY@": key, "@NAME@": lesson, "@LETTER@": lesson[0].upper()}
    made = [(folder / path.stem, _filled(path, words)) for path in sorted(TEMPLATE.glob("*.txt"))]
    real_folder(folder)
    for path, content in [*made, (manifest, text)]:
        write_atomically(path, content)
    return [*(path for path, _ in made), manifest]


def _names(key: str) -> tuple[str, str]:
    parts = key.split("/")
    if len(parts) != 2 or not all(NAME.fullmatch(part) and not keyword.iskeyword(part) for part in parts):
        raise UsageError(
            f"{key!r}: write ASSIGNMENT/LESSON, such as gates/lstm: small letters, digits and underscores."
        )
    return parts[0], parts[1]


def _filled(path: Path, words: dict[str, str]) -> str:
    text = path.read_text(encoding="utf-8")
    for mark, word in words.items():
        text = text.replace(mark, word)
    return text


def with_lesson(manifest: str, assignment: str, lesson: str) -> str:
    """Add a lesson to the text of a `course.toml`, at the end of its assignment; all else stays as it is.

    Raises:
        CourseError: the list of lessons is not where it is expected.
    """
    before = tomllib.loads(manifest)
    if assignment not in [entry["name"] for entry in before.get("assignment", ())]:
        entry = f'[[assignment]]\nname = "{assignment}"\ntitle = "{assignment.capitalize()}"\nlessons = ["{lesson}"]\n'
        return f"{manifest.rstrip()}\n\n{entry}"
    lessons = re.compile(rf'(name = "{assignment}"\n(?:(?!\[\[).*\n)*?lessons = \[[^\]]*?)(,?\s*)\]')
    text = lessons.sub(rf'\g<1>, "{lesson}"\g<2>]', manifest, count=1)
    if not _has(tomllib.loads(text), assignment, lesson):
        raise CourseError(
            f"{MANIFEST}: the lessons of {assignment} cannot be added to. Add {lesson!r} to them by hand."
        )
    return text


def _has(data: dict[str, Any], assignment: str, lesson: str) -> bool:
    return any(lesson in entry["lessons"] for entry in data["assignment"] if entry["name"] == assignment)
