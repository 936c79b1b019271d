"""Imports go down only, wings do not import one another, and the machine names no exercise."""

import ast
import re
from pathlib import Path

import pytest

from autograder.course import load_course

MACHINE = Path(__file__).resolve().parents[1] / "autograder"
GROUND = {"isolation", "course", "extras", "errors"}
MAY_IMPORT = {
    "errors": set(),
    "extras": set(),
    "course": {"errors", "extras"},
    "isolation": {"course", "errors"},
    "intake": {*GROUND},
    "exam": {*GROUND, "intake", "reporting"},
    "reporting": {*GROUND, "exam", "grading"},
    "grading": {*GROUND, "intake", "exam", "reporting"},
    "authoring": {*GROUND, "intake", "exam", "grading", "reporting"},
    "student": {*GROUND, "intake", "exam", "reporting"},
    "nbgrader": {*GROUND, "intake", "exam", "grading", "reporting"},
    "demo": {*GROUND, "exam", "grading", "reporting", "authoring"},
    "cli": {*GROUND, "exam", "grading", "reporting", "authoring", "student", "nbgrader", "demo"},
}
# Rooms that stand inside the folder `grading`.
INSIDE = {"intake": "intake", "variants": "course", "probes": "course", "calibration": "course"}
WITH_STUDENTS = (
    "zygote",
    "spare",
    "warm",
    "service",
    "loader",
    "source",
    "toplevel",
    "names",
    "relevance",
    "eager",
    "calls",
    "devices",
    "cells",
    "wire",
    "sandbox",
    "landlock",
    "seccomp",
    "endings",
)
FILES = sorted(path for path in MACHINE.rglob("*.py") if path != MACHINE / "__init__.py")


def imported(path: Path) -> set[str]:
    """List the modules of ours that a file imports."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {
        name
        for node in nodes
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in ([a.name for a in node.names] if isinstance(node, ast.Import) else _from(node))
        if name.startswith("autograder.")
    }


def _from(node: ast.ImportFrom) -> list[str]:
    return [f"{node.module}.{alias.name}" for alias in node.names]


def room(name: str) -> str:
    """Name the room of a module."""
    _, first, *rest = name.split(".")
    return INSIDE.get(rest[0], first) if first == "grading" and rest else first


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(MACHINE)))
def test_a_room_looks_only_where_it_may(path: Path) -> None:
    here = room(".".join(path.relative_to(MACHINE.parent).with_suffix("").parts))
    allowed = MAY_IMPORT[here] | {here, "__version__"}

    assert {room(name) for name in imported(path)} <= allowed


@pytest.mark.parametrize("name", WITH_STUDENTS)
def test_what_runs_student_code_knows_only_isolation(name: str) -> None:
    found = imported(MACHINE / "isolation" / f"{name}.py")

    assert {room(name) for name in found} <= {"isolation"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(MACHINE)))
def test_the_machine_names_no_exercise(path: Path) -> None:
    tasks = [task.name for lesson in load_course(MACHINE.parent).lessons() for task in lesson.tasks]
    code = ast.unparse(_without_docstrings(ast.parse(path.read_text(encoding="utf-8"))))

    # `fit`, `evaluate`, `decode` and `forecast` are words of their own.
    assert not [name for name in tasks if "_" in name and re.search(rf"\b{name}\b", code)]


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if (
            isinstance(body, list)
            and body
            and isinstance(body[0], ast.Expr)
            and isinstance(body[0].value, ast.Constant)
        ):
            body[0] = ast.Pass()
    return tree


def test_no_import_goes_in_a_circle() -> None:
    graph = {".".join(path.relative_to(MACHINE.parent).with_suffix("").parts): imported(path) for path in FILES}
    graph = {name: {other for other in graph if other in found and other != name} for name, found in graph.items()}
    order: list[str] = []
    while len(order) < len(graph):
        free = [name for name in graph if name not in order and graph[name] <= set(order)]
        assert free, sorted(set(graph) - set(order))
        order += free
