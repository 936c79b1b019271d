"""The same request with one thing altered: an argument that is 0, exchanged, turned round, or one step long.

What a program makes of such a request tells where to look, whatever the program looks like.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from autograder.course.task import Task
from autograder.exam.arguments import (
    CALLS,
    Change,
    Signature,
    Values,
    named_tensors,
    values_of,
    with_changed,
    with_values,
)
from autograder.exam.module import Request

MOST = 40  # of one request; enough for every task, and an end for requests of any size


@dataclass(frozen=True)
class Altered:
    """An altered request.

    Args:
        said: what is altered: "if ..." where the right program is asked, "with ..." where the wrong one is.
    """

    said: str
    request: Request


def as_if(request: Request, signature: Signature) -> Iterator[Altered]:
    """List requests whose right answer a wrong program may have given to another one."""
    values = values_of(request, signature)
    found = itertools.chain(
        _zeros(values, "{} were 0"),
        _each(values, "{} had the opposite sign", _is_not_zero, torch.neg),
        _each(values, "{0} were turned round ({0}.T)", _is_square, lambda tensor: tensor.T.contiguous()),
        _exchanged(values),
        _other_numbers(values, signature),
    )
    for said, changed in itertools.islice(found, MOST):
        yield Altered(said, with_values(request, changed))


def with_less(request: Request, signature: Signature, task: Task) -> Iterator[Altered]:
    """List requests that are simpler: with one step, one row, a zero, a 1."""
    values = values_of(request, signature)
    yield from _of_one(request, values, task)
    plain = itertools.chain(_zeros(values, "{} = 0"), _ones(values))
    for said, changed in itertools.islice(plain, MOST):
        yield Altered(said, with_values(request, changed))


def disturbed(request: Request, signature: Signature) -> Iterator[tuple[str, Request]]:
    """Give each argument that has floating numbers other ones."""
    values = values_of(request, signature)
    for name in named_tensors(values):
        yield name, with_values(request, with_changed(values, name, _other))


@dataclass(frozen=True)
class Touched:
    """A request in which one entry of an argument is another, along an axis that a result has as well."""

    name: str
    letter: str
    place: int
    request: Request


def touched(request: Request, signature: Signature, task: Task) -> Iterator[Touched]:
    """Give the first and the last entry of each argument of the batch other numbers, along each axis of a result."""
    values = values_of(request, signature)
    if request.op != "call" or request.value.get("name") != task.name or not task.returns:
        return
    letters = {letter for shape in task.returns for letter in shape.axes}
    batch = next(iter(task.returns[0].axes), "")
    for shape in task.takes:
        value = values.get(shape.name)
        if not isinstance(value, torch.Tensor) or value.dim() != len(shape.axes) or batch not in shape.axes:
            continue
        for axis, letter in enumerate(shape.axes):
            for place in (0, value.shape[axis] - 1) if letter in letters and value.shape[axis] > 1 else ():
                changed = {**values, shape.name: _with_other_entry(value, axis, place)}
                yield Touched(shape.name, letter, place, with_values(request, changed))


def _with_other_entry(value: torch.Tensor, axis: int, place: int) -> torch.Tensor:
    changed = value.clone()
    changed.select(axis, place).copy_(_other(value.select(axis, place)))
    return changed


def _other(tensor: torch.Tensor) -> torch.Tensor:
    steps = torch.linspace(0.5, 1.5, max(tensor.numel(), 1), dtype=torch.float64)
    return tensor + steps[: tensor.numel()].reshape(tensor.shape).to(tensor.dtype)


def _zeros(values: Values, said: str) -> Iterator[tuple[str, Values]]:
    yield from _each(values, said, _is_not_zero, torch.zeros_like)


def _each(
    values: Values, said: str, fits: Callable[[torch.Tensor], bool], change: Change
) -> Iterator[tuple[str, Values]]:
    """Change the tensors of one name after another, where all of them fit."""
    for name, tensors in named_tensors(values).items():
        if all(map(fits, tensors)):
            yield said.format(name), with_changed(values, name, change)


def _is_not_zero(tensor: torch.Tensor) -> bool:
    return bool(tensor.any())


def _is_square(tensor: torch.Tensor) -> bool:
    return tensor.dim() == 2 and tensor.shape[0] == tensor.shape[1] > 1


def _exchanged(values: Values) -> Iterator[tuple[str, Values]]:
    """Exchange two arguments of one kind, and put each in the place of the other."""
    for first, second in itertools.combinations(values, 2):
        one, two = values[first], values[second]
        if _kind(one) is not None and _kind(one) == _kind(two):
            yield f"{first} stood in place of {second}", {**values, second: one}
            yield f"{second} stood in place of {first}", {**values, first: two}
            yield f"{first} and {second} were exchanged", {**values, first: two, second: one}


def _kind(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.dtype, tuple(value.shape)
    return int if type(value) is int else None


def _other_numbers(values: Values, signature: Signature) -> Iterator[tuple[str, Values]]:
    for name, value in values.items():
        if type(value) is bool:
            yield f"{name} were {not value}", {**values, name: not value}
        elif type(value) is int:
            yield f"{name} were 1 larger", {**values, name: value + 1}
            yield f"{name} were 1 smaller", {**values, name: value - 1}
        if type(value) in (int, float, bool, str) and signature.defaults.get(name, value) != value:
            yield f"{name} had its default", {**values, name: signature.defaults[name]}


def _ones(values: Values) -> Iterator[tuple[str, Values]]:
    for name, value in values.items():
        if type(value) in (int, float) and value != 1:
            yield f"{name} = 1", {**values, name: type(value)(1)}


def _of_one(request: Request, values: Values, task: Task) -> Iterator[Altered]:
    """Cut one axis of the lesson to length 1, in all arguments that have it."""
    if request.op not in CALLS or request.value.get("name") != task.name:
        return
    axes = {shape.name: shape.axes for shape in task.takes}
    for letter in dict.fromkeys(letter for letters in axes.values() for letter in letters if letter.isalpha()):
        if any(letter in one and letter != one for letters in axes.values() for one in letters):
            continue  # of 4H rows the first alone are no row of each gate
        cut = {name: _cut(value, axes.get(name, ()), letter) for name, value in values.items()}
        changed = with_values(request, cut)
        if "cotangents" in request.value:
            changed.value["cotangents"] = _cut_all(request.value["cotangents"], task, letter)
        if any(_kind(cut[name]) != _kind(values[name]) for name in values):
            yield Altered(f"{letter} = 1", changed)


def _cut_all(cotangents: Sequence[Any], task: Task, letter: str) -> list[Any]:
    if len(cotangents) != len(task.returns):
        return list(cotangents)
    return [_cut(value, shape.axes, letter) for value, shape in zip(cotangents, task.returns, strict=True)]


def _cut(value: Any, axes: Sequence[str], letter: str) -> Any:
    if not isinstance(value, torch.Tensor) or value.dim() != len(axes):
        return value
    for axis, one in enumerate(axes):
        value = value.narrow(axis, 0, min(1, value.shape[axis])) if one == letter else value
    return value.contiguous()
