"""nbgrader as it ships: autograder test cells in the notebooks, `nbgrader autograde` for the class."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from autograder.course.model import Lesson
from peers import spent
from peers.grader import Job, by_task
from peers.hand_ins import HandIn
from peers.notebooks import Cell, answered, read_cells, with_test_cells, write_lessons

CONFIG = 'c = get_config()\nc.CourseDirectory.course_id = "alone"\n'


class NbgraderAlone:
    """`nbgrader autograde` with no configuration but the name of the course.

    Args:
        merged: whether all lessons are one notebook, which is cheaper, because each notebook starts a kernel.
    """

    environment, few = "nbgrader", 0

    def __init__(self, merged: bool = False) -> None:
        self.name = "nbgrader, one notebook" if merged else "nbgrader as it ships"
        self._merged = merged

    def set_up(self, place: Path, job: Job) -> None:
        """Write a course directory, and have nbgrader make the assignment."""
        (place / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
        write_lessons(place / "source" / job.assignment, job.lessons, partial(_cells, job), self._notebook(job))
        generate(place, job, self.environment)

    def hand_in(self, place: Path, job: Job, hand_in: HandIn) -> None:
        """Hand in notebooks."""
        folder = place / "submitted" / hand_in.student / job.assignment

        def cells(lesson: Lesson) -> list[Cell]:
            return answered(_cells(job, lesson), lesson, hand_in)

        write_lessons(folder, job.lessons, cells, self._notebook(job))

    def _notebook(self, job: Job) -> str:
        return job.assignment if self._merged else ""

    def grade(self, place: Path, job: Job, hand_ins: Sequence[HandIn]) -> float:
        """Autograde the class; where there is nobody, nbgrader says so and fails."""
        return autograde(place, job, self.environment, statuses=(0,) if hand_ins else (0, 1))

    def passed(self, place: Path, job: Job, hand_in: HandIn) -> dict[str, bool]:
        """Read the gradebook: a check passed where its cell has all of its points."""
        full = full_cells(place, job.assignment, hand_in.student)
        names = {f"{check.task}-{check.name}": (check.lesson, check.name) for check in job.checks}
        return by_task(job.checks, {names[name] for name in full if name in names})


def generate(place: Path, job: Job, environment: str) -> None:
    """Have nbgrader make the assignment in a course directory; this is not measured."""
    spent.run(_nbgrader(job, environment, "generate_assignment"), place, job.variables(environment))


def autograde(place: Path, job: Job, environment: str, statuses: Sequence[int] = (0,)) -> float:
    """Have nbgrader autograde the class in a course directory; return the CPU."""
    return spent.cpu(_nbgrader(job, environment, "autograde"), place, job.variables(environment), statuses)


def _nbgrader(job: Job, environment: str, command: str) -> list[str]:
    return [str(job.python(environment)), "-m", "nbgrader", command, job.assignment]


def full_cells(place: Path, assignment: str, student: str) -> set[str]:
    """Return the names of the test cells of a student that have all of their points, and some."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{place / 'gradebook.db'}") as gradebook:
        submission = gradebook.find_submission(assignment, student)
        grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
        return {grade.name for grade in grades if grade.max_score and grade.auto_score == grade.max_score}


def _cells(job: Job, lesson: Lesson) -> list[Cell]:
    return with_test_cells(read_cells(lesson), [check for check in job.checks if check.lesson == lesson.name])
