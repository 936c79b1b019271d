"""What a deadline costs: nothing without a time, never for a file's date, and the same whatever a clock shows."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from reports import ADA, SINE
from schemas import complaints

from autograder.collect.record import Row
from autograder.course.late import LatePolicy, lateness, length, own_due, read_due, read_length, read_policy, read_zone
from autograder.course.model import Course, load_course
from autograder.errors import CourseError, UsageError
from autograder.exam.results import HandInResult
from autograder.grading.deadline import Deadline, lateness_of, read_deadline
from autograder.intake import Student
from autograder.reports.files import write_class, write_student

SEOUL, BERLIN = ZoneInfo("Asia/Seoul"), ZoneInfo("Europe/Berlin")
POLICY = LatePolicy(timedelta(minutes=15), 0.1, 0.5)
DUE = datetime(2025, 3, 1, 23, 59, tzinfo=SEOUL)


@pytest.mark.parametrize(
    ("after", "kept"),
    [
        (timedelta(days=-3), 1.0),
        (timedelta(), 1.0),
        (timedelta(minutes=15), 1.0),
        (timedelta(minutes=15, seconds=1), 0.9),
        (timedelta(days=1), 0.9),
        (timedelta(days=1, seconds=1), 0.8),
        (timedelta(days=5), 0.5),
        (timedelta(days=400), 0.5),
    ],
    ids=str,
)
def test_each_day_that_has_begun_costs_its_share_down_to_the_floor(after: timedelta, kept: float) -> None:
    assert lateness(POLICY, DUE, DUE + after).kept == kept


def test_no_time_no_penalty_and_it_is_said() -> None:
    found = lateness(POLICY, DUE, None)

    assert found.kept == 1.0 and "not known" in found.said
    assert lateness(POLICY, None, DUE) == lateness(POLICY, None, None) == lateness(POLICY, DUE, DUE)


def test_no_floor_never_makes_less_than_nothing() -> None:
    assert lateness(LatePolicy(per_day=0.3), DUE, DUE + timedelta(days=9)).kept == 0.0
    assert lateness(LatePolicy(floor=1.0), DUE, DUE + timedelta(days=9)).kept == 1.0


def test_moments_are_compared_across_zones_and_across_a_change_of_clocks() -> None:
    due = datetime(2025, 3, 30, 1, 30, tzinfo=BERLIN)  # clocks go from 2 to 3
    in_grace = datetime(2025, 3, 30, 3, 10, tzinfo=BERLIN)  # 40 minutes later, although clocks show 100

    assert lateness(LatePolicy(timedelta(minutes=45), 1.0), due, in_grace).kept == 1.0
    assert lateness(POLICY, DUE, DUE.astimezone(UTC)).kept == 1.0


def test_an_hour_that_comes_twice_is_read_in_the_students_favour() -> None:
    assert read_due("2025-10-26 02:30", BERLIN).astimezone(UTC) == datetime(2025, 10, 26, 1, 30, tzinfo=UTC)
    assert read_due("2025-03-30 02:30", BERLIN).astimezone(UTC) == datetime(2025, 3, 30, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-03-01 23:59", DUE),
        ("2025-03-01T23:59", DUE),
        ("2025-03-01", datetime(2025, 3, 1, 23, 59, 59, tzinfo=SEOUL)),
        ("2025-03-01 14:59 UTC", DUE),
        ("2025-03-01T14:59:00Z", DUE),
        ("2025-03-01 15:59+01:00", DUE),
    ],
)
def test_a_deadline_is_in_the_courses_zone_unless_it_names_one(text: str, moment: datetime) -> None:
    assert read_due(text, SEOUL) == moment


@pytest.mark.parametrize("text", ["", "tomorrow", "2025-13-01", "1.3.2025", "2025-03-01 25:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no time"):
        read_due(text, UTC)


def test_an_extension_is_a_time_or_so_much_more() -> None:
    assert own_due("", DUE, SEOUL) == DUE
    assert own_due("48h", DUE, SEOUL) == DUE + timedelta(days=2)
    assert own_due("2025-03-08 23:59", DUE, SEOUL) == DUE + timedelta(days=7)
    assert own_due("2025-03-08 23:59", None, SEOUL) == DUE + timedelta(days=7)
    assert own_due("48h", None, SEOUL) is None


@pytest.mark.parametrize(
    ("text", "span"), [("15min", 15 / 1440), ("2 h", 1 / 12), ("1.5 d", 1.5), ("1 week", 7), ("0s", 0)]
)
def test_a_length_is_read(text: str, span: float) -> None:
    assert read_length(text) == timedelta(days=span)
    assert length(timedelta(days=2, hours=3, minutes=4)) == "2 d 3 h"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("late = { per_day = 2 }", "per_day is a share"),
        ("late = { per_day = nan }", "per_day is a share"),
        ("late = { floor = true }", "floor is a share"),
        ("late = { grace = 15 }", "grace is a text"),
        ('late = { grace = "soon" }', "no length"),
        ("late = { per_days = 0.1 }", "unknown key 'per_days'"),
        ("late = 3", "late is a table"),
        ('timezone = "Mars/Base"', "no time zone"),
        ('timezone = "../../etc/passwd"', "no time zone"),
    ],
)
def test_what_a_course_says_wrongly_is_said_with_its_file(mini: Course, line: str, said: str) -> None:
    path = mini.root / "solutions" / "course.toml"
    path.write_text(f"{line}\n{path.read_text()}")

    with pytest.raises(CourseError, match=said) as raised:
        load_course(mini.root)
    assert str(path) in str(raised.value)


def test_a_course_says_its_zone_and_what_late_costs(mini: Course) -> None:
    path = mini.root / "solutions" / "course.toml"
    line = 'timezone = "Asia/Seoul"\nlate = { grace = "15min", per_day = 0.1, floor = 0.5 }\n'
    path.write_text(line + path.read_text())

    course = load_course(mini.root)

    assert (course.zone, course.late) == (SEOUL, POLICY)
    assert (mini.zone, mini.late) == (read_zone("UTC"), read_policy({}))


def class_of(*names: str) -> list[Student]:
    return [Student(name, name, Path(name)) for name in names]


def late_course() -> Course:
    return Course("t", Path(), (), zone=SEOUL, late=POLICY)


def test_an_extension_is_found_by_name_id_or_e_mail_and_goes_before_the_rosters() -> None:
    time = "2025-03-03 12:00:00+09:00"
    rows = {
        "a": Row("a", id="A1", time=time),
        "b": Row("b", email="b@school.test", time=time, due="2025-03-02"),
        "c": Row("c", time=time, due="48h"),
        "d": Row("d", time=time),
    }
    deadline = read_deadline(late_course(), "2025-03-01 23:59", ["a1=2025-03-09", "B@school.test=72h"])

    found = lateness_of(late_course(), deadline, class_of("a", "b", "c", "d", "e"), rows)

    assert {name: one.kept for name, one in found.items()} == {"a": 1.0, "b": 1.0, "c": 1.0, "d": 0.8, "e": 1.0}
    assert "not known" in found["e"].said


@pytest.mark.parametrize(
    ("due", "extensions", "said"),
    [
        ("soon", [], "--due: 'soon' is no time"),
        ("2025-03-01", ["jo"], "STUDENT=TIME"),
        ("2025-03-01", ["jo=never"], "--extension jo"),
        ("2025-03-01", ["nobody=48h"], "no student nobody"),
    ],
)
def test_a_deadline_that_cannot_be_read_is_said_in_one_line(due: str, extensions: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        lateness_of(late_course(), read_deadline(late_course(), due, extensions), class_of("jo"), {})


def test_a_time_in_the_roster_that_is_none_names_the_student() -> None:
    with pytest.raises(UsageError, match=r"The deadline of jo: 'later'"):
        lateness_of(late_course(), Deadline(DUE), class_of("jo"), {"jo": Row("jo", due="later")})


def late_result() -> HandInResult:
    return HandInResult(**{**ADA.__dict__, "kept": 0.9, "late": "It came late.", "collected": "Attempt 2 counts."})


def test_the_marks_before_and_after_stand_in_the_report_and_in_the_results(tmp_path: Path) -> None:
    write_student(tmp_path, late_result())

    page = (tmp_path / "folder" / "report.html").read_text()
    results = json.loads((tmp_path / "folder" / "results.json").read_text())
    assert "It came late. Before: 5 / 5. After: 4.5 / 5." in page
    assert "Attempt 2 counts." in page
    assert results["score"] == 4.5
    assert results["extra_data"]["late"] == {"before": 5, "kept": 0.9, "said": "It came late."}
    assert complaints("results", results) == []
    assert complaints("record", json.loads((tmp_path / "folder" / "record.json").read_text())) == []


def test_the_table_of_marks_has_what_is_kept_and_says_what_was_before(tmp_path: Path) -> None:
    write_class(tmp_path, SINE, [late_result()], {})

    rows = (tmp_path / "grades.csv").read_text().splitlines()
    assert rows[1].startswith("ada,sine,windows,make_windows,1.8,2,passed,,Points before")
    assert "deduction: 2." in rows[1]
