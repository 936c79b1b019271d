"""`check`, `plot`, `hint`, `explain` and `shapes` in a real kernel: what they show, raise, and leave as it was."""

import base64
import re
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.course.model import Course

BEFORE = """
import random, torch, numpy as np
import matplotlib.pyplot as plt
from autograder.student import check
torch.set_default_dtype(torch.float64)
counter, kept = 0, torch.ones(2)
states = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist()
"""
SIGMOID = """
def rnn_cell(x_t, h, w_ih, w_hh, b_ih, b_hh):
    global counter
    counter += 1
    torch.manual_seed(3), random.seed(3), np.random.seed(3)
    return torch.sigmoid(x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh) + torch.zeros(1)
"""
RAISES = """
def readout(output, w_hy, b_y):
    raise ValueError("<b>bold</b> \\x1b[31m")
"""
AFTER = """
now = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist()
print(all(map(lambda a, b: torch.equal(a, b) if isinstance(a, torch.Tensor) else a == b, states, now)))
print(torch.get_default_dtype(), counter, kept)
"""
CELLS = {
    "before": BEFORE,
    "define": SIGMOID,
    "mistake": 'check("sine/cell:rnn_cell")',
    "raises": RAISES + 'check("sine/cell:readout")',
    "task": 'check("sine/cell:lstm")',
    "nothing": "check(None)",
    "exit": 'def readout(*_):\n    raise SystemExit(0)\ncheck("sine/cell:readout")',
    "right": "def readout(output, w_hy, b_y):\n    return output @ w_hy.T + b_y\n" + 'check("sine/cell:readout")',
    "prints": 'def readout(output, w_hy, b_y):\n    print("<i>", output.shape)\n    return output\n'
    'check("sine/cell:readout")',
    "printed": 'def readout(output, w_hy, b_y):\n    print("fine")\n    return output @ w_hy.T + b_y\n'
    'check("sine/cell:readout")',
    "hint": "from autograder.student import explain, hint, shapes\n" + 'hint("sine/cell:readout")\n' * 2,
    "hints": 'hint("sine/cell:readout", everything=True)',
    "which": 'hint("sine/cell")',
    "explain": 'explain("sine/cell:readout")',
    "closed": 'explain("sine/cell:rnn_forward")',
    "shapes": 'shapes("sine/cell:readout")',
    "answers": 'shapes("sine/cell:readout", output="N, T, H", w_hy="H, O", b_y="Q")',
    "nameless": 'shapes("sine/cell:readout", q="N")',
    "again": "from autograder.student import check, explain, hint, plot, shapes\n"
    "print(all(map(callable, (check, explain, hint, plot, shapes))))",
    "after": AFTER,
}
DRAW = """
figure = plt.figure()
check("sine/training:plot_predictions")
print(plt.get_fignums() == [figure.number], plt.gcf() is figure)
plt.close("all")
"""
PLOT = """
from autograder.student import plot
figure = plt.figure()
plot("sine/training")
print(plt.get_fignums() == [figure.number], "_trained" in globals())
plt.close("all")
"""


@pytest.fixture(scope="module")
def outputs(request: pytest.FixtureRequest) -> dict[str, list[Any]]:
    """The outputs of a notebook's cells, run by a kernel."""
    course: Course = request.getfixturevalue("course")
    answer = (course.lesson("sine/training").folder / "lesson.py").read_text(encoding="utf-8")
    cells = {
        **CELLS,
        "draw": answer + DRAW,
        "plot": answer + PLOT,
        "none": 'plot("sine/windows")',
        "del": "del fit",
        "probe": 'check("sine/training:fit")',
    }
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells.values()])
    NotebookClient(notebook, timeout=120, allow_errors=True).execute()
    return {name: cell.outputs for name, cell in zip(cells, notebook.cells, strict=True)}


def of_type(outputs: list[Any], kind: str) -> list[Any]:
    return [output for output in outputs if output.output_type == kind]


def test_a_pass_is_one_line(outputs: dict[str, list[Any]]) -> None:
    (shown,) = outputs["right"]

    assert shown.data["text/plain"] == "readout: passed"
    assert "readout" in shown.data["text/html"]


def test_a_mistake_is_shown_with_its_likely_cause(outputs: dict[str, list[Any]]) -> None:
    shown = of_type(outputs["mistake"], "display_data")[0].data

    for text in (shown["text/plain"], shown["text/html"]):
        assert "h_t[0, 0] should be 0.462117, but is 0.622459." in text
        assert "h must be able to be negative" in text


def test_a_failure_raises_one_line_without_a_traceback(outputs: dict[str, list[Any]]) -> None:
    (error,) = of_type(outputs["mistake"], "error")

    assert error.ename == "CheckFailed"
    assert error.evalue.startswith("rnn_cell: h_t[0, 0] should be 0.462117")
    assert error.traceback == [error.evalue]


def test_text_of_the_student_is_escaped(outputs: dict[str, list[Any]]) -> None:
    shown = of_type(outputs["raises"], "display_data")[0].data

    assert "&lt;b&gt;bold&lt;/b&gt; \\x1b[31m" in shown["text/html"]
    assert "\x1b" not in shown["text/plain"] + shown["text/html"]


