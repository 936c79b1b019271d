"""Notebooks for the graders that grade notebooks, made of those in `source/`."""

import copy
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from autograder.course.model import Lesson
from peers.checks import ROOT, Check
from peers.hand_ins import HandIn

Cell = dict[str, Any]
KIT, PUBLIC, HIDDEN = "unroll", "check_", "test_"


def read_cells(lesson: Lesson) -> list[Cell]:
    """Read the cells of a lesson's source notebook, with all answers."""
    path = ROOT / "source" / lesson.assignment / f"{lesson.name}.ipynb"
    cells: list[Cell] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell | {"source": "".join(cell["source"])} for cell in cells]


def grade_id(cell: Cell) -> str:
    """Return nbgrader's name of a cell, or ""."""
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))


def answered(cells: Sequence[Cell], lesson: Lesson, hand_in: HandIn) -> list[Cell]:
    """Put a student's programs into the cells of the answers."""
    tasks = {task.name for task in lesson.tasks}
    return [
        cell | {"source": f"{cell['source']}\n\n\n{hand_in.below(lesson.name, grade_id(cell))}"}
        if grade_id(cell) in tasks
        else cell
        for cell in cells
    ]


def without_kit(cells: Sequence[Cell]) -> list[Cell]:
    """Leave out the cells that call the kit, and those that stand for its hidden checks."""
    return [cell for cell in cells if grade_id(cell) != KIT and not grade_id(cell).startswith((PUBLIC, HIDDEN))]


def with_test_cells(cells: Sequence[Cell], checks: Sequence[Check]) -> list[Cell]:
    """Put autograder test cells of stock nbgrader in the place of the kit's: one for each check."""
    made: list[Cell] = []
    for cell in cells:
        task = grade_id(cell).removeprefix(HIDDEN)
        if grade_id(cell).startswith(HIDDEN):
            wanted = [check for check in checks if check.task == task]
            made += [_test_cell(cell, check, number) for number, check in enumerate(wanted)]
        else:
            made += without_kit([cell])
    return made


def _test_cell(cell: Cell, check: Check, number: int) -> Cell:
    made = copy.deepcopy(cell)
    made["id"] = f"{cell['id'][:56]}-{number}"
    made["metadata"]["nbgrader"] |= {"grade_id": f"{check.task}-{check.name}", "points": check.weight}
    made["source"] = (
        "### BEGIN HIDDEN TESTS\n"
        "from checking import check\n\n"
        f"check({check.lesson!r}, {check.name!r}, globals())\n"
        "### END HIDDEN TESTS"
    )
    return made


def write_notebook(path: Path, cells: Sequence[Cell]) -> None:
    """Write cells as a notebook."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    made = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": list(cells)}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(made), encoding="utf-8")


def write_lessons(
    folder: Path, lessons: Sequence[Lesson], made: Callable[[Lesson], Sequence[Cell]], merged: str = ""
) -> None:
    """Write a notebook for each lesson, or one of that name for all of them.

    Args:
        made: makes the cells of a lesson.
    """
    if merged:
        write_notebook(folder / f"{merged}.ipynb", [cell for lesson in lessons for cell in made(lesson)])
    for lesson in () if merged else lessons:
        write_notebook(folder / f"{lesson.name}.ipynb", made(lesson))
