"""Make the notebook that nbgrader calls source: prose, and two cells for each task, its answer and its points."""

import re
from typing import Any

import nbformat

from autograder.authoring.lesson import BEGIN, Cell, LessonText
from autograder.course import Lesson, Task

SCHEMA = 3
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebook(lesson: Lesson, text: LessonText) -> str:
    """Return the notebook's JSON; the same lesson gives the same bytes."""
    tasks = {task.name: task for task in lesson.tasks}
    answers = {cell.line: name for name, cell in text.solutions()}
    cells: list[Any] = []
    for number, cell in enumerate(text.cells):
        name = answers.get(cell.line)
        cells.append(_cell(cell, name or f"{lesson.name}-{number}", name))
        if name:
            cells.append(_judged(tasks[name]))
    made = nbformat.v4.new_notebook(cells=cells, metadata=METADATA)
    made.nbformat_minor = 5
    nbformat.validate(made)
    return f"{nbformat.writes(made)}\n"


def _cell(cell: Cell, name: str, task: str | None) -> Any:
    if cell.kind == "markdown":
        return nbformat.v4.new_markdown_cell(_without_hashes(cell.text), id=_id(name))
    if cell.kind == "example":
        return nbformat.v4.new_code_cell(_without_hashes(cell.text), id=_id(name))
    metadata = _metadata(name, solution=True) if task and BEGIN in cell.text else _metadata(name, locked=True)
    return nbformat.v4.new_code_cell(cell.text, id=_id(name), metadata=metadata)


def _judged(task: Task) -> Any:
    """Make the cell that stands for a task's hidden tests; it holds none of them."""
    source = (
        f"# Judged by Unroll: {task.name}, {task.points:g} points.\n"
        f"raise RuntimeError(\"{task.name} is judged by Unroll: add the kit's nbgrader_config.py to this course, "
        'then autograde again.")'
    )
    name = f"test_{task.name}"
    metadata = _metadata(name, grade=True, locked=True, points=task.points)
    return nbformat.v4.new_code_cell(source, id=_id(name), metadata=metadata)


def _metadata(name: str, **given: Any) -> dict[str, Any]:
    flags = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": SCHEMA}
    return {"nbgrader": {**flags, "grade_id": name, **given}}


def _without_hashes(text: str) -> str:
    return re.sub(r"^# ?", "", text, flags=re.MULTILINE)


def _id(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "-", name)[:64]
