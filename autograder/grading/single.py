"""`pytest autograder --submission PATH`: one hand-in, graded in a process of its own, reported by plain pytest."""

import os
import secrets
from pathlib import Path

import pytest

from autograder.course.model import Assignment, Course, find_course, load_course
from autograder.errors import GradingError, UnrollError
from autograder.exam.results import HandInResult, TestResult
from autograder.grading.answers import lost
from autograder.grading.crew import Crew
from autograder.grading.request import ExaminerRequest
from autograder.intake import read_one
from autograder.isolation.inside.sandbox import WEAK_ACCEPTED


class Single:
    """Report what one hand-in gets in the hidden tests; this pytest collects and runs none of them itself."""

    def __init__(self, config: pytest.Config, path: Path) -> None:
        self._config = config
        self._path = path.absolute()
        self.result: HandInResult | None = None
        try:
            self._course = load_course(find_course(Path.cwd()))
            self._assignment = _assignment(self._course, path)
            read_one(path, self._assignment, self._course.limits)
        except UnrollError as error:
            raise pytest.UsageError(str(error)) from None

    def pytest_collection(self, session: pytest.Session) -> bool:
        """Collect nothing; options that choose among tests have no say."""
        session.items = []
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Grade, and report test by test."""
        try:
            self.result = self._grade()
        except UnrollError as error:
            pytest.exit(str(error), returncode=error.exit_status)
        session.testscollected = len(self.result.tests)
        for test in self.result.tests:
            self._report(test)
        return True

    def _grade(self) -> HandInResult:
        settings = {
            "course": str(self._course.root),
            "assignment": self._assignment.name,
            "seed": self._config.getoption("seed") or secrets.token_hex(16),
            "fingerprint": "",
        }
        request = ExaminerRequest(self._path.name, "hand-in", str(self._path), alone=True)
        with Crew(settings, 1) as crew:
            crew.wait_until_warm()
            _refuse_weak(crew)
            (answer,) = [answer for event, _, answer in crew.grade([request]) if event == "done"]
        if "result" not in answer:
            raise GradingError(lost(answer["lost"]))
        return HandInResult.from_json(answer["result"])

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


def _refuse_weak(crew: Crew) -> None:
    if crew.weakness and not os.environ.get(WEAK_ACCEPTED):
        raise GradingError(f"{crew.weakness} grade on Linux with Landlock and seccomp, or set {WEAK_ACCEPTED}=1.")


def _assignment(course: Course, path: Path) -> Assignment:
    """Choose the assignment that a hand-in's files belong to; the first one in doubt."""
    names = {entry.stem for entry in path.rglob("*")} if path.is_dir() else {path.stem}
    for assignment in course.assignments:
        if names & {lesson.name for lesson in assignment.lessons}:
            return assignment
    return course.assignments[0]
