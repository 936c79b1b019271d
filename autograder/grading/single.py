"""`pytest autograder --submission PATH`: one hand-in, graded by the same exam, reported by plain pytest."""

import os
import secrets
from pathlib import Path

import pytest

from autograder.course import MANIFEST, Assignment, Course, find_course, load_course
from autograder.errors import GradingError, UnrollError
from autograder.grading.exam import HIDDEN, Exam
from autograder.grading.examine import examine
from autograder.grading.intake import read_one
from autograder.grading.pace import measured
from autograder.grading.records import HandInResult, TestResult
from autograder.isolation.forks import Zygote
from autograder.isolation.proof import prove
from autograder.isolation.sandbox import WEAK_ACCEPTED, weakness


class Single:
    """Let pytest collect the hidden tests of an assignment, and report what one hand-in gets in them."""

    def __init__(self, config: pytest.Config, path: Path) -> None:
        self._config = config
        self._path = path
        self.result: HandInResult | None = None
        try:
            self._course = load_course(find_course(Path.cwd()))
            self._assignment = _assignment(self._course, path)
        except UnrollError as error:
            raise pytest.UsageError(str(error)) from None
        exam = Exam(self._assignment.lessons, config.getoption("seed") or secrets.token_hex(16), self._grade)
        config.pluginmanager.register(exam, "unroll-exam")
        config.addinivalue_line("filterwarnings", "ignore")
        config.args = [str(lesson.folder / name) for lesson in self._assignment.lessons for name in HIDDEN]

    def _grade(self, exam: Exam) -> None:
        hand_in = read_one(self._path, self._assignment, self._course.limits)
        try:
            with Zygote() as zygote:
                _refuse_weak(zygote, self._course)
                budget = measured(exam, self._assignment.lessons, zygote, self._course.limits)
                self.result = examine(exam, self._assignment, hand_in, zygote, self._course.limits, budget)
        except GradingError as error:
            pytest.exit(str(error), returncode=error.exit_status)
        for test in self.result.tests:
            self._report(test)

    def _report(self, test: TestResult) -> None:
        nodeid = f"{test.lesson}::{test.task}::{test.name.replace(' ', '_')}"
        place = (test.lesson, None, f"{test.task}: {test.name}")
        outcome = "passed" if test.outcome == "passed" else "failed"
        said = None if outcome == "passed" else f"{test.outcome}: {test.message}"
        report = pytest.TestReport(nodeid, place, {}, outcome, said, "call")  # type: ignore[arg-type]
        self._config.hook.pytest_runtest_logreport(report=report)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the marks, task by task."""
        if self.result is None:
            return
        terminalreporter.section(f"{self.result.score:g} of {self.result.max_score:g} points")
        for task in self.result.tasks:
            line = f"{task.lesson}:{task.task}  {task.score:g}/{task.max_score:g}  {task.outcome}  {task.message}"
            terminalreporter.line(line.strip())


def _refuse_weak(zygote: Zygote, course: Course) -> None:
    allowed = prove(zygote, course.root / MANIFEST)
    weak = weakness(zygote.tier, allowed)
    if weak and not os.environ.get(WEAK_ACCEPTED):
        raise GradingError(f"{weak} grade on Linux with Landlock and seccomp, or set {WEAK_ACCEPTED}=1.")


def _assignment(course: Course, path: Path) -> Assignment:
    """Choose the assignment that a hand-in's files belong to; the first one in doubt."""
    names = {entry.stem for entry in path.rglob("*")} if path.is_dir() else {path.stem}
    for assignment in course.assignments:
        if names & {lesson.name for lesson in assignment.lessons}:
            return assignment
    return course.assignments[0]
