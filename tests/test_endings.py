"""How a grading ends: what signals, lost hand-ins, loose files and too few open files leave behind, and the status."""

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar, Self

import psutil
import pytest
from nbgrader_small import SmallCourse

from autograder.course.model import Course
from autograder.exam.results import HandInResult, TaskResult
from autograder.grading import run
from autograder.grading.request import ExaminerRequest
from autograder.grading.show import show_grading
from autograder.intake import is_work

CHIEF = "autograder.grading.chief"
ANSWER = "def double(x):\n    return 2 * x\n\n\ndef double_all(xs):\n    return [double(x) for x in xs]\n"
SPIN = ANSWER.replace("return 2 * x", "while True: pass")
COMMAND = [sys.executable, "-m", "autograder.cli", "grade", "play", "hand-ins", "-o", "out"]


def hand_in(root: Path, student: str, text: str) -> None:
    (root / "hand-ins" / student).mkdir(parents=True)
    (root / "hand-ins" / student / "double.py").write_text(text)


def start(root: Path, **more: object) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(COMMAND, cwd=root, stdout=pipe, stderr=pipe, text=True, **more)  # type: ignore[call-overload]


def grade(root: Path) -> tuple[int, list[str], str]:
    with start(root) as process:
        out, errors = process.communicate(timeout=300)
    assert "Traceback" not in out + errors, out + errors
    return process.returncode, out.splitlines(), errors


def rows(root: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    with (root / "out" / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["student"], []).append(row["outcome"])
    return found


def wait_for(condition: Callable[[], object]) -> None:
    for _ in range(6000):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("it did not happen within two minutes")


def examiners(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return [one for one in psutil.Process(process.pid).children() if CHIEF in one.cmdline()]


@pytest.mark.kills
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_writes_what_is_graded_and_the_same_command_goes_on(mini: Course, number: signal.Signals) -> None:
    hand_in(mini.root, "ada", ANSWER)
    hand_in(mini.root, "zoe", SPIN)
    with start(mini.root) as process:
        wait_for((mini.root / "out" / "ada" / "record.json").exists)
        for one in psutil.Process(process.pid).children(recursive=True):
            one.send_signal(number)  # a cancelled job's signal is sent to all of its processes
        process.send_signal(number)
        process.send_signal(number)
        _, errors = process.communicate(timeout=120)
    kept = rows(mini.root)

    status, _, _ = grade(mini.root)

    assert process.returncode == 3
    assert errors.strip().splitlines()[-1].startswith("unroll: Stopped. What is done is kept")
    assert "Traceback" not in errors
    assert kept == {"ada": ["passed", "passed"]}
    assert status == 0
    assert list(rows(mini.root)) == ["ada", "zoe"]


@pytest.mark.kills
def test_a_signal_that_is_ignored_stays_ignored(mini: Course) -> None:
    hand_in(mini.root, "ada", ANSWER)

    with start(mini.root, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)) as process:
        wait_for(lambda: examiners(process))
        process.send_signal(signal.SIGHUP)
        process.communicate(timeout=300)

    assert process.returncode == 0
    assert rows(mini.root) == {"ada": ["passed", "passed"]}


@pytest.mark.kills
def test_a_signal_stops_nbgrade_and_the_next_run_goes_on(small_course: SmallCourse, tmp_path: Path) -> None:
    course = small_course.copied(tmp_path / "course")
    course.submit("ana", "bob")
    with course.start("nbgrade", "play") as process:
        wait_for(course.marks_left)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=120)

    again = course.unroll("nbgrade", "play")

    assert (process.returncode, again.returncode) == (3, 0), errors + again.stderr
    assert errors.strip().splitlines()[-1].startswith("unroll: Stopped. What is done is kept")
    assert course.scores() == {"ana": 5.0, "bob": 5.0}


class LosesBob:
    """A crew whose grader processes end at bob."""

    layers: ClassVar[dict[str, str]] = {}
    tier, weakness, budget = "strong", "", 15.0

    def __init__(self, settings: dict[str, Any], jobs: int) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def wait_until_warm(self) -> None:
        pass

    def grade(self, requests: list[ExaminerRequest]) -> Iterator[tuple[str, ExaminerRequest, dict[str, Any]]]:
        for request in requests:
            student, folder = request.student, request.folder
            tasks = tuple(TaskResult("play/double", name, 1.0, 1.0, "passed") for name in ("double", "double_all"))
            found = {"result": HandInResult(student, folder, "a digest", tasks).to_json()}
            yield "done", request, {"lost": "The grader ended."} if student == "bob" else found


def test_a_hand_in_whose_grader_ends_twice_is_named_and_all_others_have_rows(
    mini: Course, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for student in ("ada", "bob", "cy"):
        hand_in(mini.root, student, ANSWER)
    monkeypatch.setattr(run, "Crew", LosesBob)

    all_graded = show_grading(mini, "play", mini.root / "hand-ins", mini.root / "out", run.Options())

    assert not all_graded
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "Not graded, 1; all else is:",
        "  bob: The grader ended. It was tried twice. Grade it again, or look at it by hand.",
    ]
    assert rows(mini.root) == {"ada": ["passed"] * 2, "bob": ["crashed"] * 2, "cy": ["passed"] * 2}


