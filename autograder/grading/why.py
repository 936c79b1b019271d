"""`unroll why`: examine one task of one hand-in of a graded class again, and say what the failing checks saw."""

import difflib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course.model import Course, Lesson, Task
from autograder.errors import GradingError, UsageError
from autograder.exam.results import HandInResult, TaskResult
from autograder.exam.why import Explanation
from autograder.grading.addresses import find_task
from autograder.grading.answers import lost
from autograder.grading.crew import Crew
from autograder.grading.fingerprint import fingerprint
from autograder.grading.places import read_places
from autograder.grading.request import ExaminerRequest
from autograder.intake import find_students
from autograder.intake.names import printable_name
from autograder.reports.class_page.runs import read_runs
from autograder.reports.record import read_student
from autograder.text.ours import read_own

RUN = "run.json"
MOST_NAMED = 10


@dataclass(frozen=True)
class Question:
    """What is asked, with all that is needed to examine it again.

    Args:
        student, folder: the name as given, and the folder of the report.
        seed, kit: those of the run.
        hand_in: where it stands.
        alone: whether that is the hand-in itself and may be a single file.
    """

    course: Course
    assignment: str
    student: str
    folder: str
    lesson: Lesson
    task: Task
    seed: str
    kit: str
    hand_in: Path
    alone: bool = False

    @property
    def address(self) -> str:
        """The task's."""
        return self.lesson.address(self.task)


@dataclass(frozen=True)
class Graded:
    """A class that was graded into a folder."""

    out: Path
    assignment: str
    seed: str
    kit: str
    results: tuple[HandInResult, ...]


def open_graded(out: Path) -> Graded:
    """Read what a run of `unroll grade` left in OUT.

    Raises:
        UsageError: no class was graded into it.
    """
    try:
        run = json.loads(read_own(out / RUN))
        facts = [str(run[key]) for key in ("assignment", "seed", "fingerprint")]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        facts = []
    runs = read_runs(out)
    if not facts or not runs:
        said = f"{out} holds no class that `unroll grade` has graded. Grade one into it first"
        raise UsageError(f"{said}: unroll grade ASSIGNMENT SUBMISSIONS -o {out}")
    return Graded(out, facts[0], facts[1], facts[2], runs[0].results)


def find_result(graded: Graded, student: str) -> HandInResult:
    """Find a student by the name as given, or by the folder of the report; by both but for case where that is clear.

    Raises:
        UsageError: there is no such student; it names those that are near.
    """
    for same in (_is_exactly, _is_nearly):
        found = [one for one in graded.results if same(student, one)]
        if len(found) == 1:
            return found[0]
    raise UsageError(
        f"{graded.out} has no student '{printable_name(student)}'. There is: {_near(student, graded.results)}."
    )


def _is_exactly(student: str, result: HandInResult) -> bool:
    return student in (result.student, result.folder)


def _is_nearly(student: str, result: HandInResult) -> bool:
    return student.casefold() in (result.student.casefold(), result.folder.casefold())


def _near(student: str, results: Sequence[HandInResult]) -> str:
    names = [one.student for one in results]
    near = difflib.get_close_matches(student, names, MOST_NAMED, 0.5) or names[:MOST_NAMED]
    more = f" and {len(names) - len(near)} more" if len(names) > len(near) else ""
    return f"{', '.join(map(printable_name, near))}{more}"


def find_hand_in(graded: Graded, result: HandInResult, hand_ins: Path | None) -> Path:
    """Find where a student's hand-in stands: in the folder that is given, else where it stood.

    Raises:
        UsageError: it is not there.
    """
    if hand_ins is None:
        path = read_places(graded.out).get(result.folder)
        if path is not None and (path.exists() or path.is_symlink()):
            return path
        where = f"is not at {path} any more" if path else f"was graded before {graded.out} kept where it stands"
        raise UsageError(f"The hand-in of {printable_name(result.student)} {where}. Name the folder: {_USE}")
    for student in find_students(hand_ins)[0]:
        if student.student == result.student:
            return student.path.absolute()
    raise UsageError(f"{hand_ins} has no hand-in of {printable_name(result.student)}. Name the folder that was graded.")


_USE = "unroll why STUDENT LESSON:TASK HAND_INS -o OUT"


def ask(course: Course, out: Path, student: str, address: str, hand_ins: Path | None) -> tuple[Question, TaskResult]:
    """Find what is asked about in a graded class; return it with what the run found.

    Raises:
        UsageError: there is no such class, student, task or hand-in.
    """
    graded = open_graded(out)
    result = find_result(graded, student)
    lesson, task = find_task(course.assignment(graded.assignment), address)
    record = read_student(out, result.folder) or result
    verdict = next((one for one in record.tasks if (one.lesson, one.task) == (lesson.key, task.name)), None)
    if verdict is None:
        raise UsageError(f"{out} has no verdict on {lesson.address(task)}. Run `unroll grade` again.")
    path = find_hand_in(graded, result, hand_ins) if verdict.outcome != "passed" else out
    names = (result.student, result.folder)
    return Question(course, graded.assignment, *names, lesson, task, graded.seed, graded.kit, path), verdict


def same_hand_in(question: Question, out: Path, found: Explanation) -> bool:
    """Tell whether the run examined this very hand-in, with the kit that it names."""
    record = read_student(out, question.folder)
    return record is not None and record.digest == found.digest


def same_kit(question: Question) -> bool:
    """Tell whether the lessons and the kit are still those of the run."""
    return fingerprint(question.course, question.assignment, question.seed) == question.kit


def examine_again(question: Question, accept_weak_isolation: bool) -> Explanation:
    """Run the checks of the task again on the hand-in, in the sandbox, with the seed of the run.

    Raises:
        GradingError: the sandbox is too weak, or the hand-in could not be examined.
    """
    settings: dict[str, Any] = {
        "course": str(question.course.root),
        "assignment": question.assignment,
        "seed": question.seed,
        "fingerprint": question.kit,
        "only": question.lesson.name,
    }
    request = ExaminerRequest(
        question.student, question.folder, str(question.hand_in), alone=question.alone, why=question.address
    )
    with Crew(settings, 1) as crew:
        crew.wait_until_warm()
        if crew.weakness and not accept_weak_isolation:
            advice = "ask on Linux with Landlock and seccomp, or add --accept-weak-isolation."
            raise GradingError(f"{crew.weakness} {advice}")
        (answer,) = [answer for event, _, answer in crew.grade([request]) if event == "done"]
    if "why" not in answer:
        raise GradingError(lost(answer["lost"]))
    return Explanation.from_json(answer["why"])
