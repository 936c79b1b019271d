"""The public tests of a lesson, kept as pytest has collected them: the next check needs no session of pytest."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.course.model import Lesson
from autograder.exam.exam import Exam, run_session
from autograder.exam.lesson_tests import shipped_tests
from autograder.student.exercises import Exercises

_kept: dict[tuple[Path, str], Exam] = {}


def with_tests(exercises: Exercises, lesson: Lesson, work: Callable[[Exam], None]) -> None:
    """Do some work with the tests of a lesson, which are collected where they are new or have changed.

    Raises:
        GradingError: they cannot be collected.
    """
    path = exercises.tests(lesson)
    tests = shipped_tests(lesson, path)
    kept = _kept.get((path, lesson.key))
    if kept is not None and kept.lessons[lesson.key].is_same(tests):
        work(kept)
        return
    exam = Exam([tests], exercises.folder, "", work)
    with _imported_anew(path.stem):
        run_session(exam, threads=None)
    if all(plan.is_plain for plan in tests.plans):  # others need a session
        _kept[path, lesson.key] = exam


@contextmanager
def _imported_anew(name: str) -> Iterator[None]:
    """Forget a test file that was imported before: another assignment may have one of the same name."""
    before = sys.modules.pop(name, None)
    try:
        yield
    finally:
        sys.modules.pop(name, None)
        if before is not None:
            sys.modules[name] = before
