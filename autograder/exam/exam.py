"""The one pytest plugin that runs tests on modules: a hand-in's, a student's own, a known mistake's.

A session collects the tests once. Then the owner of the exam runs them once for each module. The fixture `student` is
bound to the part that answers: a locked worker, or this process. Only results that this process itself recorded for a
planned test can score.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import pytest
import torch
from _pytest.runner import runtestprotocol

from autograder.course import calibration
from autograder.course.model import Lesson
from autograder.course.probes import probe_source
from autograder.course.variants import Variant
from autograder.errors import CourseError, GradingError
from autograder.exam.lesson_tests import HIDDEN, LessonTests, course_tests
from autograder.exam.local import Local
from autograder.exam.mistakes import RunMistakes
from autograder.exam.module import Ask, Module, transcript
from autograder.exam.session import FIXTURES, Item, Measured, PlannedTest, TestRun, plan_of, run_quietly
from autograder.isolation.inside.lean import without_compiler


class Exam:
    """The plugin: fixtures for the tests, and the work that is done when they are collected.

    Args:
        lessons: the tests of each lesson.
        root: the folder that all of them stand in.
        secret: makes the seeds of the hidden inputs.
        work: called with this exam once the tests are collected; it has them run.
    """

    def __init__(self, lessons: Sequence[LessonTests], root: Path, secret: str, work: "Callable[[Exam], None]") -> None:
        self.lessons = {tests.lesson.key: tests for tests in lessons}
        self.root = root
        self.observe: Callable[[str, float], None] | None = None
        self._secret = secret.encode()
        self._work = work
        self._module: Module | None = None
        self._now: PlannedTest | None = None
        self._error: BaseException | None = None
        self._measured: list[Measured] = []

    @property
    def files(self) -> list[Path]:
        """The files of tests."""
        public = (tests.public_file for tests in self.lessons.values() if tests.public_file is not None)
        return [*(file for tests in self.lessons.values() for file in tests.files), *public]

    @pytest.fixture
    def student(self) -> Module:
        """The module under examination."""
        return self._student()

    @pytest.fixture
    def reference(self) -> Module:
        """The lesson's own answer."""
        return self._reference()

    @pytest.fixture
    def rng(self) -> torch.Generator:
        """A generator that only the grader can seed: an HMAC of the secret, the lesson and the test."""
        return self._rng()

    @pytest.fixture
    def calibrated(self) -> Callable[..., None]:
        """Compare a loss, or another number that should be small, with the calibrated threshold of the given name."""
        return self._calibrated()

    def _student(self) -> Module:
        assert self._module is not None
        return self._module

    def _reference(self) -> Module:
        tests = self._tests()
        if tests.reference is None:
            raise CourseError(f"{tests.lesson.key}: the answer is not shipped. Write this test without `reference`.")
        return self._bound(tests, tests.reference.ask)

    def _rng(self) -> torch.Generator:
        assert self._now is not None
        return torch.Generator().manual_seed(self.seed(self._now))

    def _calibrated(self) -> Callable[..., None]:
        return partial(self._compare, calibration.thresholds(self._tests().lesson))

    def _compare(
        self, thresholds: dict[str, float], name: str, loss: float, what: str = "mean squared error on new data"
    ) -> None:
        if self.observe is not None:
            self.observe(name, loss)
            return
        lesson = self._tests().lesson
        if name not in thresholds:
            raise CourseError(f"{lesson.key}: no threshold {name!r}. Run `unroll calibrate {lesson.key}`.")
        limit = thresholds[name]
        assert self._module is not None
        self._measured.append(Measured(name, float(loss), limit, len(transcript(self._module))))
        assert loss <= limit, f"The {what} is {loss:.2g}; it should be at most {limit:.2g}."

    def seed(self, plan: PlannedTest) -> int:
        """Make the seed of one test's inputs; that of a public test is no secret, so that students get the same."""
        return _seed(b"" if plan.is_public else self._secret, f"{plan.lesson.key}:{plan.item.name}")

    def _tests(self) -> LessonTests:
        assert self._now is not None
        return self.lessons[self._now.lesson.key]

    def _bound(self, tests: LessonTests, ask: Ask) -> Module:
        return Module(ask, lambda name: probe_source(tests.probes, [name]))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Plan the tests of every lesson."""
        by_file = {file.resolve(): tests for tests in self.lessons.values() for file in tests.files}
        public = {tests.public_file.resolve(): tests for tests in self.lessons.values() if tests.public_file}
        for order, item in enumerate(session.items):
            path = item.path.resolve()
            if path in by_file:
                by_file[path].plans.append(plan_of(item, by_file[path].lesson, order))
            else:
                plan = plan_of(item, public[path].lesson, order)
                public[path].public_plans.append(replace(plan, is_public=True))
        for tests in self.lessons.values():
            for plans in (tests.plans, tests.public_plans):
                plans.sort(key=lambda plan: (plan.lesson.tasks.index(plan.task), not plan.core))

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Do the work, instead of going through the tests once."""
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

    def run(self, plan: PlannedTest, ask: Ask) -> TestRun:
        """Run one test on one module.

        Args:
            ask: what answers: a worker, or this process.
        """
        self._module = self._bound(self.lessons[plan.lesson.key], ask)
        self._now, self._error, self._measured = plan, None, []
        with torch.random.fork_rng(devices=[]):
            if plan.is_plain:
                self._call(plan)
            else:
                runtestprotocol(plan.item, log=False, nextitem=None)
        if isinstance(self._error, (CourseError, GradingError, KeyboardInterrupt)):
            raise self._error
        return TestRun(plan, self._error, transcript(self._module), measured=tuple(self._measured))

    def _call(self, plan: PlannedTest) -> None:
        """Call a test as pytest would, without its hooks: they take longer than most tests."""
        given = {name: getattr(self, f"_{name}")() for name in FIXTURES if name in plan.item.fixturenames}
        try:
            plan.item.obj(**given, **plan.parameters)
        except (KeyboardInterrupt, pytest.exit.Exception):
            raise
        except BaseException as error:
            self._error = error

    def run_mistake(self, plan: PlannedTest, variant: Variant) -> TestRun:
        """Run one test on a known mistake, once for all students.

        The earlier tests of the task are run first, on the same module: a student's worker runs them in this order too.
        """
        tests = self.lessons[plan.lesson.key]
        key = (plan.item.nodeid, variant.name)
        if key not in tests.runs:
            local = tests.locals.setdefault((plan.task.name, variant.name), Local(plan.lesson.name, variant.source))
            before = [one for one in tests.plans if one.task == plan.task]
            for one in before[: before.index(plan) + 1]:
                if (one.item.nodeid, variant.name) not in tests.runs:
                    tests.runs[one.item.nodeid, variant.name] = self.run(one, local.ask)
        return tests.runs[key]

    def mistakes(self, lesson: Lesson) -> RunMistakes:
        """Return the known mistakes of a lesson, which are run when they are asked for."""
        return RunMistakes(self.lessons[lesson.key], self.run_mistake)


