"""From tests to marks, at the edges: no tests, no points, no weight, ties."""

import math

import pytest

from autograder.course.model import Task
from autograder.exam.marks import share_points, task_result, worst
from autograder.exam.results import HandInResult, TaskResult, TestResult, small_enough


def one(outcome: str = "passed", message: str = "", weight: float = 1.0, core: bool = False) -> TestResult:
    return TestResult("a/b", "f", "a check", outcome, 0.0, 0.0, message, weight, core)


def earned(points: float, *tests: TestResult, part: float | None = None) -> float:
    task = Task("f", points)
    return task_result("a/b", task, share_points(task, tests, part), "", "").score


def test_a_task_without_tests_earns_nothing_and_has_failed() -> None:
    task = Task("f", 3.0)

    assert share_points(task, []) == []
    assert task_result("a/b", task, [], "", "") == TaskResult("a/b", "f", 0.0, 3.0, "failed")


def test_a_task_of_no_points_earns_none_and_may_pass() -> None:
    assert earned(0.0, one()) == 0.0
    assert task_result("a/b", Task("f", 0.0), [one()], "", "").outcome == "passed"


@pytest.mark.parametrize("count", [1, 3, 6, 7, 11])
def test_all_tests_together_earn_exactly_the_points(count: int) -> None:
    assert earned(10.0, *[one()] * count) == 10.0
    assert earned(0.1, *[one()] * count) == 0.1


def test_a_test_without_weight_moves_no_points_unless_it_is_core() -> None:
    assert earned(3.0, one(), one("failed", weight=0)) == 3.0
    assert earned(3.0, one(), one("failed", weight=0, core=True)) == 0.0


@pytest.mark.parametrize("outcome", ["rejected", "missing", "crashed", "timeout", "overflow", "failed"])
def test_whatever_is_not_passed_earns_nothing(outcome: str) -> None:
    assert earned(3.0, one(outcome), one()) == 1.5
    assert earned(3.0, one(outcome, core=True), one()) == 0.0


@pytest.mark.parametrize(("part", "score"), [(0.0, 0.0), (0.25, 1.0), (1.0, 4.0), (None, 2.0)])
def test_a_part_of_nothing_is_a_part_too(part: float | None, score: float) -> None:
    assert earned(4.0, one(), one("failed"), part=part) == score


def test_of_two_tests_with_the_worst_outcome_the_first_that_says_something_is_heard() -> None:
    tests = [
        one("failed"),
        one("crashed"),
        one("crashed", "First."),
        one("crashed", "Second."),
        one("failed", "Third."),
    ]

    assert task_result("a/b", Task("f", 1.0), tests, "", "").fact == "First."


@pytest.mark.parametrize(("fact", "said"), [("Why?", "Why? More."), ("So.", "So. More."), ("So", "So. More.")])
def test_a_question_and_a_sentence_need_no_full_stop_more(fact: str, said: str) -> None:
    assert task_result("a/b", Task("f", 1.0), [one("failed", fact)], "", "", "More.").fact == said


def test_an_outcome_that_nobody_knows_is_a_failure() -> None:
    assert worst(["splendid"]) == "failed"
    assert worst(["splendid", "passed"]) == "passed"


def test_a_hand_in_earns_what_its_tasks_do() -> None:
    tasks = (TaskResult("a/b", "f", 0.1, 1.0, "failed"), TaskResult("a/b", "g", 0.2, 2.0, "failed"))

    result = HandInResult("ada", "ada", "", tasks)

    assert math.isclose(result.score, 0.3) and result.max_score == 3.0
    assert HandInResult("ada", "ada", "", ()).score == 0


def test_marks_outlast_the_cutting_of_texts() -> None:
    task = TaskResult("a/b", "f", 0.5, 1.0, "failed", "M01", "x" * 9000, "y" * 9000)

    cut = small_enough(HandInResult("ada", "ada", "", (task,), output={"a/b": "z" * 9000}))

    assert (cut.score, cut.tasks[0].mistake) == (0.5, "M01")
    assert cut.tasks[0].fact == f"{'x' * 4096} ... (4904 more characters)"
