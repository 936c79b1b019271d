"""The class page of an assignment that nbgrader autogrades: COURSE/reports/ASSIGNMENT/index.html."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.course.model import Course
from autograder.errors import GradingError
from autograder.exam.results import HandInResult
from autograder.grading.fingerprint import fingerprint, parts
from autograder.intake.names import folder_names
from autograder.nbgrader.examiners import course_seed
from autograder.reports.class_page.write import show_run
from autograder.reports.files import write_student
from autograder.reports.record import read_student
from autograder.text.ours import own_folder
from autograder.text.words import LOOK

FOLDER = "reports"


def open_reports(course: Course, assignment: str) -> Path:
    """Make the folder of an assignment's reports, which we alone can enter.

    Raises:
        UsageError: it belongs to somebody else.
        GradingError: it cannot be made.
    """
    out = course.root / FOLDER / assignment
    try:
        own_folder(out)
    except OSError as error:
        raise GradingError(f"{out}: {error.strerror}. Make the course folder writable.") from None
    return out


def keep_result(course: Course, assignment: str, out: Path, student: str, answer: dict[str, Any]) -> None:
    """Write the record and the page of a student who was autograded.

    Args:
        answer: what the process that autogrades said; it names no result where nothing of the course was handed in.

    Raises:
        GradingError: the folder cannot be written.
    """
    if "result" not in answer:
        return
    result = HandInResult.from_json(answer["result"])
    looks = tuple(f"{LOOK}: {said}" for said in answer.get("look", ()))
    folder = folder_names([student])[student]
    titles = [lesson.title for lesson in course.assignment(assignment).lessons]
    kept = replace(result, folder=folder, arrival=(*result.arrival, *looks))
    write_student(out, kept, titles, course.hidden_checks)


def show_class(course: Course, assignment: str, out: Path) -> Path:
    """Write the class page from the records of all students; return where it stands.

    Raises:
        UsageError, GradingError: it cannot be written.
    """
    folders = sorted(path.name for path in out.iterdir() if path.is_dir())
    records = (read_student(out, folder) for folder in folders)
    results = [record.without_details() for record in records if record is not None]
    kit = fingerprint(course, assignment, course_seed(course.root))
    return show_run(out, course.assignment(assignment), kit, results, len(results), parts(course, assignment))
