"""What `unroll init` notes down in a student's folder: the kit, the course, the digests of all that it ever wrote."""

import json
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from autograder import __version__
from autograder.course.model import Lesson
from autograder.errors import UsageError
from autograder.student.exercises import DIGITS, KNOWN, SUFFIXES, assignments_in, read_exercises, read_known
from autograder.student.folder.shipped import FILE, NOTEBOOK, README, WELCOME, other_form
from autograder.student.memory import OWN, digest_of

WRITTEN = f"{OWN}/manifest.json"
FORM = "lessons"
ABOUT = "Written by unroll init, which keeps what you have changed; do not edit."


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read what was noted down; nothing where it is lost or damaged."""
    try:
        data = json.loads((folder / WRITTEN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def manifest_text(
    digests: Mapping[str, Collection[str]], course: Path | None, kit: str = __version__, suffix: str = FILE
) -> str:
    """Write down what is to be remembered.

    Args:
        digests: of all that was ever written, by file.
        course: the folder of the course that the files come from; None for the kit.
        suffix: whether the lessons are Python files or notebooks.
    """
    files = {name: sorted(found) for name, found in digests.items()}
    course_and_form = {**({"course": str(course)} if course else {}), **({FORM: suffix} if suffix != FILE else {})}
    data = {"about": ABOUT, "kit": kit, **course_and_form, "files": files}
    return json.dumps(data, indent=1) + "\n"


def suffix_of(folder: Path) -> str:
    """Say whether the lessons of a folder were put there as Python files or as notebooks.

    Where that is not noted down, the lessons that are there say it.
    """
    manifest = read_manifest(folder)
    if manifest:
        return NOTEBOOK if manifest.get(FORM) == NOTEBOOK else FILE
    lessons = [lesson for name in assignments_in(folder) for lesson in _lessons(folder / name)]
    there = [suffix for lesson in lessons for suffix in SUFFIXES if (folder / f"{lesson.key}{suffix}").is_file()]
    return NOTEBOOK if there.count(NOTEBOOK) > there.count(FILE) else FILE


def is_made_by_init(folder: Path) -> bool:
    """Recognise a folder that `unroll init` has made, also without what was noted down."""
    return bool(read_manifest(folder)) or (_has_welcome(folder) and bool(assignments_in(folder)))


def _has_welcome(folder: Path) -> bool:
    title = WELCOME.read_text(encoding="utf-8").partition("\n")[0]
    try:
        with (folder / README).open(encoding="utf-8", errors="replace") as file:
            return file.readline().strip() == title
    except OSError:
        return False


def digests_from_exercises(folder: Path) -> dict[str, list[str]]:
    """Find out what was written from the exercises themselves: they say of each file how it was handed out."""
    digests: dict[str, list[str]] = {}
    for name in assignments_in(folder):
        with suppress(OSError, ValueError, TypeError, AttributeError):  # what cannot be read says nothing
            digests |= _digests_of(folder / name / KNOWN)
    other = other_form(suffix_of(folder))
    unwritten = {f"{lesson.key}{other}" for name in assignments_in(folder) for lesson in _lessons(folder / name)}
    return {name: found for name, found in digests.items() if name not in unwritten}


def _lessons(folder: Path) -> tuple[Lesson, ...]:
    try:
        return read_exercises(folder).assignment.lessons
    except UsageError:
        return ()


def _digests_of(known: Path) -> dict[str, list[str]]:
    name = known.parent.name
    built = read_known(known).get("built", {})
    found = {f"{name}/{Path(path).name}": [str(digest)[:DIGITS]] for path, digest in built.items()}
    return {**found, f"{name}/{KNOWN}": [digest_of(known.read_bytes())]}
