"""A course directory of nbgrader's, and students who hand in notebooks."""

import copy
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from classroom import REPOSITORY
from nbgrader.api import Gradebook

BIN = Path(sys.executable).parent
PARTS = ("solutions", "source", "exercises", "nbgrader_config.py")


class CourseDirectory:
    """A fresh copy of this repository's course, with nbgrader's commands."""

    def __init__(self, root: Path, config: bool = True) -> None:
        self.root = root
        for part in PARTS if config else PARTS[:-1]:
            place = REPOSITORY / part
            copying = shutil.copytree if place.is_dir() else shutil.copy
            copying(place, root / part)

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run an nbgrader command in the course directory."""
        path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
        given = {**os.environ, "PATH": path, "PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1", **environment}
        arguments = [sys.executable, "-m", "nbgrader", *command]
        return subprocess.run(arguments, cwd=self.root, env=given, capture_output=True, text=True)

    def must(self, *command: str, **environment: str) -> str:
        """Run an nbgrader command that has to succeed; return what it logged."""
        done = self.run(*command, **environment)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stderr

    def solved(self, lesson: str, assignment: str = "sine") -> Any:
        """Return the instructor's notebook, with all answers."""
        return nbformat.read(self.root / "source" / assignment / f"{lesson}.ipynb", 4)

    def released(self, lesson: str, assignment: str = "sine") -> Any:
        """Return the notebook as students get it."""
        return nbformat.read(self.root / "release" / assignment / f"{lesson}.ipynb", 4)

    def hand_in(self, student: str, **lessons: Any) -> Path:
        """Submit notebooks, or any text in place of one."""
        folder = self.root / "submitted" / student / "sine"
        folder.mkdir(parents=True, exist_ok=True)
        for lesson, notebook in lessons.items():
            text = notebook if isinstance(notebook, str) else nbformat.writes(notebook)
            (folder / f"{lesson}.ipynb").write_text(text, encoding="utf-8")
        return folder

    @contextmanager
    def gradebook(self) -> Iterator[Any]:
        """Open the gradebook."""
        with Gradebook(f"sqlite:///{self.root / 'gradebook.db'}") as gradebook:
            yield gradebook

    def marks(self, student: str) -> dict[tuple[str, str], float | None]:
        """Return a student's automatic marks, by lesson and task."""
        with self.gradebook() as gradebook:
            submission = gradebook.find_submission("sine", student)
            grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
            return {
                (grade.notebook.name, grade.name.removeprefix("test_")): grade.auto_score
                for grade in grades
                if grade.name.startswith("test_")
            }


def cell(notebook: Any, name: str) -> Any:
    """Find a cell by its id of nbgrader's."""
    return next(one for one in notebook.cells if one.metadata.get("nbgrader", {}).get("grade_id") == name)


def replaced(notebook: Any, name: str, source: str) -> Any:
    """Return a copy with another source in one cell."""
    made = copy.deepcopy(notebook)
    cell(made, name).source = source
    return made


def outputs(course: CourseDirectory, student: str, lesson: str, name: str) -> str:
    """Return all that the outputs of a cell say in the autograded notebook."""
    graded = nbformat.read(course.root / "autograded" / student / "sine" / f"{lesson}.ipynb", 4)
    return "\n".join(str(output) for output in cell(graded, name).outputs)
