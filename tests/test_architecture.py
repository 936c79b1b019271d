"""Imports go down only, wings do not import one another, and the machine names no exercise."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course.model import load_course

REPOSITORY = Path(__file__).resolve().parents[1]
MACHINE = REPOSITORY / "autograder"
GROUND = {"errors", "text", "isolation"}
NOUNS = {*GROUND, "course"}
# The floors, from the ground up; what a room may import beside itself.
MAY_IMPORT = {
    "errors": set(),
    "text": {"errors"},
    "isolation": {"errors"},
    "course": {"errors", "isolation"},
    "intake": NOUNS,
    "collect": {*NOUNS, "intake"},
    "exam": {*NOUNS, "intake"},
    "testing": {*NOUNS, "exam"},
    "reports": {*NOUNS, "exam"},
    "grading": {*NOUNS, "intake", "collect", "exam", "reports"},
    "authoring": {*NOUNS, "intake", "exam", "reports"},
    "student": {*NOUNS, "intake", "exam", "reports"},
    "nbgrader": {*NOUNS, "intake", "collect", "exam", "reports", "grading"},
    "platforms": {*NOUNS, "intake", "collect", "exam", "reports", "grading"},
    "demo": {*NOUNS, "exam", "reports", "grading", "authoring"},
    "cli": {*NOUNS, "intake", "exam", "reports", "grading", "authoring", "student", "nbgrader", "demo", "collect"}
    | {"platforms"},
}
INSIDE = "autograder.isolation.inside"
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
    return name.split(".")[1]


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(MACHINE.parent).with_suffix("").parts)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(MACHINE)))
def test_a_room_looks_only_where_it_may(path: Path) -> None:
    here = path.relative_to(MACHINE).parts[0].removesuffix(".py")
    allowed = MAY_IMPORT[here] | {here, "__version__"}

    assert {room(name) for name in imported(path)} <= allowed


def test_each_floor_rests_on_those_before_it() -> None:
    floors = list(MAY_IMPORT)

    for number, floor in enumerate(floors):
        assert MAY_IMPORT[floor] <= set(floors[:number]), floor


def folder_pairs() -> set[tuple[str, str]]:
    """List which folder imports which; a file at the top of the machine stands for itself."""
    modules = {module_of(path): path for path in FILES if path.name != "__init__.py"}
    pairs = set()
    for module, path in modules.items():
        for name in imported(path):
            found = name if name in modules else name.rpartition(".")[0]
            if found in modules:
                pairs.add((_folder(module), _folder(found)))
    return {(one, other) for one, other in pairs if one != other}


def _folder(module: str) -> str:
    above = module.rpartition(".")[0]
    return module if above == "autograder" else above


def test_no_two_folders_import_each_other() -> None:
    pairs = folder_pairs()

    assert not {(one, other) for one, other in pairs if (other, one) in pairs}


@pytest.mark.parametrize("path", sorted((MACHINE / "isolation" / "inside").glob("*.py")), ids=lambda path: path.stem)
def test_what_runs_beside_student_code_imports_only_its_own_folder(path: Path) -> None:
    assert {name for name in imported(path) if not name.startswith(f"{INSIDE}.")} == set()


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
    graph = {module_of(path): imported(path) for path in FILES}
    graph = {name: {other for other in graph if other in found and other != name} for name, found in graph.items()}
    order: list[str] = []
    while len(order) < len(graph):
        free = [name for name in graph if name not in order and graph[name] <= set(order)]
        assert free, sorted(set(graph) - set(order))
        order += free


def test_the_picture_of_the_rooms_is_drawn_from_the_imports_of_now() -> None:
    drawn = subprocess.run([sys.executable, "docs/rooms.py", "--check"], cwd=REPOSITORY, capture_output=True, text=True)

    assert drawn.returncode == 0, drawn.stderr
