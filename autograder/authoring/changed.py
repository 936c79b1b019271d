"""Find the lessons that have changed since they were built, by digests of their sources and of their built files.

The digests stand in a file beside `solutions/`, which is not part of the course. Without it, all lessons are built.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from autograder.authoring.build import KNOWN, NOTEBOOKS, is_of
from autograder.course.model import MANIFEST, Course, Lesson
from autograder.exam.versions import versions
from autograder.text.files import write_atomically

RECORD = ".unroll-built.json"
KIT = Path(__file__).resolve().parents[1]
ADVICE = "Free space or see who may write there, then run the same command again."


def changed(course: Course, lessons: Iterable[Lesson]) -> list[Lesson]:
    """List the lessons that changed since they were built here, or whose built files changed."""
    before = _record(course)
    return [lesson for lesson in lessons if before.get(lesson.key) != state_of(course, lesson)]


def note_built(course: Course, lessons: Iterable[Lesson]) -> None:
    """Remember that some lessons are built as they stand now."""
    record = {**_record(course), **{lesson.key: state_of(course, lesson) for lesson in lessons}}
    there = [lesson.key for lesson in course.lessons()]
    kept = {key: digest for key, digest in record.items() if key in there}
    write_atomically(course.root / RECORD, json.dumps(kept, indent=1) + "\n", ADVICE)


def skipped(lessons: Sequence[Lesson], built: Sequence[Lesson]) -> Iterator[str]:
    """Say in one line which of some lessons were not built."""
    left = [lesson.key for lesson in lessons if lesson not in built]
    if left:
        yield f"Skipped what has not changed since it was built (--force builds all): {', '.join(left)}."


def state_of(course: Course, lesson: Lesson) -> str:
    """Make a digest, 64 hex digits, of all that the built files of a lesson depend on, and of these files."""
    digest = hashlib.sha256(repr(versions()).encode())
    for path in (*_sources(course, lesson), *_built(course, lesson)):
        data = path.read_bytes() if path.is_file() else b""
        name = path.relative_to(KIT.parent if path.is_relative_to(KIT) else course.root).as_posix()
        digest.update(f"{name}\0{hashlib.sha256(data).hexdigest()}\0".encode())
    digest.update(json.dumps(_known(course, lesson), sort_keys=True).encode())
    return digest.hexdigest()


def _sources(course: Course, lesson: Lesson) -> Iterator[Path]:
    yield from sorted(path for path in KIT.rglob("*") if path.suffix in (".py", ".ini") and path.is_file())
    yield course.root / MANIFEST
    files = (path for path in lesson.folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    yield from sorted(files)


def _built(course: Course, lesson: Lesson) -> Iterator[Path]:
    folder = course.root / "exercises" / lesson.assignment
    yield from (folder / f"{lesson.name}.py", folder / f"test_{lesson.name}.py", folder / f"{lesson.name}.svg")
    yield course.root / NOTEBOOKS / f"{lesson.key}.ipynb"
    yield course.root / "source" / f"{lesson.key}.ipynb"


def _known(course: Course, lesson: Lesson) -> Any:
    """Read what `known.json` says of a lesson, and of the digests by which a student's work is recognised."""
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        path = course.root / "exercises" / lesson.assignment / KNOWN
        data = json.loads(path.read_text(encoding="utf-8"))
        digests = {path: digest for path, digest in data["built"].items() if is_of(path, lesson.name)}
        return [data["lessons"][lesson.name], digests, data["letters"], data["title"]]
    return None


def _record(course: Course) -> dict[str, str]:
    with suppress(OSError, ValueError):
        found = json.loads((course.root / RECORD).read_text(encoding="utf-8"))
        return found if isinstance(found, dict) else {}
    return {}
