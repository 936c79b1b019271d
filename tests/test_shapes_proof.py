"""The shapes that `unroll shapes` teaches are those that the answers take and return in the course's own tests."""

import functools
from collections.abc import Callable

import pytest
from secret_lines import LESSONS

from autograder.authoring.rehearsal import Rehearsal, rehearse
from autograder.authoring.shapes import wrong_shapes
from autograder.course.model import Lesson, Task

ASKED = [(lesson, task) for lesson in LESSONS for task in lesson.tasks if task.takes or task.returns]


@pytest.fixture(scope="module")
def rehearsals() -> Callable[[Lesson], Rehearsal]:
    """One run of a lesson's tests on its answer."""
    return functools.cache(rehearse)


@pytest.mark.parametrize(("lesson", "task"), ASKED, ids=lambda one: getattr(one, "name", one))
def test_shapes_are_those_of_the_tests(rehearsals: Callable[[Lesson], Rehearsal], lesson: Lesson, task: Task) -> None:
    calls = rehearsals(lesson).calls

    assert calls[task.name]
    assert [line for line in wrong_shapes(lesson, calls) if f": {task.name} " in line] == []


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_every_test_asks_the_reference_first(rehearsals: Callable[[Lesson], Rehearsal], lesson: Lesson) -> None:
    assert rehearsals(lesson).ahead == []
