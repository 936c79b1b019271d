"""Find out, without another device, whether a function stays on the device of its arguments.

Everything runs on the CPU, with its real numbers: code that runs elsewhere must not fail here. Each tensor has a mark
that says where it would be. *there* is the device of the arguments. *here* is the CPU: the tensor was made without
naming a device. A tensor of unknown origin has no mark and never counts against a student.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

HERE, THERE = "here", "there"
DEVICE = torch.device("meta")
MARK = "_unroll_place"
# A single number of the CPU may be used with tensors of any device, but not be joined to them.
JOINS = ("cat", "concat", "concatenate", "stack", "hstack", "vstack", "dstack", "column_stack", "row_stack")
# These copy from one device to another, or want a part of what they are given on the CPU.
FREE = ("copy_", "_pack_padded_sequence", "_pad_packed_sequence")


def stays(function: Callable[..., Any], args: Sequence[Any]) -> bool:
    """Call a function with arguments that are marked as there; say whether all that it uses and returns is there.

    Raises:
        Exception: what the function raises.
    """
    with Books() as books:
        result = function(*_marked(args))
    return not books.mixed and all(_place(tensor) != HERE for tensor in tensors_in(result))


def model_stays(make: Callable[[], torch.nn.Module], args: Sequence[Any]) -> bool:
    """Make a model, move it there as `to` does, and call it; say whether all that it uses and returns is there.

    What the model keeps beside its parameters and buffers does not move.

    Raises:
        Exception: what the model raises.
    """
    with Books() as books:
        model = make()
        for tensor in (*model.parameters(), *model.buffers()):
            _mark(tensor, THERE)
        result = model(*_marked(args))
    return not books.mixed and all(_place(tensor) != HERE for tensor in tensors_in(result))


def _marked(args: Any) -> Any:
    """Copy arguments, marked as there."""
    if isinstance(args, (list, tuple)):
        return type(args)(_marked(part) for part in args)
    return _mark(args.detach().clone(), THERE) if isinstance(args, torch.Tensor) else args


def tensors_in(value: Any) -> Iterator[torch.Tensor]:
    """Go through the tensors in a value, also inside of lists, tuples and dictionaries."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, Mapping):
        yield from tensors_in(tuple(value.values()))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from tensors_in(item)


def _mark(tensor: torch.Tensor, place: str) -> torch.Tensor:
    setattr(tensor, MARK, place)
    return tensor


def _place(tensor: torch.Tensor) -> str:
    return str(tensor.__dict__.get(MARK, ""))


class Books(TorchFunctionMode):
    """Follows every call of torch: marks what it makes, and raises as torch does where tensors of two places meet."""

    def __init__(self) -> None:
        super().__init__()
        self.mixed = False

    def __torch_function__(
        self, func: Any, types: Iterable[type], args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Carry out one call on the CPU."""
        name = getattr(func, "__name__", "")
        if name == "__get__" and getattr(func, "__self__", None) is torch.Tensor.device and _place(args[0]) == THERE:
            return DEVICE
        named = kwargs or {}
        wanted = _wanted_place(name, args, named)
        given = list(tensors_in((args, named)))
        if not wanted and name not in FREE and _mixes(name, args, given):
            self.mixed = True
            raise RuntimeError("Expected all tensors to be on the same device.")
        result = func(*_on_cpu(args), **_on_cpu(dict(named)))
        if wanted and any(result is one and _place(one) != wanted for one in given):
            result = result.clone()  # on the CPU nothing moved; elsewhere this is another tensor
        for tensor in tensors_in(result):
            _mark(tensor, wanted or _place_of_result(name, args, given))
        return result


def _is_device(value: Any) -> bool:
    return (
        isinstance(value, torch.device) or value in ("cpu", "meta") if isinstance(value, (torch.device, str)) else False
    )


def _wanted_place(name: str, args: Sequence[Any], named: Mapping[str, Any]) -> str:
    """Say where a call is told to put its result, or nothing."""
    if name == "cpu":
        return HERE
    places = [value for value in (named.get("device"), *(args[1:] if name == "to" else ())) if _is_device(value)]
    if places:
        return THERE if torch.device(places[0]) == DEVICE else HERE
    other = [value for value in args[1:2] if name in ("to", "type_as") and isinstance(value, torch.Tensor)]
    return _place(other[0]) if other else ""


def _mixes(name: str, args: Sequence[Any], given: Sequence[torch.Tensor]) -> bool:
    """Say whether a call would fail because its tensors are on two devices."""
    if name == "__getitem__":  # places may be named by numbers of the CPU
        return _place(args[0]) == HERE and any(_place(one) == THERE for one in given)
    if name == "__setitem__":
        return _writes_across(args)
    here = [one for one in given if _place(one) == HERE and (one.dim() or name in JOINS)]
    return bool(here) and any(_place(one) == THERE for one in given)


def _writes_across(args: Sequence[Any]) -> bool:
    """Say whether `a[index] = value` would fail: slices copy from any device, tensors of places do not."""
    into, index, value = args
    places = list(tensors_in(index))
    if _place(into) == HERE and any(_place(one) == THERE for one in places):
        return True
    apart = isinstance(value, torch.Tensor) and {_place(into), _place(value)} == {HERE, THERE}
    return apart and bool(places) and bool(value.dim())


def _place_of_result(name: str, args: Sequence[Any], given: Sequence[torch.Tensor]) -> str:
    """Say where a result is: with the first tensor where others only name places, else there if one of them is."""
    if name in ("__getitem__", "copy_") and args:
        return _place(args[0])
    places = {_place(one) for one in given} if given else {HERE}
    return THERE if THERE in places else HERE if places == {HERE} else ""


def _on_cpu(value: Any) -> Any:
    """Replace the other device by the CPU, where everything runs in truth."""
    if type(value) is dict:
        return {key: _on_cpu(item) if key == "device" else item for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(torch.device("cpu") if _is_device(item) else item for item in value)
    return torch.device("cpu") if _is_device(value) else value
