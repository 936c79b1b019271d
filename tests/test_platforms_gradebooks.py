"""Marks of plain grading for Canvas and Moodle, and all feedback in one zip that they take back."""

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from downloads import lay_out
from reports import ADA, BEN

from autograder.collect.roster import read_roster
from autograder.course.model import Course
from autograder.errors import UsageError
from autograder.exam.results import HandInResult
from autograder.platforms.feedback import write_feedback
from autograder.platforms.gradebooks import Sheet, write_canvas, write_moodle
from autograder.platforms.graded import read_class
from autograder.reports.files import write_class, write_student
from autograder.reports.marks import Identity

Cells = list[list[str]]
CELL = "def rnn_cell(x, h):\n    return x\n"


def graded(course: Course, out: Path, *results: HandInResult, **people: Identity) -> Path:
    """Write a class as `unroll grade` leaves it; each student's folder is the name."""
    own = [replace(one, folder=one.student) for one in results]
    for one in own:
        write_student(out, one)
    write_class(out, course.assignment("sine"), own, {"assignment": "sine"}, people)
    return out


def rows(path: Path) -> Cells:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


PEOPLE = {"ada": Identity("alove", "Lovelace, Ada", "ada@x.org"), "ben": Identity("bbit", "Bit, Ben", "ben@x.org")}


def test_canvas_gets_its_columns_the_maxima_and_a_row_a_student(course: Course, tmp_path: Path) -> None:
    out = graded(course, tmp_path / "out", ADA, BEN, **PEOPLE)

    lines = write_canvas(course, read_class(out), Sheet("assignment", "SIS Login ID"), tmp_path / "c.csv", False)

    heading, best, ada, ben = rows(tmp_path / "c.csv")
    assert heading == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "sine"]
    assert best[0] == "    Points Possible" and float(best[5]) > 0
    assert ada == ["Lovelace, Ada", "", "", "alove", "", "5"]
    assert ben == ["Bit, Ben", "", "", "bbit", "", "0.5"]
    assert lines == []
    assert not (tmp_path / "c.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_canvas_finds_an_assignment_by_the_name_that_is_given(course: Course, tmp_path: Path) -> None:
    out = graded(course, tmp_path / "out", ADA, **PEOPLE)

    write_canvas(course, read_class(out), Sheet("assignment", "SIS Login ID", "Sine (4711)"), tmp_path / "c.csv", False)

    assert rows(tmp_path / "c.csv")[0][5] == "Sine (4711)"


def test_moodle_gets_a_row_for_whoever_can_be_identified_alone(course: Course, tmp_path: Path) -> None:
    cy, dan = replace(ADA, student="cy"), replace(ADA, student="dan")
    people = {**PEOPLE, "cy": Identity("ALOVE", "Cy"), "dan": Identity("", "Dan")}
    out = graded(course, tmp_path / "out", ADA, BEN, cy, dan, **people)

    lines = write_moodle(course, read_class(out), Sheet("task", "Username"), tmp_path / "m.csv", False)

    heading, ben = rows(tmp_path / "m.csv")
    assert heading[:2] == ["Username", "Full name"] and heading[-1] == "remark"
    assert "sine/cell:rnn_cell" in heading
    assert ben[:2] == ["bbit", "Bit, Ben"]
    assert lines == [
        "Left out, 1, since they have no Username; give --roster: dan.",
        "Left out, 2, since they share one Username: ada, cy.",
    ]


def test_a_number_of_canvas_is_one(course: Course, tmp_path: Path) -> None:
    out = graded(course, tmp_path / "out", ADA, BEN, ada=Identity("1234"), ben=Identity("bbit"))

    (line,) = write_canvas(course, read_class(out), Sheet("lesson", "ID"), tmp_path / "c.csv", False)

    assert [row[:4] for row in rows(tmp_path / "c.csv")[2:]] == [["ada", "1234", "", ""]]
    assert line == "Left out, 1, since they have no number as ID: ben."


def test_a_mark_that_is_not_known_is_empty_and_named(course: Course, tmp_path: Path) -> None:
    out = graded(course, tmp_path / "out", replace(ADA, digest=""), BEN, **PEOPLE)
    (out / "ben" / "record.json").write_text("{")

    (line,) = write_moodle(course, read_class(out), Sheet("assignment", "Email address"), tmp_path / "m.csv", False)

    assert [row[:3] for row in rows(tmp_path / "m.csv")[1:]] == [
        ["ada@x.org", "Lovelace, Ada", ""],
        ["ben@x.org", "Bit, Ben", ""],
    ]
    assert line.startswith("Without a mark, 2, since they were not graded: ada, ben.")


def test_a_roster_says_who_students_are(course: Course, tmp_path: Path) -> None:
    out = graded(course, tmp_path / "out", ADA)
    (tmp_path / "class.csv").write_text("Name,Username,Email\nAda,alove,ada@x.org\n")
    roster = read_roster(tmp_path / "class.csv")

    write_moodle(course, read_class(out, roster), Sheet("assignment", "Username"), tmp_path / "m.csv", False)

    assert rows(tmp_path / "m.csv")[1][0] == "alove"


def test_the_table_may_have_been_saved_by_a_spreadsheet_with_semicolons(course: Course, tmp_path: Path) -> None:
    out = graded(course, tmp_path / "out", ADA, **PEOPLE)
    table = rows(out / "marks.csv")
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(table)
    (out / "marks.csv").write_text(text.getvalue(), encoding="utf-8-sig")

    (ada,) = read_class(out).students

    assert (ada.who, ada.result) == (PEOPLE["ada"], replace(ADA, folder="ada"))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("run.json", None, "there is no run.json"),
        ("run.json", "{", "there is no run.json"),
        ("marks.csv", None, "is not there"),
        ("marks.csv", "a,b\n1,2\n", "has not the columns"),
        ("marks.csv", "student,id,name,email,folder\nshort\n", "has not the columns"),
    ],
)
def test_a_folder_that_is_none_of_ours_is_one_line(
    course: Course, tmp_path: Path, name: str, text: str | None, said: str
) -> None:
    out = graded(course, tmp_path / "out", ADA)
    (out / name).unlink()
    if text is not None:
        (out / name).write_text(text)

    with pytest.raises(UsageError, match=said):
        read_class(out)


