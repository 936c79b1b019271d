"""The same request with one thing altered: an argument that is 0, exchanged, turned round, or one step long.

What a program makes of such a request tells where to look, whatever the program looks like.
"""

import ast
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from autograder.course.task import Task
from autograder.exam.module import Request

Values = dict[str, Any]
Change = Callable[[torch.Tensor], torch.Tensor]
CALLS = ("call", "gradients")
MOST = 40  # of one request; enough for every task, and an end for requests of any size


@dataclass(frozen=True)
class Altered:
    """An altered request.

    Args:
        said: what is altered: "if ..." where the right program is asked, "with ..." where the wrong one is.
    """

    said: str
    request: Request


@dataclass(frozen=True)
class Signature:
    """The arguments of a function in order, and the defaults that are plain values."""

    names: tuple[str, ...]
    defaults: Mapping[str, Any]


def signature_of(answer: str, name: str) -> Signature:
    """Read the signature of a function in a lesson's answer; that of anything else is empty."""
    for node in ast.parse(answer).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            given = node.args.args
            last = given[len(given) - len(node.args.defaults) :]
            pairs = zip(last, node.args.defaults, strict=True)
            plain = {arg.arg: value.value for arg, value in pairs if isinstance(value, ast.Constant)}
            return Signature(tuple(arg.arg for arg in given), plain)
    return Signature((), {})


def values_of(request: Request, signature: Signature) -> Values:
    """Return what is given to a call or a probe, by name; nothing for other requests."""
    if request.op == "run_probe":
        return dict(request.value["data"])
    args = request.value.get("args", ())
    if request.op not in CALLS or len(args) > len(signature.names):
        return {}
    return {**dict(zip(signature.names, args, strict=False)), **request.value.get("kwargs", {})}


def with_values(request: Request, values: Values) -> Request:
    """Ask the same with other values."""
    if request.op == "run_probe":
        return replace(request, value={**request.value, "data": values})
    count = len(request.value["args"])
    given = list(values.items())
    changed = {**request.value, "args": [value for _, value in given[:count]]}
    if "kwargs" in request.value:
        changed["kwargs"] = dict(given[count:])
    return replace(request, value=changed)


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
    for name in _named_tensors(values):
        yield name, with_values(request, _with(values, name, _other))


def _other(tensor: torch.Tensor) -> torch.Tensor:
    steps = torch.linspace(0.5, 1.5, max(tensor.numel(), 1), dtype=torch.float64)
    return tensor + steps[: tensor.numel()].reshape(tensor.shape).to(tensor.dtype)


def _zeros(values: Values, said: str) -> Iterator[tuple[str, Values]]:
    yield from _each(values, said, _is_not_zero, torch.zeros_like)


def _each(
    values: Values, said: str, fits: Callable[[torch.Tensor], bool], change: Change
) -> Iterator[tuple[str, Values]]:
    """Change the tensors of one name after another, where all of them fit."""
    for name, tensors in _named_tensors(values).items():
        if all(map(fits, tensors)):
            yield said.format(name), _with(values, name, change)


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


def _named_tensors(values: Values) -> dict[str, list[torch.Tensor]]:
    """List the floating tensors by the nearest name above each."""
    found: dict[str, list[torch.Tensor]] = {}
    for name, value in values.items():
        _gather(name, value, found)
    return found


def _gather(name: str, value: Any, found: dict[str, list[torch.Tensor]]) -> None:
    if isinstance(value, torch.Tensor) and value.is_floating_point():
        found.setdefault(name, []).append(value)
    elif isinstance(value, dict):
        for inner, part in value.items():
            _gather(str(inner), part, found)
    elif isinstance(value, (list, tuple)):
        for part in value:
            _gather(name, part, found)


def _with(values: Values, name: str, change: Change) -> Values:
    return {key: _changed(key, value, name, change) for key, value in values.items()}


def _changed(key: str, value: Any, name: str, change: Change) -> Any:
    if isinstance(value, torch.Tensor):
        return change(value) if key == name and value.is_floating_point() else value
    if isinstance(value, dict):
        return {inner: _changed(str(inner), part, name, change) for inner, part in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_changed(key, part, name, change) for part in value)
    return value
