"""The zip for Gradescope, run below a scratch folder as Gradescope runs it: a right, a wrong, a hostile hand-in."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import Any

import pytest

from autograder.course.model import Course
from autograder.course.variants import mistakes
from autograder.platforms.gradescope import write_gradescope

pytestmark = pytest.mark.platforms
METADATA = {
    "created_at": "2025-03-01T10:00:00.000000-07:00",
    "assignment": {"due_date": "2025-03-01T23:00:00.000000-07:00"},
    "users": [{"name": "Ada", "email": "ada@example.org"}, {"name": "Ben", "email": "ben@example.org"}],
}
HOSTILE = """
import json, os, pathlib
ROOT = pathlib.Path(@ROOT@)

def attempt(act):
    try:
        print("DONE", act())
    except BaseException as error:
        print("refused", type(error).__name__)

FORGED = json.dumps({"score": 100, "tests": []})
TRY_1 = attempt(lambda: (ROOT / "results" / "results.json").write_text(FORGED))
TRY_2 = attempt(lambda: sorted(map(str, (ROOT / "source").rglob("*")))[0])
TRY_3 = attempt(lambda: (ROOT / "source" / "unroll.json").read_text())
TRY_4 = attempt(lambda: (ROOT / "source" / "course" / "solutions" / "course.toml").read_text())
TRY_5 = attempt(lambda: (ROOT / "submission_metadata.json").read_text())
TRY_6 = attempt(lambda: os.listdir(ROOT))
TRY_7 = attempt(lambda: os.fork())

def rnn_cell(*args, **kwargs):
    attempt(lambda: (ROOT / "results" / "results.json").write_text(FORGED))
    os._exit(0)
"""


@pytest.fixture(scope="module")
def root(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder laid out as Gradescope's container, with the zip unpacked and installed by its own setup.sh."""
    where = tmp_path_factory.mktemp("gradescope") / "autograder"
    archive = where.parent / "sine.zip"
    write_gradescope(course, "sine", archive, "", False, [], False)
    (where / "source").mkdir(parents=True)
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(where / "source")
    python_with_packages(where / "unroll-venv")
    done = script(where, "setup.sh", UNROLL_PIP_OPTIONS="--no-index --no-deps")
    assert done.returncode == 0, done.stderr
    assert "Isolation: strong" in done.stdout
    return where


def python_with_packages(folder: Path) -> None:
    """Make the environment that setup.sh would make, from packages that are installed here instead of a registry.

    Workers read their own environment alone, so the packages stand in it: as hard links where the disk allows it.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=300)
    here = Path(sysconfig.get_path("purelib"))
    there = folder / "lib" / here.parent.name / "site-packages"
    for one in here.iterdir():
        if one.name.startswith(("unroll", "__editable__")) or one.name == "__pycache__":
            continue
        if one.is_dir():
            shutil.copytree(one, there / one.name, copy_function=linked, symlinks=True, dirs_exist_ok=True)
        else:
            linked(str(one), str(there / one.name))


def linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def script(root: Path, name: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script of the zip as Gradescope does: in the root, with an environment of its own."""
    own = {"PATH": os.environ["PATH"], "HOME": str(root), "UNROLL_GRADESCOPE_ROOT": str(root), **environment}
    command = ["bash", str(root / "source" / name)]
    return subprocess.run(command, cwd=root, env=own, capture_output=True, text=True, timeout=580)


def graded(root: Path, texts: dict[str, str]) -> tuple[dict[str, Any], str]:
    """Hand in files and run the autograder; return results.json, and what was printed."""
    shutil.rmtree(root / "submission", ignore_errors=True)
    (root / "submission").mkdir()
    for name, text in texts.items():
        (root / "submission" / f"{name}.py").write_text(text)
    (root / "submission_metadata.json").write_text(json.dumps(METADATA))
    done = script(root, "run_autograder")
    assert done.returncode == 0, done.stdout + done.stderr
    data = json.loads((root / "results" / "results.json").read_text())
    assert isinstance(data, dict)
    return data, done.stdout


def answers(course: Course) -> dict[str, str]:
    return {one.name: (one.folder / "lesson.py").read_text() for one in course.assignment("sine").lessons}


def test_a_right_hand_in_gets_all_points_and_a_wrong_one_its_cause(course: Course, root: Path) -> None:
    best = sum(task.points for lesson in course.assignment("sine").lessons for task in lesson.tasks)
    right, said = graded(root, answers(course))

    assert right["score"] == best, right["output"]
    assert {test["status"] for test in right["tests"]} == {"passed"}
    assert right["output"].startswith("Handed in by Ada, Ben on 2025-03-01 10:00")
    assert right["extra_data"]["tier"] == "strong" and "Isolation: strong" in said

    mistake = next(one for one in mistakes(course.lesson("sine/cell")) if one.id == "M17")
    wrong, _ = graded(root, {"cell": mistake.source})

    assert 0 < wrong["score"] < best
    failed = [test["output"] for test in wrong["tests"] if test["status"] == "failed"]
    assert any(f"Likely cause: {mistake.says}" in output for output in failed), failed
    assert "missing" in wrong["output"]


def test_a_hostile_hand_in_reads_and_writes_nothing_beside_it(course: Course, root: Path) -> None:
    hostile = HOSTILE.replace("@ROOT@", repr(str(root)))

    found, said = graded(root, {"cell": hostile})

    text = json.dumps(found)
    assert found["score"] == 0
    assert "DONE" not in text and "refused" in text
    assert "BEGIN SOLUTION" not in text and "accept_weak_isolation" not in text + said
