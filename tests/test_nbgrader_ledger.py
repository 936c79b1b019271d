"""Marks of the gradebook: a mark that is not there is not a 0; and which cell of a notebook is which."""

from types import SimpleNamespace
from typing import Any

import pytest

from autograder.exam.results import TaskResult
from autograder.nbgrader.attention import literal
from autograder.nbgrader.ledger import DONE, MANUAL, UNFINISHED, UNGRADED, Account, Column
from autograder.nbgrader.matching import Named, Release, defines, match, squeezed
from autograder.nbgrader.verdict import verdict

WHOLE, CELL, LSTM = Column("sine", "", "", 6), Column("sine", "cell", "", 4), Column("sine", "cell", "test_f", 3)
MARKS = {("cell", "test_f"): 3.0, ("cell", "test_g"): 0.5, ("windows", "test_w"): 2.0}
NOBODY: frozenset[tuple[str, str]] = frozenset()


def account(state: str = DONE, open: frozenset[tuple[str, str]] = NOBODY, **changes: Any) -> Account:
    return Account(**{"state": state, "marks": MARKS, "open": open, "penalties": {}, **changes})


def test_a_column_is_named_as_people_ask_for_it() -> None:
    assert [column.name for column in (WHOLE, CELL, LSTM)] == ["sine", "sine/cell", "sine/cell:f"]


@pytest.mark.parametrize(("column", "mark"), [(WHOLE, 5.5), (CELL, 3.5), (LSTM, 3.0)])
def test_a_column_adds_up_what_is_in_it(column: Column, mark: float) -> None:
    assert account().mark(column) == mark


@pytest.mark.parametrize("column", [Column("sine", "rollout", "", 1), Column("sine", "cell", "test_h", 1)])
def test_a_column_of_which_there_is_no_mark_is_not_0(column: Column) -> None:
    assert account().mark(column) is None
    assert account(marks={}).mark(WHOLE) is None


def test_one_mark_that_is_not_known_makes_the_sum_unknown() -> None:
    unknown = account(marks={**MARKS, ("cell", "test_g"): None})

    assert (unknown.mark(WHOLE), unknown.mark(CELL), unknown.mark(LSTM)) == (None, None, 3.0)


def test_a_mark_of_0_is_known() -> None:
    assert account(marks={("cell", "test_f"): 0.0}).mark(WHOLE) == 0.0


@pytest.mark.parametrize(("state", "mark"), [(DONE, 5.5), (MANUAL, 5.5), (UNGRADED, None), (UNFINISHED, None)])
def test_marks_count_only_once_autograding_is_done(state: str, mark: float | None) -> None:
    assert account(state).mark(WHOLE) == mark


def test_a_mark_that_waits_for_a_person_is_unknown_unless_it_is_asked_for() -> None:
    waits = account(MANUAL, frozenset({("cell", "test_g")}))

    assert (waits.mark(CELL), waits.mark(LSTM)) == (None, 3.0)
    assert waits.mark(CELL, reviewed_only=False) == 3.5


def test_being_late_costs_lessons_and_the_assignment_and_never_more_than_all() -> None:
    late = account(penalties={"cell": 1.0, "windows": 9.0})

    assert (late.mark(CELL), late.mark(LSTM), late.mark(WHOLE)) == (2.5, 3.0, 0.0)
    assert late.mark(WHOLE, late=False) == 5.5


@pytest.mark.parametrize(
    ("state", "look", "remark"),
    [
        (DONE, (), ""),
        (MANUAL, (), "needs manual grading"),
        (DONE, ("a", "b"), "a person has to look: a; b"),
        (MANUAL, ("a",), "needs manual grading; a person has to look: a"),
    ],
)
def test_a_remark_says_the_state_and_what_is_to_be_looked_at(state: str, look: tuple[str, ...], remark: str) -> None:
    assert account(state, look=look).remark == remark


def test_a_verdict_is_scaled_to_what_the_cell_is_worth() -> None:
    task = TaskResult("sine/cell", "f", 1.0, 3.0, "failed", "M01", "h differs.", "No bias.")

    shown, number = verdict(task, 6.0)

    assert number["data"]["text/plain"] == "2.0"
    assert shown["data"]["text/plain"] == "f: not yet right.\nh differs.\nLikely cause: No bias."
    assert "2 of 6 points" in shown["data"]["text/html"]


def test_a_task_of_no_points_is_no_division_by_zero() -> None:
    _, number = verdict(TaskResult("sine/cell", "f", 0.0, 0.0, "passed"), 6.0)

    assert number["data"]["text/plain"] == "0.0"


def test_a_name_of_a_file_is_shown_as_it_is() -> None:
    assert literal("a_*b*[c](d)<e>`f`") == r"a\_\*b\*\[c\]\(d\)&lt;e&gt;\`f\`"
    assert literal("plain, text.") == "plain, text."


def named(name: str, source: str, kind: str = "code", **marks: bool) -> Named:
    return Named(name, kind, source, {"locked": False, "grade": False, "solution": False, **marks})


def cell(source: str, name: str = "", kind: str = "code") -> Any:
    metadata = {"nbgrader": {"grade_id": name}} if name else {}
    return SimpleNamespace(source=source, metadata=metadata, cell_type=kind)


ANSWER = named("f", "def f(): ...", solution=True)
TEST = named("test_f", "check('f')", locked=True, grade=True)
QUESTION = named("why", "Your answer", "markdown", grade=True, solution=True)
RELEASE = Release((ANSWER, TEST, QUESTION), frozenset({"Other prose."}), {"why": "Why is it so?"})


def test_a_cell_is_known_by_its_name_first() -> None:
    own, copy = cell("x = 1", "f"), cell("def f(): return 1")

    assert match([copy, own], RELEASE)["f"] == [own]


def test_a_cell_that_lost_its_name_is_known_by_what_it_defines_and_the_last_counts() -> None:
    first, last = cell("def f(): return 1"), cell("def f(): return 2")

    assert match([first, last, cell("f()")], RELEASE)["f"] == [last]
    assert match([], RELEASE) == {"f": [], "test_f": [], "why": []}


def test_a_locked_cell_that_lost_its_name_is_known_by_its_text() -> None:
    found = cell(" check('f')\n")

    assert match([cell("check('g')"), found], RELEASE)["test_f"] == [found]


def test_an_answer_in_words_stands_below_its_question_and_is_not_other_prose() -> None:
    ask, answer = cell("Why is it so?\nThink.", kind="markdown"), cell("Because.", kind="markdown")

    assert match([ask, answer], RELEASE)["why"] == [answer]
    assert match([answer, ask], RELEASE)["why"] == []
    assert match([ask, cell("Other  prose.", kind="markdown")], RELEASE)["why"] == []
    assert match([ask, cell("Because.")], RELEASE)["why"] == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def f(): pass", True),
        ("class f: pass", True),
        ("if x:\n    def f(): pass", False),
        ("def g(): pass", False),
        ("f = 1", False),
        ("def f(:", False),
        ("\0", False),
        ("", False),
    ],
)
def test_a_text_defines_what_stands_at_its_top(source: str, found: bool) -> None:
    assert defines(source, "f") is found


def test_space_does_not_count() -> None:
    assert squeezed("  a\n\tb  ") == "a b"
    assert QUESTION.is_untouched(cell(" Your\nanswer ")) and QUESTION.is_untouched(cell(" \n"))
    assert not QUESTION.is_untouched(cell("Your answer!"))
