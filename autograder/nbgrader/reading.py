"""Read what students handed in: a lesson that is missing or cannot be read is judged like any other."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter

from autograder.errors import GradingError
from autograder.intake import HandIn, Student, read_hand_in
from autograder.intake.original import Original, read_original
from autograder.nbgrader import unfinished
from autograder.nbgrader.attention import ARRIVAL, KEY, LOOK, NOTES, Absence, literal
from autograder.nbgrader.fresh import fresh, markdown, new_cell, numbered
from autograder.nbgrader.lessons import StudentLesson, find_student_lesson
from autograder.nbgrader.submissions import NOTEBOOK
from autograder.text.clean import one_line
from autograder.text.words import LOOK as BY_HAND

MOST_SAID = 20


def before(assignment: str, student: str, notebooks: list[str]) -> None:
    """Mark a submission as begun; nbgrader calls this before it converts one student's notebooks.

    Args:
        student: nbgrader's pattern of students, not the student.
        notebooks: paths of the notebooks, also of those that are not there.
    """
    if notebooks:
        unfinished.begin(Path(notebooks[0]).parent)


def after(assignment: str, student: str, notebooks: list[str]) -> None:
    """Note that a submission is graded; nbgrader calls this when all else is done."""
    if notebooks:
        unfinished.finish(Path(notebooks[0]).parent)


class EmptyIfUnreadable(NotebookExporter):
    """Take whatever was handed in for a lesson; what the kit wrote itself has to be sound."""

    def from_filename(self, filename: str, resources: Any = None, **kw: Any) -> tuple[Any, Any]:
        """Convert a notebook: the student's, written anew, or the one that the kit has made of it."""
        place = find_student_lesson(self.config, resources)
        if place is None:
            return super().from_filename(filename, resources=resources, **kw)
        path = Path(filename)
        resources["metadata"] = {"name": path.stem, "path": str(path.parent), "modified_date": ""}
        is_the_students = path.parent.absolute() == place.handed_in.absolute()
        notebook = handed_in(place) if is_the_students else made_here(path, place)
        return self.from_notebook_node(notebook, resources, **kw)


def handed_in(place: StudentLesson) -> Any:
    """Read a student's notebook of a lesson; where there is none to read, one that says so takes its place."""
    student = Student(place.student, place.student, place.handed_in)
    original = read_original(student, place.assignment, place.lesson, place.course.limits)
    hand_in = read_hand_in(student, place.assignment, place.course.limits)
    arrival = arrival_of(hand_in, place.lesson.name)
    absence = _absence(original, hand_in)
    notebook = _without_work(absence) if absence else fresh(original.cells)
    if absence or arrival[LOOK]:
        notebook.metadata[KEY] = asdict(absence or Absence(arrival[LOOK][0], waits=True, look=False))
    notebook.metadata[ARRIVAL] = arrival
    if original.file and not original.problem:
        said = f"# {original.file} was handed in. It is what is graded, and not the cells of the notebook:\n"
        notebook.cells.insert(0, new_cell("code", said + original.text))
    return numbered(notebook)


def _absence(original: Original, hand_in: HandIn) -> Absence | None:
    """Say why there is no notebook to show; None where there is one."""
    if original.problem:
        return Absence(original.problem, waits=True, look=True)
    if not original.missing:
        return None
    others = [] if original.file else [name for name in hand_in.others if NOTEBOOK in name.lower()]
    there = f" There is {', '.join(others)}: is it this lesson?" if others else ""
    return Absence(original.missing + there, waits=False, look=bool(there))


def arrival_of(hand_in: HandIn, lesson: str) -> dict[str, list[str]]:
    """Say what was done to read a lesson, as the report of `unroll grade` does, and what of it is for a person."""
    source = hand_in.sources.get(lesson)
    said = list(dict.fromkeys((*hand_in.notes, *(source.notes if source else ()))))[:MOST_SAID]
    look = [one for one in said if one.startswith(BY_HAND)]
    return {LOOK: look, NOTES: [one for one in said if one not in look]}


def _without_work(absence: Absence) -> Any:
    notebook = fresh([])
    notebook.cells.append(markdown(f"*{literal(absence.said)}*"))
    return notebook


def made_here(path: Path, place: StudentLesson) -> Any:
    """Read a notebook that the kit has written; never take another in its place.

    Raises:
        GradingError: it cannot be read, which is no fault of the student's.
    """
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:
        why = one_line(str(error) or type(error).__name__, 200)
        raise GradingError(
            f"{path}: what the kit wrote for {place.student} cannot be read ({why}). "
            "See that the disk is not full, and autograde this student again."
        ) from None
