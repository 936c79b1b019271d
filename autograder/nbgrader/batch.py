"""Autograde all that was submitted, with several processes: `unroll nbgrade`."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from autograder.course.model import Course
from autograder.errors import GradingError, UsageError
from autograder.grading.crew import Crew
from autograder.grading.request import ExaminerRequest
from autograder.isolation.descriptors import need_descriptors
from autograder.nbgrader.class_page import keep_result, open_reports, show_class
from autograder.nbgrader.database import check_gradebook
from autograder.nbgrader.due import Roster, who_is_due
from autograder.nbgrader.hand import open_app
from autograder.nbgrader.unfinished import FOLDER
from autograder.text.clean import one_line
from autograder.text.console import Watcher, progress
from autograder.text.locks import lock
from autograder.text.ours import open_own

HAND = "autograder.nbgrader.hand"
JUDGE = "autograder.nbgrader.autograde.Judge"
LOST = "The process that autogrades ended twice at this student."
LOOSE = "is no student's submission. nbgrader looks into submitted/STUDENT/{assignment}/ alone: move it there."
NOT_CONFIGURED = (
    "this course's nbgrader_config.py does not set up the kit's exams. "
    "Add to it: from autograder.nbgrader import configure; configure(c)"
)


def nbgrade(course: Course, assignment: str, students: Iterable[str], jobs: int, force: bool) -> bool:
    """Autograde an assignment with a progress bar, then say the result of each student.

    Returns: whether everybody's work is graded.

    Raises:
        UsageError: nothing can be graded, and what to do about it.
        GradingError: the grading could not be done; what was graded is kept.
    """
    need_descriptors()
    course.assignment(assignment)
    coursedir = _course_directory(course)
    check_gradebook(coursedir, assignment)
    with _alone(course, assignment):
        roster = who_is_due(coursedir, assignment, students, force)
        reports = open_reports(course, assignment)
        graded = _grade(course, assignment, roster, jobs, reports)
        page = show_class(course, assignment, reports)
    _show(assignment, graded, roster)
    _say(f"Class: {page}")
    return not (roster.failed or roster.loose)


def _course_directory(course: Course) -> Any:
    """Open nbgrader's course directory, and see that lessons are judged by the kit."""
    app = open_app(str(course.root))
    if JUDGE not in map(str, app.config.Autograde.get("autograde_preprocessors", [])):
        raise UsageError(f"{course.root}: {NOT_CONFIGURED}")
    return app.coursedir


@contextmanager
def _alone(course: Course, assignment: str) -> Iterator[None]:
    """Keep a second run away from the same assignment."""
    try:
        (course.root / FOLDER).mkdir(exist_ok=True)
        file = open_own(course.root / FOLDER / f"{assignment}.lock", os.O_WRONLY | os.O_CREAT)
    except OSError as error:
        raise GradingError(f"{course.root}: {error.strerror}. Make the course folder writable.") from None
    with os.fdopen(file, "w"):
        try:
            lock(file)
        except OSError:
            raise UsageError(f"Another run is autograding {assignment} in {course.root}. Wait for it.") from None
        yield


def _grade(course: Course, assignment: str, roster: Roster, jobs: int, reports: Path) -> list[str]:
    """Hand the students out to the processes; keep what was found, and note whoever could not be graded.

    Returns: who is graded.
    """
    if not roster.due:
        return []
    _say(f"Autograding {len(roster.due)} submissions of {assignment}. Warming up ...")
    settings = {"root": str(course.root), "assignment": assignment}
    graded = []
    with progress(len(roster.due)) as bar, Crew(settings, min(jobs, len(roster.due)), HAND) as crew:
        crew.wait_until_warm()
        for event, request, answer in crew.grade([ExaminerRequest(one, one) for one in roster.due]):
            if event == "start":
                bar.start(request.student)
            elif _note(bar, request.student, answer, roster):
                graded.append(request.student)
                keep_result(course, assignment, reports, request.student, answer)
    return graded


def _note(bar: Watcher, student: str, answer: dict[str, Any], roster: Roster) -> bool:
    if "marks" in answer:
        bar.done(student, *answer["marks"])
        roster.look.update({student: answer["look"]} if answer.get("look") else {})
        return True
    roster.failed[student] = answer.get("failed", LOST)
    bar.failed(student)
    return False


def _show(assignment: str, graded: list[str], roster: Roster) -> None:
    skipped = f", {len(roster.skipped)} skipped (autograded before; --force does it again)" if roster.skipped else ""
    failed = f", {len(roster.failed)} could not be graded" if roster.failed else ""
    _say(f"{assignment}: {len(graded)} graded{skipped}{failed}.")
    _show_what_to_look_at(roster)
    if not roster.failed.keys().isdisjoint(roster.due):
        _say(f"To see all that nbgrader says: nbgrader autograde {assignment} --force --student STUDENT")
    for student, why in sorted(roster.failed.items()):
        _say(f"  {one_line(student, 60)}: {one_line(why, 300)}")
    for name in roster.loose:
        _say(f"  {one_line(name, 60)}: {LOOSE.format(assignment=assignment)}")


def _show_what_to_look_at(roster: Roster) -> None:
    if roster.look:
        _say("For a person to look at; the state in the exported table says it, too:")
    for student, sentences in sorted(roster.look.items()):
        for said in sentences:
            _say(f"  {one_line(student, 60)}: {one_line(said, 300)}")


def _say(text: str) -> None:
    click.echo(text)
