"""`autograder.testing` is all that lessons import; folders that were handed out before it go on working."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from classroom import REPOSITORY
from homework import ENVIRONMENT, answer, unroll, write

import autograder.testing
from autograder.course.model import Course

FACE = "autograder.testing"
DRAWINGS = "autograder.authoring.diagram"
WRITTEN = sorted((REPOSITORY / "solutions").rglob("*.py"))
BUILT = sorted((REPOSITORY / "exercises").rglob("*.py"))
TEMPLATE = sorted((REPOSITORY / "autograder" / "authoring" / "template").glob("*.py.txt"))
MARKS = {f"autograder.course.{name}" for name in ("edits", "loops", "mistakes_file", "variants")}
# What the tests of folders imported before there was a face.
OLD = {"autograder.grading.compare": "equal, must_raise, number, same", "autograder.grading.diagnosis": "alike"}
CHEAP = """
import json, sys
import numpy, torch
before = set(sys.modules)
import autograder.testing
print(json.dumps(sorted(set(sys.modules) - before)))
"""
CHECK = """
import json, sys
from autograder.student import check, checks, home
import autograder.grading.fixtures, autograder.grading.home
print(json.dumps(sorted(sys.modules)))
"""


def ours(path: Path) -> set[str]:
    """List the modules of the kit that a file imports."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name for name in names if name.startswith("autograder")}


@pytest.mark.parametrize("path", [*WRITTEN, *BUILT, *TEMPLATE], ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_a_lesson_imports_the_face_alone(path: Path) -> None:
    allowed = {FACE, DRAWINGS} if path.name == "drawing.py" else {FACE}

    assert ours(path) <= allowed


@pytest.mark.parametrize("path", sorted((REPOSITORY / "source").rglob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_imports_nothing_but_check(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    lines = [line for cell in cells if cell["cell_type"] == "code" for line in "".join(cell["source"]).split("\n")]

    assert {line.strip() for line in lines if "import" in line and "autograder" in line} == {
        "from autograder.student import check"
    }


def with_old_imports(text: str) -> str:
    """Make a shipped test file take from the old modules what they had before there was a face."""
    assert f"from {FACE} import" in text
    before = "\n".join(f"from {module} import {names}" for module, names in OLD.items())
    return "\n".join(
        f"{line}\n{before}" if line.startswith(f"from {FACE} import") else line for line in text.split("\n")
    )


def test_a_test_file_of_an_older_kit_still_runs(folder: Path, course: Course) -> None:
    write(folder, "cell", answer(course, "cell").replace("torch.tanh(", "torch.sigmoid("))
    tests = folder / "sine" / "test_cell.py"
    tests.write_text(with_old_imports(tests.read_text(encoding="utf-8")), encoding="utf-8")

    checked = unroll(folder, "check", "sine/cell")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), str(tests)]
    by_pytest = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=300)

    said = "h_t[0, 0] should be 0.462117, but is 0.622459."
    assert (checked.returncode, by_pytest.returncode) == (1, 1)
    assert said in checked.stdout and "passing" in checked.stdout
    assert said in by_pytest.stdout and "8 failed, 7 passed" in by_pytest.stdout


@pytest.mark.parametrize("module", [*OLD, "autograder.course.variants"])
def test_an_old_name_is_the_one_of_the_face(module: str) -> None:
    names = OLD.get(module, "alternative, mistake").split(", ")
    found = __import__(module, fromlist=names)

    assert all(getattr(found, name) is getattr(autograder.testing, name) for name in names)


def modules(program: str) -> set[str]:
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=300, check=True)
    return set(json.loads(done.stdout))


def test_the_face_costs_nothing_that_a_check_has_not_imported() -> None:
    added = modules(CHEAP)

    assert {name.split(".")[0] for name in added} - set(sys.stdlib_module_names) == {"autograder"}
    # A test file imports how values are compared; the marks are two functions of a line.
    assert added - modules(CHECK) <= {FACE, "autograder.exam.compare", *MARKS}


def test_every_name_of_the_face_is_explained_in_the_guide() -> None:
    guide = (REPOSITORY / "docs" / "authors.md").read_text(encoding="utf-8")

    assert [name for name in autograder.testing.__all__ if f"`{name}" not in guide] == []
