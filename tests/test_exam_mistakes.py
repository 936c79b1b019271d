"""The search for the mistake: one algorithm, whether the mistakes are run here or their returns are recorded."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from autograder.course.model import Course
from autograder.errors import StudentMissing, WorkerTimeout
from autograder.exam.exam import Exam, course_exam, run_session
from autograder.exam.local import Local
from autograder.exam.mistakes import Known, RecordedMistakes, RunMistakes, candidates, causes, named, recognised
from autograder.exam.numbers import plain
from autograder.exam.session import PlannedTest, TestRun


def ran(
    test: str, returned: float | bool, fails: bool, error: BaseException | None = None, core: bool = False
) -> TestRun:
    """A test that was run, as far as the search looks at it."""
    plan = cast(PlannedTest, SimpleNamespace(item=SimpleNamespace(name=test), core=core))
    return TestRun(plan, error or (AssertionError() if fails else None), [("value", returned)])


def entry(id: str, variant: int, returns: float | bool) -> dict[str, Any]:
    return {"id": id, "variant": variant, "says": f"{id} is it.", "returns": [["value", returns]]}


def found(runs: list[TestRun], tests: dict[str, list[dict[str, Any]]]) -> tuple[str, str]:
    """Say which mistake is recognised."""
    mistakes = recognised(RecordedMistakes(tests), runs)
    return (mistakes[0].id, mistakes[0].says) if mistakes else ("", "")


def both(runs: list[TestRun], tests: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Say which mistakes are the causes."""
    return [mistake.id for mistake in causes(RecordedMistakes(tests), runs)]


TWO = {
    "core": [entry("X1", 0, 1.0), entry("X3", 2, 7.0)],
    "edge": [entry("X2", 1, 4.0), entry("X3", 2, 4.0)],
    "other": [entry("X3", 2, 4.0)],
}
PASSED = ran("other", 0.0, False)


def test_two_mistakes_explain_a_part_each() -> None:
    assert both([ran("core", 1.0, True, core=True), ran("edge", 4.0, True), PASSED], TWO) == ["X1", "X2"]


def test_two_mistakes_are_found_where_no_core_test_failed() -> None:
    assert both([ran("core", 1.0, True), ran("edge", 4.0, True), PASSED], TWO) == ["X1", "X2"]


def test_an_edge_that_nothing_explains_does_not_hide_the_main_mistake() -> None:
    assert both([ran("core", 1.0, True, core=True), ran("edge", 9.0, True), PASSED], TWO) == ["X1"]


def test_where_no_core_test_failed_all_must_be_explained() -> None:
    assert both([ran("core", 1.0, True), ran("edge", 9.0, True), PASSED], TWO) == []


def test_a_core_test_that_nothing_explains_has_no_name() -> None:
    assert both([ran("core", 2.0, True, core=True), ran("edge", 4.0, True), PASSED], TWO) == []


def test_a_mistake_that_fails_what_passed_is_not_the_cause() -> None:
    assert both([ran("core", 7.0, True, core=True), ran("edge", 9.0, True), PASSED], TWO) == []
    assert both([ran("core", 7.0, True, core=True), ran("edge", 9.0, True), ran("other", 9.0, True)], TWO) == ["X3"]


def test_yes_and_no_alone_do_not_name_a_part() -> None:
    known = {"core": [entry("X1", 0, True)], "edge": [entry("X2", 1, 4.0)]}

    assert both([ran("core", True, True, core=True), ran("edge", 4.0, True)], known) == []


def test_one_mistake_that_explains_all_is_alone() -> None:
    assert both([ran("core", 7.0, True, core=True), ran("edge", 4.0, True), ran("other", 4.0, True)], TWO) == ["X3"]


def test_several_that_explain_all_are_none() -> None:
    known = {"core": [entry("X1", 0, 1.0), entry("X2", 1, 1.0)]}

    assert both([ran("core", 1.0, True, core=True)], known) == []


def test_two_causes_are_one_sentence_each() -> None:
    found = causes(RecordedMistakes(TWO), [ran("core", 1.0, True, core=True), ran("edge", 4.0, True), PASSED])

    assert named(found) == ("X1", "X1 is it. And a second one: X2 is it.")
    assert named([]) == ("", "")


