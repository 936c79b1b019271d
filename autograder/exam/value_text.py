"""Write plain values as text, for the instructor alone: tensors with their numbers, all else with its parts."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch

from autograder.exam.compare import TOLERANCE, type_name
from autograder.text.clean import one_line

MOST_NUMBERS, EDGE = 120, 3  # of a tensor: more are shown with so many at each edge
MOST_PARTS = 12  # of a list or a dictionary
LONGEST = 300  # characters of a text
DEEPEST = 6
MOST_BITS = 256
INDENT = "  "


def value_lines(name: str, value: Any, depth: int = 0) -> list[str]:
    """Write a value as lines, the first of which begins with its name.

    Args:
        name: what stands before the value; "" for none.
    """
    head = f"{name} = " if name else ""
    if isinstance(value, np.ndarray):
        return _tensor_lines(f"{head}array", torch.from_numpy(value))
    if isinstance(value, torch.Tensor):
        return _tensor_lines(f"{head}tensor", value.detach())
    if isinstance(value, (list, tuple, Mapping)) and depth < DEEPEST and value:
        return [f"{head}{type_name(value)} of {len(value)}", *_indented(_part_lines(value, depth + 1))]
    return [f"{head}{_plain(value)}"]


def _tensor_lines(head: str, tensor: torch.Tensor) -> list[str]:
    about = f"{head} {tuple(tensor.shape)} {str(tensor.dtype).removeprefix('torch.')}"
    array = (tensor.double() if tensor.is_floating_point() else tensor).numpy()
    numbers = np.array2string(array, precision=6, threshold=MOST_NUMBERS, edgeitems=EDGE, max_line_width=100)
    return [f"{about}: {numbers}"] if "\n" not in numbers and len(numbers) < 60 else [about, *_indented([numbers])]


def _part_lines(value: Any, depth: int) -> Iterator[str]:
    is_named = isinstance(value, Mapping)
    parts = list(value.items()) if is_named else list(enumerate(value))
    for key, part in parts[:MOST_PARTS]:
        yield from value_lines(one_line(str(key), 80) if is_named else f"[{key}]", part, depth)
    if len(parts) > MOST_PARTS:
        yield f"and {len(parts) - MOST_PARTS} more"


def _plain(value: Any) -> str:
    if type(value) is int and value.bit_length() > MOST_BITS:  # Python refuses to write those of many digits
        return f"a whole number of {value.bit_length()} bits"
    if value is None or isinstance(value, (bool, int, float, str)) or (isinstance(value, (list, tuple)) and not value):
        return one_line(repr(value), LONGEST)
    return f"something of type {one_line(type_name(value), 80)}"


def _indented(lines: Any) -> list[str]:
    return [f"{INDENT}{row}" for line in lines for row in line.split("\n")]


def first_difference(actual: Any, expected: Any) -> str:
    """Say where two values differ first beyond the usual tolerance; "" where that is no number."""
    for place, mine, right in _pairs(actual, expected, ""):
        close = TOLERANCE.get(right.dtype, 0.0)
        mine, right = mine.double(), right.double()
        apart = ~torch.isclose(mine, right, rtol=close, atol=close, equal_nan=True)
        if bool(apart.any()):
            index = apart.nonzero()[0].tolist()
            at = f"{place}{index if index else ''}"
            where = f", first at {at}" if at else ""
            numbers = f"expected {right[tuple(index)].item():.6g}, returned {mine[tuple(index)].item():.6g}"
            return f"{int(apart.sum())} of {apart.numel()} numbers differ{where}: {numbers}."
    return ""


def _pairs(actual: Any, expected: Any, place: str) -> Iterator[tuple[str, torch.Tensor, torch.Tensor]]:
    """Go through the numbers of two values that stand at the same place and have the same shape."""
    if isinstance(actual, dict) and isinstance(expected, dict):
        for key in actual.keys() & expected.keys():
            yield from _pairs(actual[key], expected[key], f"{place}[{key!r}]")
    elif isinstance(actual, (list, tuple)) and isinstance(expected, (list, tuple)):
        for number, (mine, right) in enumerate(zip(actual, expected, strict=False)):
            yield from _pairs(mine, right, f"{place}[{number}]")
    elif (mine := _numbers(actual)) is not None and (right := _numbers(expected)) is not None:
        yield from [(place, mine, right)] if mine.shape == right.shape else []


def _numbers(value: Any) -> torch.Tensor | None:
    """Return what can be compared as numbers; a complex one is left to the reader."""
    if isinstance(value, (torch.Tensor, np.ndarray)):
        tensor = torch.as_tensor(value).detach()
        return None if tensor.is_complex() else tensor
    is_number = type(value) is float or (type(value) is int and value.bit_length() <= MOST_BITS)
    return torch.tensor(float(value)) if is_number else None
