"""How far wrong answers are apart, and the table that an author reads."""

import json
import math
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from classroom import REPOSITORY
from schemas import complaints

from autograder.authoring import proof
from autograder.authoring.verify import verify
from autograder.course.model import Course, load_course
from autograder.exam.distance import distance, same_returns

NAN = float("nan")


@pytest.mark.parametrize(
    ("first", "second", "apart"),
    [
        (1.0, 1.0, 0.0),
        (3.0, 1.0, 1.0),
        (NAN, NAN, 0.0),
        (NAN, 1.0, math.inf),
        (math.inf, math.inf, 0.0),
        (math.inf, 1.0, math.inf),
        (torch.tensor([1.0, 3.0]), torch.tensor([1.0, 1.0]), 1.0),
        (torch.tensor([NAN, 3.0]), torch.tensor([NAN, 1.0]), 1.0),
        (torch.tensor([NAN]), torch.tensor([1.0]), math.inf),
        (torch.tensor([math.inf]), torch.tensor([math.inf]), 0.0),
        (torch.tensor([True]), torch.tensor([False]), 1.0),
        (torch.zeros(0), torch.zeros(0), 0.0),
        (torch.zeros(1, 2), torch.zeros(2), math.inf),
        (torch.zeros(2).double(), torch.zeros(2), math.inf),
        (np.array([3.0]), np.array([1.0]), 1.0),
        ([1.0, (3.0,)], [1.0, (1.0,)], 1.0),
        ([1.0], [1.0, 2.0], math.inf),
        ({"a": 3.0}, {"a": 1.0}, 1.0),
        ({"a": 3.0}, {"b": 1.0}, math.inf),
        ("a", "b", math.inf),
        (1, 1.0, math.inf),
        (None, None, 0.0),
    ],
)
def test_a_distance_is_that_of_the_worst_number(first: Any, second: Any, apart: float) -> None:
    assert distance(first, second) == apart
    assert same_returns(first, second) == (apart == 0)


def test_what_is_nearer_than_the_tolerance_is_alike() -> None:
    assert same_returns(torch.tensor([1.00005]), torch.tensor([1.0]))
    assert not same_returns(torch.tensor([1.0003]), torch.tensor([1.0]))
    assert same_returns(1000.05, 1000.0)


def test_without_a_table_no_two_wrong_answers_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[object] = []
    monkeypatch.setattr(proof, "matrices", lambda *of: compared.append(of) or [])
    course = load_course(REPOSITORY / "tests" / "mini")

    wrong = verify(course, list(course.lessons()), print, "a seed")

    assert not wrong and not compared


def test_the_table_has_a_row_for_each_wrong_answer() -> None:
    course = load_course(REPOSITORY / "tests" / "mini")
    said: list[str] = []

    verify(course, list(course.lessons()), said.append, "a seed", matrix=True)

    assert [line.split() for line in said[:6]] == [
        ["play/double:double"],
        ["1", "values", "are", "doubled"],
        ["2", "x", "stays", "as", "it", "is"],
        ["1", "2", "nearest"],
        ["D01", "squared", "x", ".", "D02", said[4].split()[-1]],
        ["D02", "in_place", ".", "x", "none", "is", "alike", "in", "kind"],
    ]
    assert 0 < float(said[4].split()[-1]) < 10
    assert said[-1].startswith("play/double: proved.")


def test_the_matrix_is_one_json_document(mini: Course) -> None:
    command = [sys.executable, "-m", "autograder.cli", "verify", "--matrix", "--seed", "7"]
    done = subprocess.run(command, cwd=mini.root, capture_output=True, text=True)

    assert complaints("matrix", json.loads(done.stdout)) == []
    lesson = json.loads(done.stdout)["lessons"]["play/double"]
    programs = {(one["kind"], one["name"]): one["tasks"] for one in lesson["programs"]}
    assert (done.returncode, done.stderr[:20]) == (0, "play/double: proved.")
    assert len(programs) == 9
    assert programs["answer", ""]["double"] == {"score": 2.0, "outcome": "passed", "named": ""}
    assert programs["mistake", "squared"]["double_all"] == {"score": 0.0, "outcome": "failed", "named": "D01"}
    assert programs["mistake", "in_place"]["double"] == {"score": 1.5, "outcome": "failed", "named": "D02"}
    assert lesson["tasks"]["double"]["tests"] == ["values are doubled", "x stays as it is"]
    assert lesson["tasks"]["double"]["mistakes"]["squared"]["fails"] == [True, False]
    assert lesson["tasks"]["double"]["mistakes"]["squared"]["apart"].keys() == {"in_place"}
    assert lesson["tasks"]["double"]["mistakes"]["in_place"] == {"id": "D02", "fails": [False, True], "apart": {}}


@pytest.mark.proofs
def test_right_answers_are_proved_with_many_secrets(tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / "tests" / "mini", tmp_path, dirs_exist_ok=True)
    alternatives = tmp_path / "solutions" / "play" / "double" / "alternatives.py"
    by_chance = '@alternative("double", "wrong in one of four")\ndef by_chance(x):\n    return x * (2 + (x[0] > 0.6))\n'
    course = load_course(tmp_path)
    said: list[str] = []

    right = verify(course, list(course.lessons()), said.append, "a seed", seeds=12)
    alternatives.write_text(f"{alternatives.read_text()}\n\n{by_chance}")
    wrong = verify(course, list(course.lessons()), said.append, "a seed", seeds=12)

    assert right == [] and "full marks with each of 12 secrets" in said[0]
    assert 1 < sum("'wrong in one of four' fails double," in line for line in wrong) < 12
