"""The solutions of one assignment as a course of their own: what is exported holds no other."""

import re
import tomllib
from pathlib import Path

from autograder.course.model import MANIFEST, Course
from autograder.errors import CourseError

TABLE = re.compile(r"^[ \t]*(?=\[)", re.MULTILINE)
LEFT_OUT = {"__pycache__"}


def course_files(course: Course, name: str) -> dict[str, bytes]:
    """Read the files of one assignment's solutions, and a `course.toml` that names it alone.

    Returns: contents by their names, which begin with `solutions/`.

    Raises:
        UsageError: there is no such assignment.
        CourseError: `course.toml` is written in a way that cannot be cut.
    """
    assignment = course.assignment(name)
    files = {MANIFEST.as_posix(): only_assignment(course.root / MANIFEST, name).encode()}
    for lesson in assignment.lessons:
        for path in sorted(lesson.folder.rglob("*")):
            below = path.relative_to(course.root)
            is_left_out = any(part in LEFT_OUT or part.startswith(".") for part in below.parts)
            if path.is_file() and not is_left_out:
                files[below.as_posix()] = path.read_bytes()
    return files


def only_assignment(manifest: Path, name: str) -> str:
    """Leave out the tables of all other assignments; all else of the text stays as it is.

    Raises:
        CourseError: assignments are written otherwise than as tables of their own.
    """
    text = manifest.read_text(encoding="utf-8")
    starts = [match.start() for match in TABLE.finditer(text)]
    tables = [text[a:b] for a, b in zip([0, *starts], [*starts, len(text)], strict=True)]
    kept = "".join(table for table in tables if not _is_another(table, name))
    try:
        left = [entry["name"] for entry in tomllib.loads(kept)["assignment"]]
    except (tomllib.TOMLDecodeError, KeyError, TypeError):
        left = []
    if left != [name]:
        raise CourseError(f"{manifest}: {name!r} cannot be cut out. Write each assignment as a table, [[assignment]].")
    return kept


def _is_another(table: str, name: str) -> bool:
    try:
        found = tomllib.loads(table).get("assignment", [])
    except tomllib.TOMLDecodeError:  # a part of an array that begins a line with a bracket
        return False
    return isinstance(found, list) and any(entry.get("name") != name for entry in found if isinstance(entry, dict))
