"""What is kept of a hand-in: the fact and its likely cause stand apart, and an older record still reads."""

import json
from dataclasses import asdict, replace

import pytest

from autograder.course.model import Task
from autograder.errors import Note, StudentError, place_in
from autograder.exam.marks import share_points, task_result, worst
from autograder.exam.results import OUTCOMES, HandInResult, TaskResult, TestResult

FACT, CAUSE = "h_t differs.", "You dropped the bias."
TASK = TaskResult("sine/cell", "rnn_cell", 0.5, 3.0, "failed", "M23", FACT, CAUSE)


def test(name: str, outcome: str = "passed", message: str = "", weight: float = 1.0, core: bool = False) -> TestResult:
    return TestResult("sine/cell", "rnn_cell", name, outcome, 0.0, 0.0, message, weight, core)


test.__test__ = False  # type: ignore[attr-defined]


def in_record(task: TaskResult) -> TaskResult:
    """Write a record and read it back."""
    kept = HandInResult("ada", "ada", "0" * 64, (task,))
    (read,) = HandInResult.from_json(json.loads(json.dumps(kept.to_json()))).tasks
    return read


def test_a_message_is_the_fact_and_the_likely_cause() -> None:
    assert TASK.message == f"{FACT} Likely cause: {CAUSE}"
    assert replace(TASK, cause="").message == FACT
    assert replace(TASK, fact="", cause="").message == ""


@pytest.mark.parametrize("fact", [FACT, "", "It printed: Likely cause: none", f"Likely cause: {CAUSE}"])
@pytest.mark.parametrize("cause", [CAUSE, "", "One. Likely cause: another."])
def test_a_record_keeps_fact_and_cause_apart_whatever_they_say(fact: str, cause: str) -> None:
    task = replace(TASK, fact=fact, cause=cause)

    assert in_record(task) == task


def test_a_record_keeps_its_keys() -> None:
    assert {*TASK.to_json()} == {*asdict(TASK), "message"} - {"fact"}
    assert TASK.to_json()["message"] == TASK.message


def test_an_older_record_that_has_only_a_message_still_reads() -> None:
    older = {key: value for key, value in TASK.to_json().items() if key != "cause"}

    read = TaskResult.from_json(older)

    assert read.message == TASK.message
    assert read.cause == ""


@pytest.mark.parametrize(("cell", "place"), [(None, "line 7"), (3, "cell 3, line 7")])
def test_a_line_is_named_in_the_same_way_everywhere(cell: int | None, place: str) -> None:
    error = StudentError("ValueError", "no", line=7, cell=cell, source=" x = y ")

    assert place_in(7, cell) == Note("ValueError", "no", 7, cell).place == place
    assert error.place() == f" ({place}: x = y)"


def test_a_place_that_is_not_known_has_no_name() -> None:
    assert place_in(None, None) == ""


def test_points_are_shared_by_weight() -> None:
    tests = [test("one", weight=1), test("two", "failed", weight=3), test("three", weight=0)]

    marked = share_points(Task("rnn_cell", 4), tests)

    assert [(one.score, one.max_score) for one in marked] == [(1, 1), (0, 3), (0, 0)]


def test_a_core_test_that_fails_takes_all_points() -> None:
    tests = [test("one", weight=1), test("two", "failed", weight=1, core=True)]

    assert [one.score for one in share_points(Task("rnn_cell", 4), tests)] == [0, 0]


def test_a_part_counts_whatever_the_tests_say() -> None:
    tests = [test("one", "failed", core=True), test("two")]

    assert [one.score for one in share_points(Task("rnn_cell", 4), tests, 0.5)] == [1, 1]


def test_tests_without_weight_earn_nothing() -> None:
    assert share_points(Task("rnn_cell", 4), [test("one", weight=0)])[0].max_score == 0


def test_the_worst_outcome_is_that_of_the_task_and_its_first_message_is_the_fact() -> None:
    tests = [test("one", "failed", "Wrong."), test("two", "timeout"), test("three", "timeout", "Slow.")]

    result = task_result("sine/cell", Task("rnn_cell", 4), tests, "M23", CAUSE)

    assert (result.outcome, result.fact, result.cause) == ("timeout", "Slow.", CAUSE)


@pytest.mark.parametrize(
    ("fact", "besides", "said"),
    [("Wrong.", "And more.", "Wrong. And more."), ("Wrong", "More.", "Wrong. More."), ("", "More.", "More.")],
)
def test_what_else_is_to_be_said_follows_as_a_sentence_of_its_own(fact: str, besides: str, said: str) -> None:
    result = task_result("sine/cell", Task("rnn_cell", 4), [test("one", "failed", fact)], "", "", besides)

    assert result.fact == said


def test_of_a_task_that_passes_nothing_is_said() -> None:
    result = task_result("sine/cell", Task("rnn_cell", 4), [test("one")], "M23", CAUSE, "More.")

    assert (result.outcome, result.message) == ("passed", "")


def test_the_worst_outcome_is_the_first_of_the_list() -> None:
    assert [worst(OUTCOMES[n:]) for n in range(len(OUTCOMES))] == list(OUTCOMES)
    assert worst([]) == "failed"
