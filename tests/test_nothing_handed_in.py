"""Whoever is in the class and handed in nothing: no pages and no lines that speak of a hand-in."""

from dataclasses import replace
from pathlib import Path

from class_of import right
from downloads import lay_out

from autograder.collect.record import NOT_HANDED_IN, Row
from autograder.collect.roster import read_roster
from autograder.course.late import NO_TIME
from autograder.course.model import Course
from autograder.grading.arrivals import Arrivals, find_class
from autograder.grading.deadline import lateness_of, read_deadline
from autograder.grading.dry_run import NOTHING, DryRow, dry_rows
from autograder.intake import HandIn
from autograder.reports.class_page.entry import Look, looks_at

RIGHT = "def double(x):\n    return 2 * x\n"


def arrive(mini: Course, tmp_path: Path, roster: str) -> Arrivals:
    (tmp_path / "out").mkdir()
    (tmp_path / "roster.csv").write_text(roster)
    place = lay_out(tmp_path / "class", {"7/double.py": RIGHT})
    return find_class(mini, "play", place, tmp_path / "out", read_roster(tmp_path / "roster.csv"))


def test_the_roster_says_who_they_are_and_that_nothing_is_there(mini: Course, tmp_path: Path) -> None:
    arrivals = arrive(mini, tmp_path, "id,name,email,extension\n7,Kim,,\n8,Ann Away,ann@school.test,48h\n")

    row = arrivals.rows[next(one.folder for one in arrivals.students if one.student == "Ann Away")]

    assert row == Row("Ann Away", "8", "Ann Away", "ann@school.test", due="48h", note=NOT_HANDED_IN)


def test_the_deadline_says_nothing_of_them_and_an_extension_finds_them(mini: Course, tmp_path: Path) -> None:
    arrivals = arrive(mini, tmp_path, "id,name\n7,Kim\n8,Ann Away\n")

    found = lateness_of(mini, read_deadline(mini, "2025-03-01", ["8=48h"]), arrivals.students, arrivals.rows)

    said = {one.student: found[one.folder].said for one in arrivals.students}
    assert said == {"7": NO_TIME, "Ann Away": ""}


def test_the_dry_run_has_one_row_for_them(mini: Course) -> None:
    nobody = HandIn("Ann Away", "Ann_Away", {}, ("No file is named as a lesson, such as double.py.",))

    rows = list(dry_rows(nobody, mini.assignment("play"), NOT_HANDED_IN))

    assert rows == [DryRow("Ann Away", NOTHING, NOTHING, NOT_HANDED_IN)]


def test_a_hand_in_without_a_time_is_not_called_late() -> None:
    late = replace(right("ada"), late="It was handed in 2 h after the deadline.")

    assert list(looks_at(replace(right("bob"), late=NO_TIME))) == [Look("no time", NO_TIME)]
    assert [look.kind for look in looks_at(late)] == ["late"]
