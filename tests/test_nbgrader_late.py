"""nbgrader takes off what `unroll grade` takes off, by its own due dates, extensions and time stamps."""

import logging
import shutil
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from classroom import REPOSITORY
from nbgrader.api import Gradebook
from nbgrader.plugins import LateSubmissionPlugin
from traitlets.config import Config

from autograder.course.model import Course, load_course
from autograder.errors import UsageError
from autograder.exam.results import HandInResult, TaskResult
from autograder.nbgrader import attention, configure
from autograder.nbgrader.deadline import set_deadline
from autograder.nbgrader.late import ByPolicy, Deadline, Penalties, lateness_of, penalties, settle_all, takes_off

POLICY = 'timezone = "Asia/Seoul"\nlate = { grace = "15min", per_day = 0.1, floor = 0.5 }\n'
DUE = "2025-03-01 23:59"
UTC_DUE = datetime(2025, 3, 1, 14, 59)  # nbgrader keeps times without a zone
DAY = timedelta(days=1)
MARKS = {"test_double": 3.0, "test_double_all": 1.0}
UNKNOWN = "When it was handed in is not known, so the deadline costs nothing."


@pytest.fixture
def config(mini: Course) -> Config:
    """The configuration of a course that says what being late costs."""
    path = mini.root / "solutions" / "course.toml"
    path.write_text(POLICY + path.read_text())
    made = Config()
    made.CourseDirectory.root = str(mini.root)
    made.AssignLatePenalties.plugin_class = "autograder.nbgrader.late.ByPolicy"
    return made


@pytest.fixture
def course(mini: Course, config: Config) -> Course:
    return load_course(mini.root)


