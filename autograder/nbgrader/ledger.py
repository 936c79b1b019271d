"""Read what the gradebook says about each student; a missing mark is not a 0."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.nbgrader import unfinished
from autograder.nbgrader.attention import flags
from autograder.nbgrader.autograde import CHECK, TEST
from autograder.nbgrader.lessons import course_at, find_assignment

DONE, ABSENT, UNGRADED, UNFINISHED = "", "not submitted", "not autograded", "autograding was not finished"
MANUAL = "needs manual grading"


@dataclass(frozen=True)
class Column:
    """Something that earns points.

    Args:
        lesson: the notebook, or "" for the assignment as a whole.
        task: the grade cell, or "" for the notebook as a whole.
        best: its maximum.
    """

    assignment: str
    lesson: str
    task: str
    best: float

    @property
    def name(self) -> str:
        place = f"{self.assignment}/{self.lesson}" if self.lesson else self.assignment
        return f"{place}:{self.task.removeprefix(TEST)}" if self.task else place


@dataclass(frozen=True)
class Account:
    """A student's marks in one assignment.

    Args:
        state: why marks are missing or may change; "" where all is done.
        marks: what was earned in each task, None where nobody knows yet.
        open: the tasks that a person has to look at.
        penalties: what was lost for being late, by lesson.
        look: what a person has to look at, whether or not a mark waits for it.
    """

    state: str
    marks: dict[tuple[str, str], float | None]
    open: frozenset[tuple[str, str]]
    penalties: dict[str, float]
    look: tuple[str, ...] = ()

    @property
    def remark(self) -> str:
        """The state, and what a person has to look at."""
        look = f"a person has to look: {'; '.join(self.look)}" if self.look else ""
        return "; ".join(filter(None, (self.state, look)))

    def mark(self, column: Column, reviewed_only: bool = True, late: bool = True) -> float | None:
        """Return what was earned in a column; None where it is not known.

        Args:
            reviewed_only: take a mark that a person has still to look at for unknown.
            late: take off what was lost for being late, from lessons and the assignment.
        """
        wanted = [place for place in self.marks if column.lesson in ("", place[0]) and column.task in ("", place[1])]
        known = [self.marks[place] for place in wanted if not (reviewed_only and place in self.open)]
        earned = [mark for mark in known if mark is not None]
        if self.state not in (DONE, MANUAL) or len(earned) < len(wanted) or not wanted:
            return None
        lost = sum(lost for lesson, lost in self.penalties.items() if column.lesson in ("", lesson))
        return max(0.0, sum(earned) - lost) if late and not column.task else sum(earned)


def columns(assignment: Any, root: Path) -> list[Column]:
    """List the columns of an assignment of the gradebook: tasks, then their lesson, and the assignment at the end.

    Args:
        root: the course's folder; lessons and tasks stand in the course's order, where it knows them.
    """
    found = find_assignment(course_at(root), assignment.name)
    lessons = [lesson.name for lesson in found.lessons] if found else []
    tasks = [f"{TEST}{task.name}" for lesson in (found.lessons if found else ()) for task in lesson.tasks]
    made: list[Column] = []
    for notebook in sorted(assignment.notebooks, key=lambda one: _order(lessons, one.name)):
        cells = sorted([*notebook.grade_cells, *notebook.task_cells], key=lambda one: _order(tasks, one.name))
        shown = [cell for cell in cells if cell.max_score or not cell.name.startswith(CHECK)]
        made += [Column(assignment.name, notebook.name, cell.name, cell.max_score) for cell in shown]
        made.append(Column(assignment.name, notebook.name, "", sum(cell.max_score for cell in cells)))
    return [*made, Column(assignment.name, "", "", sum(column.best for column in made if column.task))]


def _order(names: Sequence[str], name: str) -> tuple[int, str]:
    return (names.index(name) if name in names else len(names), name)


def account(
    submission: Any, submitted: Path, autograded: Path, penalties: Mapping[str, float] | None = None
) -> Account:
    """Read a student's marks.

    Args:
        submission: of the gradebook, or None.
        submitted: the folder where the submission would be.
        autograded: the folder of the notebooks that were made of it.
        penalties: what being late costs now, by lesson; if it is None, the gradebook says what it cost.
    """
    if submission is None:
        return Account(UNGRADED if submitted.exists() else ABSENT, {}, frozenset(), {})
    grades = {(one.name, grade.name): grade for one in submission.notebooks for grade in one.grades}
    marks = {place: _known(grade) for place, grade in grades.items()}
    due = frozenset(place for place, grade in grades.items() if grade.needs_manual_grade)
    kept = {one.name: float(one.late_submission_penalty or 0.0) for one in submission.notebooks}
    lost = kept if penalties is None else dict(penalties)
    return Account(_state(grades, due, submitted), marks, due, lost, tuple(flags(autograded)))


def _known(grade: Any) -> float | None:
    return None if grade.manual_score is None and grade.auto_score is None else float(grade.score)


def _state(grades: dict[tuple[str, str], Any], due: frozenset[tuple[str, str]], submitted: Path) -> str:
    if unfinished.is_unfinished(submitted):
        return UNFINISHED
    # A new submission waits for a mark in every cell; autograding takes that from the cells that it can judge.
    untouched = [name for (_, name), grade in grades.items() if name.startswith(TEST) and _known(grade) is None]
    return UNGRADED if untouched else MANUAL if due else DONE
