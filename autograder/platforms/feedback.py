"""`unroll export feedback`: all reports in one zip, under the names that a platform gave to the hand-ins.

Moodle: *Grades, Upload multiple feedback files in a zip*. A folder is `NAME_ID_assignfeedback_file`. Source:
mod/assign/feedback/file/importziplib.php of github.com/moodle/moodle.

Canvas: *Upload Submissions*. A file is `NAME[_LATE]_USER_FILE_...` or `[LATE_]anon_USER_FILE_...`, and FILE must be one
that the student handed in. Source: app/models/abstract_assignment.rb of github.com/instructure/canvas-lms.
"""

from collections.abc import Sequence
from pathlib import Path

from autograder.collect import canvas, moodle
from autograder.collect.attempt import Asked
from autograder.collect.collect import Collected, understand, unknown
from autograder.collect.download import open_download
from autograder.collect.people import Student
from autograder.collect.roster import Entry
from autograder.course.model import Course
from autograder.errors import UsageError
from autograder.intake.tree import FolderPath
from autograder.platforms.bundle import plain, write_new, zipped
from autograder.platforms.graded import GradedClass, some
from autograder.reports.marks import is_graded
from autograder.reports.record import PAGE
from autograder.text.ours import read_own


def write_feedback(
    course: Course, graded: GradedClass, download: Path, roster: Sequence[Entry], out: Path, force: bool
) -> list[str]:
    """Write the zip.

    Args:
        download: what the platform handed out; it says how each hand-in is called there.
        roster: the one with which the class was graded, if there was one.

    Returns: lines that say what to do with it, and who is not in it.

    Raises:
        UsageError: the download is of another platform, or nobody of it is in the class.
        GradingError: it cannot be written.
    """
    tasks = [task.name for lesson in course.lessons() for task in lesson.tasks]
    with open_download(download) as opened:
        name = download.resolve().name
        found = understand(opened, name, Asked(course.zone), tasks, course.limits, roster)
        if found is None:
            raise unknown(opened, download)
    places = _places(found, download)
    files, left = {}, []
    for one in graded.students:
        page = _page(graded.out, one.folder) if one.result and is_graded(one.result) else None
        if page is None or one.student not in places:
            left.append(one.student)
        else:
            files[places[one.student]] = page
    if not files:
        raise UsageError(f"{download}: nobody of it is in {graded.out}. Give the download that was graded.")
    write_new(out, zipped(plain(files)), force)
    lines = [f"Written: {out}, with the reports of {len(files)} students. {NEXT[found.found.platform]}"]
    return [*lines, *([f"Not in it, {len(left)}: {some(left)}."] if left else [])]


NEXT = {
    "Moodle": "In the assignment: View all submissions, Upload multiple feedback files in a zip.",
    "Canvas": "In the assignment: Upload Submissions. Canvas shows a report under the name of the file handed in.",
}


def _places(found: Collected, download: Path) -> dict[str, str]:
    """Name each student's report as the platform will look for it."""
    make = {"Moodle": _in_moodle, "Canvas": _in_canvas}.get(found.found.platform)
    if make is None:
        known = " and ".join(NEXT)
        raise UsageError(f"{download} is a download of {found.found.platform}. Only {known} take feedback in one zip.")
    return {student.name: place for student in found.students if (place := make(student))}


def _sources(student: Student) -> list[FolderPath]:
    """List the paths of a student's files in the download, those of the newest attempt first."""
    return [item.source for attempt in reversed(student.attempts) for item in attempt.items]


def _in_moodle(student: Student) -> str:
    parts = (part for source in _sources(student) for part in source)
    for part in parts:
        match = moodle.FOLDER.fullmatch(part) or moodle.FLAT.fullmatch(part)
        if match and match["id"]:  # without an id Moodle would not know whose it is
            return f"{match['name']}_{match['id']}_assignfeedback_file/{PAGE}"
    return ""


def _in_canvas(student: Student) -> str:
    for source in _sources(student):
        name = source[-1]
        match = canvas.HIDDEN.fullmatch(name) or canvas.KNOWN.fullmatch(name)
        if match and match["file"]:
            return f"{name[: match.start('what')]}{PAGE}"
    return ""


def _page(out: Path, folder: str) -> bytes | None:
    try:
        return read_own(out / folder / PAGE, private=False).encode()
    except (OSError, ValueError, UsageError):
        return None
