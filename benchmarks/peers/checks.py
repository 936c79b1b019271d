"""The hidden checks of the lessons as code that runs beside a student's: what every other grader gets."""

import ast
import compileall
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course.calibration import thresholds
from autograder.course.model import Lesson

ROOT = Path(__file__).resolve().parents[2]
KIT = ROOT / "autograder"
MARK, IMPORT = "pytest.mark.task", "import pytest"
NEEDED = ("testing.py", "isolation/inside/calls.py")  # what the checks and `checking.py` import of the kit


@dataclass(frozen=True)
class Check:
    """One hidden test.

    Args:
        name: the function.
        weight: its part of the task's points.
    """

    lesson: str
    task: str
    name: str
    weight: float


def read_checks(lesson: Lesson) -> list[Check]:
    """List the hidden tests of a lesson, in the order of its tasks."""
    tree = ast.parse(hidden(lesson))
    found = [_check(lesson, node) for node in tree.body if _marks(node)]
    order = [task.name for task in lesson.tasks]
    return sorted(found, key=lambda check: order.index(check.task))


def hidden(lesson: Lesson) -> str:
    """Return the text of the hidden tests."""
    return (lesson.folder / "test_hidden.py").read_text(encoding="utf-8")


def _marks(node: ast.stmt) -> list[ast.Call]:
    if not isinstance(node, ast.FunctionDef):
        return []
    return [one for one in node.decorator_list if isinstance(one, ast.Call) and ast.unparse(one.func) == MARK]


def _check(lesson: Lesson, node: ast.stmt) -> Check:
    (mark,) = _marks(node)
    given = {word.arg: ast.literal_eval(word.value) for word in mark.keywords}
    assert isinstance(node, ast.FunctionDef)
    return Check(lesson.name, ast.literal_eval(mark.args[0]), node.name, float(given.get("weight", 1)))


def without_pytest(text: str) -> str:
    """Take pytest out of hidden tests, so that they can be called where it is not installed."""
    tree = ast.parse(text)
    gone = {number for mark in _lines_of_pytest(tree) for number in range(mark.lineno, (mark.end_lineno or 0) + 1)}
    return "\n".join(line for number, line in enumerate(text.split("\n"), 1) if number not in gone)


def _lines_of_pytest(tree: ast.Module) -> Iterator[ast.stmt | ast.expr]:
    for node in tree.body:
        yield from _marks(node)
        if ast.unparse(node) == IMPORT:
            yield node


def write_checks(folder: Path, lessons: Sequence[Lesson]) -> None:
    """Write the checks of some lessons, and the helpers that they import; a grader needs the folder on its path."""
    folder.mkdir(parents=True)
    shutil.copy(Path(__file__).parent / "checking.py", folder)
    for lesson in lessons:
        (folder / f"checks_{lesson.name}.py").write_text(without_pytest(hidden(lesson)), encoding="utf-8")
        shutil.copy(lesson.folder / "lesson.py", folder / f"answer_{lesson.name}.py")
        probes = lesson.folder / "probes.py"
        (folder / f"probes_{lesson.name}.py").write_text(probes.read_text("utf-8") if probes.exists() else "", "utf-8")
    (folder / "thresholds.json").write_text(json.dumps({one.name: thresholds(one) for one in lessons}))
    _copy_helpers(folder)
    compileall.compile_dir(folder, quiet=1)  # so that no grader pays for it


def _copy_helpers(folder: Path) -> None:
    """Copy the modules of the kit that checks need, and no other."""
    for path in modules_needed([KIT / name for name in NEEDED]):
        place = folder / path.relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)


def modules_needed(files: Sequence[Path]) -> set[Path]:
    """Follow the imports at the top of some files of the kit; return all files that they load."""
    found: set[Path] = set()
    todo = list(files)
    while todo:
        path = todo.pop()
        if path not in found:
            found.add(path)
            todo += [one for one in _imported(path) if one.exists()]
    return found


def _imported(path: Path) -> Iterator[Path]:
    yield from (folder / "__init__.py" for folder in path.parents if KIT in (folder, *folder.parents))
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [f"{node.module}.{alias.name}" for alias in node.names] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            if name.split(".")[0] == KIT.name:
                yield ROOT.joinpath(*name.split(".")).with_suffix(".py")
                yield ROOT.joinpath(*name.split("."), "__init__.py")
