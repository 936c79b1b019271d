"""What stands in nbgrader's gradebook, and what leaves it: late days, marks by hand, files for Canvas and Moodle."""

import csv
from datetime import datetime
from pathlib import Path

import pytest
from nbgrader_small import SmallCourse

pytestmark = pytest.mark.nbgrader

EXPORTER = "--exporter=autograder.nbgrader.exporter"
QUESTION = "why"


@pytest.fixture(scope="module")
def course(small_course: SmallCourse, tmp_path_factory: pytest.TempPathFactory) -> SmallCourse:
    """A class: answered and marked, late, blank, waiting for a mark, not submitted, not autograded."""
    made = small_course.copied(tmp_path_factory.mktemp("course"))
    with made.gradebook() as gradebook:
        gradebook.update_or_create_assignment("play", duedate=datetime(2026, 1, 10))
        gradebook.add_student("ana", first_name="Ana", last_name='=HYPERLINK("x")', email="ana@example.org")
        gradebook.add_student("bob", first_name="Bob", last_name="Öz", email="bob@example.org", lms_user_id="17")
        gradebook.add_student("eve", email="bob@example.org")
        gradebook.add_student("fay", email="fay@example.org", lms_user_id="a17")
    made.submit("ana", "dee", stamp="2026-01-09 12:00:00 UTC")
    made.submit("bob", stamp="2026-01-12 12:00:00 UTC")
    made.submit("cy", answered=False)
    done = made.unroll("nbgrade", "play", "--jobs", "2")
    assert done.returncode == 0, done.stderr
    made.submit("fay")
    mark(made, "ana", 3.0, extra=0.5, comment="A fine reason.")
    mark(made, "bob", 4.0)
    return made


def mark(course: SmallCourse, student: str, score: float, extra: float | None = None, comment: str = "") -> None:
    """Mark the question as formgrader does."""
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade(QUESTION, "double", "play", student)
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = score, extra, False
        gradebook.find_comment(QUESTION, "double", "play", student).manual_comment = comment
        gradebook.db.commit()


def exported(course: SmallCourse, exporter: str, *options: str) -> tuple[list[dict[str, str]], str]:
    """Run an exporter; return the rows of its file, and what it said."""
    path = course.root / "exported.csv"
    said = course.must("export", f"{EXPORTER}.{exporter}", "--to", str(path), *options)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file)), said


def by(rows: list[dict[str, str]], column: str) -> dict[str, dict[str, str]]:
    return {row[column]: row for row in rows}


def test_a_table_has_a_column_for_each_task_and_says_what_is_missing(course: SmallCourse) -> None:
    rows, said = exported(course, "Tasks")

    assert list(rows[0]) == [
        "student", "last name", "first name", "email",
        "play/double:double /2", "play/double:double_all /3", "play/double:why /4", "play/double /9",
        "play late penalty", "play total /9", "play state",
    ]  # fmt: skip
    assert {row["student"]: list(row.values())[4:] for row in rows} == {
        "ana": ["2", "3", "3.5", "8.5", "0", "8.5", ""],
        "bob": ["2", "3", "4", "9", "2", "7", ""],
        "cy": ["0", "0", "0", "0", "0", "0", ""],
        "dee": ["2", "3", "", "", "0", "", "needs manual grading"],
        "eve": ["", "", "", "", "", "", "not submitted"],
        "fay": ["", "", "", "", "", "", "not autograded"],
    }
    assert by(rows, "student")["ana"]["last name"] == """'=HYPERLINK("x")"""
    assert "play, needs manual grading (1): dee" in said
    assert "play, not submitted (1): eve" in said


def test_a_file_for_canvas_has_its_columns_and_the_points_possible(course: SmallCourse) -> None:
    rows, _ = exported(course, "Canvas", "--Canvas.numbers=play=4711")

    assert list(rows[0]) == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "play (4711)"]
    assert list(rows[0].values()) == ["    Points Possible", "", "", "", "", "9"]
    assert list(by(rows, "SIS Login ID")["bob"].values()) == ["Öz, Bob", "", "", "bob", "", "7"]
    marks = {row["SIS Login ID"]: row["play (4711)"] for row in rows[1:]}
    assert marks == {"ana": "8.5", "bob": "7", "cy": "0", "dee": "", "eve": "", "fay": ""}


