"""The shapes that `unroll shapes` teaches are those that the answers take and return in the course's own tests."""

import functools
import inspect
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from secret_lines import LESSONS

from autograder.course import Lesson, Task
from autograder.exam.exam import Exam, course_exam, run_session
from autograder.exam.local import ask_here
from autograder.extras import Shape
from autograder.isolation import loader

ASKED = [(lesson, task) for lesson in LESSONS for task in lesson.tasks if task.takes or task.returns]
Call = tuple[dict[str, Any], Any]


def recorded(function: Callable[..., Any], calls: list[Call]) -> Callable[..., Any]:
    """Write down the arguments and the result of every call that returns."""
    signature = inspect.signature(function)

    @functools.wraps(function)
    def record(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        calls.append((bound.arguments, result))
        return result

    return record


def record_task(module: types.ModuleType, task: Task, calls: list[Call]) -> None:
    """Put a recording function in the place of the answer's; of a class, its `forward` is recorded."""
    made = getattr(module, task.name)
    if isinstance(made, type):
        made.forward = recorded(made.forward, calls)  # type: ignore[attr-defined]
    else:
        setattr(module, task.name, recorded(made, calls))


def calls_of(lesson: Lesson) -> dict[str, list[Call]]:
    """Run all tests of a lesson on its answer; return the calls of each task."""
    answer = (lesson.folder / "lesson.py").read_text(encoding="utf-8")
    module, notes = loader.load(f"_shapes_{lesson.name}", [answer])
    assert not notes
    calls: dict[str, list[Call]] = {task.name: [] for task in lesson.tasks}
    for task in lesson.tasks:
        record_task(module, task, calls[task.name])

    def work(exam: Exam) -> None:
        for plan in exam.lessons[lesson.key].plans:
            exam.run(plan, lambda op, request: ask_here(module, op, request))

    run_session(course_exam([lesson], "shapes", work, files=("test_public.py", "test_hidden.py")))
    return calls


@pytest.fixture(scope="module")
def calls() -> Callable[[Lesson], dict[str, list[Call]]]:
    """The calls of a lesson's tasks, recorded once."""
    return functools.cache(calls_of)


def sizes(value: Any) -> tuple[int, ...] | None:
    """Return the shape of a value; None for what has none."""
    if isinstance(value, (torch.Tensor, np.ndarray)):
        return tuple(value.shape)
    if isinstance(value, list) and all(isinstance(one, (int, float)) for one in value):
        return (len(value),)
    return () if isinstance(value, (int, float)) else None


def agrees(shape: Shape, value: Any, arguments: Mapping[str, Any], letters: dict[str, int]) -> bool:
    """Tell whether a value has some shape, given what the letters stood for so far."""
    found = sizes(value)
    if found is None or len(found) != len(shape.axes):
        return False
    for axis, size in zip(shape.axes, found, strict=True):
        if size != (int(axis) if axis.isdecimal() else size_of(axis, size, arguments, letters)):
            return False
    return True


def size_of(axis: str, size: int, arguments: Mapping[str, Any], letters: dict[str, int]) -> Any:
    """Say how long an axis should be, if its letter is known; else note what this size says of the letter."""
    letter = axis.lstrip("0123456789")
    times = int(axis.removesuffix(letter) or 1)
    return arguments[axis] if axis in arguments else times * letters.setdefault(letter, size // times)


def placements(result: Any, names: list[str]) -> Iterator[Sequence[Any]]:
    """Go through the results that some names may stand for: a dict's by key, a tuple's side by side."""
    if isinstance(result, dict):
        yield [result[name] for name in names]
    elif isinstance(result, tuple):
        yield from (result[first : first + len(names)] for first in range(len(result) - len(names) + 1))
    else:
        yield [result]


def is_as_told(task: Task, call: Call) -> bool:
    """Tell whether the arguments of a call, and its results in some place, have the shapes that are taught."""
    arguments, result = call
    letters: dict[str, int] = {}
    given = [(shape, arguments[shape.name]) for shape in task.takes if arguments[shape.name] is not None]
    if not all(agrees(*pair, arguments, letters) for pair in given):
        return False
    return not task.returns or any(
        all(agrees(*pair, arguments, dict(letters)) for pair in zip(task.returns, values, strict=True))
        for values in placements(result, [shape.name for shape in task.returns])
    )


@pytest.mark.parametrize(("lesson", "task"), ASKED, ids=lambda one: getattr(one, "name", one))
def test_shapes_are_those_of_the_tests(
    calls: Callable[[Lesson], dict[str, list[Call]]], lesson: Lesson, task: Task
) -> None:
    found = calls(lesson)[task.name]

    assert found
    assert [call for call in found if not is_as_told(task, call)] == []
