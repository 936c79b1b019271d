"""torch's messages about sizes, in the letters of the lesson: which of its shapes met, as far as that is sure."""

import re
from collections.abc import Iterator, Sequence

import numpy as np
import torch

from autograder.course.model import Task
from autograder.course.task import Shape
from autograder.errors import StudentError
from autograder.exam.module import Request

Shapes = dict[tuple[int, ...], set[str]]
PRODUCT = re.compile(r"mat1 and mat2 shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)")
SIZES = re.compile(
    r"size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\) at non-singleton dimension (\d+)"
)
STATE = re.compile(r"Expected hidden(\[\d\])? size \((\d+), (\d+), (\d+)\), got \[(\d+), (\d+), (\d+)\]")
STATE_AXES = ("layers", "batch", "hidden size")
SECOND = "Trying to backward through the graph a second time"
IN_PLACE = "modified by an inplace operation"
LONG = re.compile(r"not implemented for '(Long|Int)'")
AGAIN = "A state of an earlier call still holds its graph, or backward() is called twice: detach what is kept."
WRITTEN = "What the gradient needs was written to after it was used, as by += or x[i] = ...: make a new tensor."
WHOLE = "A tensor of whole numbers stands where floating ones are needed. Are two arguments exchanged?"


def in_letters(error: StudentError, task: Task, request: Request | None) -> str:
    """Say what an exception of torch means, or "" where it says nothing more.

    Args:
        request: what the student's code was asked, where it is known.
    """
    text = error.text.split("\n")[0]
    if found := PRODUCT.search(text):
        return _product([int(size) for size in found.groups()], _letters(task, request))
    if found := SIZES.search(text):
        return _sizes([int(size) for size in found.groups()], _of_axes(task, request))
    if found := STATE.search(text):
        return _state([int(size) for size in found.groups()[1:]])
    said = {SECOND: AGAIN, IN_PLACE: WRITTEN}
    return next((advice for mark, advice in said.items() if mark in text), WHOLE if LONG.search(text) else "")


def _product(sizes: Sequence[int], letters: Shapes) -> str:
    first, second = tuple(sizes[:2]), tuple(sizes[2:])
    shown = f"{_named(first, letters)} times {_named(second, letters)}: the last axis of the first must be as long as"
    turned = sizes[1] == sizes[3]
    return f"{shown} the first axis of the second.{' Is a .T missing?' if turned else ''}"


def _sizes(sizes: Sequence[int], axes: dict[int, set[str]]) -> str:
    first, second, axis = sizes
    known = [f"{next(iter(axes[size]))} = {size}" for size in (first, second) if len(axes.get(size, ())) == 1]
    if len(known) < 2:
        return ""
    return f"Axis {axis} is {known[0]} in the one and {known[1]} in the other."


def _state(sizes: Sequence[int]) -> str:
    wanted, came = sizes[:3], sizes[3:]
    apart = [(name, a, b) for name, a, b in zip(STATE_AXES, wanted, came, strict=True) if a != b]
    said = " and ".join(f"{name} {b} in place of {a}" for name, a, b in apart)
    return f"The first state has {said}." if said else ""


def _named(shape: tuple[int, ...], letters: Shapes) -> str:
    names = letters.get(shape, set())
    shown = f"({', '.join(map(str, shape))})"
    return f"{next(iter(names))} = {shown}" if len(names) == 1 else shown


def _arguments(task: Task, request: Request | None) -> Iterator[tuple[Shape, tuple[int, ...]]]:
    """Go through the arguments of a call whose shapes the lesson tells, each with the shape that it had."""
    if request is None or request.op not in ("call", "gradients", "effects") or request.value.get("name") != task.name:
        return
    tensors = [value for value in request.value.get("args", ()) if isinstance(value, (torch.Tensor, np.ndarray))]
    if len(tensors) != len(request.value.get("args", ())) or len(tensors) != len(task.takes):
        return
    for shape, tensor in zip(task.takes, tensors, strict=True):
        if len(shape.axes) == tensor.ndim:
            yield shape, tuple(tensor.shape)


def _of_axes(task: Task, request: Request | None) -> dict[int, set[str]]:
    """List the letters that each size may be."""
    found: dict[int, set[str]] = {}
    for shape, sizes in _arguments(task, request):
        for letter, size in zip(shape.axes, sizes, strict=True):
            found.setdefault(size, set()).add(letter)
    return found


def _letters(task: Task, request: Request | None) -> Shapes:
    """List the letters that a matrix of each shape may have: an argument, one turned round, or a result.

    Nothing is sure where one size stands for two letters.
    """
    axes = _of_axes(task, request)
    if any(len(letters) > 1 for letters in axes.values()):
        return {}
    size_of = {next(iter(letters)): size for size, letters in axes.items()}
    found: Shapes = {}
    for shape in (*task.takes, *task.returns):
        if len(shape.axes) == 2 and set(shape.axes) <= size_of.keys():
            for one in (shape.axes, shape.axes[::-1]):
                found.setdefault(tuple(size_of[letter] for letter in one), set()).add(f"({', '.join(one)})")
    return found
