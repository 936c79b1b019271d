"""The case that shows what is wrong: a call with its small values, and the shapes of large ones."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from autograder.exam.marks import worst
from autograder.exam.module import Request
from autograder.exam.results import TestResult
from autograder.exam.session import TestRun
from autograder.isolation.inside.source import statements

MOST_NUMBERS = 12
CALLS = ("call", "gradients", "effects")


def smallest_wrong(pairs: Sequence[tuple[TestRun, TestResult]]) -> TestRun | None:
    """Choose the test that shows best what is wrong, of those with the worst outcome.

    A core test comes before all others, and of these the one with the smallest case. Then the order of the file
    decides: its edge cases come last.
    """
    outcome = worst(test.outcome for _, test in pairs)
    wrong = [run for run, test in pairs if test.outcome == outcome and test.message]
    return min(wrong, key=shown_first, default=None)


def shown_first(run: TestRun) -> tuple[bool, tuple[bool, int], int]:
    """Make the key by which tests are sorted to be shown."""
    core = run.plan.core
    return not core, difficulty(run.requests) if core else (False, 0), run.plan.order


def difficulty(requests: Sequence[Request]) -> tuple[bool, int]:
    """Say how hard some calls are to follow, for sorting: gradients after values, then by the numbers that go in.

    A probe makes its own numbers, so it counts as the largest.
    """
    operations = {request.op for request in requests}
    if not operations <= set(CALLS):
        return False, 1 << 62
    count = sum(_numbers([request.value.get("args"), request.value.get("kwargs")]) for request in requests)
    return "gradients" in operations, count


def _numbers(value: Any) -> int:
    if isinstance(value, torch.Tensor):
        return value.numel()
    if isinstance(value, dict):
        return _numbers(list(value.values()))
    return sum(map(_numbers, value)) if isinstance(value, (list, tuple)) else 1


def call_text(request: Request | None, names: Sequence[str]) -> str:
    """Write a request as a call, or "" where it is none.

    Args:
        names: the names of the function's parameters, as far as they are known.
    """
    if request is None or request.op not in CALLS:
        return ""
    args = list(request.value.get("args") or ())
    labels = [*(f"{name}=" for name in names), *[""] * len(args)]
    parts = [f"{label}{_short(value)}" for label, value in zip(labels, args, strict=False)]
    parts += [f"{name}={_short(value)}" for name, value in (request.value.get("kwargs") or {}).items()]
    return f"{request.value['name']}({', '.join(parts)})"


def _short(value: Any) -> str:
    if isinstance(value, torch.Tensor):
        if value.numel() > MOST_NUMBERS:
            return f"<{'x'.join(map(str, value.shape))}>"
        return _numbers_of(value.tolist())
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_short, value))}]" if len(value) <= MOST_NUMBERS else f"<{len(value)} values>"
    return repr(value)[:60]


def _numbers_of(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_numbers_of, value))}]"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True)
class Definition:
    """Where a function or class stands in a student's file, and its parameters' names."""

    line: int | None = None
    cell: int | None = None
    parameters: tuple[str, ...] = ()


def find_definition(name: str, cells: Sequence[str]) -> Definition:
    """Find the last definition of a name in a lesson.

    Args:
        cells: source texts; a `.py` file is one cell.
    """
    found = Definition()
    for number, text in enumerate(cells, 1):
        for node in _definitions(text):
            if node.name == name:
                found = Definition(node.lineno, number if len(cells) > 1 else None, _parameters(node))
    return found


def _definitions(text: str) -> list[ast.FunctionDef | ast.ClassDef]:
    return [node for node in statements(text) if isinstance(node, (ast.FunctionDef, ast.ClassDef))]


def _parameters(node: ast.FunctionDef | ast.ClassDef) -> tuple[str, ...]:
    if isinstance(node, ast.ClassDef):
        return ()
    return tuple(one.arg for one in (*node.args.posonlyargs, *node.args.args))
