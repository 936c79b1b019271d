"""Own minus expected as a heat map, and the public case as text, on a student's page and wherever it is read."""

import json
import math
import re
from collections.abc import Callable
from dataclasses import asdict, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import torch
from class_of import with_bias
from schemas import complaints

from autograder.course.model import HIDDEN_CHECKS, WITH_CASE
from autograder.exam.compare import Compared
from autograder.exam.public_case import Difference, PublicCase
from autograder.exam.public_checks import difference_of
from autograder.exam.results import HandInResult, TestResult
from autograder.grading.anonymous import result_without_names
from autograder.nbgrader.verdict import verdict
from autograder.reports.files import write_student
from autograder.reports.heat import described, heat_svg, largest_said, left_out
from autograder.reports.page import report_page
from autograder.reports.record import read_student
from autograder.reports.shown import for_student, task_for_student

NASTY = '</pre></svg><script>pwned = 1</script><img src=x onerror="pwned = 1">\x1b[2J\u202e'
CASE = PublicCase("one number by hand", "h_t should be 4.", "rnn_cell(x_t=[[2]])", "h_t", ("4",), ("9",))


def difference(own: Any, right: Any, axes: str = "", what: str = "h_t", check: str = "it agrees") -> Difference:
    found = difference_of(check, Compared(what, torch.tensor(own), torch.tensor(right), axes))
    assert found is not None
    return found


TABLE = difference([[1.0, 2.0, -3.0], [0.0, 0.5, math.nan]], [[0.0, 2.0, 1.0], [0.0, 0.0, 0.0]], "N H")
STRIP = difference([1.0] * 30, [0.0] * 29 + [2.0], "T")
CUBE = difference([[[1.2, 0.0]], [[0.0, -2.0]], [[0.0, 0.0]]], [[[0.0, 0.0]], [[0.0, 0.0]], [[0.0, 0.0]]], "N T H")
FAILED = TestResult("sine/cell", "rnn_cell", "values agree", "failed", 0, 3, "h_t is wrong by 0.3.")


def shown(case: PublicCase = CASE, *differences: Difference) -> HandInResult:
    """A hand-in with a task that fails, and with what its public checks have shown."""
    found = with_bias("ada")
    last = replace(found.tasks[-1], cases=(case,), differences=differences or (TABLE,))
    return replace(found, tasks=(*found.tasks[:-1], last), tests=(FAILED, replace(FAILED, name="and others")))


class Fields(HTMLParser):
    """Collect what a picture is made of: its fields by colour, its words, and how many fields are crossed."""

    def __init__(self, svg: str) -> None:
        super().__init__()
        self.colours: list[str] = []
        self.words: list[str] = []
        self.crossed = 0
        self.feed(svg)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.colours += [str(dict(attrs)["class"])] if tag == "rect" else []
        self.crossed += dict(attrs).get("class") == "cross"

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_scale_is_symmetric_about_zero_and_a_number_that_is_none_is_crossed() -> None:
    found = Fields(heat_svg(TABLE))

    assert found.colours[:6] == ["f6", "f5", "f0", "f5", "f6", "f5"]
    assert found.crossed == 1
    assert found.colours[6:] == [f"f{step}" for step in range(11)]  # the legend
    assert found.words[-3:] == ["\u22124", "0", "4"]


def test_fields_have_their_numbers_and_where_they_are_narrow_their_signs() -> None:
    table, strip = Fields(heat_svg(TABLE)), Fields(heat_svg(STRIP))

    assert table.words == ["N \u2193  H \u2192", *"012", *"01", "1", "0", "\u22124", "0", "0.5", "\u22124", "0", "4"]
    assert strip.words[-33:-3] == ["+"] * 29 + ["\u2212"]
    assert strip.colours[:30] == ["f10"] * 29 + ["f0"]


def test_of_three_axes_there_is_a_table_for_each_first_index() -> None:
    found = Fields(heat_svg(CUBE))

    assert [word for word in found.words if word.startswith("N =")] == ["N = 0", "N = 1", "N = 2"]
    assert found.colours[:6] == ["f8", "f5", "f5", "f0", "f5", "f5"]


def test_the_largest_difference_is_said_in_words() -> None:
    assert largest_said(TABLE) == (
        "The largest difference is -4, at [0, 2]: expected 1, returned -3. 1 number has no finite difference."
    )
    assert described(TABLE) == f"Own minus expected of h_t, shape (2, 3). {largest_said(TABLE)}"
    nothing = difference([math.nan, math.inf], [1.0, 1.0])
    assert largest_said(nothing) == "No difference is a finite number. 2 numbers have no finite difference."


def test_it_is_said_which_part_of_a_large_value_is_drawn() -> None:
    large = difference(torch.ones(20, 40).tolist(), torch.zeros(20, 40).tolist())

    assert left_out(large) == "Drawn are the first 16 x 30 of 20 x 40 numbers."
    assert left_out(TABLE) == ""


@pytest.mark.parametrize("size", [1e-300, 1e-9, 1e14, 3e38, 0.0])
def test_differences_of_any_size_can_be_drawn(size: float) -> None:
    svg = heat_svg(difference([size, -size, 1.0], [0.0, 0.0, 1.0]))

    assert len(Fields(svg).colours) == 14 and "nan" not in svg and "inf" not in svg


