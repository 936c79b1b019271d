"""Transcripts as plain JSON data: rounded numbers, a bounded number of them."""

from typing import Any

import numpy as np
import torch

from autograder.isolation.wire import Opaque

MOST_NUMBERS = 60
DIGITS = 6


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
