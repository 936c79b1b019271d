"""How outcomes and points are said, and the box that says them in a notebook."""

import pytest

from autograder.exam.results import OUTCOMES
from autograder.text.words import GREEN, WORDS, box, points, score


def test_every_outcome_has_words_and_no_two_have_the_same() -> None:
    assert set(WORDS) == set(OUTCOMES)
    assert len(set(WORDS.values())) == len(WORDS)


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "0"), (3.0, "3"), (2.5, "2.5"), (1 / 3, "0.33"), (0.004, "0"), (0.995001, "1"), (1234567.0, "1234567")],
)
def test_points_are_said_as_people_write_them(value: float, said: str) -> None:
    assert points(value) == said


def test_points_keep_the_digits_that_are_asked_for() -> None:
    assert points(1 / 3, 6) == "0.333333"
    assert points(0.1 + 0.2, 6) == "0.3"


def test_a_score_says_what_there_was() -> None:
    assert score(2.5, 3) == "2.5/3"
    assert score(0, 0) == "0/0"


def test_a_box_says_outcome_fact_and_cause_on_lines_of_their_own() -> None:
    said = box("rnn_cell", "failed", "h_t differs.", "You dropped the bias.", GREEN, "1 of 3 points")

    assert said == (
        '<div style="border-left: 4px solid #1a7f37; padding: 4px 12px; margin: 4px 0">'
        "<b>rnn_cell</b>: not yet right, 1 of 3 points<br>h_t differs.<br>"
        "<i>Likely cause:</i> You dropped the bias.</div>"
    )


def test_a_box_has_no_line_for_what_is_not_there() -> None:
    said = box("rnn_cell", "passed", "", "", GREEN)

    assert said.endswith("<b>rnn_cell</b>: passed</div>")


def test_nothing_in_a_box_is_taken_for_html() -> None:
    said = box("<f>", "failed", '<script>"a" & b', "<i>no</i>", GREEN)

    assert "<b>&lt;f&gt;</b>" in said
    assert "&lt;script&gt;&quot;a&quot; &amp; b" in said
    assert "<i>Likely cause:</i> &lt;i&gt;no&lt;/i&gt;" in said