def test_the_page_needs_nothing_from_elsewhere(outputs: dict[str, list[Any]]) -> None:
    html = "".join(o.data.get("text/html", "") for cell in outputs.values() for o in of_type(cell, "display_data"))

    assert not re.search(r"https?:|<script|<link|url\(|src=", html)


def test_the_line_of_the_cell_is_named(outputs: dict[str, list[Any]]) -> None:
    assert "(line 2: raise ValueError(" in of_type(outputs["raises"], "error")[0].evalue


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("probe", "fit: fit is not defined. "),
        ("task", "sine/cell has no task 'lstm'. It has: rnn_cell, rnn_forward, readout."),
        ("nothing", "There is no 'None' here."),
        ("exit", "readout: readout raised SystemExit: 0"),
    ],
)
def test_what_goes_wrong_is_said_in_a_sentence(outputs: dict[str, list[Any]], cell: str, said: str) -> None:
    assert of_type(outputs[cell], "error")[0].evalue.startswith(said)


def test_the_notebook_is_as_before(outputs: dict[str, list[Any]]) -> None:
    lines = outputs["after"][0].text.splitlines()

    assert lines == ["True", "torch.float64 0 tensor([1., 1.])"]


def test_a_plot_passes_and_leaves_the_figures_of_the_notebook(outputs: dict[str, list[Any]]) -> None:
    shown, printed = outputs["draw"]

    assert shown.data["text/plain"] == "plot_predictions: passed"
    assert printed.text == "True True\n"


def test_pictures_stand_below_the_cell(outputs: dict[str, list[Any]]) -> None:
    shown, printed = outputs["plot"]

    assert base64.b64decode(shown.data["image/png"]).startswith(b"\x89PNG")
    assert shown.data["text/plain"].startswith("The loss per epoch: on the training data from ")
    assert printed.text == "True False\n"


def test_a_lesson_without_pictures_is_one_sentence(outputs: dict[str, list[Any]]) -> None:
    (error,) = outputs["none"]

    assert error.traceback == [error.evalue]
    assert error.evalue.startswith("sine/windows has nothing to draw. There are pictures of: sine/cell, ")


def test_the_call_that_shows_it_and_what_it_printed_stand_below_the_verdict(outputs: dict[str, list[Any]]) -> None:
    shown = of_type(outputs["prints"], "display_data")[0].data

    first, call, title, printed = shown["text/plain"].split("\n")[:4]
    assert first.startswith("readout: ") and call.startswith("readout(output=")
    assert (title, printed) == ("It printed:", "<i> torch.Size([1, 1, 2])")
    assert "&lt;i&gt; torch.Size" in shown["text/html"] and "readout(output=" in shown["text/html"]
    assert not of_type(outputs["prints"], "stream")


def test_prints_of_a_task_that_passes_are_shown(outputs: dict[str, list[Any]]) -> None:
    assert outputs["printed"][0].data["text/plain"].split("\n")[:3] == ["readout: passed", "It printed:", "fine"]


def test_each_call_gives_one_more_hint(outputs: dict[str, list[Any]], course: Course) -> None:
    hints = course.lesson("sine/cell").task("readout").hints

    texts = [shown.data["text/plain"] for shown in outputs["hint"]]
    assert texts == [f"sine/cell:readout, hint {n} of 3\n{hints[n - 1]}" for n in (1, 2)]
    assert all(one in outputs["hints"][0].data["text/plain"] for one in hints)
    assert of_type(outputs["which"], "error")[0].evalue.startswith("Which task? Name one of: sine/cell:rnn_cell, ")


def test_the_explanation_opens_when_the_task_passes(outputs: dict[str, list[Any]], course: Course) -> None:
    task = course.lesson("sine/cell").task("readout")

    shown = outputs["explain"][0].data
    assert task.why.strip() in shown["text/plain"] and task.another.strip() in shown["text/plain"]
    assert "```python\ndef readout" in shown["text/markdown"]
    (error,) = outputs["closed"]
    assert error.evalue.startswith("rnn_forward: rnn_forward is not defined.")
    assert error.evalue.endswith("The explanation opens when its public checks pass.")


def test_shapes_are_asked_for_and_answered(outputs: dict[str, list[Any]]) -> None:
    asked = outputs["shapes"][0].data["text/plain"]
    lines = outputs["answers"][0].data["text/plain"].split("\n")

    assert "readout takes output, w_hy, b_y.\nreadout returns result.\n" in asked
    assert lines[1].startswith("output: right. ")
    assert lines[2].startswith("w_hy: These are its letters, in another order.")
    assert lines[3].startswith("b_y: Q is no letter here.")
    assert of_type(outputs["nameless"], "error")[0].evalue == ("readout has no q. It has: output, w_hy, b_y, result.")


def test_the_functions_stay_functions_when_they_are_imported_again(outputs: dict[str, list[Any]]) -> None:
    assert outputs["again"][0].text == "True\n"