def test_what_the_code_returned_and_was_called_stays_text() -> None:
    hostile = PublicCase(*(NASTY,) * 4, (NASTY,), (NASTY,))

    html = report_page(shown(hostile, replace(TABLE, what=NASTY, check=NASTY, axes=(NASTY, NASTY))))

    assert "<script" not in html and "<img" not in html and "\x1b" not in html and "\u202e" not in html
    assert html.count("</svg>") == len(re.findall("<svg", html))


@pytest.mark.parametrize("choice", HIDDEN_CHECKS)
def test_the_case_is_shown_where_the_course_chooses_it_and_the_difference_always(tmp_path: Path, choice: str) -> None:
    write_student(tmp_path, shown(), hidden_checks=choice)

    page, results = ((tmp_path / "ada" / name).read_text(encoding="utf-8") for name in ("report.html", "results.json"))
    for text in (page, results):
        assert ("rnn_cell(x_t=[[2]])" in text) is (choice == WITH_CASE)
    assert page.count("own minus expected") == 1 and "public check: it agrees" in page
    assert read_student(tmp_path, "ada") == shown()


def test_the_case_stands_below_the_cause_and_above_the_own_code() -> None:
    html = report_page(shown())

    places = [html.index(text) for text in ("Likely cause", "one number by hand", "Your code", "own minus expected")]
    assert places == sorted(places)


def test_a_case_can_be_read_as_lines() -> None:
    lines = "The smallest public check that fails: one number by hand.\nh_t should be 4.\nrnn_cell(x_t=[[2]])\n"

    assert "\n".join(CASE.lines) == f"{lines}h_t, expected:\n4\nh_t, yours:\n9"


def test_results_have_the_case_in_the_first_test_that_fails(tmp_path: Path) -> None:
    write_student(tmp_path, shown(), hidden_checks=WITH_CASE)

    results = json.loads((tmp_path / "ada" / "results.json").read_text(encoding="utf-8"))
    assert [CASE.lines[0] in test["output"] for test in results["tests"]] == [True, False]
    assert results["extra_data"]["tasks"][1]["message"].endswith("\n".join(CASE.lines))
    assert not complaints("results", results)


def test_feedback_of_nbgrader_has_the_case_as_text() -> None:
    task = shown(replace(CASE, actual=("<script>",))).tasks[-1]

    said, hidden = (verdict(task_for_student(task, choice), 3.0)[0].data for choice in (WITH_CASE, "sentence"))
    assert "h_t, yours:\n<script>" in said["text/plain"]
    assert "h_t, yours:\n&lt;script&gt;" in said["text/html"]
    assert "yours" not in hidden["text/plain"] + hidden["text/html"]


def test_by_number_a_name_in_the_case_is_replaced() -> None:
    named = replace(CASE, found="Ada Lovelace is wrong.", actual=("raised ValueError: ada_lovelace",))

    (case,) = result_without_names(shown(named), ["Ada Lovelace"]).tasks[-1].cases

    assert "lovelace" not in "".join((case.found, *case.actual)).lower()


def test_marks_alone_have_neither() -> None:
    last = shown().without_details().tasks[-1]

    assert (last.cases, last.differences) == ((), ())


def test_a_result_survives_the_way_between_processes() -> None:
    result = shown(CASE, TABLE)

    assert HandInResult.from_json(json.loads(json.dumps(result.to_json()))) == result


Change = Callable[[dict[str, Any]], object]


def changed(key: str, value: object) -> Change:
    return lambda one: one.update({key: value})


BAD_DIFFERENCES = {
    "no text": changed("what", 1),
    "no list": changed("numbers", "12"),
    "a number is text": changed("numbers", ["1", 0, 0, 0, 0, 0]),
    "too few numbers": changed("numbers", [1.0]),
    "infinite": changed("largest", math.inf),
    "true": changed("largest", True),
    "other axes": changed("axes", ["N"]),
    "no axes": lambda one: one.update(shape=[], kept=[], numbers=[1.0], at=[], axes=[]),
    "four axes": lambda one: one.update(shape=[1] * 4, kept=[1] * 4, numbers=[1.0], at=[0] * 4, axes=[]),
    "more than there is": changed("shape", [1, 3]),
    "more than is drawn": lambda one: one.update(shape=[90, 1], kept=[90, 1], numbers=[1.0] * 90, at=[], axes=[]),
    "outside": changed("at", [2, 0]),
    "below zero": changed("unlike", -1),
    "missing": lambda one: one.pop("check"),
    "more": changed("more", 1),
}
BAD_CASES = {
    "no text": changed("call", None),
    "no list": changed("actual", "text"),
    "no lines": changed("expected", [1]),
    "missing": lambda one: one.pop("found"),
    "more": changed("more", 1),
}
BAD = [("differences", *one) for one in BAD_DIFFERENCES.items()] + [("cases", *one) for one in BAD_CASES.items()]


@pytest.mark.parametrize(("key", "change"), [one[::2] for one in BAD], ids=[f"{one[0]}: {one[1]}" for one in BAD])
def test_a_record_with_another_case_is_none(tmp_path: Path, key: str, change: Change) -> None:
    write_student(tmp_path, shown())
    file = tmp_path / "ada" / "record.json"
    data = json.loads(file.read_text(encoding="utf-8"))
    assert not complaints("record", data)

    change(data["tasks"][-1][key][0])
    file.write_text(json.dumps(data), encoding="utf-8")

    assert read_student(tmp_path, "ada") is None


def test_what_was_kept_is_sound() -> None:
    assert all(Difference.from_json(asdict(one)).is_sound() for one in (TABLE, STRIP, CUBE))
    assert for_student(shown(), "sentence").tasks[-1].cases == ()