@pytest.fixture(scope="module")
def marks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gradebook of one lesson, and three students: a day late, in time, and nobody knows when."""
    path = tmp_path_factory.mktemp("gradebook") / "marks.db"  # made once: nbgrader starts a process for it
    url = f"sqlite:///{path}"
    with Gradebook(url) as gradebook, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbgrader's own, about its use of SQLAlchemy
        gradebook.add_assignment("play", duedate=UTC_DUE)
        gradebook.add_notebook("double", "play")
        for name, most in MARKS.items():
            gradebook.add_grade_cell(name, "double", "play", max_score=most, cell_type="code")
        for student, when in (("ada", UTC_DUE + DAY), ("bob", UTC_DUE - DAY), ("cy", None)):
            gradebook.add_student(student, email=f"{student}@school.test")
            gradebook.add_submission("play", student, timestamp=when)
            for name, mark in MARKS.items():
                gradebook.find_grade(name, "double", "play", student).auto_score = mark
        gradebook.db.commit()
    return path


@pytest.fixture
def db_url(marks: Path, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copy(marks, tmp_path)}"


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention, "_said", {attention.OTHERWISE: {}, attention.FOR_A_PERSON: {}})


def opened(db_url: str) -> Any:
    return SimpleNamespace(db_url=db_url, course_id="default_course")


def resources(db_url: str, student: str) -> dict[str, Any]:
    return {"nbgrader": {"assignment": "play", "notebook": "double", "student": student, "db_url": db_url}}


@pytest.fixture
def ada(db_url: str) -> Iterator[Any]:
    with Gradebook(db_url) as gradebook:
        yield gradebook.find_submission("play", "ada")


def in_plain_folders(kept: float) -> float:
    """Return what `unroll grade` gives."""
    tasks = tuple(TaskResult("play/double", name, mark, mark, "passed") for name, mark in MARKS.items())
    return HandInResult("ada", "ada", "", tasks, kept=kept).score


@pytest.mark.parametrize("over", [-1, 0, 0.01, 0.02, 1, 1.01, 3.5, 9], ids="{} days".format)
def test_the_marks_are_those_of_unroll_grade(course: Course, config: Config, ada: Any, over: float) -> None:
    ada.timestamp = UTC_DUE + over * DAY

    found = lateness_of(ada, course)
    lost = ByPolicy(config=config).late_submission_penalty("ada", 4.0, ada.total_seconds_late)

    assert 4.0 - lost == pytest.approx(in_plain_folders(found.kept), abs=1e-6)
    assert penalties(ada, course) == {"double": pytest.approx(lost)}
    assert found.kept == course.late.kept(over * DAY)


def test_the_sentence_is_in_the_courses_time(course: Course, ada: Any) -> None:
    assert lateness_of(ada, course).said == (
        "It was handed in 1 d after the deadline of 2025-03-01 23:59 KST: 90% of the points are kept."
    )


def test_an_extension_in_the_gradebook_counts(course: Course, ada: Any) -> None:
    ada.extension = 2 * DAY

    assert lateness_of(ada, course).kept == 1.0


def test_without_a_deadline_or_a_time_nothing_is_lost(course: Course, ada: Any) -> None:
    ada.timestamp = None
    assert (lateness_of(ada, course).kept, lateness_of(ada, course).said) == (1.0, UNKNOWN)

    ada.assignment.duedate = None
    assert (lateness_of(ada, course).kept, lateness_of(ada, course).said) == (1.0, "")


@pytest.mark.parametrize(("method", "lost"), [("none", None), ("zero", 4.0)])
def test_a_course_that_says_nothing_leaves_it_to_nbgraders_own_setting(mini: Course, method: str, lost: Any) -> None:
    config = Config({"CourseDirectory": {"root": str(mini.root)}, "LateSubmissionPlugin": {"penalty_method": method}})

    assert ByPolicy(config=config).late_submission_penalty("ada", 4.0, 86400) == lost
    config.AssignLatePenalties.plugin_class = "autograder.nbgrader.late.ByPolicy"
    assert takes_off(config) is None


def test_another_plugin_of_the_courses_decides(config: Config) -> None:
    assert takes_off(config) is not None
    config.AssignLatePenalties.plugin_class = ByPolicy
    assert takes_off(config) is not None
    config.AssignLatePenalties.plugin_class = LateSubmissionPlugin
    assert takes_off(config) is None


def test_autograding_takes_it_off_and_says_it_also_where_no_time_is_known(
    config: Config, db_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    for student in ("ada", "bob", "cy"):
        log = logging.getLogger("traitlets")
        with caplog.at_level(logging.WARNING):
            Penalties(config=config, log=log).preprocess(nbformat.v4.new_notebook(), resources(db_url, student))

    with Gradebook(db_url) as gradebook:
        lost = [gradebook.find_submission("play", one).late_submission_penalty for one in ("ada", "bob", "cy")]
    assert lost == [pytest.approx(0.4), 0.0, 0.0]
    said = list(attention._said[attention.OTHERWISE])
    assert said[0].startswith("ada: It was handed in 1 d after") and said[1:] == [f"cy: {UNKNOWN}"]


def test_points_that_a_person_gives_later_are_counted_in(config: Config, course: Course, db_url: str) -> None:
    Penalties(config=config).preprocess(nbformat.v4.new_notebook(), resources(db_url, "ada"))
    with Gradebook(db_url) as gradebook:
        gradebook.find_grade("test_double", "double", "play", "ada").manual_score = 1.0
        gradebook.db.commit()

    page, _ = Deadline(config=config).preprocess(nbformat.v4.new_notebook(), resources(db_url, "ada"))

    with Gradebook(db_url) as gradebook:
        ada = gradebook.find_submission("play", "ada")
        assert (ada.score, ada.late_submission_penalty) == (2.0, pytest.approx(0.2))
    assert page.cells[0].source.endswith("Points of this lesson: 2 before the deadline's deduction, 1.8 after it.")


@pytest.mark.parametrize(("student", "said"), [("bob", None), ("cy", f"**Deadline**\n\n{UNKNOWN}")])
def test_a_page_says_what_the_deadline_does(config: Config, db_url: str, student: str, said: str | None) -> None:
    page, _ = Deadline(config=config).preprocess(nbformat.v4.new_notebook(), resources(db_url, student))

    assert [cell.source for cell in page.cells] == ([said] if said else [])


def test_all_who_are_graded_are_settled_at_once(config: Config, db_url: str) -> None:
    said = settle_all(opened(db_url), config, "play")

    assert list(said) == ["ada", "cy"]
    with Gradebook(db_url) as gradebook:
        assert gradebook.find_submission("play", "ada").late_submission_penalty == pytest.approx(0.4)


def test_a_deadline_and_extensions_are_written_into_the_gradebook(course: Course, db_url: str) -> None:
    own = ["Ada=48h", "bob@school.test=2025-03-02 09:00 UTC"]

    set_deadline(opened(db_url), course, "play", "2025-03-02 23:59", own, ["ada", "bob", "dee"])

    with Gradebook(db_url) as gradebook:
        ada, bob, cy = (gradebook.find_submission("play", one) for one in ("ada", "bob", "cy"))
        assert (ada.duedate, cy.duedate) == (UTC_DUE + 3 * DAY, UTC_DUE + DAY)
        assert bob.duedate == datetime(2025, 3, 2, 9, 0, tzinfo=UTC).replace(tzinfo=None)


def test_an_extension_alone_leaves_the_deadline_and_may_be_for_who_is_not_graded_yet(
    course: Course, db_url: str
) -> None:
    set_deadline(opened(db_url), course, "play", "", ["dee=1d"], ["ada", "dee"])

    with Gradebook(db_url) as gradebook:
        assert gradebook.find_submission("play", "dee").duedate == UTC_DUE + DAY
        assert gradebook.find_assignment("play").duedate == UTC_DUE


@pytest.mark.parametrize(
    ("due", "own", "said"),
    [
        ("soon", [], "--due"),
        (DUE, ["eve=48h"], "there is no student eve"),
        (DUE, ["ada=48h", "cy@school.test=48h"], "there is no student cy@school.test"),
        ("", ["ada=later"], "--extension ada"),
    ],
)
def test_a_deadline_that_is_none_changes_nothing(
    course: Course, db_url: str, due: str, own: list[str], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        set_deadline(opened(db_url), course, "play", due, own, ["ada"])

    with Gradebook(db_url) as gradebook:
        assert gradebook.find_submission("play", "ada").duedate == UTC_DUE


def test_so_much_more_than_no_deadline_is_refused(course: Course, db_url: str) -> None:
    with Gradebook(db_url) as gradebook:
        gradebook.find_assignment("play").duedate = None
        gradebook.db.commit()

    with pytest.raises(UsageError, match="has no deadline"):
        set_deadline(opened(db_url), course, "play", "", ["ada=48h"], ["ada"])


def test_the_repositorys_configuration_sets_it_up() -> None:
    made = Config()
    configure(made)

    assert made.AssignLatePenalties.plugin_class == "autograder.nbgrader.late.ByPolicy"
    assert (REPOSITORY / "nbgrader_config.py").is_file()
