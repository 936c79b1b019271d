"""Transcripts as plain JSON data: rounded numbers, a bounded number of them."""

from typing import Any

import numpy as np
import torch

from autograder.exam.distance import is_exception
from autograder.exam.module import masked_of_old
from autograder.isolation.inside.wire import Opaque

MOST_NUMBERS = 60
DIGITS = 6
TENSOR = {"dtype", "shape", "numbers"}
ENTRY = {"id", "variant", "says", "returns"}


def plain(value: Any) -> Any:
    """Turn a value that crossed the wire into JSON data; of a large tensor its first 60 numbers."""
    if isinstance(value, np.ndarray):
        value = torch.from_numpy(value)
    if isinstance(value, torch.Tensor):
        numbers = [_number(x) for x in value.flatten()[:MOST_NUMBERS].tolist()]
        return {"dtype": str(value.dtype), "shape": list(value.shape), "numbers": numbers}
    if isinstance(value, Opaque):
        return {"type": value.type_name}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return _number(value)


def _number(value: Any) -> Any:
    if not isinstance(value, float):
        return value
    return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else str(value)


def is_tensor(value: Any) -> bool:
    """Say whether plain data was a tensor; it may be without its numbers."""
    return isinstance(value, dict) and TENSOR - {"numbers"} <= value.keys() <= TENSOR


def without_numbers(value: dict[str, Any]) -> dict[str, Any]:
    """Keep of a plain tensor its dtype and shape."""
    return {key: part for key, part in value.items() if key != "numbers"}


def _is_old_exception(record: Any) -> bool:
    """Say whether an exception was recorded by an earlier kit, which had left all its numbers out."""
    return is_exception(record) and "#" not in record[2] and record[2] == masked_of_old(record[2])


def as_recorded(value: Any, record: Any) -> Any:
    """Leave out of plain data what a record of it leaves out, so that the two can be compared.

    Args:
        record: a tensor may be without its numbers, a value be `{"type": ...}`, an entry of a mistake have no returns.
    """
    if record == {"type": type(value).__name__}:
        return record
    if isinstance(value, dict) and isinstance(record, dict):
        left_out = value.keys() - record.keys() if value.keys() in (TENSOR, ENTRY) else ()
        return {key: as_recorded(part, record.get(key)) for key, part in value.items() if key not in left_out}
    if _is_old_exception(record) and is_exception(value):
        return [*value[:2], masked_of_old(value[2])]
    if isinstance(value, list) and isinstance(record, list) and len(value) == len(record):
        return [as_recorded(mine, theirs) for mine, theirs in zip(value, record, strict=True)]
    return value
