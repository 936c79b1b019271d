"""What the end of a test means, and in which words."""

from types import SimpleNamespace
from typing import cast

import pytest

from autograder.course.model import Lesson, Task
from autograder.errors import Note, StudentError, StudentMissing, WorkerCrashed, WorkerOverflow, WorkerTimeout
from autograder.exam.outcome import explain_missing, is_stub, judged, outcome_of
from autograder.exam.session import Item, PlannedTest, TestRun

TASK = Task("rnn_cell", 3)
LESSON = cast(Lesson, SimpleNamespace(key="sine/cell"))
PLAN = PlannedTest(cast(Item, SimpleNamespace(name="test_one_number_by_hand")), LESSON, TASK, 2.0, True)
NOTHING = SimpleNamespace(notes=(), names=())


@pytest.mark.parametrize(
    ("error", "outcome", "said"),
    [
        (None, "passed", ""),
        (WorkerTimeout("It took too long."), "timeout", "It took too long."),
        (WorkerCrashed("It ended."), "crashed", "It ended."),
        (WorkerOverflow("It is too large."), "overflow", "It is too large."),
        (StudentError("NotImplementedError", where="rnn_cell"), "missing", "rnn_cell is still the stub."),
        (StudentError("ValueError", "no", stage="rnn_cell"), "failed", "rnn_cell raised ValueError: no"),
        (AssertionError("h_t differs.\nassert 1 == 2"), "failed", "h_t differs."),
        (AssertionError(""), "failed", "rnn_cell returned something that this check cannot use: one number by hand."),
        (
            TypeError("no len()"),
            "failed",
            "rnn_cell returned something that this check cannot use: one number by hand.",
        ),
    ],
    ids=str,
)
def test_each_end_of_a_test_has_an_outcome_and_its_words(error: BaseException | None, outcome: str, said: str) -> None:
    assert outcome_of(error, PLAN, NOTHING) == (outcome, said)


def test_a_result_names_lesson_task_and_test_and_has_no_points_yet() -> None:
    result = judged(TestRun(PLAN, AssertionError("h_t differs."), []), NOTHING)

    assert (result.lesson, result.task, result.name) == ("sine/cell", "rnn_cell", "one number by hand")
    assert (result.outcome, result.message, result.weight, result.core) == ("failed", "h_t differs.", 2.0, True)
    assert result.score == result.max_score == 0


@pytest.mark.parametrize(
    ("where", "is_the_stub"), [("rnn_cell", True), ("", True), ("RNN.forward", False), ("readout", False)]
)
def test_only_the_tasks_own_unwritten_body_is_its_stub(where: str, is_the_stub: bool) -> None:
    assert is_stub(StudentError("NotImplementedError", where=where), "rnn_cell") is is_the_stub
    assert not is_stub(StudentError("ValueError", where=where), "rnn_cell")


def test_a_missing_name_is_explained_by_what_raised() -> None:
    loaded = SimpleNamespace(notes=[Note("ZeroDivisionError", "division by zero", 2, 3)], names=["rnn_cel"])

    said = "rnn_cell is not defined: cell 3, line 2 raised ZeroDivisionError: division by zero."
    assert explain_missing("rnn_cell", loaded) == ("failed", said)


@pytest.mark.parametrize(
    ("names", "hint"),
    [
        (["rnn_cel", "readout"], "There is rnn_cel: is it that?"),
        (["readout", "RNNCell"], "There is RNNCell: is it that?"),
        (["RNN_Cell"], "There is RNN_Cell: is it that?"),
        (["readout"], "Is the name spelt as in the lesson?"),
        ([], "Is the name spelt as in the lesson?"),
        (["rnn_cell"], "Is the name spelt as in the lesson?"),
    ],
)
def test_a_missing_name_is_explained_by_one_that_is_near(names: list[str], hint: str) -> None:
    loaded = SimpleNamespace(notes=[], names=names)

    assert outcome_of(StudentMissing("rnn_cell"), PLAN, loaded) == ("missing", f"rnn_cell is not defined. {hint}")
