"""Make the notebook that nbgrader calls source: prose, and for each task its answer, its checks and its points."""

import ast
import base64
import re
from typing import Any

import nbformat

from autograder.authoring.drawing import Drawing
from autograder.authoring.lesson import BEGIN, END, Cell, LessonText
from autograder.course.model import Lesson, Question, Task

SCHEMA = 3
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
KIT = """\
try:
    from autograder.student import check
except ModuleNotFoundError:

    def check(task):
        print(f"{task} is not checked. Install the kit that your course gives you, then restart the kernel.")"""
JUDGED = """\
# Judged after you have handed it in: {name}, {points:g} points. On fresh inputs it is checked that
{checks}
import os

if os.environ.get("NBGRADER_EXECUTION") == "autograde":
    raise RuntimeError("{name} is not judged: add Unroll's nbgrader_config.py to this course and autograde again.")"""


def notebook(lesson: Lesson, text: LessonText, drawing: Drawing | None = None) -> str:
    """Return the notebook's JSON; the same lesson gives the same bytes."""
    tasks = {task.name: task for task in lesson.tasks}
    answers = {cell.line: name for name, cell in text.solutions()}
    checked = _checked(lesson)
    cells: list[Any] = []
    for number, cell in enumerate(text.cells):
        name = answers.get(cell.line)
        cells.append(_cell(cell, name or f"{lesson.name}-{number}", name))
        if name:
            cells += [_check(lesson, tasks[name]), _judged(tasks[name], checked.get(name, []))]
    if drawing:
        attach(cells, lesson.name, drawing)
    cells.insert(first_code(cells), _locked(KIT, "unroll"))
    for question in lesson.questions:
        cells += _question(question)
    return written(nbformat.v4.new_notebook(cells=cells, metadata=METADATA))


def written(made: Any) -> str:
    """Write a sound notebook as JSON."""
    made.nbformat_minor = 5
    nbformat.validate(made)
    return f"{nbformat.writes(made)}\n"


def first_code(cells: list[Any]) -> int:
    """Return the index of the first cell of code, or the end."""
    return next((number for number, cell in enumerate(cells) if cell.cell_type == "code"), len(cells))


def attach(cells: list[Any], name: str, drawing: Drawing) -> None:
    """Put a drawing into the cell that shows it; JupyterLab takes no SVG there."""
    for cell in cells:
        if cell.cell_type == "markdown" and f"]({name}.svg)" in cell.source:
            cell.source = cell.source.replace(f"]({name}.svg)", f"](attachment:{name}.png)")
            cell.attachments = {f"{name}.png": {"image/png": base64.b64encode(drawing.png).decode()}}


def _cell(cell: Cell, name: str, task: str | None) -> Any:
    if cell.kind == "markdown":
        return nbformat.v4.new_markdown_cell(without_hashes(cell.text), id=cell_id(name))
    if cell.kind == "example":
        return nbformat.v4.new_code_cell(without_hashes(cell.text), id=cell_id(name))
    if task and BEGIN in cell.text:
        return nbformat.v4.new_code_cell(cell.text, id=cell_id(name), metadata=_metadata(name, solution=True))
    return _locked(cell.text, name)


def _locked(text: str, name: str, **given: Any) -> Any:
    return nbformat.v4.new_code_cell(text, id=cell_id(name), metadata=_metadata(name, locked=True, **given))


def _check(lesson: Lesson, task: Task) -> Any:
    """Make the cell of the public checks; with 0 points it earns nothing, and Validate looks at it."""
    return _locked(f'check("{lesson.key}:{task.name}")', f"check_{task.name}", grade=True, points=0.0)


def _judged(task: Task, checked: list[str]) -> Any:
    """Make the cell that stands for a task's hidden tests; it holds none of them."""
    checks = "\n".join(f"# - {sentence}" for sentence in checked)
    text = JUDGED.format(name=task.name, points=task.points, checks=checks)
    return _locked(text, f"test_{task.name}", grade=True, points=task.points)


def _checked(lesson: Lesson) -> dict[str, list[str]]:
    """Say in words what the hidden tests check, by task: the names of the tests."""
    tree = ast.parse((lesson.folder / "test_hidden.py").read_text(encoding="utf-8"))
    found: dict[str, list[str]] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            marks = [mark for mark in node.decorator_list if isinstance(mark, ast.Call) and mark.args]
            names = [ast.literal_eval(mark.args[0]) for mark in marks if ast.unparse(mark.func).endswith(".task")]
            for name in names:
                found.setdefault(name, []).append(node.name.removeprefix("test_").replace("_", " "))
    return found


def _question(question: Question) -> list[Any]:
    """Make a question that a person marks: its text, and the cell for the answer."""
    ask = f"{question.ask.strip()}\n\n*{question.points:g} points: {question.rubric.strip()}*"
    answer = f"##{BEGIN}\n{question.answer.strip()}\n##{END}"
    metadata = _metadata(question.name, solution=True, grade=True, points=question.points)
    return [
        nbformat.v4.new_markdown_cell(ask, id=cell_id(f"ask-{question.name}")),
        nbformat.v4.new_markdown_cell(answer, id=cell_id(question.name), metadata=metadata),
    ]


def _metadata(name: str, **given: Any) -> dict[str, Any]:
    flags = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": SCHEMA}
    return {"nbgrader": {**flags, "grade_id": name, **given}}


def without_hashes(text: str) -> str:
    """Take the mark of a comment from each line."""
    return re.sub(r"^# ?", "", text, flags=re.MULTILINE)


def cell_id(name: str) -> str:
    """Make an id that the format allows; it stays the same from build to build."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", name)[:64]
