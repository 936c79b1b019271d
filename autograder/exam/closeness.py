"""When two results agree, and when that means something."""

import functools
from collections.abc import Callable, Sequence

import torch

Axes = Sequence[str]
Finder = Callable[[torch.Tensor, torch.Tensor, Axes], str]
FEWEST = 3  # so many different numbers make an accident unlikely
MANY = 1000  # at most so many values are looked at, to see whether they differ


def close(first: torch.Tensor, second: torch.Tensor) -> bool:
    """Compare two tensors within 1e-5; those of different shapes differ, and NaN is close to nothing."""
    return first.shape == second.shape and bool(torch.isclose(first, second, rtol=1e-5, atol=1e-7).all())


def tells(values: torch.Tensor) -> bool:
    """Tell whether there are enough different numbers for an agreement to mean something."""
    return len(set(values.flatten()[:MANY].tolist())) >= FEWEST


def where_values_differ(finder: Finder) -> Finder:
    """Let a finder say nothing where the right values hardly differ."""

    @functools.wraps(finder)
    def guarded(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
        return finder(came, wanted, axes) if tells(wanted) else ""

    return guarded


def count(number: int, word: str, words: str = "") -> str:
    """Say how many there are."""
    return f"{number} {word if number == 1 else words or word + 's'}"
