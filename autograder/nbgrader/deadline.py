"""Write the deadline that `unroll nbgrade` is given into the gradebook, where nbgrader and formgrader show it."""

import warnings
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from autograder.course.late import own_due
from autograder.course.model import Course
from autograder.errors import UsageError
from autograder.grading.deadline import read_deadline

NOBODY = "--extension: there is no student {who} of {assignment}. Give nbgrader's id, or the e-mail of the gradebook."
NO_DEADLINE = "--extension {who}: {assignment} has no deadline that could be extended. Give one with --due."


def set_deadline(
    coursedir: Any, course: Course, assignment: str, due: str, extensions: Sequence[str], students: Iterable[str]
) -> None:
    """Set the due date of an assignment, and what some students have beyond it.

    Args:
        coursedir: nbgrader's course directory.
        due: as on the command line, or "" to leave it as it is.
        extensions: `STUDENT=TIME` each, likewise.
        students: all who have submitted.

    Raises:
        UsageError: a time that is none, or a student who is not there; nothing is written then.
    """
    from nbgrader.api import Gradebook

    if not (due or extensions):
        return
    deadline = read_deadline(course, due, extensions)
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        found = gradebook.find_assignment(assignment)
        everybodys = deadline.due or _aware(found.duedate)
        own = {}
        for who, text in deadline.extensions.items():
            student = _student(gradebook, who, students, assignment)
            own[student] = _beyond(everybodys, own_due(text, everybodys, course.zone), who, assignment)
        if everybodys is not None:
            found.duedate = everybodys.astimezone(UTC).replace(tzinfo=None)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nbgrader's own, about its use of SQLAlchemy
            for student, extension in own.items():
                gradebook.update_or_create_student(student)
                gradebook.update_or_create_submission(assignment, student).extension = extension
            gradebook.db.commit()


def _aware(due: datetime | None) -> datetime | None:
    return due.replace(tzinfo=UTC) if due else None


def _beyond(due: datetime | None, own: datetime | None, who: str, assignment: str) -> timedelta:
    if due is None or own is None:
        raise UsageError(NO_DEADLINE.format(who=who, assignment=assignment))
    return own.astimezone(UTC) - due.astimezone(UTC)


def _student(gradebook: Any, who: str, students: Iterable[str], assignment: str) -> str:
    """Find a student by id or e-mail; capitals do not count."""
    by_email = {str(one.email).casefold(): str(one.id) for one in gradebook.students if one.email}
    by_id = {one.casefold(): one for one in students}
    found = by_id.get(who) or by_email.get(who, "")
    if found not in by_id.values():
        raise UsageError(NOBODY.format(who=who, assignment=assignment))
    return found
