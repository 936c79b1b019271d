"""Several processes autograde one class: with both databases, through crashes, and in each other's way."""

import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from nbgrader.api import Gradebook
from nbgrader_course import BIN
from nbgrader_small import Postgres, SmallCourse, hands, postgres
from sqlalchemy import event
from sqlalchemy.engine import Engine

from autograder.nbgrader import database, unfinished
from autograder.nbgrader.examiners import course_seed

pytestmark = pytest.mark.nbgrader

RIGHT, WRONG = 5.0, 0.0
STAMP = "timestamp.txt holds no date like 2026-01-31 12:00:00 UTC. Mend or remove it."
WAIT = """
import sys
from pathlib import Path
from autograder.nbgrader import unfinished
unfinished.begin(Path(sys.argv[1]))
print(unfinished.is_unfinished(Path(sys.argv[1])))
"""


@pytest.fixture
def course(small_course: SmallCourse, tmp_path: Path) -> SmallCourse:
    return small_course.copied(tmp_path)


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as started:
        yield started


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_several_processes_autograde_different_students(
    small_course: SmallCourse, tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    course = small_course.copied(tmp_path, request.getfixturevalue("server").new("marks") if kind == "postgres" else "")
    course.submit("ana", "bob", "cy", "dee")
    course.spoil("bob")
    plain = [sys.executable, "-m", "nbgrader", "autograde", "play", "--student", "dee"]

    ours = course.start("nbgrade", "play", "--jobs", "2", "--student", "ana", "--student", "bob", "--student", "cy")
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    theirs = subprocess.run(plain, cwd=course.root, env=environment, capture_output=True, text=True)
    said, errors = ours.communicate(timeout=300)

    assert (ours.returncode, theirs.returncode) == (0, 0), said + errors + theirs.stderr
    assert "play: 3 graded." in said
    assert course.scores() == {"ana": RIGHT, "bob": WRONG, "cy": RIGHT, "dee": RIGHT}


def test_a_second_run_skips_who_is_graded_and_takes_newer_submissions(course: SmallCourse) -> None:
    course.submit("ana", "bob", stamp="2026-01-01 12:00:00 UTC")
    first = course.unroll("nbgrade", "play")
    course.spoil("bob")
    (course.root / "submitted/bob/play/timestamp.txt").write_text("2026-01-02 12:00:00 UTC")

    second = course.unroll("nbgrade", "play")

    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert second.stdout.splitlines()[-1] == "play: 1 graded, 1 skipped (autograded before; --force does it again)."
    assert second.stderr == "[1/1] bob 0/9\n"
    assert course.scores() == {"ana": RIGHT, "bob": WRONG}


def test_a_killed_process_is_replaced(course: SmallCourse) -> None:
    course.submit("ana", "bob", "cy")

    with course.start("nbgrade", "play") as process:
        wait_for(lambda: course.marks_left())
        (hand,) = hands(process)
        hand.kill()
        said, errors = process.communicate(timeout=300)

    assert process.returncode == 0, errors
    assert "play: 3 graded." in said
    assert course.scores() == {"ana": RIGHT, "bob": RIGHT, "cy": RIGHT}


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["interrupted", "killed"])
def test_a_run_that_ended_in_the_middle_is_finished_by_the_next(course: SmallCourse, how: signal.Signals) -> None:
    course.submit("ana", "bob", "cy")
    with course.start("nbgrade", "play", "--jobs", "2") as process:
        wait_for(lambda: course.marks_left())
        workers = hands(process)
        process.send_signal(how)
        for one in workers if how == signal.SIGKILL else []:
            one.kill()
        _, errors = process.communicate(timeout=60)
    psutil.wait_procs(workers, timeout=60)
    left = course.marks_left()

    again = course.unroll("nbgrade", "play", "--jobs", "2")

    assert process.returncode == (3 if how == signal.SIGINT else -how)
    assert ("unroll: Stopped." in errors) == (how == signal.SIGINT)
    assert left
    assert again.returncode == 0, again.stderr
    assert not course.marks_left()
    assert course.scores() == {"ana": RIGHT, "bob": RIGHT, "cy": RIGHT}


def test_a_second_run_at_the_same_time_is_refused(course: SmallCourse) -> None:
    course.submit("ana")
    (course.root / ".unroll-nbgrade").mkdir()

    with (course.root / ".unroll-nbgrade" / "play.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = course.unroll("nbgrade", "play")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"unroll: Another run is autograding play in {course.root}. Wait for it.\n"


def test_a_student_who_is_being_autograded_is_left_alone(course: SmallCourse) -> None:
    course.submit("ana")
    mine = course.root / "submitted" / "ana" / "play"
    unfinished.begin(mine)

    done = course.unroll("nbgrade", "play", "--force")
    unfinished.finish(mine)

    assert done.returncode == 3
    assert "  ana: Another process is autograding this student." in done.stdout


def test_who_waited_for_another_process_marks_the_submission_again(course: SmallCourse) -> None:
    course.submit("ana")
    mine = course.root / "submitted" / "ana" / "play"
    unfinished.begin(mine)

    with subprocess.Popen([sys.executable, "-c", WAIT, str(mine)], stdout=subprocess.PIPE, text=True) as other:
        time.sleep(2)
        unfinished.finish(mine)
        said, _ = other.communicate(timeout=60)

    assert said == "True\n"


def test_a_submission_that_fails_is_named_and_the_others_are_graded(course: SmallCourse) -> None:
    course.submit("ana", "bob")
    for student in ("eve", "fay"):
        (course.root / "submitted" / student / "play").mkdir(parents=True)
    (course.root / "submitted" / "fay" / "play" / "double.py").touch()
    (course.root / "submitted" / "bob" / "play" / "timestamp.txt").write_text("yesterday")

    done = course.unroll("nbgrade", "play")

    assert done.returncode == 3, done.stderr
    lines = [line for line in done.stdout.splitlines() if not line.startswith("Class: ")]
    assert lines[1] == "play: 2 graded, 2 could not be graded."
    assert lines[2:4] == ["Handed in otherwise than handed out:", "  fay: double.py is empty."]
    assert lines[4] == f"  bob: {course.root}/submitted/bob/play/{STAMP}"
    assert lines[5] == f"  eve: There is no notebook in {course.root}/submitted/eve/play."
    assert course.scores() == {"ana": RIGHT, "fay": WRONG}


def test_a_gradebook_that_another_process_writes_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "gradebook.db"
    url = f"sqlite:///{path}"
    Gradebook(url).close()
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(6, other.execute, ["COMMIT"])  # Python's driver waits for 5 seconds
    database.wait_for_others()
    release.start()

    with Gradebook(url) as gradebook:
        gradebook.add_student("ana")

    event.remove(Engine, "connect", database._be_patient)
    release.join()
    other.close()


def test_processes_that_start_at_once_agree_on_the_secret(tmp_path: Path) -> None:
    for turn in range(40):
        root = tmp_path / str(turn)
        root.mkdir()
        start = threading.Barrier(6)
        found: list[str] = []

        def read(root: Path = root, start: threading.Barrier = start, found: list[str] = found) -> None:
            start.wait()
            found.append(course_seed(root))

        threads = [threading.Thread(target=read) for _ in range(6)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()

        assert len(set(found)) == 1 and len(found[0]) == 32
        assert [path.name for path in root.iterdir()] == [".unroll-seed"]


def wait_for(condition) -> None:
    for _ in range(6000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen within a minute")
