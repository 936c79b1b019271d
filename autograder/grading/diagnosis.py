"""Which known mistake returns the same? Transcripts are compared within 1e-4, and in doubt nothing is said."""

import ast
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch

TOLERANCE = 1e-4


def alike(first: Any, second: Any) -> bool:
    """Compare two transcripts, or values in them; numbers may differ by 1e-4, absolutely or relatively."""
    if isinstance(first, np.ndarray) and isinstance(second, np.ndarray):
        return alike(torch.from_numpy(first), torch.from_numpy(second))
    if isinstance(first, torch.Tensor) and isinstance(second, torch.Tensor):
        return _alike_tensors(first, second)
    if type(first) is not type(second):
        return False
    if isinstance(first, float):
        return bool(np.isclose(first, second, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True))
    if isinstance(first, (list, tuple)):
        return len(first) == len(second) and all(map(alike, first, second))
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(alike(first[key], second[key]) for key in first)
    return bool(first == second)


def _alike_tensors(first: torch.Tensor, second: torch.Tensor) -> bool:
    if first.shape != second.shape or first.dtype != second.dtype:
        return False
    return torch.allclose(first.double(), second.double(), rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True)


def uses(source: str, tasks: Iterable[str]) -> dict[str, set[str]]:
    """Find for each task the tasks that its answer calls, itself included.

    Args:
        source: the lesson's answer.
    """
    names = set(tasks)
    direct = {
        node.name: {part.id for part in ast.walk(node) if isinstance(part, ast.Name)} & names
        for node in ast.parse(source).body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name in names
    }
    return {name: _reach(name, direct) for name in names}


def _reach(name: str, direct: dict[str, set[str]]) -> set[str]:
    found, open_names = {name}, [name]
    while open_names:
        fresh = direct.get(open_names.pop(), set()) - found
        found |= fresh
        open_names.extend(fresh)
    return found


def only_one(ids: Sequence[str]) -> str:
    """Return the id if all candidates have the same, else an empty text."""
    return ids[0] if len(set(ids)) == 1 else ""
