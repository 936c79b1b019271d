"""The command line, as an instructor meets it: a small class, wrong use, a second run, a full disk."""

import csv
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from schemas import complaints

from autograder.course.model import Course

ANSWER = "def double(x):\n    return 2 * x\n\n\ndef double_all(xs):\n    return [double(x) for x in xs]\n"
ENVIRONMENT = {**os.environ, "NO_COLOR": "1", "OMP_NUM_THREADS": "1"}


def unroll(course: Course, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a course's folder."""
    command = [sys.executable, "-m", "autograder.cli", *arguments]
    return subprocess.run(command, cwd=course.root, env=ENVIRONMENT, capture_output=True, text=True, timeout=300)


def rows(course: Course) -> list[dict[str, str]]:
    with (course.root / "out" / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def small_class(mini: Course) -> Course:
    """Three students: right, squared, and a broken notebook."""
    folder = mini.root / "hand-ins"
    for name, text in (("ada", ANSWER), ("bob", ANSWER.replace("2 * x", "x * x"))):
        (folder / name).mkdir(parents=True)
        (folder / name / "double.py").write_text(text, encoding="utf-8")
    (folder / "cy").mkdir()
    (folder / "cy" / "double.ipynb").write_text('{"cells": [', encoding="utf-8")
    return mini


def test_a_class_is_graded_and_graded_again_without_work(small_class: Course) -> None:
    first = unroll(small_class, "grade", "play", "hand-ins", "-o", "out", "--jobs", "2")
    graded = rows(small_class)
    before = (small_class.root / "out" / "ada" / "results.json").stat().st_mtime_ns
    second = unroll(small_class, "grade", "play", "hand-ins", "-o", "out")

    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert [(r["student"], r["task"], r["score"], r["mistake"]) for r in graded] == [
        ("ada", "double", "2", ""),
        ("ada", "double_all", "3", ""),
        ("bob", "double", "0", "D01"),
        ("bob", "double_all", "0", "D01"),
        ("cy", "double", "0", ""),
        ("cy", "double_all", "0", ""),
    ]
    assert rows(small_class) == graded
    assert "Graded again" not in second.stdout
    assert (small_class.root / "out" / "ada" / "results.json").stat().st_mtime_ns == before
    assert json.loads((small_class.root / "out" / "run.json").read_text())["tier"] == "strong"


def test_a_changed_hand_in_is_graded_again_and_programs_read_so(small_class: Course) -> None:
    unroll(small_class, "grade", "play", "hand-ins", "-o", "out")
    (small_class.root / "hand-ins" / "bob" / "double.py").write_text(ANSWER, encoding="utf-8")

    said = unroll(small_class, "grade", "play", "hand-ins", "-o", "out", "--json")

    data = json.loads(said.stdout)  # nothing but the object
    assert complaints("graded", data) == []
    assert [(one["student"], one["score"]) for one in data["students"]] == [("ada", 5), ("bob", 5), ("cy", 0)]
    assert [r["score"] for r in rows(small_class) if r["student"] == "bob"] == ["2", "3"]


def test_nothing_is_written_into_the_course(small_class: Course) -> None:
    before = sorted(small_class.root.rglob("*"))

    unroll(small_class, "grade", "play", "hand-ins", "-o", "out")

    assert sorted(p for p in small_class.root.rglob("*") if (small_class.root / "out") not in (p, *p.parents)) == before


WRONG = {
    "no such assignment": (["grade", "cosine", "hand-ins", "-o", "out"], "There is: play"),
    "no such folder": (["grade", "play", "nowhere", "-o", "out"], "nowhere"),
    "an empty folder": (["grade", "play", "empty", "-o", "out"], "empty"),
    "a file for a folder": (["grade", "play", "solutions/course.toml", "-o", "out"], "course.toml"),
    "the results among the hand-ins": (["grade", "play", "hand-ins", "-o", "hand-ins/out"], "Choose another -o"),
    "no such lesson": (["verify", "play/triple"], "There is: play/double"),
    "no course": (["build", "--course", "hand-ins"], "course"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_use_is_answered_in_one_line(small_class: Course, name: str) -> None:
    arguments, word = WRONG[name]
    (small_class.root / "empty").mkdir()
    if name == "no course":
        shutil.move(small_class.root / "hand-ins", small_class.root.parent / "hand-ins")
        arguments = ["build", "--course", str(small_class.root.parent / "hand-ins")]

    done = unroll(small_class, *arguments)

    assert done.returncode == 2
    assert word in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_a_full_disk_is_said_in_one_line(small_class: Course) -> None:
    (small_class.root / "out").mkdir()
    (small_class.root / "out" / "grades.csv").mkdir()

    done = unroll(small_class, "grade", "play", "hand-ins", "-o", "out")

    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert (small_class.root / "out" / "ada" / "results.json").is_file()


def test_a_second_run_at_the_same_time_is_refused(small_class: Course) -> None:
    (small_class.root / "out").mkdir()
    with (small_class.root / "out" / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)

        done = unroll(small_class, "grade", "play", "hand-ins", "-o", "out")

    assert done.returncode == 2
    assert "another run" in done.stderr


def test_build_refuses_to_overwrite_a_students_work(built: Course) -> None:
    exercise = built.root / "exercises" / "play" / "double.py"
    exercise.write_text(ANSWER, encoding="utf-8")

    checked = unroll(built, "build", "--check")
    done = unroll(built, "build")

    assert checked.returncode == 3
    assert done.returncode == 2
    assert "somebody has worked in this file" in done.stderr
    assert exercise.read_text(encoding="utf-8") == ANSWER


def test_pytest_grades_one_hand_in(small_class: Course) -> None:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "autograder", "--submission", "hand-ins/bob"]

    done = subprocess.run(command, cwd=small_class.root, env=ENVIRONMENT, capture_output=True, text=True, timeout=300)

    assert done.returncode == 1
    assert "You squared x" in done.stdout
    assert "0 of 5 points" in done.stdout


def test_help_needs_no_torch() -> None:
    code = "import sys, autograder.cli.commands; sys.exit('torch' in sys.modules or 'rich' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


def test_the_public_tests_run_at_home_with_plain_pytest(mini_exercises: Path, tmp_path: Path) -> None:
    folder = tmp_path / "play"
    shutil.copytree(mini_exercises / "play", folder)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(folder), "."]

    stub = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=300)
    (folder / "double.py").write_text(ANSWER, encoding="utf-8")
    solved = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=300)

    assert "3 failed" in stub.stdout
    assert "double raised NotImplementedError" in stub.stdout
    assert "Traceback" not in stub.stdout
    assert "3 passed" in solved.stdout, solved.stdout


@pytest.mark.kills
def test_a_stopped_run_keeps_what_is_graded_and_can_be_continued(small_class: Course) -> None:
    spin = ANSWER.replace("return 2 * x", "while True: pass")
    (small_class.root / "hand-ins" / "zoe").mkdir()
    (small_class.root / "hand-ins" / "zoe" / "double.py").write_text(spin, encoding="utf-8")
    command = [sys.executable, "-m", "autograder.cli", "grade", "play", "hand-ins", "-o", "out"]
    started = subprocess.Popen(
        command,
        cwd=small_class.root,
        env=ENVIRONMENT,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    while not (small_class.root / "out" / "cy" / "record.json").exists():
        time.sleep(0.05)

    started.send_signal(signal.SIGINT)
    _, said = started.communicate(timeout=60)
    kept = {row["student"] for row in rows(small_class)}
    again = unroll(small_class, "grade", "play", "hand-ins", "-o", "out")

    assert started.returncode == 3
    assert "run the same command again" in said
    assert "Traceback" not in said
    assert kept == {"ada", "bob", "cy"}
    assert again.returncode == 0
    assert {row["student"] for row in rows(small_class)} == {"ada", "bob", "cy", "zoe"}
