"""Marks by hand change points after the examination, are said with their reason, and fit somebody or are refused."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from reports import ADA, BEN, SINE
from schemas import complaints
from test_command import ANSWER, rows, unroll

from autograder.collect.record import Row
from autograder.course.model import Course, Question
from autograder.errors import UsageError
from autograder.exam.results import HandInResult
from autograder.grading.overrides import (
    Override,
    by_hand_lines,
    checked,
    marked,
    overrides_of,
    own_table,
    read_overrides,
    unmarked_lines,
    with_questions,
)
from autograder.intake import Student
from autograder.reports.files import grades, gradescope, write_student
from autograder.reports.marks import remark
from autograder.reports.page import report_page
from autograder.reports.record import read_student
from autograder.reports.terminal import stands_out

HEAD = "student,task,points,reason\n"
QUESTION = """
[[question]]
name = "why_two"
points = 4
ask = "Why is it two?"
rubric = "four for the reason."
answer = "It is one and one."
"""
WITH_QUESTION = replace(
    SINE, lessons=(replace(SINE.lessons[0], questions=(Question("explain", 4, "", "", ""),)), SINE.lessons[1])
)
CLASS = [Student("Ada L", "Ada_L", Path("Ada L")), Student("ben", "ben", Path("ben"))]


def table(folder: Path, text: str | bytes) -> Path:
    path = folder / "marks.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def read(mini: Course, text: str | bytes) -> list[Override]:
    return read_overrides(mini, "play", table(mini.root, text))


def override(student: str = "ben", task: str = "rnn_cell", given: float = 2.0, lesson: str = "sine/cell") -> Override:
    return Override("marks.csv:2", student, lesson, task, given, 4.0 if task == "explain" else 3.0, "It runs.", "")


def by_hand(result: HandInResult, *overrides: Override) -> HandInResult:
    marks = {(one.lesson, one.task): one for one in overrides}
    return marked(result, with_questions(WITH_QUESTION, {result.folder: marks}), marks)


@pytest.mark.parametrize(
    "data",
    [
        f"{HEAD}Zoë,double,1.5,gut".encode(),
        f"{HEAD}Zoë,double,1.5,gut".encode("utf-8-sig"),
        f"{HEAD}Zoë,double,1.5,gut".encode("utf-16"),
        "student;task;points;reason\r\nZoë;double;1,5;gut\r\n".encode("cp1252"),
        "Student\tTask\tPoints\tReason\r\nZoë\tplay/double:double\t1,5\tgut\r\n".encode("utf-16"),
        "reason,by,student,points,task\ngut,,Zoë,1.50,double:double\n\n,,,,\n".encode(),
    ],
    ids=["plain", "with a mark", "UTF-16", "semicolons and a comma", "Unicode text of Excel", "another order"],
)
def test_what_excel_writes_is_read(mini: Course, data: bytes) -> None:
    (one,) = read(mini, data)

    assert (one.student, one.lesson, one.task, one.points, one.reason) == ("Zoë", "play/double", "double", 1.5, "gut")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("bob,triple,1,x", "marks.csv:3: 'triple' is no task of play. There is: play/double:double, play/double:"),
        ("bob,,1,x", "marks.csv:3: '' is no task"),
        ("bob,double,2.5,x", "marks.csv:3: '2.5' is no number from 0 to 2, which double is worth"),
        ("bob,double,-1,x", "marks.csv:3: '-1' is no number"),
        ("bob,double,,x", "marks.csv:3: '' is no number"),
        ("bob,double,nan,x", "marks.csv:3: 'nan' is no number"),
        ("bob,double,1e0,x", "marks.csv:3: '1e0' is no number"),
        ("bob,double,\x1b[2J,x", r"marks.csv:3: '\x1b[2J' is no number"),
        ("bob", "marks.csv:3: '' is no task"),
    ],
)
def test_a_line_that_fits_no_task_is_named_by_its_number(mini: Course, line: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(mini, f"{HEAD}ada,double,1,fine\n{line}\n")

    assert said in str(caught.value)


def test_a_cell_of_several_lines_does_not_shift_the_numbers(mini: Course) -> None:
    with pytest.raises(UsageError, match=r"marks\.csv:4: 'x' is no number"):
        read(mini, f'{HEAD}ada,double,1,"two\nlines"\nbob,double,x,\n')


@pytest.mark.parametrize("text", ["", "student,task,points\n", "\x00\x01\x02"])
def test_a_table_without_its_columns_is_refused(mini: Course, text: str) -> None:
    with pytest.raises(UsageError, match=r"marks\.csv"):
        read(mini, text)


def test_a_line_about_another_assignment_waits_for_it(course: Course, tmp_path: Path) -> None:
    lines = f"{HEAD}ada,sine/cell:rnn_cell,1,x\nada,gates/lstm:lstm_cell,1,x\n"

    found = read_overrides(course, "sine", table(tmp_path, lines))

    assert [one.task for one in found] == ["rnn_cell"]


@pytest.mark.parametrize("name", ["ben", "BEN", "b77", "Ben@uni.example"])
def test_a_student_is_known_by_name_folder_id_or_mail(name: str) -> None:
    people = {"ben": Row("ben", id="b77", email="ben@uni.example")}

    assert list(overrides_of([override(name)], CLASS, people)) == ["ben"]


def test_a_student_may_have_a_line_for_every_task() -> None:
    lines = [override(task=f"task_{number}") for number in range(4)]

    marks = overrides_of(lines, CLASS, {})

    assert [task for _, task in marks["ben"]] == [f"task_{number}" for number in range(4)]


def test_a_line_about_nobody_or_about_what_is_marked_already_is_refused() -> None:
    with pytest.raises(UsageError, match=r"^marks\.csv:2: 'eve' is no student of this class\. "):
        overrides_of([override("eve")], CLASS, {})
    with pytest.raises(UsageError, match=r"^marks\.csv:9: line 2 has marked rnn_cell of this student"):
        overrides_of([override(), replace(override("BEN"), place="marks.csv:9")], CLASS, {})
    with pytest.raises(UsageError, match="'same' are several students"):
        overrides_of([override("same")], CLASS, {s.folder: Row(s.student, id="same") for s in CLASS})


def test_a_mark_by_hand_stands_and_what_the_checks_gave_is_kept() -> None:
    result = by_hand(BEN, override())

    assert (result.score, result.max_score, result.tasks[1].checked) == (2.0, 5.0, 0.5)
    assert result.tasks[1].by_hand == "Marked by hand: 2/3 points, where the checks gave 0.5. Reason: It runs."
    assert marked(result, WITH_QUESTION, {}) == BEN
    assert by_hand(result, override(given=1.0)).tasks[1].checked == 0.5


def test_a_written_question_counts_once_somebody_has_a_mark_for_it() -> None:
    given = override(task="explain", lesson="sine/windows", given=3.0)
    assignment = with_questions(WITH_QUESTION, {"ben": {("sine/windows", "explain"): given}})

    result = by_hand(BEN, given)

    assert with_questions(WITH_QUESTION, {}) == WITH_QUESTION
    assert [task.name for task in assignment.lessons[0].tasks] == ["make_windows", "explain"]
    assert (result.score, result.max_score) == (3.5, 9.0)
    assert checked(assignment, result.tasks) == list(BEN.tasks)
    other = replace(ADA, folder="ada")
    assert marked(other, assignment, {}) == other
    assert list(unmarked_lines(assignment, [result, other])) == ["Without a mark for sine/windows:explain yet, 1: ada"]


def test_a_mark_by_hand_is_said_wherever_marks_are() -> None:
    result = by_hand(BEN, override(), override(task="explain", lesson="sine/windows", given=3.0))
    told = "Marked by hand: 2/3 points, where the checks gave 0.5. Reason: It runs."

    table_rows = list(csv.reader("".join(grades(SINE, [result])).splitlines()))
    ((_, *cell),) = [row for row in table_rows if row[3] == "rnn_cell"]
    assert (cell[3], cell[7]) == ("2", f"h_t differs. Likely cause: You dropped the bias. {told}")
    assert told in report_page(result)
    assert told in remark(result)
    assert stands_out(result).startswith("2 by hand, ")
    assert list(by_hand_lines([result]))[:2] == ["Marked by hand, 2:", f"  ben, sine/cell:rnn_cell: {told}"]


def test_gradescopes_lines_add_up_to_the_mark() -> None:
    result = by_hand(BEN, override(), override(task="explain", lesson="sine/windows", given=3.0))

    data = gradescope(result)

    assert complaints("results", data) == []
    assert data["score"] == 5.0
    assert sum(test["score"] for test in data["tests"]) == pytest.approx(5.0)


def test_the_record_keeps_a_mark_by_hand(tmp_path: Path) -> None:
    result = by_hand(BEN, override())
    write_student(tmp_path, result)
    path = tmp_path / result.folder / "record.json"

    assert read_student(tmp_path, result.folder) == result
    assert complaints("record", json.loads(path.read_text())) == []
    path.write_text(path.read_text().replace('"checked": 0.5', '"checked": 9'))
    assert read_student(tmp_path, result.folder) is None


def test_hostile_reasons_stay_text(mini: Course) -> None:
    (one,) = read(mini, f'{HEAD}ben,double,1,"=1+1<script>\x1b[2J\u202e"\n')
    result = by_hand(BEN, replace(override(), reason=one.reason))

    assert "<script>" not in report_page(result) and "\x1b" not in report_page(result)
    assert "\u202e" not in "".join(grades(SINE, [result]))


def test_a_change_of_the_table_changes_marks_and_grades_nothing_anew(mini: Course) -> None:
    with (mini.root / "solutions" / "play" / "double" / "lesson.toml").open("a") as file:
        file.write(QUESTION)
    for name in ("ada", "bob"):
        (mini.root / "hand-ins" / name).mkdir(parents=True)
        text = ANSWER if name == "ada" else ANSWER.replace("2 * x", "x * x")
        (mini.root / "hand-ins" / name / "double.py").write_text(text, encoding="utf-8")
    assert own_table(mini) is None

    unroll(mini, "grade", "play", "hand-ins", "-o", "out")
    seconds = json.loads((mini.root / "out" / "bob" / "record.json").read_text())["seconds"]
    (mini.root / "overrides.csv").write_text(f"{HEAD}bob,double,1.5,almost\nbob,why_two,3,well said\n")
    second = unroll(mini, "grade", "play", "hand-ins", "-o", "out")
    after = [(r["student"], r["task"], r["score"]) for r in rows(mini)]
    same = json.loads((mini.root / "out" / "bob" / "record.json").read_text())["seconds"]
    (mini.root / "wrong.csv").write_text(f"{HEAD}bob,double,1,x\neve,double,1,x\n")
    refused = unroll(mini, "grade", "play", "hand-ins", "-o", "other", "--overrides", "wrong.csv")

    assert second.returncode == 0, second.stderr
    assert "Marked by hand, 2:" in second.stdout
    assert "Without a mark for play/double:why_two yet, 1: ada" in second.stdout
    assert after == [
        ("ada", "double", "2"),
        ("ada", "double_all", "3"),
        ("bob", "double", "1.5"),
        ("bob", "double_all", "0"),
        ("bob", "why_two", "3"),
    ]
    assert same == seconds  # as the first run wrote it
    assert refused.returncode == 2
    assert refused.stderr.startswith("unroll: wrong.csv:3: 'eve' is no student of this class.")
    assert not (mini.root / "other" / "bob").exists()
