"""A student's page: the own line in the own code, pictures of what it returned, and what hidden checks may show."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from class_of import with_bias
from reports import ADA, hand_in, task

from autograder.course.model import HIDDEN_CHECKS, load_course
from autograder.errors import CourseError
from autograder.exam.evidence import Excerpt, Panel, numbers
from autograder.exam.results import HandInResult, TestResult
from autograder.reports.files import write_student
from autograder.reports.page import report_page
from autograder.reports.record import read_student
from autograder.reports.shown import for_student

NASTY = "</pre><script>alert(1)</script><img src=x onerror=alert(1)>\x1b[2J\u202e"
SECRET = "SECRET"
SAID = TestResult("sine/cell", "rnn_cell", "values agree", "failed", 0, 3, f"h_t is wrong {SECRET}")
LOSSES = [math.exp(-epoch / 15) for epoch in range(100)]
PANEL = Panel("sine/cell", "The loss", "epoch", "error", ("training",), True, 0.003, (100,), (numbers(LOSSES),))


def wrong() -> HandInResult:
    """A wrong answer, of which hidden checks have found out a lot."""
    found = with_bias("ada", fact=f"rnn_cell raised ValueError {SECRET}", line=f"    h = x  # {SECRET}")
    return replace(found, tests=(SAID,), output={"sine/cell": SECRET})


def code(**places: int) -> HandInResult:
    excerpt = Excerpt(3, 7, ("def rnn_cell(x_t, h):", "    h = x_t", f"    # {NASTY}"), **places)
    return hand_in("ada", [replace(task("sine/cell", "rnn_cell", 0, 3, "failed"), excerpts=(excerpt,))])


def test_the_line_that_the_message_names_is_marked_in_the_own_code() -> None:
    html = report_page(code(marked=8))

    assert "Your code, cell 3" in html
    assert '<span class="code marked"><span class="no">8</span><strong>    h = x_t</strong></span>' in html
    assert html.count("code marked") == 1


def test_a_line_is_not_marked_because_a_mistake_has_it() -> None:
    assert "code marked" not in report_page(code(suspect=8))


def test_code_stays_text() -> None:
    html = report_page(code(marked=9))

    assert "&lt;script&gt;alert(1)" in html
    assert "<script" not in html and "<img" not in html and "\x1b" not in html and "\u202e" not in html


def test_pictures_are_drawn_from_what_was_returned() -> None:
    html = report_page(replace(with_bias("ada"), panels=(PANEL,)))

    assert 'aria-label="The loss: training from 1 to 0.00136"' in html
    assert "to be reached: 0.003" in html
    assert html.count('<path class="line l0"') == 2  # in the picture, and beside its name


@pytest.mark.parametrize("values", [[None, 1.0, None], [0.0, 0.0], [-1.0, -2.0], [1e-300, 1e14], [5.0]], ids=str)
@pytest.mark.parametrize("log", [True, False])
def test_any_numbers_can_be_drawn(values: list[float | None], log: bool) -> None:
    panel = replace(PANEL, log=log, limit=None, counts=(len(values),), lines=(tuple(values),))

    html = report_page(replace(with_bias("ada"), panels=(panel, replace(panel, limit=1e9), replace(panel, limit=-1.0))))

    assert html.count("<figure>") == 3
    assert "nan" not in html.lower().replace("nance", "")


def test_names_in_pictures_stay_text() -> None:
    html = report_page(
        replace(with_bias("ada"), panels=(replace(PANEL, title=NASTY, x=NASTY, y=NASTY, labels=(NASTY,)),))
    )

    assert "<script" not in html and "<img" not in html


@pytest.mark.parametrize("choice", ["nothing", "name"])
def test_a_student_sees_no_more_of_hidden_checks_than_the_course_chooses(tmp_path: Path, choice: str) -> None:
    write_student(tmp_path, wrong(), hidden_checks=choice)

    page, results = ((tmp_path / "ada" / name).read_text(encoding="utf-8") for name in ("report.html", "results.json"))
    for text in (page, results):
        assert SECRET not in text
        assert "M23" not in text and "bias" not in text
        assert ("values agree" in text) is (choice == "name")
    assert "not yet right" in page and "2 / 5" in page
    assert json.loads(results)["score"] == 2
    assert read_student(tmp_path, "ada") == wrong()


def test_by_default_a_student_reads_the_sentence(tmp_path: Path) -> None:
    write_student(tmp_path, wrong())

    page = (tmp_path / "ada" / "report.html").read_text(encoding="utf-8")
    assert f"rnn_cell raised ValueError {SECRET}" in page and "The bias is added" in page


def test_what_was_found_before_any_check_is_always_said() -> None:
    missing = hand_in("ada", [task("sine/cell", "rnn_cell", 0, 3, "missing", message="rnn_cell is still the stub.")])

    assert "rnn_cell is still the stub." in report_page(for_student(missing, "nothing"))


def test_pictures_are_of_public_inputs_and_always_shown() -> None:
    assert for_student(replace(ADA, panels=(PANEL,)), "nothing").panels == (PANEL,)


def course_with(folder: Path, line: str) -> Path:
    (folder / "solutions").mkdir()
    (folder / "solutions" / "course.toml").write_text(f'title = "A course"\n{line}\n')
    return folder


@pytest.mark.parametrize("choice", HIDDEN_CHECKS)
def test_the_choice_stands_in_the_course(tmp_path: Path, choice: str) -> None:
    assert load_course(course_with(tmp_path, f'hidden_checks = "{choice}"')).hidden_checks == choice


def test_without_a_choice_it_is_the_sentence_with_pictures(tmp_path: Path) -> None:
    course = load_course(course_with(tmp_path, ""))

    assert (course.hidden_checks, course.has_pictures) == ("sentence", True)


@pytest.mark.parametrize(
    "line", ['hidden_checks = "all"', "hidden_checks = 1", 'hidden_checks = ["name"]', "pictures = 1"]
)
def test_another_choice_is_refused_with_what_there_is(tmp_path: Path, line: str) -> None:
    with pytest.raises(CourseError, match=r"Choose one of: nothing, name, sentence|Write true or false"):
        load_course(course_with(tmp_path, line))
