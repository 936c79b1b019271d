"""What a student's code returned, in words, where a test could not use it."""

import re
from typing import Any

import torch

from autograder.exam.compare import type_name
from autograder.exam.session import TestRun
from autograder.isolation.inside.advice import NO_RETURN

COUNT = re.compile(r"values to unpack \(expected (\d+)")


def unusable(run: TestRun) -> str:
    """Say what a test could not use, or "" where that is not known.

    Args:
        run: a test that ended with an exception of its own.
    """
    last = run.transcript[-1] if run.transcript else ("nothing",)
    request = run.requests[-1] if run.requests else None
    if request is None or last[0] != "value" or (request.op != "call" and isinstance(last[1], dict)):
        return ""
    name = request.value["name"] if request.op == "call" else run.plan.task.name
    wanted = COUNT.search(str(run.error))
    if last[1] is None:
        return f"{name} returned None. {NO_RETURN}"
    if wanted and _count(last[1]) != int(wanted[1]):
        return f"{name} should return {wanted[1]} values, but returned {described(last[1])}."
    return f"{name} returned {described(last[1])}, which this check cannot use: {run.plan.name}."


def described(value: Any) -> str:
    """Name a value by its type, and by its shape or its length."""
    if isinstance(value, torch.Tensor):
        return f"one tensor of shape {tuple(value.shape)}"
    name = type_name(value)
    article = "an" if name[:1].lower() in "aeiou" else "a"
    return f"{article} {name}{f' of {len(value)}' if isinstance(value, (list, tuple)) else ''}"


def _count(value: Any) -> int | None:
    return len(value) if isinstance(value, (list, tuple)) else None
