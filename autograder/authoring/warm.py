"""Measure what the public checks of a task cost once all is imported; students run them at every change."""

import time
from collections.abc import Iterator

from autograder.exam.exam import Exam
from autograder.exam.lesson_tests import LessonTests
from autograder.exam.local import Local

MOST = 0.3  # seconds of CPU


def slow_checks(exam: Exam, tests: LessonTests) -> Iterator[str]:
    """Say which tasks of a lesson have tests that take too long on the right answer."""
    for task in tests.lesson.tasks:
        took = _seconds(exam, tests, task.name)
        if took > MOST:
            address = tests.lesson.address(task)
            yield f"{address}: its public checks take {took:.2f} s of CPU, more than {MOST:g} s. Take smaller inputs."


def _seconds(exam: Exam, tests: LessonTests, task: str) -> float:
    """Run the tests of a task twice, and measure the second time: this process's CPU, however busy the machine is."""
    local = Local(tests.lesson.name, tests.answer)
    began = 0.0
    for _ in range(2):
        began = time.process_time()
        for plan in tests.plans:
            if plan.task.name == task:
                exam.run(plan, local.ask)
    return time.process_time() - began
