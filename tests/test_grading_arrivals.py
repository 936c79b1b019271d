"""`unroll grade` takes plain folders, what was collected, and a platform's download; nobody of a roster is left out."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from downloads import DONE, collected, files_in, lay_out

from autograder.collect.roster import read_roster
from autograder.course.model import Course
from autograder.errors import UsageError
from autograder.grading.arrivals import Arrivals, check_class, find_class
from autograder.grading.opening import alone, open_class

RIGHT = "def double(x):\n    return 2 * x\n\n\ndef double_all(xs):\n    return [double(x) for x in xs]\n"
STUB = "def double(x):\n    raise NotImplementedError\n\n\ndef double_all(xs):\n    raise NotImplementedError\n"
BEFORE, AFTER = "1-2 - 김철수 - Mar 1, 2025 900 AM", "1-2 - 김철수 - Mar 2, 2025 900 AM"
CLASS = {f"{BEFORE}/double.py": RIGHT, f"{AFTER}/double.py": STUB, "1-2 - Jo - Mar 1, 2025 900 AM/double.py": RIGHT}
ROSTER = "id,name,extension\n7,김철수,\n8,Ann Away,\n9,Jo,\n"


def arrive(mini: Course, submissions: Path, out: Path, roster: str = "") -> Arrivals:
    out.mkdir(exist_ok=True)
    path = out.parent / "roster.csv"
    path.write_text(roster or "id\n")
    return find_class(mini, "play", submissions, out, read_roster(path) if roster else [])


def names(arrivals: Arrivals) -> list[str]:
    return [student.student for student in arrivals.students]


def test_plain_folders_are_taken_as_they_are(mini: Course, tmp_path: Path) -> None:
    tree = {
        "ada/double.py": RIGHT,
        "Jane Doe_final/double.py": RIGHT,
        "b/.git/HEAD": "ref",
        "notes.txt": "x",
        "c.py": "x",
    }
    submissions = lay_out(tmp_path / "class", tree)

    arrivals = arrive(mini, submissions, tmp_path / "out")

    assert names(arrivals) == ["Jane Doe_final", "ada", "b"]
    assert {student.path.parent for student in arrivals.students} == {submissions}
    assert (arrivals.skipped, arrivals.loose, arrivals.said) == (["c.py", "notes.txt"], ["c.py"], ())


def test_a_download_is_sorted_into_out_and_it_is_said(mini: Course, tmp_path: Path) -> None:
    submissions = lay_out(tmp_path / "class", {**CLASS, "index.html": "", "stray.py": DONE})

    arrivals = arrive(mini, submissions, tmp_path / "out")

    assert names(arrivals) == ["Jo", "김철수"]
    assert files_in(tmp_path / "out" / ".collected" / "김철수") == {"double.py": RIGHT}
    assert "sorted first" in arrivals.said[0] and "D2L Brightspace" in arrivals.said[1]
    assert arrivals.loose == ["stray.py"]
    assert arrivals.rows["Jo"].time == "2025-03-01 09:00:00+00:00"


def test_a_second_run_takes_what_is_there_now(mini: Course, tmp_path: Path) -> None:
    submissions = lay_out(tmp_path / "class", CLASS)
    arrive(mini, submissions, tmp_path / "out")
    lay_out(submissions, {"1-2 - New - Mar 3, 2025 900 AM/double.py": RIGHT})

    assert names(arrive(mini, submissions, tmp_path / "out")) == ["Jo", "New", "김철수"]


def test_a_download_for_a_part_is_sorted_beside_what_the_others_have_there(mini: Course, tmp_path: Path) -> None:
    out, submissions = tmp_path / "out", lay_out(tmp_path / "class", CLASS)
    arrive(mini, submissions, out)

    for number in ("2", "3"):
        part = find_class(mini, "play", submissions, out, is_part=True)
        assert {student.path.parent for student in part.students} == {out / f".collected-{number}"}

    assert files_in(out / ".collected" / "김철수") == {"double.py": RIGHT}
    arrive(mini, submissions, out)
    assert [one.name for one in out.iterdir()] == [".collected"]


def test_a_class_that_is_no_download_leaves_nothing_of_an_earlier_one(mini: Course, tmp_path: Path) -> None:
    out, plain = tmp_path / "out", lay_out(tmp_path / "plain", {"ada/double.py": RIGHT})
    arrive(mini, lay_out(tmp_path / "class", CLASS), out)

    find_class(mini, "play", plain, out, is_part=True)
    assert (out / ".collected").is_dir()
    assert names(arrive(mini, out / ".collected", out)) == ["Jo", "김철수"]

    assert names(arrive(mini, plain, out)) == ["ada"]
    assert list(out.iterdir()) == []


def test_a_download_is_not_sorted_where_another_run_has_its_hand_ins(mini: Course, tmp_path: Path) -> None:
    out, submissions = tmp_path / "out", lay_out(tmp_path / "class", CLASS)
    arrive(mini, submissions, out)
    kept = out / ".collected" / "kept"
    kept.touch()

    with alone(out), pytest.raises(UsageError, match="another run is grading into this folder"):
        open_class(mini, "play", submissions, out, "")

    assert kept.exists()


def test_what_was_collected_keeps_its_names_and_times(mini: Course, tmp_path: Path) -> None:
    tree = {
        f"{name}_1{n}_assignsubmission_file_/double.py": RIGHT for n, name in enumerate(("A:B", "Kim Lee", "Kim Lee"))
    }
    collected(lay_out(tmp_path / "class", tree), tmp_path / "submissions")

    arrivals = arrive(mini, tmp_path / "submissions", tmp_path / "out")

    assert names(arrivals) == ["A:B", "Kim Lee (11)", "Kim Lee (12)"]
    assert arrivals.skipped == []
    assert {row.id for row in arrivals.rows.values()} == {"10", "11", "12"}


def test_who_is_on_the_roster_and_handed_in_nothing_is_a_student(mini: Course, tmp_path: Path) -> None:
    plain = lay_out(tmp_path / "plain", {"7/double.py": RIGHT, "Jo/double.py": RIGHT, "guest/double.py": RIGHT})
    download = lay_out(tmp_path / "class", CLASS)
    collected(download, tmp_path / "submissions")

    assert names(arrive(mini, plain, tmp_path / "out", ROSTER)) == ["7", "Ann Away", "Jo", "guest"]
    assert "guest" in arrive(mini, plain, tmp_path / "out", ROSTER).said[-1]
    assert names(arrive(mini, download, tmp_path / "out", ROSTER)) == ["Ann Away", "Jo", "김철수"]
    assert names(arrive(mini, tmp_path / "submissions", tmp_path / "out", ROSTER)) == ["Ann Away", "Jo", "김철수"]


def test_nbgraders_times_count_if_nearly_all_have_one_and_nobodys_own_file_does(mini: Course, tmp_path: Path) -> None:
    stamp = {"play/timestamp.txt": "2025-03-01 12:00:00 UTC", "play/double.ipynb": "{}"}
    submitted = {f"{student}/{name}": text for student in ("jo", "kim") for name, text in stamp.items()}
    forged = {**{f"eve/{name}": text for name, text in stamp.items()}, "jo/double.py": RIGHT, "kim/double.py": RIGHT}

    real = arrive(mini, lay_out(tmp_path / "submitted", submitted), tmp_path / "out")
    other = arrive(mini, lay_out(tmp_path / "plain", forged), tmp_path / "out")

    assert {folder: row.time for folder, row in real.rows.items()} == dict.fromkeys(
        ("jo", "kim"), "2025-03-01 12:00:00+00:00"
    )
    assert names(other) == ["eve", "jo", "kim"] and other.rows == {}


def test_a_folder_that_nobody_may_read_stops_nothing(
    mini: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    submissions = lay_out(tmp_path / "class", {"ada/double.py": RIGHT, "bob/double.py": RIGHT})
    scandir = os.scandir

    def refused(place: object) -> object:
        if isinstance(place, int) and Path(f"/proc/self/fd/{place}").readlink().name == "bob":
            raise PermissionError(13, "Permission denied")
        return scandir(place)

    monkeypatch.setattr(os, "scandir", refused)

    assert names(arrive(mini, submissions, tmp_path / "out")) == ["ada", "bob"]


def test_nothing_is_written_where_there_is_no_class(mini: Course, tmp_path: Path) -> None:
    for place in (lay_out(tmp_path / "empty", {}), tmp_path / "nowhere"):
        with pytest.raises(UsageError):
            check_class(mini, "play", place)


def grade(course: Course, *options: str) -> str:
    command = [sys.executable, "-m", "autograder.cli", "grade", "play", "class", "-o", "out", *options]
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "200"}
    ran = subprocess.run(command, cwd=course.root, env=environment, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def marks(course: Course) -> dict[str, float]:
    with (course.root / "out" / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        name: sum(float(row["score"]) for row in rows if row["student"] == name)
        for name in {r["student"] for r in rows}
    }


def test_a_download_is_graded_with_its_roster_and_another_deadline_changes_marks_without_grading(mini: Course) -> None:
    manifest = mini.root / "solutions" / "course.toml"
    manifest.write_text("late = { per_day = 0.5, floor = 0.25 }\n" + manifest.read_text())
    lay_out(mini.root / "class", CLASS)
    (mini.root / "roster.csv").write_text(ROSTER)

    said = grade(mini, "--roster", "roster.csv", "--due", "2025-03-01 10:00")

    best = marks(mini)["Jo"]
    record = mini.root / "out" / "김철수" / "record.json"
    before = json.loads(record.read_text())
    assert "sorted first" in said
    assert marks(mini) == {"Jo": best, "김철수": best / 2, "Ann Away": 0.0}
    assert "50% of the points are kept" in (record.parent / "report.html").read_text()

    grade(mini, "--roster", "roster.csv", "--due", "2025-03-01 10:00", "--extension", "7=48h")

    after = json.loads(record.read_text())
    assert marks(mini) == {"Jo": best, "김철수": best, "Ann Away": 0.0}
    assert after["seconds"] == before["seconds"]  # it was not graded again
    assert after["tests"] == before["tests"] != []