@cache
def _seed(secret: bytes, text: str) -> int:
    return int.from_bytes(hmac.digest(secret, text.encode(), hashlib.sha256)[:7], "big")


def course_exam(
    lessons: Sequence[Lesson],
    secret: str,
    work: Callable[[Exam], None],
    files: Sequence[str] = HIDDEN,
    has_public: bool = False,
) -> Exam:
    """Make the exam of some lessons of a course.

    Args:
        files: the names of the test files of a lesson to run.
        has_public: whether the public tests are to show what is wrong.
    """
    root = lessons[0].folder.parent if lessons else Path()
    return Exam([course_tests(lesson, files, has_public) for lesson in lessons], root, secret, work)


def run_session(exam: Exam, threads: int | None = 1) -> None:
    """Collect the tests, and let the exam do its work, in one quiet pytest session.

    Args:
        threads: the number of torch's threads. It is one, as in a worker: sums of several threads differ in the last
            digit, and an unstable training makes that difference large. None changes nothing of torch: a notebook's
            kernel belongs to the student.

    Raises:
        GradingError: the tests could not be collected or the session stopped.
    """
    if threads is not None:
        torch.set_num_threads(threads)
        without_compiler()
    if exam.files:
        run_quietly([str(file) for file in exam.files], exam.root, exam)
