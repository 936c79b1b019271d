"""Fixtures `student` and `reference`: the same questions, whoever answers them.

`Local` answers with a module of our own, `Remote` with a locked worker. Every answer is written into a transcript, and
the diagnosis compares transcripts.
"""

import copy
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch

from autograder.errors import StudentError, StudentMissing, WorkerGone

Answer = tuple[Any, ...]
Ask = Callable[[str, dict[str, Any]], Any]
NUMBER = re.compile(r"\d{1,18}")
ADDRESS = re.compile(r"0x[0-9a-fA-F]+")
UNCHANGEABLE = (type(None), bool, int, float, str)


@dataclass(frozen=True)
class Request:
    """One request of a test to a module.

    Args:
        op: an operation of `isolation.inside.calls`.
        value: its arguments.
    """

    op: str
    value: dict[str, Any]


class Module:
    """A lesson's module, wherever it runs, as tests see it.

    Args:
        ask: carries out one request and returns plain data.
        probes: finds the source of a probe by its name.
    """

    def __init__(self, ask: Ask, probes: Callable[[str], str]) -> None:
        self._ask = ask
        self._probes = probes
        self._transcript: list[Answer] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        function = partial(self._call, name)
        function.__name__ = name  # type: ignore[attr-defined]
        return function

    def gradients(self, name: str, *args: Any, cotangents: Sequence[torch.Tensor]) -> Any:
        """Differentiate sum(output * cotangent) with respect to every floating tensor argument."""
        return self._record(name, "gradients", {"name": name, "args": list(args), "cotangents": list(cotangents)})

    def effects(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Call a function and say what it changed, shared and drew beside returning a value."""
        return self._record(name, "effects", {"name": name, "args": list(args), "kwargs": kwargs})

    def follows_device(self, name: str, *args: Any) -> Any:
        """Call a function with its tensors on another device, and say whether all stays there."""
        return self._record(name, "follows_device", {"name": name, "args": list(args)})

    def run(self, probe: str, **data: Any) -> Any:
        """Run a probe, a function of the course's own, beside the module."""
        request = {"source": self._probes(probe), "name": probe, "data": data}
        return self._record("", "run_probe", request)

    def _call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        return self._record(name, "call", {"name": name, "args": list(args), "kwargs": kwargs})

    def _record(self, name: str, op: str, request: dict[str, Any]) -> Any:
        try:
            answer = self._ask(op, request)
        except StudentError as error:
            error.stage = error.stage or name
            self._transcript.append(("raised", error.kind, masked(error.text, set(_sizes(request)))))
            raise
        except (StudentMissing, WorkerGone) as error:
            self._transcript.append(("gone", type(error).__name__))
            raise
        self._transcript.append(("value", answer))
        return _copied(answer)


def _copied(value: Any) -> Any:
    """Copy an answer, so that a test may change it; faster than deepcopy for plain data with many tensors."""
    if type(value) in UNCHANGEABLE:
        return value
    if isinstance(value, torch.Tensor):
        return value.clone()
    if type(value) in (list, tuple):
        return type(value)(_copied(item) for item in value)
    if type(value) is dict:
        return {key: _copied(item) for key, item in value.items()}
    return copy.deepcopy(value)


def transcript(module: Module) -> list[Answer]:
    """Read what a module has answered so far."""
    return module._transcript


def masked(text: str, known: Collection[int] = ()) -> str:
    """Take the numbers out of an exception's message that nobody was given, so that it can be compared.

    Args:
        known: the numbers of the request: they tell which of its sizes met. Another number is the program's own choice.
    """
    line = ADDRESS.sub("#", text.split("\n")[0])
    return NUMBER.sub(lambda found: found[0] if int(found[0]) in known else "#", line)[:200]


def masked_of_old(text: str) -> str:
    """Take all numbers out, as records of earlier kits did."""
    return NUMBER.sub("0", text.replace("#", "0"))


def _sizes(value: Any) -> Iterator[int]:
    """Go through the whole numbers in a request, and the shapes of its tensors."""
    if isinstance(value, (torch.Tensor, np.ndarray)):
        yield from value.shape
    elif isinstance(value, dict):
        yield from _sizes(list(value.values()))
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _sizes(one)
    elif type(value) is int:
        yield value
