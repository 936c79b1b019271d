"""What a probe takes along: itself and what it uses, and nothing else."""

import ast

import pytest

from autograder.course.probes import probe_source
from autograder.errors import CourseError

FILE = '''"""Probes."""

from __future__ import annotations

import math
import pytest
import torch.nn.functional as F
from autograder.exam.compare import same

SCALE = 2
A, B = 3, 4
SCALE += 1


def unused(lesson):
    return pytest.approx(1)


class Spy:
    """Counts."""

    size = A


def wrap(function):
    return function


@wrap
def probe(lesson, x):
    """Say something."""
    # A comment inside stays.
    return helper(lesson, x) * SCALE


def helper(lesson, x):
    return Spy.size + math.pi
'''


def cut(*names: str) -> str:
    return probe_source(FILE, names)


def defined(source: str) -> list[str]:
    return [node.name for node in ast.parse(source).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]


def test_a_probe_brings_what_it_uses_in_the_order_of_the_file() -> None:
    assert defined(cut("probe")) == ["Spy", "wrap", "probe", "helper"]


def test_a_decorator_and_the_comments_inside_come_along() -> None:
    assert "@wrap\ndef probe(lesson, x):" in cut("probe")
    assert "# A comment inside stays." in cut("probe")


def test_a_constant_comes_with_every_line_that_sets_it() -> None:
    assert "SCALE = 2\nA, B = 3, 4\nSCALE += 1\n" in cut("probe")


def test_only_imports_that_are_used_come_along() -> None:
    source = cut("probe")

    assert "import math" in source
    assert "pytest" not in source
    assert "torch" not in source


def test_imports_of_the_kit_never_come_along() -> None:
    text = (
        "import autograder.errors\nfrom autograder import course\n\ndef probe(lesson):\n    return course, autograder\n"
    )

    assert "import" not in probe_source(text, ["probe"])


def test_what_is_imported_from_the_future_stays() -> None:
    assert cut("unused").startswith("from __future__ import annotations\n")


def test_a_quoted_annotation_counts_as_use() -> None:
    text = 'class Spy: ...\n\n\ndef probe(lesson, spy: "Spy"):\n    return spy\n'

    assert defined(probe_source(text, ["probe"])) == ["Spy", "probe"]


def test_what_is_cut_runs_by_itself() -> None:
    names: dict[str, object] = {}
    exec(cut("probe"), names)

    assert callable(names["probe"])


def test_two_probes_are_cut_once_each() -> None:
    assert cut("probe", "helper") == cut("probe")


def test_recursion_ends() -> None:
    text = "def first(lesson):\n    return second(lesson)\n\n\ndef second(lesson):\n    return first(lesson)\n"

    assert probe_source(text, ["first"]) == text


def test_an_import_that_may_fail_comes_along_whole() -> None:
    text = "try:\n    import numpy\nexcept ImportError:\n    numpy = None\n\n\ndef probe(lesson):\n    return numpy\n"

    assert probe_source(text, ["probe"]) == text


@pytest.mark.parametrize("name", ["nowhere", "SCALE", "math"])
def test_what_is_no_function_is_no_probe(name: str) -> None:
    with pytest.raises(CourseError, match=f"no probe '{name}'"):
        cut(name)
