"""`unroll calibrate`: the threshold stands between right and wrong, and what it cannot see is caught elsewhere."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from classroom import REPOSITORY

from autograder.authoring.calibrate import Losses

LESSON = Path("solutions", "play", "double")
TRAINED = """

@pytest.mark.task("double")
def test_it_is_near(student, reference, rng, calibrated):
    x = torch.rand(50, generator=rng) + 1
    noise = torch.rand(1, generator=rng).item() * 0.01

    expected = reference.double(x)
    actual = student.double(x)

    calibrated("near", float(((actual - expected) ** 2).mean()) + 1e-3 + noise)
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(REPOSITORY / "tests" / "mini", tmp_path, dirs_exist_ok=True)
    with (tmp_path / LESSON / "test_hidden.py").open("a") as file:
        file.write(TRAINED)
    return tmp_path


def unroll(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "autograder.cli", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True)


@pytest.mark.proofs
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_threshold_stands_between_right_and_wrong(root: Path, jobs: str) -> None:
    done = unroll(root, "calibrate", "play/double", "--seeds", "6", "--wrong-seeds", "3", "--jobs", jobs)

    assert done.returncode == 0, done.stderr
    found = json.loads((root / LESSON / "calibration.json").read_text())
    near = found["checks"]["near"]
    assert (found["seeds"], found["wrong_seeds"]) == (6, 3)
    assert set(near["right"]) == {"the answer", "addition"}
    assert near["wrong"]["D01 squared"]["min"] > near["threshold"] >= 2.5 * near["worst_right"]
    assert near["unseen, but caught by"] == {"D02 in_place": ["x stays as it is"]}
    assert (root / LESSON / "calibration.png").read_bytes().startswith(b"\x89PNG")
    assert "it cannot see D02 in_place." in done.stdout
    assert unroll(root, "verify", "play/double").returncode == 0


def test_a_check_says_what_it_measures(root: Path) -> None:
    hidden = root / LESSON / "test_hidden.py"
    hidden.write_text(hidden.read_text().replace("+ noise)", '+ noise, what="cross entropy")'))
    (root / LESSON / "calibration.json").write_text('{"checks": {"near": {"threshold": 0.0001}}}')

    done = unroll(root, "verify", "play/double")

    assert "The cross entropy is 0.0" in done.stdout
    assert "it should be at most 0.0001." in done.stdout


def test_a_right_program_that_fails_otherwise_is_said(root: Path) -> None:
    path = root / LESSON / "alternatives.py"
    path.write_text(path.read_text().replace("return x + x", "return x + y"))

    done = unroll(root, "calibrate", "play/double", "--seeds", "2")

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "the right program 'addition' fails 'it is near'" in done.stderr


def test_a_lesson_without_a_trained_check_is_said(tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / "tests" / "mini", tmp_path, dirs_exist_ok=True)

    done = unroll(tmp_path, "calibrate", "play/double", "--seeds", "2")

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "has no trained check" in done.stderr
    assert "seed" not in done.stdout + done.stderr  # said before any other seed is waited for


@pytest.mark.parametrize(
    ("right", "wrong", "threshold", "unseen"),
    [
        ([0.001], {"a": [0.1]}, 0.01, []),
        ([0.001], {"a": [0.1], "b": [0.004]}, 0.01, ["b"]),
        ([0.001], {"a": [0.004]}, 0.003, []),
        ([0.001], {}, 0.003, []),
        ([0.001, 0.01], {"a": [0.1, 0.02]}, 0.03, ["a"]),
        ([0.082], {"a": [0.298], "b": [0.2]}, 0.21, ["b"]),
    ],
    ids=["halfway", "what-is-near-is-unseen", "margin", "nothing-wrong", "worst-and-best", "no-further-than-it-sees"],
)
def test_where_a_threshold_stands(
    right: list[float], wrong: dict[str, list[float]], threshold: float, unseen: list[str]
) -> None:
    losses = Losses({"the answer": right}, wrong)

    assert losses.threshold == threshold
    assert losses.unseen() == unseen
