"""Begin a lesson anew: its file is what was handed out, and what stood in it is kept beside."""

import shutil
from itertools import count
from pathlib import Path

from autograder.course.model import Lesson
from autograder.errors import UsageError
from autograder.student.exercises import Exercises, shipped_exercises
from autograder.student.folder.manifest import suffix_of
from autograder.student.folder.shipped import NOTEBOOK, NOTEBOOKS
from autograder.text.files import cannot_write, write_atomically

ADVICE = "Nothing was changed."
FRESH = "Take a fresh one where it came from."


def reset(exercises: Exercises, lesson: Lesson) -> str:
    """Put a lesson's stub in the place of the student's file.

    Returns: the name of the copy of the student's file, or "" where there was none.

    Raises:
        UsageError: the lesson is a notebook from elsewhere, or the kit has no stub of it.
        GradingError: a file cannot be written; then the student's file is as it was.
    """
    file = exercises.file(lesson)
    shipped = shipped_exercises()
    stub = shipped / lesson.assignment / f"{lesson.name}.py"
    if file.suffix == NOTEBOOK:
        if suffix_of(exercises.folder.parent) != NOTEBOOK:
            raise UsageError(f"{file.name} is a notebook that the kit did not put here. {FRESH}")
        stub = shipped / NOTEBOOKS / f"{lesson.key}{NOTEBOOK}"
    if not stub.is_file() or (file.is_file() and stub.samefile(file)):
        raise UsageError(f"The kit has no stub to put in the place of {file.name}.")
    copy = _copied(file) if file.is_file() else None
    write_atomically(file, stub.read_text(encoding="utf-8"), ADVICE)
    return copy.name if copy else ""


def _copied(file: Path) -> Path:
    names = (file.with_name(f"{file.name}.before-reset{'' if n == 1 else f'-{n}'}") for n in count(1))
    copy = next(name for name in names if not name.exists())
    try:
        shutil.copy2(file, copy)
    except OSError as error:
        raise cannot_write(copy, error, ADVICE) from None
    return copy
