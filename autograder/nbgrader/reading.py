"""Read what students handed in: a lesson that is missing or cannot be read is judged like any other."""

import os
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter

from autograder.nbgrader import unfinished
from autograder.nbgrader.place import course_at, find_assignment

LARGEST = 200 << 20


def before(assignment: str, student: str, notebooks: list[str]) -> None:
    """Mark a submission as begun, and expect every lesson of it.

    nbgrader calls this before it converts one student's notebooks; it goes on with the list as it is left here.

    Args:
        student: nbgrader's pattern of students, not the student.
        notebooks: paths of the notebooks that were found; changed in place.
    """
    if notebooks:
        unfinished.begin(Path(notebooks[0]).parent)
        _expect_every_lesson(assignment, notebooks)


def after(assignment: str, student: str, notebooks: list[str]) -> None:
    """Note that a submission is graded; nbgrader calls this when all else is done."""
    if notebooks:
        unfinished.finish(Path(notebooks[0]).parent)


def _expect_every_lesson(assignment: str, notebooks: list[str]) -> None:
    """Add the lessons that a student did not hand in, so that each gets its outcome and its page of feedback."""
    folder = Path(notebooks[0]).parent
    found = find_assignment(course_at(folder), assignment)
    wanted = [str(folder / f"{lesson.name}.ipynb") for lesson in found.lessons] if found else []
    notebooks += [path for path in wanted if path not in notebooks]


class Patient(NotebookExporter):
    """Take an empty notebook for a lesson that is missing, damaged or no plain file; `Judge` says what is wrong."""

    def from_filename(self, filename: str, resources: Any = None, **kw: Any) -> tuple[Any, Any]:
        """Convert a notebook, or an empty one in its place."""
        lesson = Path(filename)
        if is_readable(lesson) or not is_lesson(lesson):
            return super().from_filename(filename, resources=resources, **kw)
        resources["metadata"] = {"name": lesson.stem, "path": str(lesson.parent), "modified_date": ""}
        said = f"*{lesson.name} was not handed in, or could not be read.*"
        empty = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(said, id="nothing")])
        return self.from_notebook_node(empty, resources, **kw)


def is_readable(path: Path) -> bool:
    """Say whether a plain file holds a notebook that can be read."""
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST:
            return False
        nbformat.validate(nbformat.read(path, as_version=4))
    except Exception:
        return False
    return os.access(path, os.R_OK)


def is_lesson(path: Path) -> bool:
    """Say whether a path is that of a lesson of the course that it lies in."""
    course = course_at(path.parent)
    return course is not None and any(lesson.name == path.stem for lesson in course.lessons())
