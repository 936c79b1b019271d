"""A roster says who is in the class: who handed in nothing is a row, and a name is matched however it is written."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from downloads import DONE, collected, files_in, lay_out

from autograder.collect.attempt import Person
from autograder.collect.roster import Entry, match, name_forms, read_roster
from autograder.errors import UsageError

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,HW 1 (55)
    Points Possible,,,,,10
"Doe, Jane",12,A1,jdoe,S1,
"Lee, Kim",13,A2,klee,S1,9
"Student, Test",99,,,S1,
"""
MOODLE = """\
\ufeffIdentifier,"Full name","Email address",Status,"Last modified (submission)"
"Participant 12","Jane Doe",jane@school.test,Submitted,"Saturday, 1 March 2025, 9:30 PM"
"Participant 13","김 철수",kim@school.test,"No submission",-
"""
MOODLE_GRADES = """\
"First name";"Last name";"ID number";"Email address"
Jane;Doe;A1;jane@school.test
김;철수;A2;kim@school.test
"""
NBGRADER = "id,first_name,last_name,email,lms_user_id\njdoe,Jane,Doe,jane@school.test,12\nklee,Kim,Lee,,13\n"


def roster(tmp_path: Path, text: str, code: str = "utf-8") -> list[Entry]:
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode(code))
    return read_roster(path)


@pytest.mark.parametrize(
    ("text", "people"),
    [
        pytest.param(CANVAS, [Person("Doe, Jane", "jdoe"), Person("Lee, Kim", "klee")], id="canvas"),
        pytest.param(
            MOODLE,
            [Person("Jane Doe", "12", "jane@school.test"), Person("김 철수", "13", "kim@school.test")],
            id="moodle's worksheet",
        ),
        pytest.param(
            MOODLE_GRADES,
            [Person("Jane Doe", "A1", "jane@school.test"), Person("김 철수", "A2", "kim@school.test")],
            id="moodle's grades",
        ),
        pytest.param(
            NBGRADER, [Person("Jane Doe", "jdoe", "jane@school.test"), Person("Kim Lee", "klee")], id="nbgrader"
        ),
        pytest.param(
            "E-Mail\tName\njane@school.test\tJane Doe\n", [Person("Jane Doe", *["jane@school.test"] * 2)], id="tabs"
        ),
        pytest.param("이름,학번\n김철수,7\n", [Person("김철수", "7")], id="korean"),
        pytest.param("id\njdoe\n\n", [Person("jdoe", "jdoe")], id="ids alone"),
    ],
)
def test_a_table_is_read_whatever_the_order_of_its_columns(tmp_path: Path, text: str, people: list[Person]) -> None:
    assert [entry.person for entry in roster(tmp_path, text)] == people
    assert [entry.person for entry in roster(tmp_path, text.lstrip("\ufeff"), "utf-16")] == people


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"a,b\n1,2\n", "no column.*a, b"),
        (b"\xff\xfa,name\n", "UTF-8"),
        (b'name\n"' + b"x" * 200_000, "CSV"),
    ],
)
def test_a_table_that_says_nobodys_name_is_refused_in_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(content)

    with pytest.raises(UsageError, match=said):
        read_roster(path)
    with pytest.raises(UsageError, match="Give the roster"):
        read_roster(tmp_path / "nowhere.csv")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Doe, Jane", "Jane Doe"),
        ("doejane", "Doe, Jane"),
        ("Jane Doe", "doejane"),
        ("ZOË Müller", "müller, zoë"),
        ("김철수", "김 철수"),
    ],
)
def test_one_name_is_known_in_the_ways_that_platforms_write_it(one: str, other: str) -> None:
    assert name_forms(one) & name_forms(other)


def test_other_names_are_other_names() -> None:
    assert not name_forms("Jane Doe") & name_forms("Jane Roe")
    assert not name_forms("") & name_forms("")


def test_an_id_goes_before_a_name_and_who_is_not_clear_is_not_matched(tmp_path: Path) -> None:
    entries = roster(tmp_path, "id,name,email\n1,Kim Lee,kim@a\n2,Kim Lee,lee@a\n3,Jo Day,jo@a\n4,Bo Ray,bo@a\n")
    by_id, by_mail, unclear = Person("Lee", "2"), Person("x", "", "KIM@a"), Person("Kim Lee", "77")
    twins = Person("Jo Day", "88"), Person("Jo Day", "89")

    found = match([by_id, by_mail, unclear, *twins, Person("ray, bo", "90")], entries)

    assert {person: entry.person.id for person, entry in found.items()} == {
        by_id: "2",
        by_mail: "1",
        Person("ray, bo", "90"): "4",
    }


def test_who_handed_in_nothing_is_a_row_and_an_empty_folder(tmp_path: Path) -> None:
    download = lay_out(tmp_path / "class", {"doejane_12_90_cell.py": DONE, "other_77_91_cell.py": DONE})

    rows = collected(download, tmp_path / "out", roster=roster(tmp_path, CANVAS))

    assert {name: (row.id, row.attempts) for name, row in rows.items()} == {
        "Doe, Jane": ("jdoe", 1),
        "Lee, Kim": ("klee", 0),
        "other": ("77", 1),
    }
    assert rows["Lee, Kim"].note == "Nothing was handed in."
    assert files_in(tmp_path / "out" / "Lee, Kim") == {} and (tmp_path / "out" / "Lee, Kim").is_dir()


def test_moodles_worksheet_says_the_time_that_its_download_does_not(tmp_path: Path) -> None:
    download = lay_out(tmp_path / "class", {"Jane Doe_12_assignsubmission_file_/cell.py": DONE})

    rows = collected(download, tmp_path / "out", roster=roster(tmp_path, MOODLE), zone=ZoneInfo("Asia/Seoul"))

    assert rows["Jane Doe"].time == "2025-03-01 21:30:00+09:00"
    assert rows["김 철수"].time == ""
