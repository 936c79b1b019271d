"""marks.csv, a row a student, and `unroll grade --json`: totals, who the students are, and what nobody could grade."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from reports import ADA, BEN, SINE, hand_in, task
from schemas import complaints

from autograder.course.model import Course
from autograder.exam.results import HandInResult
from autograder.grading.as_json import class_object
from autograder.grading.opening import Class
from autograder.grading.run import Graded
from autograder.grading.tables import write_tables
from autograder.reports.class_page.identical import Identical
from autograder.reports.files import gradescope, write_class, write_student
from autograder.reports.marks import Identity, columns
from autograder.text.clean import csv_cell, from_csv_cell

LOST = replace(hand_in("lost", [task("sine/cell", "rnn_cell", 0, 3, "crashed")]), digest="", folder="lost")


def table(tmp_path: Path, *results: HandInResult, **people: Identity) -> list[dict[str, str]]:
    write_class(tmp_path, SINE, results, {}, people)
    return list(csv.DictReader(io.StringIO((tmp_path / "marks.csv").read_text(encoding="utf-8-sig"))))


def test_a_row_has_the_total_the_lessons_and_the_tasks_of_a_student(tmp_path: Path) -> None:
    (row,) = table(tmp_path, BEN, folder=Identity("b12", "Ben B.", "ben@example.org"))

    assert (row["student"], row["id"], row["name"], row["email"]) == ("ben", "b12", "Ben B.", "ben@example.org")
    assert (row["sine /5"], row["sine/windows /2"], row["sine/cell /3"]) == ("0.5", "0", "0.5")
    assert (row["sine/windows:make_windows /2"], row["sine/cell:rnn_cell /3"]) == ("0", "0.5")
    assert (row["points before the deadline"], row["kept"], row["folder"]) == ("0.5", "", "folder")


def test_what_is_late_shows_the_points_before_and_after_in_every_column(tmp_path: Path) -> None:
    (row,) = table(tmp_path, replace(ADA, kept=0.9, late="It came late."))

    assert (row["sine /5"], row["sine/windows /2"], row["sine/cell:rnn_cell /3"]) == ("4.5", "1.8", "2.7")
    assert (row["points before the deadline"], row["kept"], row["remark"]) == ("5", "90%", "It came late.")


def test_a_mark_that_nobody_could_give_is_empty_and_never_a_zero(tmp_path: Path) -> None:
    (row,) = table(tmp_path, LOST)

    assert {row[title] for title in row if " /" in title} == {""}
    assert row["remark"] == "The grading itself failed: grade again."


def test_a_task_that_is_missing_earns_a_zero_that_is_a_mark(tmp_path: Path) -> None:
    (row,) = table(tmp_path, BEN)

    assert row["sine/windows:make_windows /2"] == "0"


def test_what_a_person_must_look_at_stands_in_the_row(tmp_path: Path) -> None:
    said = ("Look at this by hand: two files.", "cell (1).py was taken as cell.")

    (row,) = table(tmp_path, replace(ADA, arrival=said))

    assert row["remark"] == said[0]


@pytest.mark.parametrize("name", ["grades.csv", "marks.csv"])
def test_excel_shows_every_script_because_the_files_begin_with_a_mark(tmp_path: Path, name: str) -> None:
    write_class(tmp_path, SINE, [replace(ADA, student="김철수")], {})

    data = (tmp_path / name).read_bytes()
    assert data.startswith(b"\xef\xbb\xbfstudent,")
    assert "김철수" in data.decode()
    assert data.count(b"\xef\xbb\xbf") == 1


def test_no_cell_of_the_table_is_a_formula(tmp_path: Path) -> None:
    evil = Identity("=1+1", "@SUM(A1)", "-x@example.org")

    (row,) = table(tmp_path, replace(ADA, student="+cmd|' /C calc'!A0"), folder=evil)

    assert [row[title][:2] for title in ("student", "id", "name", "email")] == ["'+", "'=", "'@", "'-"]


@pytest.mark.parametrize("text", ["=1+1", "'quoted", "plain", "  -x", "", "'"])
def test_a_cell_is_read_back_as_it_was(text: str) -> None:
    assert from_csv_cell(csv_cell(text)) == text


def test_columns_are_of_the_whole_of_lessons_or_of_tasks() -> None:
    assert [(one.name, one.best) for one in columns(SINE, "assignment")] == [("sine", 5)]
    assert [one.name for one in columns(SINE, "lesson")] == ["sine/windows", "sine/cell"]
    assert [one.name for one in columns(SINE, "task")] == ["sine/windows:make_windows", "sine/cell:rnn_cell"]


def test_gradescope_shows_the_cause_in_each_test_that_failed_and_in_no_other() -> None:
    outputs = [test["output"] for test in gradescope(BEN)["tests"]]

    assert outputs == ["h_t differs. Likely cause: You dropped the bias.", ""]


def test_gradescope_shows_a_cause_where_the_test_itself_says_nothing() -> None:
    silent = replace(BEN, tests=(replace(BEN.tests[0], message=""),))

    assert [test["output"] for test in gradescope(silent)["tests"]] == ["Likely cause: You dropped the bias."]


def test_programs_read_the_whole_message_and_who_was_not_graded(course: Course, tmp_path: Path) -> None:
    said = "h_t differs at every step of every window, " * 5
    ben = replace(BEN, tasks=(replace(BEN.tasks[0]), replace(BEN.tasks[1], fact=said)))
    write_student(tmp_path, ben)
    found = Class(course, SINE, [], ["README.txt"], ["cell.py"], tmp_path, "seed", people={"folder": Identity("b12")})

    data = class_object(found, Graded([ben.without_details(), LOST], {"lost\x1b": "It ended."}, ["ben"]))

    assert complaints("graded", data) == []
    assert (data["identical"], data["changed"]) == ([], [])
    assert [one["graded"] for one in data["students"]] == [True, False]
    assert data["students"][0]["id"] == "b12"
    assert data["students"][0]["tasks"][1]["message"].startswith(said.strip())
    assert (data["failed"], data["loose"]) == ({r"lost\x1b": "It ended."}, ["cell.py"])


def test_programs_read_who_has_the_same_code_and_whose_mark_moved(course: Course, tmp_path: Path) -> None:
    better = replace(BEN, digest="another", tasks=(BEN.tasks[0], replace(BEN.tasks[1], score=3.0, outcome="passed")))
    for results in ([ADA, BEN], [ADA, better]):
        for result in results:
            write_student(tmp_path, result)
        write_tables(tmp_path, SINE, results, 2, {"fingerprint": "kit"}, {}, {})
    found = Class(course, SINE, [], [], [], tmp_path, "seed")

    data = class_object(found, Graded([], identical=[Identical("sine/cell", ("ada", "ben\x1b"))]))

    assert complaints("graded", data) == []
    assert data["identical"] == [{"lesson": "sine/cell", "students": ["ada", r"ben\x1b"]}]
    (moved,) = data["changed"]
    assert (moved["student"], moved["before"], moved["after"]) == ("ben", 0.5, 3)
    assert (moved["tasks"], moved["why"]) == ([["sine/cell", "rnn_cell"]], ["another hand-in"])
