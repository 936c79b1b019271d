"""The files of a graded class: what stands in them, and that they appear whole or not at all."""

import csv
import io
import json
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from reports import ADA, BEN, SINE, hand_in, task

from autograder.errors import GradingError
from autograder.exam.results import HandInResult
from autograder.reports.files import write_class, write_student
from autograder.reports.record import read_student

GOLDEN_GRADES = """\
\ufeffstudent,assignment,lesson,task,score,max_score,outcome,mistake,message,folder
ada,sine,windows,make_windows,2,2,passed,,,folder
ada,sine,cell,rnn_cell,3,3,passed,,,folder
ben,sine,windows,make_windows,0,2,missing,,There is no windows.py.,folder
ben,sine,cell,rnn_cell,0.5,3,failed,M23,h_t differs. Likely cause: You dropped the bias.,folder
"""
NASTY = '=cmd|"/c calc"!A1, \x1b[2J\u202e<script>alert(1)</script>\ud800\x00\r\n]]>'


def test_grades_have_a_row_for_each_student_and_task_in_the_order_of_the_course(tmp_path: Path) -> None:
    write_class(tmp_path, SINE, [ADA, BEN], {})

    assert (tmp_path / "grades.csv").read_bytes().decode() == GOLDEN_GRADES


def test_a_hostile_message_stays_one_harmless_cell(tmp_path: Path) -> None:
    eve = hand_in(NASTY, [task("sine/cell", "rnn_cell", 1 / 3, 3, "failed", "", NASTY)])

    write_class(tmp_path, SINE, [eve], {})

    text = (tmp_path / "grades.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(text.splitlines()) == len(rows) == 2
    assert (
        rows[1][0]
        == rows[1][8]
        == "'" + '=cmd|"/c calc"!A1, ' + (r"\x1b[2J\u202e<script>alert(1)</script>\ud800\x00\r\n]]>")
    )
    assert rows[1][4] == "0.333333"


def test_junit_has_a_suite_for_each_student_and_survives_what_xml_forbids(tmp_path: Path) -> None:
    nasty = replace(BEN, student=NASTY, tests=(replace(BEN.tests[0], message=NASTY, name="a\x00b\uffff"),))

    write_class(tmp_path, SINE, [ADA, nasty], {})

    ada, ben = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert (ada.get("name"), ada.get("tests"), ada.get("failures")) == ("ada", "2", "0")
    assert [case.get("name") for case in ben] == [r"a\x00b\uffff", "the task was graded"]
    assert r"\ud800\x00\r" in str(ben[0][0].get("message"))


def test_a_task_without_tests_is_a_failure_in_junit(tmp_path: Path) -> None:
    lost = hand_in("lost", [task("sine/cell", "rnn_cell", 0, 3, "rejected", message="A link.")])

    write_class(tmp_path, SINE, [lost], {})

    suite = ElementTree.parse(tmp_path / "junit.xml").getroot()[0]
    assert suite.get("failures") == "1"
    assert suite[0][0].attrib == {"type": "rejected", "message": "A link."}


def test_results_follow_gradescope(tmp_path: Path) -> None:
    write_student(tmp_path, replace(BEN, output={"sine/cell": "hi\x1b[2J"}, notes=("Two files.",)))

    data = json.loads((tmp_path / "folder" / "results.json").read_text(encoding="utf-8"))
    assert set(data) == {"score", "tests", "extra_data"}
    assert data["score"] == 0.5
    assert data["tests"][0] == {
        "name": "rnn_cell: values agree",
        "score": 0,
        "max_score": 2.5,
        "status": "failed",
        "output": "h_t differs. Likely cause: You dropped the bias.",
        "visibility": "visible",
        "extra_data": {"lesson": "sine/cell", "task": "rnn_cell", "outcome": "failed"},
    }
    assert data["extra_data"]["tasks"][1]["mistake"] == "M23"
    assert data["extra_data"]["output"] == {"sine/cell": r"hi\x1b[2J"}
    assert data["extra_data"]["notes"] == ["Two files."]


def test_the_page_is_written_with_the_titles_that_are_given(tmp_path: Path) -> None:
    write_student(tmp_path, BEN, [lesson.title for lesson in SINE.lessons])

    assert "<h2>Sliding windows</h2>" in (tmp_path / "folder" / "report.html").read_text(encoding="utf-8")


def test_what_is_written_can_be_read_back_exactly(tmp_path: Path) -> None:
    nasty = replace(BEN, student=NASTY, output={"sine/cell": NASTY}, notes=(NASTY,))

    write_student(tmp_path, nasty)

    assert read_student(tmp_path, "folder") == nasty


def spoil(path: Path, **changes: object) -> None:
    data = json.loads(path.read_text(encoding="utf-8"))
    data.update(changes)
    path.write_text(json.dumps(data), encoding="utf-8")


@pytest.mark.parametrize(
    "changes",
    [
        {"folder": "another"},
        {"tasks": [{"lesson": "sine/cell"}]},
        {"tasks": ["rnn_cell"]},
        {"tasks": None},
        {"tasks": [vars(task("sine/cell", "f", 0, 1, "splendid"))]},
        {"tasks": [vars(task("sine/cell", "f", float("nan"), 1, "failed"))]},
        {"tasks": [vars(task("sine/cell", "f", "12", 1, "failed"))]},  # type: ignore[arg-type]
        {"output": ["text"]},
        {"unknown": 1},
    ],
    ids=["another's", "half a task", "no task", "none", "outcome", "not a number", "a text", "output", "unknown"],
)
def test_a_record_that_does_not_hold_is_not_there(tmp_path: Path, changes: dict[str, object]) -> None:
    write_student(tmp_path, BEN)
    spoil(tmp_path / "folder" / "record.json", **changes)

    assert read_student(tmp_path, "folder") is None


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 100_000, '{"extra_data": []}', "\xff"], ids=range(7))
def test_a_broken_file_is_not_there(tmp_path: Path, text: str) -> None:
    write_student(tmp_path, BEN)
    (tmp_path / "folder" / "record.json").write_bytes(text.encode("latin-1"))

    assert read_student(tmp_path, "folder") is None


