"""The question that opens a lock: a probe that ships with a task, the numbers it is given, and the answer to it."""

import hashlib
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from autograder.errors import StudentError, StudentMissing, WorkerGone
from autograder.exam.module import Ask
from autograder.isolation.inside.wire import Opaque

ENTRY = "ask"
PRELUDE = Path(__file__).with_name("asking.py")
HOW_MANY = 4096  # numbers that a question is given
MOST_NUMBERS = 400  # of one tensor that is returned


@dataclass(frozen=True)
class Part:
    """A part of an answer.

    Args:
        frame: all but its floating numbers, as text: shapes, dtypes, counts, words.
        numbers: the floating numbers in order, all finite; of a large tensor some that lie evenly.
    """

    frame: str
    numbers: tuple[float, ...]


Answer = tuple[Part, ...]


def numbers_for(address: str, reach: float = 1.0) -> torch.Tensor:
    """Make the numbers of a question, the same on every machine: odd multiples of 1/1024 between -1 and 1.

    Args:
        address: of its task.
        reach: all are multiplied by it.
    """
    drawn = np.frombuffer(hashlib.shake_256(address.encode()).digest(2 * HOW_MANY), "<u2") % 1024
    return torch.from_numpy((2.0 * drawn - 1023) / 1024 * reach)


def put(ask: Ask, source: str, address: str, reach: float = 1.0) -> Answer | None:
    """Put a question to a lesson.

    Args:
        ask: the lesson.
        source: of the probe, with what is in `asking.py`.

    Returns: the parts of the answer, which are the items of a list; None if there is none.
    """
    data = {"numbers": numbers_for(address, reach), "task": address.rpartition(":")[2]}
    try:
        answer = ask("run_probe", {"source": source, "name": ENTRY, "data": data})
    except (StudentError, StudentMissing, WorkerGone):
        return None
    return tuple(map(part_of, answer if isinstance(answer, (list, tuple)) else [answer]))


def part_of(value: Any) -> Part:
    """Part a value into its frame and its numbers.

    A list is as good as a tuple, and a single number as good as a tensor without axes.
    """
    numbers: list[float] = []
    frame = json.dumps(_frame(value, numbers.append), sort_keys=True)
    return Part(frame, tuple(numbers))


def _frame(value: Any, keep: Callable[[float], None]) -> Any:
    if isinstance(value, np.ndarray):
        value = torch.from_numpy(value.copy())
    if isinstance(value, torch.Tensor) and value.ndim:
        return {"shape": list(value.shape), "dtype": str(value.dtype), "rest": list(_rest(value, keep))}
    if isinstance(value, torch.Tensor):
        value = value.item()
    if isinstance(value, float):
        return list(_rest(torch.tensor([value], dtype=torch.float64), keep))
    if isinstance(value, dict):
        return {str(key): _frame(part, keep) for key, part in sorted(value.items(), key=lambda pair: str(pair[0]))}
    if isinstance(value, (list, tuple)):
        return [_frame(part, keep) for part in value]
    if isinstance(value, Opaque):
        return value.type_name
    return value if isinstance(value, (int, str, type(None))) else repr(value)


def _rest(tensor: torch.Tensor, keep: Callable[[float], None]) -> Iterator[Any]:
    """Go through what of a tensor is no finite floating number."""
    numbers = tensor.detach().flatten()
    if not tensor.is_floating_point():
        yield hashlib.sha256(json.dumps(numbers.tolist()).encode()).hexdigest()
        return
    step = math.ceil(len(numbers) / MOST_NUMBERS) or 1
    for place, number in enumerate(numbers[::step].double().tolist()):
        if math.isfinite(number):
            keep(number)
        else:
            yield [place, str(number)]
