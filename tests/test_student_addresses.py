"""Short addresses: each student command finds what is meant, names what fits, or says what was nearly typed."""

import shutil
from pathlib import Path

import pytest
from classroom import REPOSITORY
from homework import unroll

from autograder.errors import UsageError
from autograder.student.addresses import all_addresses, did_you_mean
from autograder.student.exercises import read_address
from autograder.student.hint import next_hint
from autograder.student.where import find_typed, locate

FITS = {
    "a task": (".", "rnn_cell", "sine/cell:rnn_cell"),
    "a lesson and a task": (".", "cell:rnn_cell", "sine/cell:rnn_cell"),
    "a lesson": (".", "cell", "sine/cell"),
    "a whole address": (".", "sine/cell:rnn_cell", "sine/cell:rnn_cell"),
    "a file": (".", "sine/cell.py", "sine/cell"),
    "a file and a line, as they are shown": (".", "sine/cell.py:35", "sine/cell"),
    "a lesson of another assignment": ("sine", "lstm", "gates/lstm"),
    "a task of another assignment": ("sine", "lstm_cell", "gates/lstm:lstm_cell"),
    "a task behind a colon": (".", ":rnn_cell", "sine/cell:rnn_cell"),
    "a lesson before a colon": (".", "cell:", "sine/cell"),
}


@pytest.fixture
def all_of_it(tmp_path: Path) -> Path:
    """A student's folder with all assignments."""
    shutil.copytree(REPOSITORY / "exercises", tmp_path / "deep", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "deep"


@pytest.fixture
def twice(tmp_path: Path) -> Path:
    """A folder where two assignments have the same lessons."""
    for name in ("sine", "waves"):
        shutil.copytree(REPOSITORY / "exercises" / "sine", tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("name", FITS)
def test_a_part_of_an_address_is_enough(all_of_it: Path, name: str) -> None:
    here, typed, address = FITS[name]

    assert locate(all_of_it / here, typed) == (all_of_it.resolve(), address)
    assert find_typed(all_of_it / here, typed)[1]


def test_every_task_and_lesson_is_found_by_each_of_its_parts(all_of_it: Path) -> None:
    for address in all_addresses(all_of_it):
        assert locate(all_of_it, address)[1] == address
        assert locate(all_of_it, address.partition("/")[2] or address)[1] == address
        assert locate(all_of_it, address.rpartition(":")[2])[1] == address


def test_what_fits_several_is_answered_in_one_line_that_names_them(twice: Path) -> None:
    with pytest.raises(UsageError) as error:
        locate(twice, "cell:readout")

    assert str(error.value) == "'cell:readout' fits several: sine/cell:readout, waves/cell:readout. Name one of them."


def test_of_several_that_fit_the_one_is_meant_where_one_stands(twice: Path) -> None:
    assert locate(twice / "waves", "readout")[1] == "waves/cell:readout"


def test_a_lesson_that_is_called_like_its_task_counts_as_a_whole(home: Path) -> None:
    assert locate(home, "double")[1] == "play/double"
    assert locate(home, "double:double")[1] == "play/double:double"


NEAR = {
    "rnn_cel": "There is no 'rnn_cel' here. Did you mean sine/cell:rnn_cell",
    "Forcaster": "There is no 'Forcaster' here. Did you mean sine/training:Forecaster",
    "sine/rnn_cell": "sine has no lesson 'rnn_cell'. It has: windows, cell, training, rollout. Did you mean sine/cell:",
    "sine/cell/rnn_cell": "Did you mean sine/cell:rnn_cell",
    "sine/cel": "Did you mean sine/cell",
    "sin/cell": "There is no 'sin/cell' here. Did you mean sine/cell",
    "cell:rnn_sell": "has no task 'rnn_sell'. It has: rnn_cell, rnn_forward, readout. Did you mean sine/cell:",
    "sine/test_cell.py": "Did you mean sine/cell",
    "RNN_CELL": "Did you mean sine/cell:rnn_cell",
}


@pytest.mark.parametrize("typed", NEAR)
def test_a_near_miss_is_asked_for(all_of_it: Path, typed: str) -> None:
    with pytest.raises(UsageError) as error:
        find_typed(all_of_it, typed)

    assert NEAR[typed] in str(error.value)
    assert "\n" not in str(error.value)


def test_what_is_near_to_nothing_names_the_list(all_of_it: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no 'xyzzy' here. `unroll list` shows what there is."):
        find_typed(all_of_it, "xyzzy")
    assert did_you_mean("xyzzy", all_addresses(all_of_it)) == ""


def test_a_folder_of_ones_own_may_be_called_like_a_lesson(all_of_it: Path) -> None:
    (all_of_it / "cell").mkdir()

    assert locate(all_of_it, "cell")[1] == "sine/cell"


def test_a_hint_is_of_the_task_that_a_short_address_names(all_of_it: Path) -> None:
    hints = next_hint(all_of_it, "readout")

    assert hints is not None
    assert hints.address == "sine/cell:readout"
    assert read_address(hints.address).task == "readout"


@pytest.mark.parametrize("command", ["check", "watch", "hint", "explain", "shapes", "plot"])
def test_each_command_takes_short_addresses_and_says_what_was_nearly_typed(all_of_it: Path, command: str) -> None:
    done = unroll(all_of_it, command, "Forcaster")

    assert done.returncode == 2
    assert done.stderr.startswith("unroll: There is no 'Forcaster' here. Did you mean sine/training:Forecaster")
    assert len(done.stderr.splitlines()) == 1
