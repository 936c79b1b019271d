"""In Gradescope's container: what is read of a submission, and that results.json is written whatever happens."""

import json
import subprocess
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from reports import BEN

from autograder.course.model import Course
from autograder.errors import GradingError
from autograder.exam.results import HandInResult
from autograder.grading.opening import Class, Options
from autograder.grading.run import Graded
from autograder.platforms import container
from autograder.platforms.bundle import filled
from autograder.platforms.gradescope import gradescope_files
from autograder.platforms.metadata import NOBODY, Metadata, read_metadata
from autograder.reports.files import write_student

FULL = {
    "id": 123456,
    "created_at": "2025-03-02T10:00:00.365935-07:00",
    "assignment": {"due_date": "2025-03-01T23:00:00.000000-07:00", "group_submission": True, "late_due_date": None},
    "users": [
        {"email": "ada@example.org", "id": 1, "name": "Ada Lovelace"},
        {"email": "kim@example.org", "id": 2, "name": "김철수"},
    ],
    "previous_submissions": [{"score": 0.0, "results": {}}],
}


def read(tmp_path: Path, data: Any) -> Metadata:
    path = tmp_path / "submission_metadata.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return read_metadata(path, UTC)


def test_a_team_its_time_and_its_deadline_are_read(tmp_path: Path) -> None:
    about = read(tmp_path, FULL)

    assert about.people == (("Ada Lovelace", "ada@example.org"), ("김철수", "kim@example.org"))
    assert about.student == "Ada Lovelace, 김철수"
    assert about.handed_in and about.due and about.handed_in > about.due
    assert about.due.isoformat() == "2025-03-01T23:00:00-07:00"


def test_a_deadline_of_ones_own_counts_and_of_a_team_the_latest(tmp_path: Path) -> None:
    own = [{"due_date": f"2025-03-0{day}T23:00:00.000000-07:00"} for day in (8, 5)]
    users = [{**user, "assignment": due} for user, due in zip(FULL["users"], own, strict=True)]  # type: ignore[arg-type]

    about = read(tmp_path, {**FULL, "users": users})

    assert about.due and about.due.day == 8


@pytest.mark.parametrize(
    "data",
    [
        "",
        "{",
        "null",
        "[]",
        "7",
        "[" * 100_000,
        {"users": None, "assignment": [], "created_at": 7},
        {"users": [None, 7, "x"], "assignment": {"due_date": "soon"}, "created_at": "yesterday"},
        {"users": {"name": "x"}},
    ],
    ids=range(9),
)
def test_what_cannot_be_read_is_not_known_and_costs_nothing(tmp_path: Path, data: Any) -> None:
    about = read(tmp_path, data)

    assert (about.handed_in, about.due, about.student) == (None, None, NOBODY)


def test_without_metadata_a_hand_in_is_nobodys(tmp_path: Path) -> None:
    assert read_metadata(tmp_path / "submission_metadata.json", UTC).student == NOBODY


@pytest.fixture
def root(mini: Course, tmp_path: Path) -> Path:
    """A container with the small course, and a hand-in."""
    where = tmp_path / "autograder"
    for name, file in gradescope_files(mini, "play", "seed", False).items():
        path = where / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
    (where / "submission").mkdir()
    (where / "submission" / "double.py").write_text("def double(x):\n    return 2 * x\n")
    (where / "submission_metadata.json").write_text(json.dumps(FULL))
    return where


def results(root: Path) -> dict[str, Any]:
    data = json.loads((root / "results" / "results.json").read_text(encoding="utf-8"))
    assert isinstance(data, dict)
    return data


def is_refused(root: Path) -> bool:
    """Say whether results.json has a sentence and no mark."""
    found = results(root)
    return found["output"] == container.REFUSED and not {"score", "tests"} & set(found)


def stand_in(monkeypatch: pytest.MonkeyPatch, result: HandInResult, seen: list[Any]) -> None:
    """Put a grading in place that gives this result."""

    def grade(found: Class, options: Options, watcher: Any) -> Graded:
        seen.extend([found, options])
        kept = found.late[container.FOLDER]
        whole = replace(result, folder=container.FOLDER, kept=kept.kept, late=kept.said)
        write_student(found.out, whole)
        (found.out / "run.json").write_text('{"tier": "strong", "layers": {"landlock": "landlock 7"}}')
        return Graded([whole.without_details()])

    monkeypatch.setattr(container, "grade", grade)