def test_canvas_has_a_column_for_each_task_if_wanted_and_its_own_number_of_a_student(course: SmallCourse) -> None:
    options = ["--Canvas.per=task", "--Canvas.student_column=ID", "--Canvas.student_field=lms_user_id"]

    rows, said = exported(course, "Canvas", *options)

    assert [list(row.values()) for row in rows[1:]] == [["Öz, Bob", "17", "", "", "", "2", "3", "4"]]
    assert "fay has no number as lms_user_id: left out" in said
    assert "ana has no lms_user_id: left out" in said


def test_a_file_for_moodle_has_no_row_that_could_be_taken_for_another_students(course: SmallCourse) -> None:
    options = ["--Moodle.student_column=Email address", "--Moodle.student_field=email", "--Moodle.per=lesson"]

    rows, said = exported(course, "Moodle", *options)

    assert list(rows[0]) == ["Email address", "First name", "Last name", "play/double", "play state"]
    assert [list(row.values()) for row in rows] == [
        ["fay@example.org", "", "", "", "not autograded"],
        ["ana@example.org", "Ana", """'=HYPERLINK("x")""", "8.5", ""],
    ]
    assert "bob has the email of another student: left out" in said
    assert "dee has no email: left out" in said


def test_an_export_of_one_student_and_one_assignment(course: SmallCourse) -> None:
    rows, said = exported(course, "Moodle", "--student", "bob", "--assignment", "play")

    assert [list(row.values()) for row in rows] == [["bob", "Bob", "Öz", "7", ""]]
    assert "eve" not in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--assignment", "plya"], "There is no assignment 'plya' in the gradebook. There is: play."),
        (["--to", "nowhere/x.csv"], "nowhere/x.csv cannot be written. Choose another place with --to."),
    ],
    ids=["unknown-assignment", "no-such-folder"],
)
def test_an_export_that_cannot_be_made_says_why(course: SmallCourse, options: list[str], said: str) -> None:
    done = course.run("export", f"{EXPORTER}.Canvas", *options)

    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_what_was_given_by_hand_survives_a_second_autograding(course: SmallCourse, tmp_path: Path) -> None:
    again = course.copied(tmp_path)
    command = ["nbgrade", "play", "--force", "--student", "ana", "--student", "bob"]

    done = again.unroll(*command)

    assert done.returncode == 0, done.stderr
    with again.gradebook() as gradebook:
        grade = gradebook.find_grade(QUESTION, "double", "play", "ana")
        comment = gradebook.find_comment(QUESTION, "double", "play", "ana")
        assert (grade.manual_score, grade.extra_credit, comment.comment) == (3.0, 0.5, "A fine reason.")
        assert gradebook.find_submission("play", "ana").score == 8.5
        late = gradebook.find_submission("play", "bob")
        assert (late.score, late.late_submission_penalty) == (9.0, 2.0)
    # nbgrader wants marks that were given by hand looked at again; until then they are no mark for another gradebook.
    rows, _ = exported(again, "Canvas")
    assert by(rows, "SIS Login ID")["ana"]["play"] == ""
    rows, _ = exported(again, "Canvas", "--Canvas.reviewed_only=False")
    assert by(rows, "SIS Login ID")["ana"]["play"] == "8.5"


def test_a_submission_whose_autograding_was_not_finished_has_no_mark(course: SmallCourse, tmp_path: Path) -> None:
    from autograder.nbgrader import unfinished

    broken = course.copied(tmp_path)
    unfinished.begin(broken.root / "submitted" / "ana" / "play")

    rows, _ = exported(broken, "Moodle")
    unfinished.release()

    row = by(rows, "Username")["ana"]
    assert (row["play"], row["play state"]) == ("", "autograding was not finished")