@pytest.mark.parametrize("folder", ["..", "../secret", "/etc", "", "."])
def test_a_folder_in_the_table_leads_nowhere_else(course: Course, tmp_path: Path, folder: str) -> None:
    out = graded(course, tmp_path / "out", ADA)
    write_student(tmp_path, replace(ADA, folder="secret"))
    record = tmp_path / "secret" / "record.json"
    record.write_text(record.read_text().replace('"folder": "secret"', f'"folder": "{folder}"'))
    (out / "marks.csv").write_text(f"student,id,name,email,folder\nada,,,,{folder}\n")

    assert read_class(out).students[0].result is None


def names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return sorted(archive.namelist())


MOODLE = {
    "Ada Lovelace_1001_assignsubmission_file/cell.py": CELL,
    "김철수_1002_assignsubmission_file_/windows.py": CELL,
    "Nobody Here_1003_assignsubmission_onlinetext/onlinetext.html": "<p>x</p>",
}


def feedback(course: Course, tmp_path: Path, files: dict[str, str], students: Sequence[str]) -> tuple[list[str], Path]:
    download = lay_out(tmp_path / "sine", files)
    out = graded(course, tmp_path / "out", *(replace(ADA, student=name) for name in students))
    path = tmp_path / "feedback.zip"
    return write_feedback(course, read_class(out), download, [], path, False), path


def test_moodle_gets_each_report_in_the_folder_of_its_participant(course: Course, tmp_path: Path) -> None:
    lines, path = feedback(course, tmp_path, MOODLE, ["Ada Lovelace", "김철수", "Stranger"])

    assert names(path) == [
        "Ada Lovelace_1001_assignfeedback_file/report.html",
        "김철수_1002_assignfeedback_file/report.html",
    ]
    assert "2 students" in lines[0] and lines[1] == "Not in it, 1: Stranger."
    with zipfile.ZipFile(path) as archive:
        page = archive.read("Ada Lovelace_1001_assignfeedback_file/report.html")
    assert page == (tmp_path / "out" / "Ada Lovelace" / "report.html").read_bytes()


CANVAS = {
    "doejane_4_77_cell.py": CELL,
    "doejane_4_78_windows-1.py": CELL,
    "leebo_LATE_5_79_cell.py": CELL,
    "kim_6_text.html": "<p>x</p>",
}


def test_canvas_gets_names_with_the_user_and_a_file_that_was_handed_in(course: Course, tmp_path: Path) -> None:
    lines, path = feedback(course, tmp_path, CANVAS, ["doejane", "leebo", "kim"])

    assert names(path) == ["doejane_4_78_report.html", "leebo_LATE_5_79_report.html"]
    assert lines[1] == "Not in it, 1: kim."


def test_canvas_finds_students_whose_names_are_hidden(course: Course, tmp_path: Path) -> None:
    _, path = feedback(course, tmp_path, {"LATE_anon_aB3_79_cell.py": CELL}, ["anon aB3"])

    assert names(path) == ["LATE_anon_aB3_79_report.html"]


def test_who_was_not_graded_gets_no_report(course: Course, tmp_path: Path) -> None:
    download = lay_out(tmp_path / "sine", MOODLE)
    lost = replace(ADA, student="Ada Lovelace", digest="")
    out = graded(course, tmp_path / "out", lost, replace(ADA, student="김철수"))

    lines = write_feedback(course, read_class(out), download, [], tmp_path / "f.zip", False)

    assert len(names(tmp_path / "f.zip")) == 1
    assert lines[1] == "Not in it, 1: Ada Lovelace."


def test_a_download_that_is_not_the_class_is_one_line_and_nothing_is_written(course: Course, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nobody of it is in"):
        feedback(course, tmp_path, MOODLE, ["Stranger"])

    assert not (tmp_path / "feedback.zip").exists()


def test_a_platform_that_takes_no_zip_is_named(course: Course, tmp_path: Path) -> None:
    files = {"1-2 - Jane Doe - Sep 24, 2024 926 PM/cell.py": CELL, "1-3 - Bo Lee - Sep 24, 2024 926 PM/cell.py": CELL}

    with pytest.raises(UsageError, match="Only Moodle and Canvas take feedback"):
        feedback(course, tmp_path, files, ["Jane Doe"])