def test_two_wrong_answers_of_one_id_do_not_hide_each_other() -> None:
    known = {"first": [entry("X1", 0, 1.0), entry("X2", 1, 1.0)], "second": [entry("X1", 2, 5.0), entry("X2", 1, 2.0)]}

    # The first wrong answer alone returns 1 in the first test and passes the second; another X1 fails it.
    assert found([ran("first", 1.0, True), ran("second", 0.0, False)], known) == ("X1", "X1 is it.")
    assert found([ran("first", 1.0, True), ran("second", 2.0, True)], known) == ("X2", "X2 is it.")
    assert found([ran("first", 1.0, True), ran("second", 5.0, True)], known) == ("", "")


def test_exercises_of_an_earlier_kit_name_mistakes_as_well() -> None:
    known = {"first": [{"id": "X1", "says": "X1 is it.", "returns": [["value", 1.0]]}]}

    assert found([ran("first", 1.0, True)], known) == ("X1", "X1 is it.")


def test_a_mistake_without_recorded_returns_is_not_recognised() -> None:
    known = {"first": [{"id": "X1", "variant": 0, "says": "X1 is it."}]}

    assert found([ran("first", 1.0, True)], known) == ("", "")


def test_where_all_tests_pass_or_none_is_known_nothing_is_recognised() -> None:
    known = {"first": [entry("X1", 0, 1.0)]}

    assert found([], known) == ("", "")
    assert found([ran("first", 1.0, False)], known) == ("", "")
    assert found([ran("second", 1.0, True)], known) == ("", "")


@pytest.mark.parametrize("error", [StudentMissing("rnn_cell"), WorkerTimeout("It took too long.")])
def test_where_a_name_is_missing_or_the_worker_is_lost_nothing_is_recognised(error: BaseException) -> None:
    known = {"first": [entry("X1", 0, 1.0)]}

    assert found([ran("first", 1.0, True), ran("second", 1.0, True, error)], known) == ("", "")


def test_mistakes_that_are_run_and_mistakes_that_are_recorded_are_found_alike(mini: Course) -> None:
    lesson = mini.lesson("play/double")
    compared: list[tuple[list[str], list[str]]] = []

    def ids(known: Known[Any], runs: list[TestRun]) -> list[str]:
        return [mistake.id for mistake in candidates(known, runs)]

    def work(exam: Exam) -> None:
        tests = exam.lessons[lesson.key]
        run_here, recorded = exam.mistakes(lesson), RecordedMistakes(record(exam))
        for variant in tests.mistakes:
            own = lesson.task(variant.task)
            local = Local(lesson.name, variant.source)
            runs = [exam.run(plan, local.ask) for plan in tests.plans if plan.task == own]
            compared.append((ids(run_here, runs), ids(recorded, runs)))

    def record(exam: Exam) -> dict[str, list[dict[str, Any]]]:
        tests = exam.lessons[lesson.key]
        made: dict[str, list[dict[str, Any]]] = {plan.item.name: [] for plan in tests.plans}
        for plan in tests.plans:
            for number, variant in enumerate(tests.mistakes):
                run = exam.run_mistake(plan, variant)
                if run.error is not None and variant.task in tests.uses[plan.task.name]:
                    returns = plain(run.transcript)
                    made[plan.item.name].append(
                        {"id": variant.id, "variant": number, "says": variant.says, "returns": returns}
                    )
        return made

    run_session(course_exam([lesson], "secret", work))

    assert len(compared) > 1
    assert all(run == recorded for run, recorded in compared)
    assert all(run for run, _ in compared)


def test_a_mistake_is_run_only_when_it_is_asked_for() -> None:
    asked: list[str] = []
    tests = SimpleNamespace(
        uses={"f": {"f"}}, mistakes=[SimpleNamespace(id=name, task="f", name=name) for name in "ab"]
    )
    plan = cast(PlannedTest, SimpleNamespace(task=SimpleNamespace(name="f")))

    def run(plan: PlannedTest, variant: Any) -> TestRun:
        asked.append(variant.name)
        return TestRun(plan, AssertionError(), [("value", 1.0 if variant.name == "a" else 2.0)])

    known = RunMistakes(cast(Any, tests), run)
    assert recognised(known, [TestRun(plan, None, [])]) == []
    assert asked == []

    assert [one.id for one in recognised(known, [TestRun(plan, AssertionError(), [("value", 2.0)])])] == ["b"]
    assert asked == ["a", "b"]
