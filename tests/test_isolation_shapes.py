"""At home shapes of numbers are computed without sympy. Symbols stay what they are, and who asks for sympy gets it."""

import json
import subprocess
import sys
import warnings
from typing import Any

import pytest
from classroom import REPOSITORY
from torch.fx.experimental import symbolic_shapes

from autograder.isolation.inside.shapes import ANSWERS

CASES: list[tuple[Any, ...]] = [
    *[(True,), (False,), (0,), (1,), (-3,), (2.5,), ("x",), (None,), (True, 1), (False, 0)],
    *[(True, True), (True, False), (False, False), (True, True, False), (1, True), (2, 2), (2, 3), (2, 2.0)],
    *[((2, 3), (2, 3)), ((2, 3), (2, 4)), ((2,), (2, 1)), ([2], (2,)), ((), ()), (2, (2,)), (((2,),), ((2,),))],
]
LEFT_TO_TORCH = (type(NotImplemented), NotImplemented)


def answered(function: Any, case: tuple[Any, ...]) -> Any:
    """Return an answer with its type, or the kind of the error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            answer = function(*case)
        except Exception as error:
            return type(error)
    return type(answer), answer


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_for_numbers_is_that_of_torch(name: str) -> None:
    found = [(case, answered(ANSWERS[name], case)) for case in CASES]
    own = [(case, answer) for case, answer in found if answer not in (LEFT_TO_TORCH, TypeError)]

    assert len(own) > 1
    assert own == [(case, answered(getattr(symbolic_shapes, name), case)) for case, _ in own]


LESSONS = """
import json, sys
from pathlib import Path

from autograder.isolation.launch import one_thread

one_thread()
from autograder.isolation.inside import loader, warm

warm.warm_up(quick=True)
from autograder.isolation.inside.shapes import SHAPES, SYMBOLS, Light
from autograder.isolation.limits import Limits
from autograder.student.checks import run_checks
from autograder.student.exercises import read_exercises
from autograder.student.notebook.kernel import Kernel

for folder in sorted(Path("exercises").glob("*/known.json")):
    exercises = read_exercises(folder.parent)
    for lesson in exercises.assignment.lessons:
        module, _ = loader.load(lesson.name, [(Path("solutions") / lesson.key / "lesson.py").read_text()])
        verdicts = run_checks(exercises, lesson, lesson.tasks, Kernel(module, Limits()))
        light = [type(sys.modules[name]) is Light for name in (SHAPES, SYMBOLS)]
        print(json.dumps([lesson.key, {verdict.result.outcome for verdict in verdicts} == {"passed"}, light]))
"""


def test_no_lesson_of_the_course_needs_sympy() -> None:
    done = subprocess.run([sys.executable, "-c", LESSONS], cwd=REPOSITORY, capture_output=True, text=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]

    assert len(found) == 12, done.stderr
    assert found == [[key, True, [True, True]] for key, *_ in found]


SYMBOLIC = """
import torch
{first}
from torch.fx.experimental.proxy_tensor import make_fx

def f(x, y):
    return torch.cat([x + y, x * 2]).reshape(-1, x.shape[1]).sum(0)

made = make_fx(f, tracing_mode="symbolic")(torch.ones(3, 4), torch.ones(1, 4))
print(made.code, made(torch.ones(5, 2), torch.ones(1, 2)))
"""
WARM = "from autograder.isolation.inside import warm; warm.warm_up(quick=True)"


def test_symbols_are_computed_with_as_ever() -> None:
    done = [
        subprocess.run([sys.executable, "-c", SYMBOLIC.replace("{first}", first)], capture_output=True, text=True)
        for first in (WARM, "")
    ]

    assert done[0].stdout == done[1].stdout, done[0].stderr
    assert "sym_size" in done[0].stdout, done[1].stderr


CELL = """
def symbols():
    import sympy
    return str(sympy.Symbol("x") + 1)

def below():
    import sympy.core.numbers
    return str(sympy.core.numbers.Integer(3) / 2)

def from_below():
    from sympy.core.numbers import Integer
    return str(Integer(3) / 2)

def of_torch():
    from torch.fx.experimental.symbolic_shapes import ShapeEnv, guard_or_false
    return [type(ShapeEnv()).__name__, guard_or_false(True)]

def all_below():
    import sympy.core.numbers as numbers, sympy.polys, sys
    below = [module for name, module in sys.modules.items() if name.startswith("sympy.")]
    named = all(getattr(module, "__spec__").loader.__class__.__name__ == "SourceFileLoader" for module in below)
    return [named, numbers.Integer is sympy.Integer, sympy.core.numbers is numbers]

def version():
    import sympy
    return sympy.__version__ > "1"

def star():
    names = {}
    exec("from sympy import *", names)
    return len(names) > 900

def basic():
    from sympy import Basic, Integer
    return isinstance(Integer(3), Basic)
"""
FROM_HERE = """
import sys

from autograder.isolation.launch import one_thread

one_thread()
from autograder.isolation.limits import Limits
from autograder.isolation.open import open_workers_from_here
from autograder.isolation.worker import Worker

with open_workers_from_here(quick=True) as workers:
    for name in ("symbols", "below", "from_below", "all_below", "version", "star", "of_torch", "basic"):
        with Worker(workers, Limits()) as worker:
            sources = {"play": [sys.argv[1]]}
            worker.ask("load", {"value": {"lesson": "play", "sources": sources, "light": False}})
            print(worker.ask("call", {"name": name, "args": [], "kwargs": {}}))
"""


def test_who_asks_for_sympy_gets_it_in_a_locked_process() -> None:
    done = subprocess.run([sys.executable, "-c", FROM_HERE, CELL], capture_output=True, text=True)

    assert done.stdout.splitlines() == [
        "x + 1",
        "3/2",
        "3/2",
        "[True, True, True]",
        "True",
        "True",
        "['ShapeEnv', True]",
        "True",
    ], done.stderr
