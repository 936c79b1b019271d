"""The questions to a lesson's module: call a function, its gradients, its effects, or a probe.

The worker asks a student's module, the grader asks the reference; both use this code.
"""

import re
import traceback
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

import numpy as np
import torch

from autograder.isolation.inside.devices import model_stays, stays

Plain = Any
PROBE = "<probe>"
# On `meta` some functions refuse a single number of the CPU, in other words; other devices take such a number.
TWO_DEVICES = re.compile("the same device|on the expected device|but got tensor with cpu Device")


def find_name(module: types.ModuleType, name: str) -> Callable[..., Any]:
    """Find a name in a module.

    Raises:
        LookupError: the module has no such name.
        TypeError: an experiment has taken it for a value.
    """
    if name not in module.__dict__:
        raise LookupError(name)
    found: Callable[..., Any] = module.__dict__[name]
    if not callable(found):
        raise TypeError(f"{name} is no function or class here, but a value of type {type(found).__name__}")
    return found


def call(module: types.ModuleType, name: str, args: Sequence[Plain], kwargs: Mapping[str, Plain]) -> Plain:
    """Call a function."""
    return find_name(module, name)(*args, **kwargs)


def gradients(
    module: types.ModuleType, name: str, args: Sequence[Plain], cotangents: Sequence[torch.Tensor]
) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """Differentiate sum(output * cotangent) with respect to every floating tensor argument, also inside of tuples.

    Args:
        cotangents: one tensor for each tensor that the function returns, of its shape.

    Returns: the tensors that the function returned, and the gradients in the order of the arguments; zeros where the
        result does not depend on an argument; no gradients where shapes differ from the cotangents'.
    """
    leaves = [_leaf(arg) for arg in args]
    outputs = list(_tensors(find_name(module, name)(*leaves)))
    wanted = [leaf for leaf in _tensors(leaves) if leaf.requires_grad]
    if [out.shape for out in outputs] != [cotangent.shape for cotangent in cotangents]:
        return outputs, []
    total = sum((out * cotangent).sum() for out, cotangent in zip(outputs, cotangents, strict=True))
    if not (isinstance(total, torch.Tensor) and total.requires_grad):
        return outputs, [torch.zeros_like(leaf) for leaf in wanted]
    found = torch.autograd.grad(total, wanted, allow_unused=True)
    return outputs, [torch.zeros_like(w) if g is None else g for w, g in zip(wanted, found, strict=True)]


def _leaf(arg: Plain) -> Plain:
    if isinstance(arg, torch.Tensor) and arg.is_floating_point():
        return arg.detach().clone().requires_grad_()
    return type(arg)(_leaf(part) for part in arg) if type(arg) in (list, tuple) else arg


def _tensors(value: Any) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _tensors(item)


def effects(module: types.ModuleType, name: str, args: Sequence[Plain], kwargs: Mapping[str, Plain]) -> Plain:
    """Call a function and say what it did beside returning a value.

    Returns: `changed`: the positions and names of the arguments it changed (values, shape, strides, dtype, whether a
        gradient is wanted); `shared`: those that the result shares memory with; `global_rng_changed`.
    """
    named: list[tuple[int | str, Plain]] = [*enumerate(args), *kwargs.items()]
    before = {key: _state(value) for key, value in named}
    rng = torch.random.get_rng_state()
    result = find_name(module, name)(*args, **kwargs)
    places = {_place(part) for part in _arrays(result)}
    return {
        "changed": [key for key, value in named if not _equal(before[key], _state(value))],
        "shared": [key for key, value in named if places & {_place(part) for part in _arrays(value)}],
        "global_rng_changed": not torch.equal(rng, torch.random.get_rng_state()),
    }


def _arrays(value: Any) -> Iterator[torch.Tensor]:
    if isinstance(value, np.ndarray):
        value = torch.from_numpy(value)
    yield from (part for part in _tensors(value) if part.numel())


def _place(tensor: torch.Tensor) -> int:
    return int(tensor.untyped_storage().data_ptr())


def _state(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        copy = value.detach().clone()
        return [copy, tuple(value.shape), value.stride(), str(value.dtype), value.requires_grad]
    if isinstance(value, np.ndarray):
        return [torch.from_numpy(value.copy()), value.shape, value.strides, str(value.dtype)]
    if isinstance(value, (list, tuple)):
        return [_state(item) for item in value]
    return value


def _equal(before: Any, after: Any) -> bool:
    if isinstance(before, torch.Tensor):
        return before.shape == after.shape and torch.equal(before, after)
    if isinstance(before, list):
        return (
            isinstance(after, list)
            and len(before) == len(after)
            and all(_equal(b, a) for b, a in zip(before, after, strict=True))
        )
    return bool(before == after)


def follows_device(module: types.ModuleType, name: str, args: Sequence[Plain]) -> bool:
    """Call a function with its tensors on another device; say whether all stays there.

    First it runs on the device `meta`, which computes nothing. If that shows no tensor of the CPU, it runs on the CPU,
    with notes that say where each tensor would be. If both raise for another reason, it counts as staying.
    """
    return follows(find_name(module, name), args)


def follows(function: Callable[..., Any], args: Sequence[Plain]) -> bool:
    """Say whether a function stays on the device of its arguments."""
    return _never_leaves(lambda: _stays(function, args, "meta")) and _never_leaves(lambda: stays(function, args))


def model_follows(make: Callable[[], torch.nn.Module], args: Sequence[Plain]) -> bool:
    """Say whether a model that is made and then moved stays on the device where it is and its arguments are."""
    on_meta = partial(_stays, lambda *moved: make().to("meta")(*moved), args, "meta")
    return _never_leaves(on_meta) and _never_leaves(lambda: model_stays(make, args))


def _never_leaves(trial: Callable[[], bool]) -> bool:
    """Try it; only an error about two devices counts, since this device cannot do everything that others can."""
    try:
        return trial()
    except Exception as error:
        return not TWO_DEVICES.search(str(error))


def _stays(function: Callable[..., Any], args: Sequence[Plain], device: str) -> bool:
    result = function(*(_moved(arg, device) for arg in args))
    return all(tensor.device.type == device for tensor in _tensors(result))


def _moved(arg: Plain, device: str) -> Plain:
    if isinstance(arg, (list, tuple)):
        return type(arg)(_moved(part, device) for part in arg)
    return arg.to(device) if isinstance(arg, torch.Tensor) else arg


def run_probe(module: types.ModuleType, source: str, name: str, data: Mapping[str, Plain]) -> Plain:
    """Run a probe, a function of the course's own, beside the module; it may ask `model_follows` by this name."""
    probe = types.ModuleType("probe")
    probe.__dict__["model_follows"] = model_follows
    exec(_compiled(source), probe.__dict__)
    return probe.__dict__[name](module, **data)


@lru_cache(maxsize=64)
def _compiled(source: str) -> types.CodeType:
    """Compile a probe once for all tests of a task; that takes longer than most calls."""
    return compile(source, PROBE, "exec")


def in_probe(error: BaseException) -> bool:
    """Say whether a probe's line led to an exception; the caller knows whether a student's line did."""
    return any(frame.f_code.co_filename == PROBE for frame, _ in traceback.walk_tb(error.__traceback__))
