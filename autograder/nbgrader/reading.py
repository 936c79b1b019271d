"""Read what students handed in: a lesson that is missing or cannot be read is judged like any other."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter

from autograder.errors import GradingError
from autograder.intake import Student
from autograder.intake.original import Original, read_original
from autograder.nbgrader import unfinished
from autograder.nbgrader.attention import ARRIVAL, KEY, Absence, literal
from autograder.nbgrader.fresh import fresh, markdown, new_cell, numbered
from autograder.nbgrader.lessons import StudentLesson, course_at, find_assignment, find_student_lesson
from autograder.text.clean import one_line


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
    if original.problem:
        return _without_work(Absence(original.problem, waits=True, look=True))
    if original.missing:
        there = f" There is {', '.join(original.others[:3])}: is it this lesson?" if original.others else ""
        absence = Absence(original.missing + there, waits=False, look=bool(there))
        return _with_what_counts(_without_work(absence), original)
    return _with_what_counts(fresh(original.cells), original)


def _with_what_counts(notebook: Any, original: Original) -> Any:
    """Show the Python file that is graded above the notebook that is not, and keep what was done to find both."""
    notebook.metadata[ARRIVAL] = {"look": [original.look] if original.look else [], "notes": list(original.notes)}
    if original.file:
        said = f"# {original.file} was handed in. It is what is graded, and not the cells of the notebook:\n"
        notebook.cells.insert(0, new_cell("code", said + original.text))
        numbered(notebook)
    return notebook


def _without_work(absence: Absence) -> Any:
    notebook = fresh([])
    notebook.cells.append(markdown(f"*{literal(absence.said)}*"))
    notebook.metadata[KEY] = asdict(absence)
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
