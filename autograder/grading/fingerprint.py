"""Name everything that a result depends on beside the hand-in: lessons, machine, torch, limits and seed."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from autograder.course.model import Course, Lesson
from autograder.exam.versions import versions
from autograder.intake import HandIn

MACHINE = Path(__file__).resolve().parents[1]
LESSON_FILES = ("*.py", "*.toml", "*.json")


def fingerprint(course: Course, assignment: str, seed: str) -> str:
    """Name everything that a result of this assignment depends on in 64 hex digits."""
    digest = hashlib.sha256(repr((course.limits, seed, versions(), course.hidden_checks, course.has_pictures)).encode())
    for path in _files(course, assignment):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def parts(course: Course, assignment: str) -> dict[str, str]:
    """Name each part of it by itself, so that a later run can say which is another; the seed is none of them."""
    settings = repr((course.limits, course.hidden_checks, course.has_pictures)).encode()
    found = {"the kit": _digest(sorted(MACHINE.rglob("*.py")), repr(versions()).encode())}
    found["the settings in course.toml"] = _digest([], settings)
    for lesson in course.assignment(assignment).lessons:
        found[f"the lesson {lesson.name}"] = _digest(_lesson_files(lesson))
    return found


def _digest(paths: Iterable[Path], more: bytes = b"") -> str:
    digest = hashlib.sha256(more)
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def with_kit_digest(hand_in: HandIn, kit: str) -> HandIn:
    """Make a hand-in's digest depend on the kit that grades it."""
    return replace(hand_in, digest=hashlib.sha256(f"{hand_in.digest}:{kit}".encode()).hexdigest())


def _files(course: Course, assignment: str) -> Iterator[Path]:
    yield from sorted(MACHINE.rglob("*.py"))
    for lesson in course.assignment(assignment).lessons:
        yield from _lesson_files(lesson)


def _lesson_files(lesson: Lesson) -> Iterator[Path]:
    for pattern in LESSON_FILES:
        yield from sorted(lesson.folder.glob(pattern))
