"""What a request gives to a function or a probe, by name: read it, and ask the same with other values."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch

from autograder.exam.module import Request

Values = dict[str, Any]
Change = Callable[[torch.Tensor], torch.Tensor]
CALLS = ("call", "gradients")


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


def named_tensors(values: Values) -> dict[str, list[torch.Tensor]]:
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


def with_changed(values: Values, name: str, change: Change) -> Values:
    return {key: _changed(key, value, name, change) for key, value in values.items()}


def _changed(key: str, value: Any, name: str, change: Change) -> Any:
    if isinstance(value, torch.Tensor):
        return change(value) if key == name and value.is_floating_point() else value
    if isinstance(value, dict):
        return {inner: _changed(str(inner), part, name, change) for inner, part in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_changed(key, part, name, change) for part in value)
    return value