def test_a_graded_hand_in_has_its_marks_names_and_causes(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[Any] = []
    stand_in(monkeypatch, BEN, seen)

    assert container.run_autograder(root)

    found, options = seen
    data = results(root)
    assert (found.seed, options.accept_weak_isolation, found.students[0].path) == ("seed", False, root / "submission")
    assert data["score"] == 0.5
    assert data["tests"][0]["output"] == "h_t differs. Likely cause: You dropped the bias."
    assert data["output"].startswith("Handed in by Ada Lovelace, 김철수 on 2025-03-02 10:00 UTC-07:00, due 2025-03-01")
    assert "You dropped the bias." in data["output"]
    assert data["extra_data"]["handed_in_by"][1] == {"name": "김철수", "email": "kim@example.org"}
    assert (data["stdout_visibility"], data["output_format"], data["test_output_format"]) == ("hidden", "text", "text")
    assert "Isolation: strong (landlock 7)." in capsys.readouterr().out


def test_what_a_student_may_not_see_is_not_taken_from_the_record(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, BEN, [])
    whole = container.grade

    def grade(found: Class, *given: Any) -> Graded:
        done = whole(found, *given)
        shown = found.out / container.FOLDER / "results.json"
        shown.write_text(shown.read_text().replace("You dropped the bias.", "").replace("h_t differs.", ""))
        return done

    monkeypatch.setattr(container, "grade", grade)

    assert container.run_autograder(root)

    text = (root / "results" / "results.json").read_text()
    assert "bias" not in text and "differs" not in text


def test_being_late_costs_what_the_course_says(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = root / "source" / "course" / "solutions" / "course.toml"
    manifest.write_text("late = { per_day = 0.1 }\n" + manifest.read_text())
    stand_in(monkeypatch, BEN, [])

    assert container.run_autograder(root)

    assert results(root)["score"] == 0.45
    assert "after the deadline of 2025-03-01 23:00" in results(root)["output"]


WEAK = "Isolation is only medium here (a worker could read a file outside);"


def test_where_the_isolation_is_weak_there_is_a_sentence_and_no_mark(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def grade(*_: Any) -> Graded:
        raise GradingError(WEAK)

    monkeypatch.setattr(container, "grade", grade)

    assert not container.run_autograder(root)

    assert is_refused(root)
    assert WEAK in capsys.readouterr().out
    assert "medium" not in (root / "results" / "results.json").read_text()


def test_a_hand_in_that_could_not_be_graded_has_no_mark(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    stand_in(monkeypatch, BEN, seen)
    whole = container.grade
    lost = {"Ada": "It ended. It was tried twice."}
    monkeypatch.setattr(container, "grade", lambda *given: replace(whole(*given), failed=lost))

    assert not container.run_autograder(root)
    assert is_refused(root)


def test_an_error_of_ours_leaves_no_mark_and_no_line_of_it_to_the_student(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(container, "grade", lambda *_: 1 / 0)

    assert not container.run_autograder(root)

    assert is_refused(root)
    assert "ZeroDivisionError" in capsys.readouterr().out


@pytest.mark.parametrize("gone", ["submission/double.py", "source/unroll.json", "source/course/solutions/course.toml"])
def test_what_is_missing_in_the_container_leaves_no_mark(root: Path, gone: str) -> None:
    (root / gone).unlink()
    if gone.startswith("submission"):
        (root / "submission").rmdir()

    assert not container.run_autograder(root)
    assert is_refused(root)


def test_a_submission_that_is_a_link_is_not_followed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "submission").rename(root / "elsewhere")
    (root / "submission").symlink_to(root / "elsewhere")
    stand_in(monkeypatch, BEN, [])

    assert not container.run_autograder(root)


def test_the_zip_says_whether_weak_isolation_is_accepted(
    mini: Course, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "source" / "unroll.json").write_bytes(gradescope_files(mini, "play", "", True)["unroll.json"].data)
    seen: list[Any] = []
    stand_in(monkeypatch, BEN, seen)

    container.run_autograder(root)

    assert seen[1].accept_weak_isolation is True


def test_the_script_writes_a_sentence_where_the_kit_is_not_even_installed(tmp_path: Path) -> None:
    words = {"ASSIGNMENT": "play"}
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "results.json").write_text('{"score": 100}')
    script = filled("run_autograder", words).data

    done = subprocess.run(
        ["bash"], input=script, env={"UNROLL_GRADESCOPE_ROOT": str(tmp_path), "PATH": "/usr/bin:/bin"}, timeout=60
    )

    assert done.returncode != 0
    assert set(results(tmp_path)) == {"output"}
