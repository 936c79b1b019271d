"""What runs beside a student's code when a lock asks: this text ships with each question."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch

from autograder.isolation.inside.calls import model_follows


class Take:
    """Hands out the numbers of a question one after another, and asks about a function what locks often ask."""

    def __init__(self, numbers: torch.Tensor) -> None:
        self._numbers = numbers

    def __call__(self, *shape: int) -> torch.Tensor:
        """Take the next numbers, between -1 and 1, in float64; there are 4096."""
        size = torch.Size(shape).numel()
        taken, self._numbers = self._numbers[:size], self._numbers[size:]
        return taken.reshape(shape).clone()

    def slopes(self, function: Callable[..., Any], *given: Any) -> list[torch.Tensor]:
        """Call a function; return the tensors that it returns, and the gradients of their weighted sum."""
        leaves = [_leaf(one) for one in given]
        found = list(_tensors(function(*leaves)))
        wanted = list(_tensors(leaves))
        total = torch.stack([(one * _ramp(one)).sum() for one in found]).sum()
        return [*found, *torch.autograd.grad(total, wanted)]

    def kept(self, function: Callable[..., Any], *given: Any) -> bool:
        """Call a function; say whether its arguments stay as they are."""
        before = [one.clone() for one in _tensors(given)]
        function(*given)
        return all(torch.equal(a, b) for a, b in zip(before, _tensors(given), strict=True))

    def follows(self, function: Callable[..., Any], *given: Any) -> bool:
        """Call a function with its tensors on another device; say whether all stays there."""
        return model_follows(lambda: _Called(function), given)


class _Called(torch.nn.Module):
    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self._function = function

    def forward(self, *given: Any) -> Any:
        return self._function(*given)


def _leaf(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.detach().clone().requires_grad_()
    return type(value)(map(_leaf, value)) if isinstance(value, (list, tuple)) else value


def _tensors(value: Any) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _tensors(part)


def _ramp(tensor: torch.Tensor) -> torch.Tensor:
    numbers: Sequence[int] = range(1, tensor.numel() + 1)
    return torch.tensor(numbers, dtype=tensor.dtype).reshape(tensor.shape) / tensor.numel()


def ask(lesson: Any, numbers: torch.Tensor, task: str) -> Any:
    """Ask about one task."""
    return globals()[task](lesson, Take(numbers))
