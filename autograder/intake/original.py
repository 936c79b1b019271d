"""A lesson's notebook as it was handed in, to be shown; verdicts use only its code."""

from dataclasses import dataclass
from typing import Any

from autograder.course.model import Assignment, Lesson
from autograder.intake.folder import FolderTree
from autograder.intake.hand_in import Refused, Unfit
from autograder.intake.names import name_key, printable_name
from autograder.intake.notebook import MOST_CELLS, plain_cells
from autograder.intake.search import FoundFiles, choose_file, search
from autograder.intake.students import Student
from autograder.intake.text import check_source, decode
from autograder.intake.tree import Tree
from autograder.isolation.limits import Limits

NOTEBOOK = ".ipynb"


@dataclass(frozen=True)
class Original:
    """What stands in the notebook that counts for a lesson.

    Args:
        cells: plain JSON that nobody has looked at.
        problem: one sentence; if set, a notebook is there and cannot be read.
        missing: one sentence; if set, there is none.
        others: notebooks that no lesson is named as; one of them may be this one.
        file: the name of a Python file that counts in its place, or "".
        text: what stands in that file, or why it cannot be read.
    """

    cells: tuple[Any, ...] = ()
    problem: str = ""
    missing: str = ""
    others: tuple[str, ...] = ()
    file: str = ""
    text: str = ""


def read_original(student: Student, assignment: Assignment, lesson: Lesson, limits: Limits) -> Original:
    """Read the notebook that counts for a lesson in a student's folder."""
    try:
        with FolderTree(student.path) as tree:
            return _read(tree, assignment, lesson, limits)
    except Unfit as unfit:
        return Original(problem=str(unfit))
    except OSError as error:
        why = error.strerror or type(error).__name__
        return Original(problem=f"{lesson.name}{NOTEBOOK} could not be read ({why}); check its permissions.")


def _read(tree: Tree, assignment: Assignment, lesson: Lesson, limits: Limits) -> Original:
    found = search(tree, assignment)
    notebooks = [entry for entry in found.entries if name_key(entry.name).endswith(NOTEBOOK)]
    entry, _ = choose_file(notebooks, lesson.name)
    file, text = _instead(tree, found, lesson, limits)
    if entry is None:
        missing = f"{lesson.name}{NOTEBOOK} was not handed in."
        return Original(missing=missing, others=_others(found, assignment), file=file, text=text)
    name = printable_name(entry.name)
    cells = _few(name, plain_cells(name, tree.read(entry, limits.notebook_bytes)))
    return Original(tuple(cells), file=file, text=text)


def _instead(tree: Tree, found: FoundFiles, lesson: Lesson, limits: Limits) -> tuple[str, str]:
    """Read the Python file that counts for a lesson, if one does."""
    try:
        entry, _ = choose_file(found.entries, lesson.name)
        if entry is None or name_key(entry.name).endswith(NOTEBOOK):
            return "", ""
        name = printable_name(entry.name)
        return name, check_source(name, decode(name, tree.read(entry, limits.source_bytes)))
    except Unfit as unfit:
        return lesson.name, f"# {unfit}"


def _few(name: str, cells: list[Any]) -> list[Any]:
    if len(cells) > MOST_CELLS:
        raise Refused(f"{name} has too many cells to show; keep only the lesson's cells.")
    return cells


def _others(found: FoundFiles, assignment: Assignment) -> tuple[str, ...]:
    named = {name_key(lesson.name + NOTEBOOK) for lesson in assignment.lessons}
    names = [*(printable_name(entry.name) for entry in found.entries), *found.others]
    return tuple(name for name in names if name_key(name).endswith(NOTEBOOK) and name_key(name) not in named)
