"""A lesson's notebook as it was handed in, to be shown; verdicts use only its code."""

from dataclasses import dataclass
from typing import Any

from autograder.course.model import Assignment, Lesson
from autograder.intake.choice import Choice, Draft, choose
from autograder.intake.drafts import DraftReader
from autograder.intake.folder import FolderTree
from autograder.intake.hand_in import Refused, Unfit
from autograder.intake.lesson_names import kind_and_stem, named_lessons
from autograder.intake.names import printable_name
from autograder.intake.notebook import MOST_CELLS, plain_cells
from autograder.intake.room import Room
from autograder.intake.search import FoundFiles, search
from autograder.intake.students import Student
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
        look: what a person has to look at, or "".
        notes: what was done to find it.
    """

    cells: tuple[Any, ...] = ()
    problem: str = ""
    missing: str = ""
    others: tuple[str, ...] = ()
    file: str = ""
    text: str = ""
    look: str = ""
    notes: tuple[str, ...] = ()


def read_original(student: Student, assignment: Assignment, lesson: Lesson, limits: Limits) -> Original:
    """Read the notebook that counts for a lesson in a student's folder, chosen as the one that is graded."""
    try:
        with FolderTree(student.path) as tree:
            return _read(tree, assignment, lesson, limits)
    except Unfit as unfit:
        return Original(problem=str(unfit))
    except OSError as error:
        why = error.strerror or type(error).__name__
        return Original(problem=f"{lesson.name}{NOTEBOOK} could not be read ({why}); check its permissions.")


def _read(tree: Tree, assignment: Assignment, lesson: Lesson, limits: Limits) -> Original:
    found = search(tree, assignment, Room(limits))
    drafts = DraftReader(assignment, limits).read_all(found.files)
    graded = choose(lesson, assignment, drafts)
    shown = _shown(graded, drafts, lesson, assignment)
    file, text = _instead(graded)
    look = graded.look if graded else ""
    notes = graded.notes if graded else ()
    if not shown:
        missing = f"{lesson.name}{NOTEBOOK} was not handed in."
        return Original(
            missing=missing, others=_others(found, assignment), file=file, text=text, look=look, notes=notes
        )
    cells = [cell for draft in shown for cell in _cells(found, draft, limits)]
    return Original(tuple(_few(shown[-1].label, cells)), file=file, text=text, look=look, notes=notes)


def _shown(graded: Choice | None, drafts: list[Draft], lesson: Lesson, assignment: Assignment) -> list[Draft]:
    """Choose the notebooks to show: those that are graded, else the one that would be without a Python file."""
    own = [draft for draft in graded.versions[0].drafts if draft.is_notebook] if graded else []
    if own:
        return own
    beside = choose(lesson, assignment, [draft for draft in drafts if draft.is_notebook])
    return list(beside.versions[0].drafts) if beside else []


def _cells(found: FoundFiles, draft: Draft, limits: Limits) -> list[Any]:
    file = next(one for one in found.files if (one.place, one.entry.name) == (draft.place, draft.name))
    return plain_cells(printable_name(draft.name), file.tree.read(file.entry, limits.notebook_bytes), draft.side)


def _instead(graded: Choice | None) -> tuple[str, str]:
    """Return the Python files that count for a lesson, if any do."""
    files = [draft for draft in graded.versions[0].drafts if not draft.is_notebook] if graded else []
    texts = [f"# {draft.problem}" if draft.problem else "\n".join(draft.cells) for draft in files]
    return " and ".join(printable_name(draft.name) for draft in files), "\n".join(texts)


def _few(name: str, cells: list[Any]) -> list[Any]:
    if len(cells) > MOST_CELLS:
        raise Refused(f"{name} has too many cells to show; keep only the lesson's cells.")
    return cells


def _others(found: FoundFiles, assignment: Assignment) -> tuple[str, ...]:
    lessons = [lesson.name for lesson in assignment.lessons]
    names = [file.entry.name for file in found.files if not named_lessons(file.entry.name, lessons)]
    return tuple(printable_name(name) for name in names if kind_and_stem(name)[0] == NOTEBOOK)
