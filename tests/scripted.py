"""A class that is graded by what its files say, so that a test of a second run waits for no code.

A file such as `2 0.5` gives 2 points for the first task and 0.5 for the second one.
"""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import pytest

from autograder.course.model import Course
from autograder.exam.results import HandInResult, TaskResult, TestResult
from autograder.grading import run
from autograder.grading.opening import Options
from autograder.grading.request import ExaminerRequest
from autograder.grading.show import show_grading

WORTH = {"double": 2.0, "double_all": 3.0}


class ScriptedCrew:
    """A crew that reads the marks; it notes whom it was asked to grade, and whom it graded anew."""

    layers: ClassVar[dict[str, str]] = {}
    tier, weakness, budget = "strong", "", 15.0
    asked: ClassVar[list[str]] = []
    graded: ClassVar[list[str]] = []
    stop_at: ClassVar[str] = ""

    def __init__(self, settings: dict[str, Any], jobs: int) -> None:
        self._kit = settings["fingerprint"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def wait_until_warm(self) -> None:
        pass

    def grade(self, requests: Sequence[ExaminerRequest]) -> Iterator[tuple[str, ExaminerRequest, dict[str, Any]]]:
        for request in requests:
            if request.student == self.stop_at:
                raise KeyboardInterrupt
            self.asked.append(request.student)
            yield "done", request, self._answer(request)

    def _answer(self, request: ExaminerRequest) -> dict[str, Any]:
        file = Path(request.path) / "double.py"
        text = file.read_text() if file.exists() else "0 0"
        if text == "lost":
            return {"lost": "The grader ended."}
        alone = hashlib.sha256(text.encode()).hexdigest()
        digest = hashlib.sha256(f"{alone}:{self._kit}".encode()).hexdigest()
        if digest == request.known:
            return {"same": True}
        self.graded.append(request.student)
        scores = dict(zip(WORTH, map(float, text.split()), strict=True))
        tasks = tuple(_task(name, score) for name, score in scores.items())
        tests = tuple(
            TestResult("play/double", one.task, f"{one.task} is right", one.outcome, one.score, one.max_score)
            for one in tasks
        )
        return {"result": HandInResult(request.student, request.folder, digest, tasks, tests, hand_in=alone).to_json()}


def _task(name: str, score: float) -> TaskResult:
    return TaskResult("play/double", name, score, WORTH[name], "passed" if score == WORTH[name] else "failed")


class SmallClass:
    """A class of the small course, and what `unroll grade` makes of it."""

    def __init__(self, course: Course, capsys: pytest.CaptureFixture[str]) -> None:
        self.course, self.capsys = course, capsys
        self.hand_ins, self.out = course.root / "hand-ins", course.root / "out"

    def hand_in(self, **marks: str) -> None:
        for student, text in marks.items():
            (self.hand_ins / student).mkdir(parents=True, exist_ok=True)
            (self.hand_ins / student / "double.py").write_text(text)

    def grade(self, **options: Any) -> list[str]:
        """Grade; return what is said on standard output."""
        ScriptedCrew.asked, ScriptedCrew.graded = [], []
        self.capsys.readouterr()
        show_grading(self.course, "play", self.hand_ins, self.out, Options(**options))
        return self.capsys.readouterr().out.splitlines()

    def stopped(self, student: str, **options: Any) -> None:
        """Grade, and press Ctrl-C when a student's turn comes."""
        ScriptedCrew.stop_at = student
        try:
            with pytest.raises(KeyboardInterrupt):
                self.grade(**options)
        finally:
            ScriptedCrew.stop_at = ""

    def text(self, name: str) -> str:
        return (self.out / name).read_text(encoding="utf-8-sig")

    def scores(self, name: str = "grades.csv") -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for line in self.text(name).splitlines()[1:]:
            student, _, _, _, score, *_ = line.split(",")
            found.setdefault(student, []).append(score)
        return found


@pytest.fixture
def small(mini: Course, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> SmallClass:
    monkeypatch.setattr(run, "Crew", ScriptedCrew)
    return SmallClass(mini, capsys)
