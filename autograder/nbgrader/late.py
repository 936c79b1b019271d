"""Deadlines: nbgrader's due dates, extensions and time stamps, and what the course says that it costs to be late.

nbgrader takes a penalty off each notebook. Here it is the share that `unroll grade` takes off the points. nbgrader
finds it while it autogrades; a person may give points later. So it is found again for the feedback and for the tables.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties, NbGraderPreprocessor

from autograder.course.late import Lateness, LatePolicy, lateness
from autograder.course.model import Course
from autograder.nbgrader.attention import report
from autograder.nbgrader.fresh import markdown, numbered
from autograder.nbgrader.lessons import StudentLesson, course_at, find_student_lesson
from autograder.text.words import points

EXACT = 6
PLUGIN = "autograder.nbgrader.late.ByPolicy"
MARKS = "Points of this lesson: {before} before the deadline's deduction, {after} after it."


class ByPolicy(LateSubmissionPlugin):  # type: ignore[misc]
    """Takes off what `late` of `course.toml` says; if it says nothing, nbgrader's own settings hold."""

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        """Return the points that a notebook loses.

        Args:
            score: its points.
            total_seconds_late: how long after the deadline it was submitted, an extension counted in.
        """
        course = _course(self.config)
        if course is None or course.late == LatePolicy():
            found: float | None = super().late_submission_penalty(student_id, score, total_seconds_late)
            return found
        return _lost(score, course.late.kept(timedelta(seconds=total_seconds_late)))


class Penalties(AssignLatePenalties):  # type: ignore[misc]
    """Say of each student what the deadline does, also that it does nothing because no time is known."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Let nbgrader find the penalty of a notebook."""
        nb, resources = super().preprocess(nb, resources)
        place = _place(self.config, resources)
        if place is not None:
            with Gradebook(resources["nbgrader"]["db_url"]) as gradebook:
                said = lateness_of(gradebook.find_submission(place.assignment.name, place.student), place.course).said
            report(self.log, place.student, [said] if said else [])
        return nb, resources


class Deadline(NbGraderPreprocessor):  # type: ignore[misc]
    """Find the penalty again before a page of feedback is made, and say at its top what was lost and why."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Change a page and the gradebook; nothing where the course has no penalty of its own."""
        place = _place(self.config, resources)
        if place is None:
            return nb, resources
        with Gradebook(resources["nbgrader"]["db_url"]) as gradebook:
            submission = gradebook.find_submission(place.assignment.name, place.student)
            said = settle(submission, place.course).said
            gradebook.db.commit()
            mine = next(one for one in submission.notebooks if one.name == place.lesson.name)
            said += f" {_marks(mine)}" if mine.late_submission_penalty else ""
        if said:
            nb.cells.insert(0, markdown(f"**Deadline**\n\n{said}"))
        return numbered(nb), resources


def _marks(notebook: Any) -> str:
    before = notebook.score
    after = before - notebook.late_submission_penalty
    return MARKS.format(before=points(before), after=points(after))


def lateness_of(submission: Any, course: Course) -> Lateness:
    """Compare a submission's time with its due date; both stand in the gradebook, in UTC and without a zone."""
    due, zone = submission.assignment.duedate, course.zone
    if due is None:
        return Lateness()
    due = due.replace(tzinfo=UTC) + (submission.extension or timedelta())
    when: datetime | None = submission.timestamp
    return lateness(course.late, due.astimezone(zone), when.replace(tzinfo=UTC) if when else None)


def settle(submission: Any, course: Course) -> Lateness:
    """Write what each notebook loses of the points that it has now."""
    found = lateness_of(submission, course)
    for notebook, lost in _penalties(submission, found):
        notebook.late_submission_penalty = lost or None
    return found


def settle_all(coursedir: Any, config: Any, assignment: str) -> dict[str, str]:
    """Do so for everybody who is autograded.

    Returns: what the deadline does, by student; without those whom it does nothing.
    """
    course = takes_off(config)
    if course is None:
        return {}
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        found = {one.student.id: settle(one, course) for one in gradebook.assignment_submissions(assignment)}
        gradebook.db.commit()
    return {student: late.said for student, late in sorted(found.items()) if late.said}


def penalties(submission: Any, course: Course) -> dict[str, float]:
    """Return what each notebook loses of the points that it has now, by its name."""
    return {notebook.name: lost for notebook, lost in _penalties(submission, lateness_of(submission, course))}


def _penalties(submission: Any, found: Lateness) -> Iterator[tuple[Any, float]]:
    return ((notebook, _lost(float(notebook.score or 0), found.kept)) for notebook in submission.notebooks)


def _lost(score: float, kept: float) -> float:
    return round(score * (1.0 - kept), EXACT)


def takes_off(config: Any) -> Course | None:
    """Return the course if it says what being late costs, and nothing else was configured to decide it."""
    plugin = config.AssignLatePenalties.get("plugin_class", "")
    course = _course(config) if PLUGIN in (plugin, _name(plugin)) else None
    return course if course and course.late != LatePolicy() else None


def _name(plugin: Any) -> str:
    return f"{getattr(plugin, '__module__', '')}.{getattr(plugin, '__qualname__', '')}"


def _place(config: Any, resources: Any) -> StudentLesson | None:
    """Return where a notebook stands; None where the kit takes nothing off it."""
    return find_student_lesson(config, resources) if takes_off(config) else None


def _course(config: Any) -> Course | None:
    return course_at(Path(CourseDirectory(config=config).root))
