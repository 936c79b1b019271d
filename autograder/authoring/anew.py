"""Import test files again: another assignment, or another course, may have a lesson of the same name."""

import sys

from autograder.course.model import Lesson

FILES = ("test_public", "test_hidden")


def forget_tests(lesson: Lesson) -> None:
    """Forget the test files that pytest has imported under a lesson's name."""
    for name in [name for name in sys.modules if name.split(".")[-2:] in ([lesson.name, file] for file in FILES)]:
        del sys.modules[name]
