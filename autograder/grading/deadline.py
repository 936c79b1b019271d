"""What a class's deadline does to each hand-in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from autograder.collect.record import NOT_HANDED_IN, Row
from autograder.course.late import Lateness, lateness, own_due, read_due
from autograder.course.model import Course
from autograder.errors import UsageError
from autograder.intake import Student


@dataclass(frozen=True)
class Deadline:
    """The deadline of a class.

    Args:
        due: for everybody, or None.
        extensions: own deadlines as written, by a name, id, e-mail or folder in small letters.
    """

    due: datetime | None = None
    extensions: Mapping[str, str] = field(default_factory=dict)


def read_deadline(course: Course, due: str, extensions: Sequence[str]) -> Deadline:
    """Read what the command line says of deadlines.

    Raises:
        UsageError: a time that is none.
    """
    try:
        everybodys = read_due(due, course.zone) if due else None
    except ValueError as error:
        raise UsageError(f"--due: {error}.") from None
    own: dict[str, str] = {}
    for text in extensions:
        who, sign, when = text.rpartition("=")
        if not sign or not who.strip():
            raise UsageError(f"--extension: {text!r} is not STUDENT=TIME, such as jdoe=48h.")
        _own(f"--extension {who}", when, everybodys, course)
        own[who.strip().casefold()] = when
    return Deadline(everybodys, own)


def lateness_of(
    course: Course, deadline: Deadline, students: Sequence[Student], rows: Mapping[str, Row]
) -> dict[str, Lateness]:
    """Find out what each keeps of the marks, by the folder of the report.

    Raises:
        UsageError: an extension for nobody, or a time in the roster that is none.
    """
    unused, found = set(deadline.extensions), {}
    for student in students:
        row = rows.get(student.folder, Row(student.student))
        names = {one.casefold() for one in (student.student, student.path.name, row.id, row.name, row.email) if one}
        given = next((deadline.extensions[one] for one in sorted(names) if one in deadline.extensions), row.due)
        unused -= names
        due = _own(f"The deadline of {student.student}", given, deadline.due, course)
        nothing = row.note == NOT_HANDED_IN
        found[student.folder] = Lateness() if nothing else lateness(course.late, due, row.when(course.zone))
    if unused:
        raise UsageError(
            f"--extension: there is no student {', '.join(sorted(unused))}. Give a name, an id or an e-mail."
        )
    return found


def _own(whose: str, text: str, due: datetime | None, course: Course) -> datetime | None:
    try:
        return own_due(text, due, course.zone)
    except ValueError as error:
        raise UsageError(f"{whose}: {error}.") from None
