"""One pytest session that examines many hand-ins: tests, reference and mistakes are loaded once.

The session collects the tests of an assignment's lessons; then every hand-in of the feed is put through them, with the
fixture `student` bound to a locked worker. Only what this process itself recorded for each planned test can score.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from _pytest.runner import runtestprotocol

from autograder.course import Lesson, Task
from autograder.errors import CourseError, GradingError
from autograder.exam.distance import alike, uses
from autograder.exam.local import Local, Remembered
from autograder.exam.module import Entry, Module, transcript
from autograder.exam.session import Item, Plan, hold_session, plan_of
from autograder.grading import calibration, variants
from autograder.grading.probes import probe_source

HIDDEN = ("test_hidden.py",)


@dataclass
class Run:
    """What happened when one test was run on one module."""

    error: BaseException | None
    transcript: list[Entry]


@dataclass
class Room:
    """What the exam keeps of one lesson for all students."""

    lesson: Lesson
    answer: str
    probes: str
    stand_ins: str
    reference: Remembered
    mistakes: list[variants.Variant]
    uses: dict[str, set[str]]
    locals: dict[tuple[str, str], Local] = field(default_factory=dict)
    known: dict[tuple[str, str], Run] = field(default_factory=dict)
    plans: list[Plan] = field(default_factory=list)


class Exam:
    """The pytest plugin: fixtures for the tests, and the loop over hand-ins.

    Args:
        lessons: the lessons to examine.
        secret: makes the seeds of the hidden inputs.
        work: called with this exam once the tests are collected; it goes through the hand-ins.
        files: the test files of a lesson to run.
    """

    def __init__(
        self,
        lessons: Sequence[Lesson],
        secret: str,
        work: "Callable[[Exam], None]",
        files: Sequence[str] = HIDDEN,
    ) -> None:
        self.rooms = {lesson.key: _room(lesson) for lesson in lessons}
        self.files = files
        self.observe: Callable[[str, float], None] | None = None
        self._secret = secret.encode()
        self._work = work
        self._module: Module | None = None
        self._now: Plan | None = None
        self._error: BaseException | None = None

    @pytest.fixture
    def student(self) -> Module:
        """The module under examination."""
        assert self._module is not None
        return self._module

    @pytest.fixture
    def reference(self) -> Module:
        """The lesson's own answer."""
        room = self._room()
        return Module(room.reference.ask, lambda name: probe_source(room.probes, [name]))

    @pytest.fixture
    def rng(self) -> torch.Generator:
        """A generator that only the grader can seed: an HMAC of the secret, the lesson and the test."""
        assert self._now is not None
        return torch.Generator().manual_seed(self.seed(self._now))

    @pytest.fixture
    def calibrated(self) -> Callable[..., None]:
        """Compare a loss, or another number that should be small, with the calibrated threshold of the given name."""
        return partial(self._compare, calibration.thresholds(self._room().lesson))

    def _compare(
        self, thresholds: dict[str, float], name: str, loss: float, what: str = "mean squared error on new data"
    ) -> None:
        if self.observe is not None:
            self.observe(name, loss)
            return
        assert self._now is not None
        if name not in thresholds:
            raise CourseError(
                f"{self._now.lesson.key}: no threshold {name!r}. Run `unroll calibrate {self._now.lesson.key}`."
            )
        limit = thresholds[name]
        assert loss <= limit, f"The {what} is {loss:.2g}; it should be at most {limit:.2g}."

    def seed(self, plan: Plan) -> int:
        """Make the seed of one test's inputs."""
        text = f"{plan.lesson.key}:{plan.item.name}".encode()
        return int.from_bytes(hmac.digest(self._secret, text, hashlib.sha256)[:7], "big")

    def _room(self) -> Room:
        assert self._now is not None
        return self.rooms[self._now.lesson.key]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Plan the tests of every lesson."""
        lessons = {room.lesson.folder.resolve(): room for room in self.rooms.values()}
        for item in session.items:
            room = lessons[item.path.resolve().parent]
            room.plans.append(plan_of(item, room.lesson))
        for room in self.rooms.values():
            room.plans.sort(key=lambda plan: (_position(room.lesson, plan.task), not plan.core))

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Go through the hand-ins instead of through the tests once."""
        if session.testsfailed:
            raise session.Interrupted("the tests could not be collected")
        self._work(self)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """Keep what a test raised, and make no traceback of it."""
        if call.excinfo is not None and self._error is None:
            self._error = call.excinfo.value
        outcome = "passed" if call.excinfo is None else "failed"
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, call.when)  # type: ignore[arg-type]

    def run(self, plan: Plan, ask: Callable[[str, dict[str, Any]], Any]) -> Run:
        """Run one test on one module."""
        room = self.rooms[plan.lesson.key]
        self._module = Module(ask, lambda name: probe_source(room.probes, [name]))
        self._now, self._error = plan, None
        with torch.random.fork_rng(devices=[]):
            runtestprotocol(plan.item, log=False, nextitem=None)
        if isinstance(self._error, (CourseError, GradingError, KeyboardInterrupt)):
            raise self._error
        return Run(self._error, transcript(self._module))

    def known(self, plan: Plan, variant: variants.Variant) -> Run:
        """Run one test on a known mistake, once for all students.

        The tests of the task before it are run first, on the same module: that is how a student's worker has met them.
        """
        room = self.rooms[plan.lesson.key]
        key = (plan.item.nodeid, variant.name)
        if key not in room.known:
            local = room.locals.setdefault((plan.task.name, variant.name), Local(plan.lesson.name, variant.source))
            before = [one for one in room.plans if one.task == plan.task]
            for one in before[: before.index(plan) + 1]:
                if (one.item.nodeid, variant.name) not in room.known:
                    room.known[one.item.nodeid, variant.name] = self.run(one, local.ask)
        return room.known[key]

    def candidates(self, task: Task, runs: Sequence[tuple[Plan, Run]]) -> list[variants.Variant]:
        """Find the known mistakes that return, in every test of a task, what the student's code returned."""
        failed = [(plan, run) for plan, run in runs if run.error is not None]
        if not failed:
            return []
        room = self.rooms[failed[0][0].lesson.key]
        left = [variant for variant in room.mistakes if variant.task in room.uses[task.name]]
        for plan, run in failed:
            left = [variant for variant in left if self._returns_the_same(plan, run, variant)]
        passed = [plan for plan, run in runs if run.error is None]
        if len({variant.id for variant in left}) > 1:
            left = [variant for variant in left if all(self.known(plan, variant).error is None for plan in passed)]
        return left

    def _returns_the_same(self, plan: Plan, run: Run, variant: variants.Variant) -> bool:
        known = self.known(plan, variant)
        return known.error is not None and alike(run.transcript, known.transcript)


def hold(exam: Exam) -> None:
    """Collect the tests, and let the exam do its work, in one quiet pytest session.

    Raises:
        GradingError: the tests could not be collected or the session stopped.
    """
    # As in a worker: sums of several threads differ in the last digit, and a training that runs wild makes much of it.
    torch.set_num_threads(1)
    tests = [str(room.lesson.folder / file) for room in exam.rooms.values() for file in exam.files]
    if tests:
        hold_session(tests, next(iter(exam.rooms.values())).lesson.folder.parent, exam)


def _room(lesson: Lesson) -> Room:
    answer = (lesson.folder / "lesson.py").read_text(encoding="utf-8")
    return Room(
        lesson,
        answer,
        _text(lesson.folder / "probes.py"),
        _text(lesson.folder / "stand_ins.py"),
        Remembered(Local(lesson.name, answer)),
        variants.mistakes(lesson),
        uses(answer, [task.name for task in lesson.tasks]),
    )


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _position(lesson: Lesson, task: Task) -> int:
    return lesson.tasks.index(task)
