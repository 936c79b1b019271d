"""Find the known mistake that returns the same: compare transcripts within 1e-4. In doubt, no mistake is named."""

import ast
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch

TOLERANCE = 1e-4
NUMBER = re.compile(r"\d+|#")


def same_returns(first: Any, second: Any) -> bool:
    """Compare two transcripts, or values in them; numbers may differ by 1e-4, absolutely or relatively."""
    return distance(first, second) <= TOLERANCE


def distance(first: Any, second: Any) -> float:
    """Measure how far two transcripts are apart: the worst |a - b| / (1 + |b|), infinite for another kind or shape."""
    if isinstance(first, np.ndarray) and isinstance(second, np.ndarray):
        return distance(torch.from_numpy(first), torch.from_numpy(second))
    if isinstance(first, torch.Tensor) and isinstance(second, torch.Tensor):
        return _between_tensors(first, second)
    if type(first) is not type(second):
        return math.inf
    if isinstance(first, float):
        return _between_numbers(first, second)
    if is_exception(first) and is_exception(second):
        return 0.0 if _same_exception(first, second) else math.inf
    if isinstance(first, (list, tuple)):
        return _farthest(zip(first, second, strict=True)) if len(first) == len(second) else math.inf
    if isinstance(first, dict):
        same = first.keys() == second.keys()
        return _farthest((first[key], second[key]) for key in first) if same else math.inf
    return 0.0 if first == second else math.inf


def is_exception(value: Any) -> bool:
    """Tell whether a part of a transcript, or of its record, is an exception."""
    return isinstance(value, (list, tuple)) and len(value) == 3 and value[0] == "raised" and type(value[2]) is str


def _same_exception(first: Sequence[Any], second: Sequence[Any]) -> bool:
    """Compare kinds and messages; a number that is a program's own choice, `#` in a message, is as good as any."""
    texts = first[2], second[2]
    if first[1] != second[1] or NUMBER.sub("#", texts[0]) != NUMBER.sub("#", texts[1]):
        return False
    return all(a == b or "#" in (a, b) for a, b in zip(*map(NUMBER.findall, texts), strict=True))


def _farthest(pairs: Iterable[tuple[Any, Any]]) -> float:
    worst = 0.0
    for first, second in pairs:
        worst = max(worst, distance(first, second))
        if worst == math.inf:
            break
    return worst


def _between_numbers(first: float, second: float) -> float:
    if first == second or (math.isnan(first) and math.isnan(second)):
        return 0.0
    apart = abs(first - second) / (1 + abs(second))
    return math.inf if math.isnan(apart) else apart


def _between_tensors(first: torch.Tensor, second: torch.Tensor) -> float:
    if first.shape != second.shape or first.dtype != second.dtype:
        return math.inf
    if first.numel() == 0:
        return 0.0
    a, b = first.detach().double(), second.detach().double()
    equal = (a == b) | (a.isnan() & b.isnan())
    apart = torch.where(equal, 0.0, (a - b).abs() / (1 + b.abs()))
    return float(apart.nan_to_num(nan=math.inf, posinf=math.inf).max())


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
