"""Make the notebook that a student works in without nbgrader: prose, examples, a stub for each task, and its checks."""

from collections.abc import Iterator
from typing import Any

import nbformat

from autograder.authoring.drawing import Drawing
from autograder.authoring.lesson import Cell, LessonText, stub_of
from autograder.authoring.notebook import KIT, METADATA, attach, cell_id, first_code, without_hashes, written
from autograder.course.model import Lesson

MORE = """\
## Check and hand in

Run the cell below to check the whole lesson. In a terminal, in this folder, `unroll check {key}` does the same with
what is saved, `unroll hint` helps, and `unroll pack {assignment}` makes the hand-in. Save before you type them."""


def stub_notebook(lesson: Lesson, text: LessonText, drawing: Drawing | None = None) -> str:
    """Return the notebook's JSON, without any answer or output; the same lesson gives the same bytes."""
    cells = list(_cells(lesson, text))
    if drawing:
        attach(cells, lesson.name, drawing)
    cells.insert(first_code(cells), _code(KIT, "unroll"))
    cells.append(_prose(MORE.format(key=lesson.key, assignment=lesson.assignment), "unroll-more"))
    cells.append(_code(f'check("{lesson.key}")', "unroll-check"))
    return written(nbformat.v4.new_notebook(cells=cells, metadata=METADATA))


def _cells(lesson: Lesson, text: LessonText) -> Iterator[Any]:
    answers = {cell.line: name for name, cell in text.solutions()}
    for number, cell in enumerate(text.cells):
        name = answers.get(cell.line)
        yield _cell(cell, name or f"{lesson.name}-{number}")
        if name:
            yield _code(f'check("{lesson.key}:{name}")', f"check_{name}")


def _cell(cell: Cell, name: str) -> Any:
    if cell.kind == "markdown":
        return _prose(without_hashes(cell.text), name)
    return _code(without_hashes(cell.text) if cell.kind == "example" else stub_of(cell.text), name)


def _code(text: str, name: str) -> Any:
    return nbformat.v4.new_code_cell(text, id=cell_id(name))


def _prose(text: str, name: str) -> Any:
    return nbformat.v4.new_markdown_cell(text, id=cell_id(name))
