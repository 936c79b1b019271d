"""`unroll nbgrade` used wrongly: one line that says what to do, and exit status 2."""

import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader_small import SmallCourse

pytestmark = pytest.mark.nbgrader


@pytest.fixture
def course(small_course: SmallCourse, tmp_path: Path) -> SmallCourse:
    return small_course.copied(tmp_path)


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one line that a refused command says."""
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("unroll: ")
    return done.stderr.removeprefix("unroll: ").rstrip()


def test_an_assignment_that_is_not_generated(course: SmallCourse) -> None:
    course.submit("ana")
    (course.root / "gradebook.db").unlink()

    said = refused(course.unroll("nbgrade", "play"))

    assert said == "play is not in the gradebook. Make it first: nbgrader generate_assignment play"
    assert not (course.root / "gradebook.db").exists()


def test_an_unknown_assignment(course: SmallCourse) -> None:
    said = refused(course.unroll("nbgrade", "plya"))

    assert said == f"There is no assignment 'plya' in {course.root}. There is: play."


def test_nobody_has_submitted(course: SmallCourse) -> None:
    (course.root / "submitted").mkdir()

    said = refused(course.unroll("nbgrade", "play"))

    where = f"{course.root}/submitted/<student>/play"
    assert said == f"Nobody has submitted play. Run nbgrader collect play, or put notebooks into {where}."


def test_a_student_who_has_not_submitted(course: SmallCourse) -> None:
    course.submit("ana")

    said = refused(course.unroll("nbgrade", "play", "--student", "anna"))

    assert said == "anna: no folder of this student for play. There is: ana."


def test_a_folder_that_is_no_course(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "autograder.cli", "nbgrade", "play"]

    said = refused(subprocess.run(command, cwd=tmp_path, capture_output=True, text=True))

    assert "no course here or above" in said


def test_a_course_without_the_configuration(course: SmallCourse) -> None:
    course.submit("ana")
    course.configure("", ours=False)

    said = refused(course.unroll("nbgrade", "play"))

    assert "Add to it: from autograder.nbgrader import configure; configure(c)" in said


def test_a_database_that_does_not_answer(course: SmallCourse) -> None:
    course.submit("ana")
    course.db_url = "postgresql+psycopg2://postgres@/marks?host=/nowhere"
    course.configure("")

    done = course.unroll("nbgrade", "play")

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)
    assert done.stderr.startswith("unroll: The gradebook cannot be opened: ")


def test_an_install_without_nbgrader_says_what_to_install(course: SmallCourse) -> None:
    hidden = "import sys; sys.modules['nbgrader'] = None; from autograder.cli import main; main()"
    command = [sys.executable, "-c", hidden, "nbgrade", "play"]

    said = refused(subprocess.run(command, cwd=course.root, capture_output=True, text=True))

    assert said == "nbgrader is not installed. Install it with: pip install 'unroll[instructor]'"


def test_the_help_imports_neither_torch_nor_nbgrader() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "autograder.cli", "--help"]

    done = subprocess.run(command, capture_output=True, text=True)

    assert "nbgrade" in done.stdout
    loaded = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in done.stderr.splitlines()}
    assert not loaded & {"torch", "nbgrader", "sqlalchemy"}