@pytest.mark.parametrize("name", ["record.json", "results.json", "report.html"])
def test_a_pipe_or_a_link_is_not_read_and_not_waited_for(tmp_path: Path, name: str) -> None:
    write_student(tmp_path, BEN)
    file = tmp_path / "folder" / name
    file.rename(tmp_path / "elsewhere.json")

    file.symlink_to(tmp_path / "elsewhere.json")
    assert read_student(tmp_path, "folder") is None

    file.unlink()
    os.mkfifo(file)
    assert read_student(tmp_path, "folder") is None


def test_a_planted_link_is_replaced_and_what_it_names_is_left_alone(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    folder = tmp_path / "out" / "folder"
    folder.mkdir(parents=True)
    for name in ("report.html", "results.json", "record.json", ".results.json.part", ".record.json.part"):
        (folder / name).symlink_to(victim)

    write_student(tmp_path / "out", BEN)

    assert victim.read_text() == "mine"
    assert sorted(path.name for path in folder.iterdir()) == ["record.json", "report.html", "results.json"]
    assert not (folder / "results.json").is_symlink()
    assert not (folder / "record.json").is_symlink()


def test_a_link_in_place_of_a_student_is_named_and_nothing_is_written_through_it(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "folder").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(GradingError, match="folder is a link"):
        write_student(tmp_path, BEN)

    assert not list((tmp_path / "elsewhere").iterdir())
    assert read_student(tmp_path, "folder") is None


@contextmanager
def full_disk() -> Iterator[None]:
    """Make every file end at 1000 bytes, as a full disk would; pytest's own output must not be written inside."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_one_line_and_leaves_the_earlier_file_whole(tmp_path: Path) -> None:
    write_student(tmp_path, BEN)
    earlier = {path.name: path.read_bytes() for path in (tmp_path / "folder").iterdir()}

    with pytest.raises(GradingError) as raised, full_disk():
        write_student(tmp_path, replace(BEN, digest="new"))

    assert {path.name: path.read_bytes() for path in (tmp_path / "folder").iterdir()} == earlier
    assert len(str(raised.value).splitlines()) == 1
    assert str(raised.value).endswith("then run the same command again: what is graded is kept.")


def test_a_folder_in_place_of_a_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "grades.csv").mkdir()

    with pytest.raises(GradingError, match=r"grades\.csv: Is a directory\. Free space or choose another -o"):
        write_class(tmp_path, SINE, [ADA], {})


def test_a_large_class_is_written_in_pieces(tmp_path: Path) -> None:
    many: list[HandInResult] = [replace(BEN, student=f"s{i}") for i in range(300)]

    write_class(tmp_path, SINE, many, {"seed": "s"})

    assert len(ElementTree.parse(tmp_path / "junit.xml").getroot()) == 300
    assert json.loads((tmp_path / "run.json").read_text()) == {"seed": "s"}