def test_a_report_that_cannot_be_written_costs_the_others_nothing(mini: Course) -> None:
    for student in ("ada", "bob", "cy"):
        hand_in(mini.root, student, ANSWER)
    (mini.root / "out").mkdir()
    (mini.root / "out" / "bob").symlink_to(mini.root)

    status, out, _ = grade(mini.root)

    assert status == 3
    assert out[-1].startswith("  bob: out/bob is a link.")
    assert rows(mini.root) == {student: ["passed"] * 2 for student in ("ada", "bob", "cy")}


def test_loose_work_is_named_in_the_last_lines(mini: Course) -> None:
    hand_in(mini.root, "ada", ANSWER)
    for name in ("jdoe_double.py", "Bob.IPYNB", "cy.tar.gz", "README.txt", ".DS_Store", "._double.py"):
        (mini.root / "hand-ins" / name).write_text(ANSWER)

    status, out, _ = grade(mini.root)

    assert status == 3
    assert [line.split(":")[0] for line in out[-3:]] == [
        "Not graded, 2; all else is",
        "  Bob.IPYNB",
        "  jdoe_double.py",
    ]
    assert rows(mini.root)["cy"] == ["rejected", "rejected"]
    assert list(rows(mini.root)) == ["ada", "cy"]


@pytest.mark.parametrize(
    ("name", "work"),
    [
        ("cell.py", True), ("cell.py.txt", True), ("cell (1).ipynb", True), ("x" * 200 + ".py", True), ("jo.7z", True),
        ("README.txt", False), ("roster.csv", False), ("data.csv.gz", False), ("copy", False), (".cell.py", False),
    ],
    ids=str,
)  # fmt: skip
def test_what_looks_like_work(name: str, work: bool) -> None:
    assert is_work(name) == work


def test_marks_and_rejected_hand_ins_do_not_change_the_status(mini: Course) -> None:
    hand_in(mini.root, "ada", "def double(x): return 0")
    (mini.root / "hand-ins" / "bob").symlink_to(mini.root)
    (mini.root / "hand-ins" / "cy").mkdir()

    status, _, _ = grade(mini.root)

    assert status == 0
    assert rows(mini.root)["bob"] == ["rejected", "rejected"]
    assert rows(mini.root)["cy"] == ["missing", "missing"]


def test_who_reads_the_output_does_not_matter(mini: Course) -> None:
    hand_in(mini.root, "ada", ANSWER)
    reads, writes = os.pipe()
    os.close(reads)

    with subprocess.Popen(COMMAND, cwd=mini.root, stdout=writes, stderr=writes) as process:
        os.close(writes)
        process.wait(300)

    assert process.returncode == 0
    assert rows(mini.root) == {"ada": ["passed", "passed"]}


@pytest.mark.parametrize("count", [8, 16, 32, 60])
def test_too_few_open_files_are_called_that(mini: Course, count: int) -> None:
    hand_in(mini.root, "ada", ANSWER)

    done = limited(f"ulimit -n {count}", COMMAND, mini.root)

    assert done.returncode == 3
    assert done.stderr.startswith(f"unroll: Only {count} files (file descriptors) may be open at once here, and ")
    assert done.stderr.count("\n") == 1


def test_a_limit_of_open_files_that_may_be_raised_is_raised(mini: Course) -> None:
    hand_in(mini.root, "ada", ANSWER)

    done = limited("ulimit -S -n 16", COMMAND, mini.root)

    assert done.returncode == 0, done.stderr
    assert rows(mini.root) == {"ada": ["passed", "passed"]}


def test_too_few_open_files_are_called_that_at_home_too(home: Path) -> None:
    done = limited("ulimit -n 20", [sys.executable, "-m", "autograder.cli", "check"], home)

    assert done.returncode == 3
    assert "Only 20 files (file descriptors) may be open at once here" in done.stderr


def limited(limit: str, command: list[str], where: Path) -> subprocess.CompletedProcess[str]:
    shell = ["bash", "-c", f'{limit} && exec "$@"', "bash", *command]
    return subprocess.run(shell, cwd=where, capture_output=True, text=True, timeout=300)


@pytest.mark.nbgrader
def test_nbgrade_names_work_that_nbgrader_does_not_look_at(small_course: SmallCourse, tmp_path: Path) -> None:
    course = small_course.copied(tmp_path / "course")
    course.submit("ana")
    (course.root / "submitted" / "bob").mkdir()
    for name in ("bob/double.ipynb", "cy.zip", "README.txt"):
        (course.root / "submitted" / name).write_text("{}")

    done = course.unroll("nbgrade", "play")

    assert done.returncode == 3, done.stderr
    assert [line.split(":")[0] for line in done.stdout.splitlines()[-3:]] == [
        "play", "  bob/double.ipynb", "  cy.zip",
    ]  # fmt: skip
    assert course.scores() == {"ana": 5.0}
