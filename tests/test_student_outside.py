"""What stands outside of functions: prints are shown, lines that are not run are named once, and no verdict changes."""

import io
import json
import re
from pathlib import Path

import pytest
from homework import answer, unroll, write
from rich.console import Console
from schemas import complaints

from autograder.course.model import Course
from autograder.isolation.forked import Zygote
from autograder.student.home import Checked, check_spots
from autograder.student.show import next_step, show_verdicts
from autograder.student.verdict import to_do
from autograder.student.where import find_typed

LOOP = "for i in range(3):\n    i += 1\n"
STUB = "    # YOUR CODE HERE\n    raise NotImplementedError\n"


def checked(folder: Path, zygote: Zygote, address: str = "sine/cell") -> Checked:
    return check_spots(find_typed(folder, address)[1], zygote)


def screen(found: Checked) -> str:
    console = Console(width=100, file=io.StringIO(), record=True)
    show_verdicts(console, found.verdicts, found.notes, found.outside, found.inside)
    return console.export_text()


def test_prints_outside_of_functions_are_shown_once_beside_a_task_that_fails(
    folder: Path, course: Course, zygote: Zygote
) -> None:
    text = answer(course, "cell").replace("torch.tanh(", "torch.sinh(", 1)
    write(folder, "cell", f"{text}\nx = 1\nprint('x is', x)\nx = 2\nHERE = print('here')\n")

    found = checked(folder, zygote)

    assert found.outside == {"sine/cell": "x is 1\nhere\n"}
    assert screen(found).count("x is 1") == 1
    assert re.search(r"sine/cell printed:\s+x is 1\s+here", screen(found))
    assert found.verdicts[0].printed == ""
    assert found.notes == []


def test_where_all_pass_prints_of_functions_follow_those_outside(folder: Path, course: Course, zygote: Zygote) -> None:
    inside = answer(course, "cell").replace("    return torch.tanh(", "    print('inside')\n    return torch.tanh(", 1)
    write(folder, "cell", f"print('outside')\n{inside}")

    found = checked(folder, zygote, "sine/cell:rnn_cell")

    assert found.all_pass
    assert re.search(r"sine/cell printed:\s+outside\s+inside", screen(found))
    assert screen(found).count("outside") == 1


def test_lines_that_are_not_run_are_counted_and_named_once(folder: Path, course: Course, zygote: Zygote) -> None:
    text = answer(course, "cell").rstrip("\n") + "\n"
    lines = text.count("\n")
    write(folder, "cell", f"{text}'a text'\ntorch.manual_seed(0)\n{LOOP}\nlen('')\n")

    found = checked(folder, zygote)

    named = f"{lines + 2}-{lines + 4}, {lines + 6}"
    assert found.notes == [f"{folder / 'sine' / 'cell.py'}: 4 lines outside of functions were not run: {named}."]
    assert found.all_pass


def test_what_python_leaves_out_too_is_not_counted(folder: Path, course: Course, zygote: Zygote) -> None:
    text = answer(course, "cell")
    write(folder, "cell", f'"""A lesson."""\n{text}\n...\nif __name__ == "__main__":\n    readout()\n')

    assert checked(folder, zygote, "sine/cell:readout").notes == []


def test_one_line_is_one_line(folder: Path, course: Course, zygote: Zygote) -> None:
    write(folder, "cell", f"len('')\n{answer(course, 'cell')}")

    (note,) = checked(folder, zygote, "sine/cell:readout").notes

    assert note.endswith("sine/cell.py: 1 line outside of functions was not run: 1.")


def test_a_print_that_raises_is_named_and_costs_nothing(folder: Path, course: Course, zygote: Zygote) -> None:
    write(folder, "cell", f"{answer(course, 'cell')}\nprint(1 / 0)\nprint('after')\n")
    line = answer(course, "cell").count("\n") + 2

    found = checked(folder, zygote)

    assert found.all_pass
    assert found.outside == {"sine/cell": "after\n"}
    assert found.notes == [f"{folder / 'sine' / 'cell.py'}:{line} raised ZeroDivisionError: division by zero."]


