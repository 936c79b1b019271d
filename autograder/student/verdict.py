"""The verdict of the public checks on one task: the outcome, and the case that shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograder.course.model import Lesson, Task
from autograder.errors import Frame
from autograder.exam.results import TaskResult

if TYPE_CHECKING:
    from autograder.exam.module import Request

STATES = {
    "passed": "passing",
    "missing": "open",
    "failed": "failing",
    "crashed": "crashed",
    "timeout": "took too long",
    "overflow": "used too much",
    "rejected": "refused",
}
COLOURS = {"passed": "green", "missing": "dim"}
ALL_PASS = "All public checks pass; hidden checks run when you hand in."


@dataclass(frozen=True)
class Verdict:
    """One task of a student's own folder.

    Args:
        result: outcome and message.
        test: the name of the test that shows it, or "".
        case: the call that shows it, or "".
        requests: what that test has asked, the call that shows it last.
        needs: the address of the other task that must be written first, or "".
        frames: the student's own lines of a traceback, the innermost last.
        printed: what the student's code printed in that check.
        file: the name of the file that was checked, or "".
        line: where to look in it, counted from 1, or None.
        cell: in a notebook, the cell of that line.
    """

    lesson: Lesson
    task: Task
    result: TaskResult
    test: str = ""
    case: str = ""
    requests: "tuple[Request, ...]" = ()
    needs: str = ""
    frames: tuple[Frame, ...] = ()
    printed: str = ""
    file: str = ""
    line: int | None = None
    cell: int | None = None

    @property
    def address(self) -> str:
        return self.lesson.address(self.task)

    @property
    def check(self) -> str:
        """What the test that shows it checks, in words."""
        return self.test.removeprefix("test_").replace("_", " ")

    @property
    def outcome(self) -> str:
        return self.result.outcome

    @property
    def passes(self) -> bool:
        return self.outcome == "passed"

    @property
    def is_unwritten(self) -> bool:
        return self.outcome == "missing"

    @property
    def state(self) -> str:
        return STATES[self.outcome]

    @property
    def fact(self) -> str:
        return self.result.fact

    @property
    def cause(self) -> str:
        return self.result.cause


def passed_summary(verdicts: Sequence[Verdict]) -> str:
    """Say in a line how many tasks pass."""
    passed = sum(verdict.passes for verdict in verdicts)
    if passed == len(verdicts):
        return ALL_PASS
    return f"{passed} of {len(verdicts)} {'tasks pass' if len(verdicts) > 1 else 'task passes'}."


def not_covered(verdicts: Sequence[Verdict]) -> list[str]:
    """Say what the public checks leave out, a line for each lesson, where all of them pass."""
    if not all(verdict.passes for verdict in verdicts):
        return []
    lessons = {verdict.lesson.key: verdict.lesson for verdict in verdicts}
    return [f"Not covered here, {key}: {' '.join(lesson.beyond)}" for key, lesson in lessons.items() if lesson.beyond]


def to_do(verdicts: Sequence[Verdict]) -> Verdict | None:
    """Choose what a student looks at first: the first task that fails, else the first open one.

    A task that fails since another is not written waits for that one.
    """
    wrong = [verdict for verdict in verdicts if not verdict.passes]
    is_open = {verdict.address for verdict in wrong if verdict.is_unwritten}
    failing = [verdict for verdict in wrong if not verdict.is_unwritten and verdict.needs not in is_open]
    return next(iter([*failing, *(verdict for verdict in wrong if verdict.is_unwritten), *wrong]), None)
