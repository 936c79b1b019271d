"""Find who has submitted an assignment, and who of them is to be autograded."""

import glob
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.errors import UsageError
from autograder.intake import is_work
from autograder.intake.names import as_given, is_ignored
from autograder.intake.students import ZIP
from autograder.nbgrader import unfinished
from autograder.nbgrader.submissions import holds_work
from autograder.text.clean import one_line


@dataclass(frozen=True)
class Roster:
    """What is to be done with each student.

    Args:
        due: who is to be graded.
        skipped: who is graded already.
        failed: who cannot be graded, and why.
        look: at whose work a person has to look, and at what.
        notes: how a hand-in was read that did not come as it was handed out.
        loose: files that look like work of the assignment, and lie where nbgrader does not look.
    """

    due: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    look: dict[str, list[str]] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    loose: list[str] = field(default_factory=list)


def who_is_due(coursedir: Any, assignment: str, students: Iterable[str], force: bool) -> Roster:
    """Decide for each student as nbgrader does; a student whose grading was begun and not finished is also due.

    Args:
        coursedir: nbgrader's course directory.
        students: all who have submitted, if none is named.

    Raises:
        UsageError: nobody has submitted, or somebody who is named has not.
    """
    roster = Roster()
    there = submitted(coursedir, assignment)
    if not there:
        where = coursedir.format_path(coursedir.submitted_directory, "<student>", assignment)
        raise UsageError(
            f"Nobody has submitted {assignment}. Run nbgrader collect {assignment}, or put notebooks into {where}."
        )
    named = list(students)
    roster.loose.extend([] if named else _loose(coursedir, assignment))
    for student, folder in _wanted(there, named, assignment).items():
        if not holds_work(folder):
            roster.failed[student] = f"There is no notebook in {folder}."
        elif not _has_sound_stamp(coursedir, folder):
            roster.failed[student] = (
                f"{folder}/timestamp.txt holds no date like 2026-01-31 12:00:00 UTC. Mend or remove it."
            )
        elif unfinished.is_busy(folder):
            roster.failed[student] = "Another process is autograding this student. Run the same command again later."
        elif force or unfinished.is_unfinished(folder) or _is_newer(coursedir, assignment, student, folder):
            roster.due.append(student)
        else:
            roster.skipped.append(student)
    return roster


def submitted(coursedir: Any, assignment: str) -> dict[str, Path]:
    """Find the folders of an assignment by student, as nbgrader finds them."""
    place = coursedir.submitted_directory
    pattern = re.compile(coursedir.format_path(place, "(?P<student>.*)", re.escape(assignment), escape=True))
    found = glob.glob(coursedir.format_path(place, "*", assignment))  # noqa: PTH207 (the structure may be absolute)
    matches = [pattern.fullmatch(path) for path in sorted(found)]
    left_out = coursedir.student_id_exclude.split(",")
    return {match["student"]: Path(match[0]) for match in matches if match and match["student"] not in left_out}


def _loose(coursedir: Any, assignment: str) -> list[str]:
    """Name the files that lie beside the students' folders, or in one beside its assignments."""
    folder = Path(coursedir.format_path(coursedir.submitted_directory, "*", assignment))
    if (folder.parent.name, folder.name) != ("*", assignment):  # another structure of folders
        return []
    top = folder.parent.parent
    files = [path for pattern in ("*", "*/*") for path in top.glob(pattern) if path.is_file()]
    kept = [path.relative_to(top) for path in files if is_work(path.name) or path.suffix.lower() == ZIP]
    return sorted(as_given(str(path)) for path in kept if not any(is_ignored(part) for part in path.parts))


def _wanted(there: dict[str, Path], named: list[str], assignment: str) -> dict[str, Path]:
    unknown = [one_line(student) for student in named if student not in there]
    if unknown:
        known = ", ".join(map(one_line, list(there)[:10])) + (" ..." if len(there) > 10 else "")
        raise UsageError(f"{', '.join(unknown)}: no folder of this student for {assignment}. There is: {known}.")
    return {student: folder for student, folder in there.items() if student in named or not named}


def _has_sound_stamp(coursedir: Any, folder: Path) -> bool:
    try:
        coursedir.get_existing_timestamp(str(folder))
    except Exception:  # nbgrader means to say which file it is, and fails with an AttributeError
        return False
    return True


def _is_newer(coursedir: Any, assignment: str, student: str, folder: Path) -> bool:
    """Compare the time stamps as nbgrader does."""
    graded = coursedir.format_path(coursedir.autograded_directory, student, assignment)
    if not Path(graded).exists():
        return True
    new, old = coursedir.get_existing_timestamp(str(folder)), coursedir.get_existing_timestamp(graded)
    return new is not None and old is not None and new > old