def test_a_print_that_needs_a_line_that_was_not_run_counts_as_one_more(
    folder: Path, course: Course, zygote: Zygote
) -> None:
    write(folder, "cell", f"for i in range(3):\n    y = i\nprint(y)\n{answer(course, 'cell')}")

    (note,) = checked(folder, zygote, "sine/cell:readout").notes

    assert note.endswith(": 3 lines outside of functions were not run: 1-3.")


def test_a_print_that_never_ends_is_ended_and_changes_no_verdict(
    folder: Path, course: Course, zygote: Zygote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.exam.remote.LOAD_SECONDS", 0.3)
    forever = "def f():\n    while True:\n        pass\n"
    write(folder, "cell", f"{answer(course, 'cell')}\n{forever}print('before')\nprint(f())\n")

    found = checked(folder, zygote)

    assert found.all_pass
    assert found.outside == {"sine/cell": "before\n"}


def test_prints_of_a_notebook_are_shown_and_its_lines_named_by_cell(folder: Path, zygote: Zygote) -> None:
    cells = ["import torch\nprint('first')", "len('')", "print('third')"]
    notebook = {
        "cells": [
            {"cell_type": "code", "source": cell, "metadata": {}, "outputs": [], "execution_count": None}
            for cell in cells
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 4,
    }
    (folder / "sine" / "cell.py").unlink()
    (folder / "sine" / "cell.ipynb").write_text(json.dumps(notebook), encoding="utf-8")

    found = checked(folder, zygote, "sine/cell:readout")

    assert found.outside == {"sine/cell": "first\nthird\n"}
    assert "sine/cell.ipynb: 1 line outside of functions was not run: cell 2, line 1." in found.notes[-1]


def test_json_has_what_was_printed_outside_of_functions(folder: Path) -> None:
    write(folder, "cell", "print('outside')\nlen('')\n")

    found = json.loads(unroll(folder, "check", "--json", "readout").stdout)

    assert complaints("check", found) == []
    assert found["outside"] == {"sine/cell": "outside\n"}
    assert found["notes"] == ["sine/cell.py: 1 line outside of functions was not run: 2."]


STUBS = {"as a stub": f"def rnn_cell(*_):\n{STUB}", "not at all": ""}


@pytest.mark.parametrize("name", STUBS)
def test_a_task_that_calls_an_unwritten_one_waits_for_it(folder: Path, zygote: Zygote, name: str) -> None:
    write(folder, "cell", f"{STUBS[name]}def rnn_forward(x, h0, *w):\n    return rnn_cell(x[:, 0], h0, *w)\n")

    cell, forward, _ = (found := checked(folder, zygote)).verdicts

    assert forward.fact == "rnn_forward calls rnn_cell, which is not written yet. Write rnn_cell first."
    assert forward.needs == cell.address
    assert to_do(found.verdicts) == cell
    assert next_step([forward]) == "Next: write rnn_cell first. For a hint: unroll hint sine/cell:rnn_cell"


def test_a_task_of_another_lesson_that_is_not_written_is_named_with_it(folder: Path, zygote: Zygote) -> None:
    write(folder, "cell", f"def rnn_cell(*_):\n{STUB}")
    write(folder, "training", "from cell import rnn_cell\n\ndef evaluate(*_):\n    return rnn_cell()\n")

    (verdict,) = checked(folder, zygote, "sine/training:evaluate").verdicts

    assert "Write cell:rnn_cell first." in verdict.fact
    assert verdict.needs == "sine/cell:rnn_cell"


def test_a_definition_that_python_could_not_read_is_not_called_unwritten(folder: Path, zygote: Zygote) -> None:
    broken = "# %%\ndef rnn_cell(x_t\n    return x_t\n# %%\n"
    write(folder, "cell", f"{broken}def rnn_forward(x, h0, *w):\n    return rnn_cell(x, h0)\n")

    (verdict,) = checked(folder, zygote, "sine/cell:rnn_forward").verdicts

    assert "not written" not in verdict.fact
    assert verdict.needs == ""
