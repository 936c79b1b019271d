"""`unroll shapes`: what is asked, which letter is called wrong, and what is remembered."""

import subprocess
import sys
from pathlib import Path

import pytest
from classroom import REPOSITORY
from homework import ENVIRONMENT, unroll
from terminal import terminal

from autograder.course.model import Course, load_course
from autograder.course.task import Shape
from autograder.errors import CourseError
from autograder.student.folder.init import bring
from autograder.student.folder.shipped import read_shipped
from autograder.student.memory import read_state
from autograder.student.shapes.axes import Unknown, read_axes, shape_text, what_is_right, what_is_wrong

LETTERS = {"N": "the examples", "T": "the steps", "D": "the features", "H": "the units"}
CELL = "sine/cell:rnn_cell"
RIGHT = ["N, D", "N, H", "H, D", "H, H", "H", "H", "N, H"]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A student's folder with the exercises of the course."""
    bring(read_shipped(REPOSITORY / "exercises"), tmp_path / "own")
    return tmp_path / "own"


def answering(folder: Path, *answers: str, again: bool = False) -> subprocess.CompletedProcess[str]:
    """Give answers to the questions of one task, one a line."""
    command = [sys.executable, "-m", "autograder.cli", "shapes", CELL, *(["--again"] if again else [])]
    given = "".join(f"{answer}\n" for answer in answers)
    return subprocess.run(command, cwd=folder, env=ENVIRONMENT, input=given, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("text", ["N, T, 1", "(N, T, 1)", "n t 1", "NT1", "[N,T,1]", " N ,T; 1 "])
def test_a_shape_may_be_written_in_many_ways(text: str) -> None:
    assert read_axes(text, LETTERS) == ("N", "T", "1")


@pytest.mark.parametrize(
    ("text", "axes"),
    [("()", ()), ("steps", ("steps",)), ("N steps", ("N", "steps")), ("12", ("12",)), ("4H N", ("4H", "N"))],
)
def test_a_number_and_a_name_are_axes_too(text: str, axes: tuple[str, ...]) -> None:
    assert read_axes(text, {*LETTERS, "steps"}) == axes


@pytest.mark.parametrize(("text", "word"), [("N, x", "x"), ("batch", "batch"), ("N T D?", "D?")])
def test_a_word_that_is_no_letter_is_named(text: str, word: str) -> None:
    with pytest.raises(Unknown) as caught:
        read_axes(text, LETTERS)

    assert caught.value.word == word


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("N T D", "That is three axes, and x_t has fewer."),
        ("N", "That is one axis, and x_t has more."),
        ("N T", "The second letter is wrong: T stands for the steps."),
        ("4H D", "The first letter is wrong: 4H stands for 4 times the units."),
        ("1 D", "The first letter is wrong: 1 stands for an axis with 1 entry."),
        ("D N", "These are its letters, in another order."),
        ("H T", "The first and the second letter are wrong."),
    ],
)
def test_the_first_wrong_answer_says_which_letter(given: str, said: str) -> None:
    shape = Shape("x_t", ("N", "D"), "")

    assert what_is_wrong(tuple(given.split()), shape, LETTERS) == said


def test_the_second_wrong_answer_says_what_is_right() -> None:
    shape = Shape("x_t", ("N", "D"), "")

    assert what_is_right(("N", "T"), shape) == "The second letter is not T but D: x_t is (N, D)."
    assert what_is_right(("N",), shape) == "x_t is (N, D)."
    assert what_is_right(("N",), Shape("loss", (), "")) == "loss is (), a plain number."
    assert shape_text(("H",)) == "(H,)"


def test_right_answers_are_remembered_and_not_asked_again(own: Path) -> None:
    done = answering(own, *RIGHT)

    assert done.returncode == 0, done.stderr
    assert "7 of 7 shapes answered. To write the code: unroll watch" in done.stdout
    assert read_state(own).shapes == {CELL: {"x_t", "h", "w_ih", "w_hh", "b_ih", "b_hh", "result"}}
    assert "All shapes here were answered before." in answering(own, *RIGHT).stdout
    assert "x_t: N, D" in answering(own, *RIGHT, again=True).stdout


def test_what_is_wrong_or_skipped_or_left_is_asked_next_time(own: Path) -> None:
    done = answering(own, "N, T, D", "N, H", "", "", "H, H", "q")

    assert "x_t has fewer. This is one moment of every example" in done.stdout
    assert "The second letter is not H but D: x_t is (N, D)." in done.stdout
    assert "1 of 7 shapes answered. The others are asked for next time." in done.stdout
    assert read_state(own).shapes == {CELL: {"w_hh"}}


def test_a_foreign_word_costs_no_try(own: Path) -> None:
    done = answering(own, "batch", "N x", "N D", "q")

    there = ", ".join(sorted(load_course(REPOSITORY).letters))
    assert f"batch is no letter here. There is: {there}, and numbers." in done.stdout
    assert "1 of 7 shapes answered." in done.stdout


@pytest.mark.parametrize("key", ["\x03", "\x04", "q\r"], ids=["ctrl-c", "ctrl-d", "q"])
def test_it_is_left_at_any_time(own: Path, key: str) -> None:
    with terminal(own, "shapes", CELL) as seen:
        seen.wait_for("x_t:")
        seen.type("N D\r")
        seen.wait_for("h:")
        seen.type(key)

        assert seen.wait_for_end() == 0
        assert "1 of 7 shapes answered." in seen.text
        assert "Traceback" not in seen.text


def test_without_answers_it_says_how_to_give_them(own: Path) -> None:
    done = unroll(own, "shapes", CELL)

    assert "No answers came. In a terminal they are typed" in done.stdout


def test_what_has_no_shapes_says_so(own: Path) -> None:
    done = unroll(own, "shapes", "sine/training:plot_predictions")

    assert done.returncode == 2
    assert done.stderr.startswith("unroll: sine/training:plot_predictions: there are no shapes to ask for.")


def test_an_author_who_forgets_the_sentence_is_told(mini: Course) -> None:
    with (mini.root / "solutions" / "play" / "double" / "lesson.toml").open("a", encoding="utf-8") as file:
        file.write('\n[task.takes]\nxs = "N, D"\n')

    with pytest.raises(CourseError, match="task 'double_all': a shape should read name = "):
        load_course(mini.root)
