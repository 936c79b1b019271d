"""Compare the shapes that `unroll shapes` teaches with those of the answer's calls in the lesson's own tests."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch

from autograder.authoring.explained import line_of
from autograder.authoring.rehearsal import Call
from autograder.course.model import Course, Lesson, Task
from autograder.course.task import Shape


def check_letters(course: Course, lesson: Lesson) -> Iterator[str]:
    """Make a line for each axis that no reader can know, and for each name that is no argument."""
    toml = lesson.folder / "lesson.toml"
    for task in lesson.tasks:
        names = _parameters(lesson, task)
        for shape in (*task.takes, *task.returns):
            place = f"{toml}:{line_of(toml, task.name, shape.name)}:"
            for axis in shape.axes:
                letter = axis.lstrip("0123456789")
                if letter and letter not in course.letters and axis not in names:
                    yield (
                        f"{place} {task.name}: {axis} of {shape.name} is no letter. "
                        "Say in course.toml, [letters], what it stands for, or mend it."
                    )
        for shape in task.takes if names else ():
            if shape.name not in names:
                place = f"{toml}:{line_of(toml, task.name, shape.name)}:"
                yield f"{place} {task.name} takes no {shape.name}. There is: {', '.join(names)}."


def _parameters(lesson: Lesson, task: Task) -> list[str]:
    """List the arguments of a task's answer; of a class, those of its `forward`."""
    try:
        body = ast.parse((lesson.folder / "lesson.py").read_text(encoding="utf-8")).body
    except (OSError, SyntaxError, UnicodeDecodeError):  # which is said elsewhere
        return []
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name == task.name:
            return next((_names(part) for part in node.body if getattr(part, "name", "") == "forward"), [])
        if getattr(node, "name", "") == task.name:
            return _names(node)
    return []


def _names(node: ast.stmt) -> list[str]:
    if not isinstance(node, ast.FunctionDef):
        return []
    given = node.args
    return [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs) if one.arg != "self"]


def wrong_shapes(lesson: Lesson, calls: Mapping[str, Sequence[Call]]) -> Iterator[str]:
    """Make a line for each task whose shapes are not those of the calls that the tests make."""
    toml = lesson.folder / "lesson.toml"
    for task in lesson.tasks:
        if not (task.takes or task.returns):
            continue
        if not calls[task.name]:
            place = f"{toml}:{line_of(toml, task.name, 'name')}:"
            yield f"{place} no test calls {task.name}, so its shapes are unproved. Write one, or take them out."
        for name, fact, call in _faults(task, calls[task.name]):
            yield (
                f"{toml}:{line_of(toml, task.name, name)}: {task.name} {fact} in {call.test}. "
                f"Mend {'takes' if fact.startswith('takes') else 'returns'}."
            )
            break


def _faults(task: Task, calls: Sequence[Call]) -> Iterator[tuple[str, str, Call]]:
    """Go through the shapes that differ from those that are taught: the name, the fact and the call."""
    for call in calls:
        letters: dict[str, int] = {}
        for shape in task.takes:
            value = call.arguments.get(shape.name)
            if value is not None and not agrees(shape, value, call.arguments, letters):
                yield shape.name, f"takes {_said(shape)}, and is given {_found(value)}", call
        if task.returns and not _returns(task, call, letters):
            told = ", ".join(map(_said, task.returns))
            yield task.returns[0].name, f"returns {told}, and the answer returns {_found(call.result)}", call


def _returns(task: Task, call: Call, letters: Mapping[str, int]) -> bool:
    """Tell whether the results, in some place, have the shapes that are taught."""
    for values in placements(call.result, [shape.name for shape in task.returns]):
        known, pairs = dict(letters), zip(task.returns, values, strict=True)
        if len(values) == len(task.returns) and all(agrees(*pair, call.arguments, known) for pair in pairs):
            return True
    return False


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
        if size != (int(axis) if axis.isdecimal() else _size_of(axis, size, arguments, letters)):
            return False
    return True


def _size_of(axis: str, size: int, arguments: Mapping[str, Any], letters: dict[str, int]) -> Any:
    """Say how long an axis should be, if its letter is known; else note what this size says of the letter."""
    letter = axis.lstrip("0123456789")
    times = int(axis.removesuffix(letter) or 1)
    return arguments[axis] if axis in arguments else times * letters.setdefault(letter, size // times)


def placements(result: Any, names: list[str]) -> Iterator[Sequence[Any]]:
    """Go through the results that some names may stand for: a dict's by key, a tuple's side by side."""
    if isinstance(result, dict):
        yield [result.get(name) for name in names]
    elif isinstance(result, tuple):
        yield from (result[first : first + len(names)] for first in range(len(result) - len(names) + 1))
    elif len(names) == 1:
        yield [result]


def _said(shape: Shape) -> str:
    return f"{shape.name} of shape ({', '.join(shape.axes)})"


def _found(value: Any) -> str:
    if isinstance(value, tuple):
        return " and ".join(map(_found, value))
    shape = sizes(value)
    return f"a {type(value).__name__}" if shape is None else f"{shape}"
