"""Autograde all that was submitted, with several processes: `unroll nbgrade`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
from autograder.nbgrader.deadline import set_deadline
from autograder.nbgrader.due import Roster, submitted, who_is_due
from autograder.nbgrader.hand import open_app
from autograder.nbgrader.late import settle_all
from autograder.nbgrader.unfinished import FOLDER
from autograder.text.clean import one_line
from autograder.text.console import Watcher, progress
from autograder.text.locks import lock
from autograder.text.ours import open_own

HAND = "autograder.nbgrader.hand"
JUDGE = "autograder.nbgrader.autograde.Judge"
LOST = "The process that autogrades ended twice at this student."
LOOSE = "is no student's submission. nbgrader looks into submitted/STUDENT/{assignment}/ alone: move it there."
OTHERWISE = "Handed in otherwise than handed out:"
FOR_A_PERSON = "For a person to look at; the state in the exported table says it, too:"
NOT_CONFIGURED = (
    "this course's nbgrader_config.py does not set up the kit's exams. "
    "Add to it: from autograder.nbgrader import configure; configure(c)"
)


@dataclass(frozen=True)
class Wanted:
    """What the command line says.

    Args:
        students: who is to be autograded; everybody, if none is named.
        due, extensions: the deadline as it is written, or "" and none to leave it as it is.
    """

    students: tuple[str, ...] = ()
    force: bool = False
    due: str = ""
    extensions: tuple[str, ...] = ()


def nbgrade(course: Course, assignment: str, jobs: int, wanted: Wanted) -> bool:
    """Autograde an assignment with a progress bar, then say the result of each student.

    Returns: whether everybody's work is graded.

    Raises:
        UsageError: nothing can be graded, and what to do about it.
        GradingError: the grading could not be done; what was graded is kept.
    """
    need_descriptors()
    course.assignment(assignment)
    app = _configured_app(course)
    check_gradebook(app.coursedir, assignment)
    with _alone(course, assignment):
        roster = who_is_due(app.coursedir, assignment, wanted.students, wanted.force)
        everybody = submitted(app.coursedir, assignment)
        set_deadline(app.coursedir, course, assignment, wanted.due, wanted.extensions, everybody)
        reports = open_reports(course, assignment)
        graded = _grade(course, assignment, roster, jobs, reports)
        late = settle_all(app.coursedir, app.config, assignment)
        page = show_class(course, assignment, reports)
    _say(f"Class: {page}")
    _show(assignment, graded, roster)  # last, since it says what a person must do
    _show_late(late)
    return not (roster.failed or roster.loose)


def _configured_app(course: Course) -> Any:
    """Start nbgrader in its course directory, and see that lessons are judged by the kit."""
    app = open_app(str(course.root))
    if JUDGE not in map(str, app.config.Autograde.get("autograde_preprocessors", [])):
        raise UsageError(f"{course.root}: {NOT_CONFIGURED}")
    return app


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
        roster.notes.update({student: answer["notes"]} if answer.get("notes") else {})
        return True
    roster.failed[student] = answer.get("failed", LOST)
    bar.failed(student)
    return False


def _show(assignment: str, graded: list[str], roster: Roster) -> None:
    skipped = f", {len(roster.skipped)} skipped (autograded before; --force does it again)" if roster.skipped else ""
    failed = f", {len(roster.failed)} could not be graded" if roster.failed else ""
    _say(f"{assignment}: {len(graded)} graded{skipped}{failed}.")
    _show_arrivals(roster)
    if not roster.failed.keys().isdisjoint(roster.due):
        _say(f"To see all that nbgrader says: nbgrader autograde {assignment} --force --student STUDENT")
    for student, why in sorted(roster.failed.items()):
        _say(f"  {one_line(student, 60)}: {one_line(why, 300)}")
    for name in roster.loose:
        _say(f"  {one_line(name, 60)}: {LOOSE.format(assignment=assignment)}")


def _show_arrivals(roster: Roster) -> None:
    for heading, said in ((OTHERWISE, roster.notes), (FOR_A_PERSON, roster.look)):
        if said:
            _say(heading)
        for student, sentences in sorted(said.items()):
            for sentence in sentences:
                _say(f"  {one_line(student, 60)}: {one_line(sentence, 300)}")


def _show_late(late: dict[str, str]) -> None:
    if late:
        _say("What the deadline does:")
    for student, said in late.items():
        _say(f"  {one_line(student, 60)}: {said}")


def _say(text: str) -> None:
    click.echo(text)
