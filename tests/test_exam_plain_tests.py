"""Tests that want nothing of pytest but the exam's fixtures are called directly; all others run as pytest runs them."""

from pathlib import Path
from textwrap import dedent

import pytest

from autograder.course.model import Course
from autograder.exam.exam import Exam, course_exam, run_session
from autograder.exam.local import Local
from autograder.exam.session import PlannedTest, run_quietly

PLAIN = """
    @pytest.mark.task("double")
    def test_it(student, reference, rng, calibrated): pass

    @pytest.mark.parametrize("size, name", [(1, "a"), (2, "b")])
    @pytest.mark.parametrize(["other"], [(1,)])
    def test_it(student, size, name, other): pass
"""
NOT_PLAIN = {
    "a fixture of pytest": "def test_it(student, tmp_path): pass",
    "a fixture of its own": "@pytest.fixture\ndef own(): return 1\ndef test_it(own): pass",
    "a fixture for all": "@pytest.fixture(autouse=True)\ndef own(): pass\ndef test_it(student): pass",
    "a fixture with parameters": "@pytest.fixture(params=[1])\ndef own(): pass\ndef test_it(own): pass",
    "parameters for a fixture": "@pytest.fixture\ndef own(request): pass\n"
    "@pytest.mark.parametrize('own', [1], indirect=True)\ndef test_it(own): pass",
    "set-up": "def setup_function(): pass\ndef test_it(student): pass",
    "a mark": "@pytest.mark.xfail\ndef test_it(student): pass",
    "a class": "class TestIt:\n    def test_it(self, student): pass",
    "a coroutine": "async def test_it(student): pass",
}


class Collect(Exam):
    """An exam that only collects, whatever the tests are about."""

    def __init__(self) -> None:
        super().__init__([], Path(), "secret", lambda exam: None)
        self.found: list[bool] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.found = [PlannedTest(item, None, None, 1.0, False).is_plain for item in session.items]  # type: ignore[arg-type]


def plain(folder: Path, text: str) -> list[bool]:
    file = folder / f"test_{abs(hash(text))}.py"  # a module of this name would not be imported again
    file.write_text(f"import pytest\n{dedent(text)}\n")
    collect = Collect()
    run_quietly([str(file)], folder, collect)
    return collect.found


def test_with_the_exams_fixtures_and_own_parameters_a_test_is_plain(tmp_path: Path) -> None:
    parts = PLAIN.strip().split("\n\n")

    assert [set(plain(tmp_path, part)) for part in map(dedent, (f"    {part.strip()}" for part in parts))] == [
        {True}
    ] * 2


@pytest.mark.parametrize("text", NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_what_else_pytest_does_for_a_test_is_left_to_pytest(tmp_path: Path, text: str) -> None:
    assert set(plain(tmp_path, text)) == {False}


def test_both_ways_find_the_same(mini: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    found: dict[bool, list[tuple[str, str]]] = {True: [], False: []}

    def work(exam: Exam) -> None:
        for is_plain in found:
            for tests in exam.lessons.values():
                wrong = Local(tests.lesson.name, tests.answer.replace("return", "return 0.5 *"))
                for plan in tests.plans:
                    plan.__dict__["is_plain"] = is_plain
                    run = exam.run(plan, wrong.ask)
                    found[is_plain].append((plan.name, str(run.error), repr(run.transcript)))

    run_session(course_exam(mini.assignments[0].lessons, "secret", work))

    assert found[True] == found[False]
    assert any(error != "None" for _, error, _ in found[True])
