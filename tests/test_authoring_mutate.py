"""Mutants of answers: which there are, and what is said of those that no hidden test notices."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from classroom import REPOSITORY

from autograder.authoring.mutants import mutants
from autograder.authoring.mutate import TABLE

ANSWER = '''
import torch


def step(x, h, w, last=2):
    """Go on.

    Args:
        x: inputs, shape (N, T).
        h: the state,
            shape (N, H).
        last: how many.

    Returns: the state, shape (N, H).
    """
    for t in range(last):
        h = torch.tanh(x[:, t] @ w.T + h.detach())
    if last > 1 and not h.any():
        raise ValueError("text")
    return h, x.sum(dim=1)
'''
LESSON = Path("solutions", "play", "double")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(REPOSITORY / "tests" / "mini", tmp_path, dirs_exist_ok=True)
    return tmp_path


def mutate(root: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "autograder.cli", "mutate", "play/double", *more]
    return subprocess.run(command, cwd=root, capture_output=True, text=True)


def without_a_test(root: Path) -> None:
    """Take away the test that sees that x is changed."""
    path = root / LESSON / "test_hidden.py"
    text = path.read_text()
    start = text.index('@pytest.mark.task("double")\n')
    path.write_text(text[:start] + text[text.index('@pytest.mark.task("double_all"') :])


@pytest.mark.parametrize(
    "what",
    [
        "x[:, t] -> x[:, t - 1] in `h = torch.tanh(x[:, t] @ w.T + h.detach())`",
        "w.T -> w in `h = torch.tanh(x[:, t] @ w.T + h.detach())`",
        "h.detach() -> h in `h = torch.tanh(x[:, t] @ w.T + h.detach())`",
        "torch.tanh -> torch.sigmoid in `h = torch.tanh(x[:, t] @ w.T + h.detach())`",
        "x.sum -> x.mean in `return (h, x.sum(dim=1))`",
        "1 -> 0 in `return (h, x.sum(dim=1))`",
        "last > 1 -> last >= 1 in `if last > 1 and (not h.any()):`",
        "2 -> 3 in `def step(x, h, w, last=2):`",
        "without `h = torch.tanh(x[:, t] @ w.T + h.detach())`",
        "range(last) -> range(last - 1) in `for t in range(last):`",
        "the result is float32",
        "x is changed",
        "h is changed",
    ],
)
def test_a_mutant_of_each_kind_is_made(what: str) -> None:
    assert what in [mutant.what for mutant in mutants(ANSWER, "step")]


def test_every_mutant_is_another_program_that_can_be_read() -> None:
    found = list(mutants(ANSWER, "step"))

    assert len({mutant.source for mutant in found}) == len(found) == len({mutant.what for mutant in found})
    assert not any("XXtext" in mutant.what or mutant.what.startswith(("w is", "last is")) for mutant in found)
    for mutant in found:
        compile(mutant.source, mutant.what, "exec")


ARRAYS = '''
def half(x):
    """Halve.

    Args:
        x: numbers, shape (N,).

    Returns: a dictionary of `y`, shape (N,).
    """
    return {"y": x / 2}
'''


@pytest.mark.parametrize(
    ("what", "y"),
    [
        ("the result is float32", np.array([1, 2], dtype=np.float32)),
        ("the result is off by 1e-3", np.array([1.001, 2.001])),
        ("the result is its first row alone", np.array([1.0])),
    ],
)
def test_arrays_in_a_dictionary_are_changed_as_tensors_are(what: str, y: np.ndarray[Any, Any]) -> None:
    mutant = next(one for one in mutants(ARRAYS, "half") if one.what == what)
    names: dict[str, Any] = {}

    exec(mutant.source, names)
    found = names["half"](np.array([2.0, 4.0]))["y"]

    np.testing.assert_array_equal(found, y)
    assert found.dtype == y.dtype


def test_an_array_that_is_given_is_changed() -> None:
    mutant = next(one for one in mutants(ARRAYS, "half") if one.what == "x is changed")
    names: dict[str, Any] = {}
    x = np.array([2.0, 4.0])

    exec(mutant.source, names)
    names["half"](x)

    assert x.tolist() == [3.0, 5.0]


@pytest.mark.mutation
def test_tests_that_notice_everything(root: Path) -> None:
    done = mutate(root)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("play/double:double: ")


@pytest.mark.mutation
def test_what_no_test_notices_is_said_until_a_reason_is_given(root: Path) -> None:
    without_a_test(root)

    done = mutate(root)
    reason = '[[survivor]]\ntask = "double"\nmutant = "x is changed"\nreason = "Nobody minds."\n'
    (root / LESSON / "survivors.toml").write_text(reason)
    again = mutate(root)

    assert done.returncode == 3
    assert "play/double:double with x is changed: no hidden test notices." in done.stdout
    assert again.returncode == 0, again.stdout
    assert "survives: x is changed\n            Nobody minds." in again.stdout


@pytest.mark.mutation
def test_the_table_is_written_below_its_line(root: Path) -> None:
    without_a_test(root)
    (root / LESSON / "survivors.toml").write_text(
        '[[survivor]]\ntask = "double"\nmutant = "x is changed"\nreason = "Nobody | minds."\n'
    )
    page = root / "page.md"
    page.write_text(f"# Above\n\n{TABLE}\n\nold\n")

    done = mutate(root, "--table", "page.md")
    text = page.read_text()

    assert done.returncode == 0, done.stderr
    assert text.startswith(
        f"# Above\n\n{TABLE}\n\n| task | mutants | noticed |\n|---|---|---|\n| `play/double:double` | "
    )
    assert "| `double:double`: x is changed | Nobody \\| minds. |\n" in text
    assert "old" not in text


def test_a_page_without_the_line_is_left_alone(root: Path) -> None:
    (root / "page.md").write_text("# Mine\n")

    done = mutate(root, "--table", "page.md")

    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        2,
        f'unroll: page.md: there is no line "{TABLE}". Write one where the table is to stand.',
    )
    assert (root / "page.md").read_text() == "# Mine\n"


@pytest.mark.mutation
def test_a_reason_without_a_survivor_is_taken_out(root: Path) -> None:
    reason = '[[survivor]]\ntask = "double"\nmutant = "x is changed"\nreason = "Nobody minds."\n'
    (root / LESSON / "survivors.toml").write_text(reason)

    done = mutate(root)

    assert done.returncode == 3
    assert "'x is changed' does not survive, or is no mutant. Take it out." in done.stdout


@pytest.mark.parametrize("text", ["[[survivor]]\ntask = 'double'\n", "survivor = 3\n", "[[", "survivor = [3]\n"])
def test_a_list_that_cannot_be_read_is_one_line(root: Path, text: str) -> None:
    (root / LESSON / "survivors.toml").write_text(text)

    done = mutate(root)

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "survivors.toml: " in done.stderr
