"""Let nbgrader take each submission in which there is anything: alone, it looks for notebooks by their names.

Its converter lists the notebooks of a submission before anything that can be configured is asked. So a method of it is
replaced here, for assignments of the course alone.
"""

import fnmatch
import glob
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from autograder.intake.folder import FolderTree
from autograder.intake.hand_in import Unfit
from autograder.nbgrader.lessons import course_at, find_assignment

STAMP = "timestamp.txt"
NOTEBOOK = ".ipynb"
STOCK = "stock"


def see_all_work() -> None:
    """Change nbgrader's autograde in this process: what it looks for, and what it copies."""
    from nbgrader.converters import Autograde
    from nbgrader.converters.base import BaseConverter

    if not hasattr(Autograde.init_notebooks, STOCK):
        Autograde.init_notebooks = _instead_of(Autograde.init_notebooks, _init_notebooks)
        BaseConverter.init_assignment = _instead_of(BaseConverter.init_assignment, _init_assignment)


def _instead_of(stock: Any, ours: Callable[..., None]) -> Any:
    def method(converter: Any, *given: str) -> None:
        ours(stock, converter, *given)

    setattr(method, STOCK, stock)
    return method


def _init_notebooks(stock: Any, converter: Any) -> None:
    """List the submissions and, of each, the notebooks that it should have; nbgrader says it where there are none."""
    coursedir = converter.coursedir
    lessons = _lessons(Path(coursedir.root), coursedir.assignment_id)
    pattern = converter._format_source(coursedir.assignment_id, coursedir.student_id)
    there = glob.glob(pattern)  # noqa: PTH207 (nbgrader finds the student in the path as it stands there)
    folders = [folder for folder in there if holds_work(Path(folder))]
    if not lessons or not folders:
        stock(converter)
        return
    for folder in there:
        if folder not in folders:
            converter.log.warning("Nothing was handed in: %s", folder)
    master = Path(coursedir.format_path(coursedir.source_directory, ".", coursedir.assignment_id))
    names = {*lessons, *(path.stem for path in master.glob(f"*{NOTEBOOK}"))}
    wanted = fnmatch.filter(sorted(names), coursedir.notebook_id)
    converter.notebooks = []
    converter.assignments = {folder: list(_expected(folder, wanted, lessons)) for folder in folders}


def _lessons(root: Path, assignment: str) -> list[str]:
    found = find_assignment(course_at(root), assignment)
    return [lesson.name for lesson in found.lessons] if found else []


def _expected(folder: str, wanted: Iterable[str], lessons: Iterable[str]) -> Iterator[str]:
    """List the paths of the lessons, there or not, and of other notebooks that are there."""
    paths = [(name, f"{folder}{os.sep}{name}{NOTEBOOK}") for name in wanted]
    return (path for name, path in paths if name in lessons or Path(path).exists())


def holds_work(folder: Path) -> bool:
    """Say whether a submission has anything in it but nbgrader's own time stamp; what cannot be read may have."""
    if not folder.is_dir() and not folder.is_symlink():
        return False
    try:
        with FolderTree(folder) as tree:
            return any(entry.name != STAMP for entry in tree.entries(()))
    except (Unfit, OSError):
        return True  # its row says why


def _init_assignment(stock: Any, converter: Any, assignment: str, student: str) -> None:
    """Copy the files that lie beside the notebooks, but what leads elsewhere or never ends."""
    from nbgrader.converters import Autograde
    from nbgrader.utils import temp_attrs

    coursedir = converter.coursedir
    if not isinstance(converter, Autograde) or not _lessons(Path(coursedir.root), assignment):
        stock(converter, assignment, student)
        return
    folder = Path(converter._format_source(assignment, student))
    if not folder.is_symlink():
        left_out = [glob.escape(name) for name in _no_files(folder)]
        with temp_attrs(coursedir, ignore=[*coursedir.ignore, *left_out]):
            stock(converter, assignment, student)


def _no_files(folder: Path) -> Iterator[str]:
    """Name the links, pipes and devices in a folder."""
    for place, _, names in os.walk(folder):
        for name in names:
            if not stat.S_ISREG(os.lstat(Path(place) / name).st_mode):
                yield name
