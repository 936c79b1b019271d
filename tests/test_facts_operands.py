"""torch's messages about sizes are said in the letters of the lesson, and numbers tell two causes apart."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
import torch
from classroom import FORECASTER, hand_in

from autograder.course.model import Course, Lesson, Task
from autograder.course.task import read_shapes
from autograder.errors import StudentError
from autograder.exam.distance import same_returns
from autograder.exam.exam import course_exam, run_session
from autograder.exam.examine import examine
from autograder.exam.module import Module, Request, masked, transcript
from autograder.exam.numbers import as_recorded
from autograder.exam.operands import in_letters
from autograder.exam.outcome import judged
from autograder.exam.session import Item, PlannedTest, TestRun
from autograder.isolation.forked import Zygote
from autograder.isolation.limits import Limits

CELL = Task(
    "rnn_cell",
    3,
    takes=read_shapes(
        {name: [axes, "."] for name, axes in {"x_t": "N, D", "h": "N, H", "w_ih": "H, D", "w_hh": "H, H"}.items()}
    ),
)
BATCH_STATE = "Expected hidden{} size ({}), got [{}]"


def asked(n: int, d: int, h: int, op: str = "call") -> Request:
    args = [torch.zeros(n, d), torch.zeros(n, h), torch.zeros(h, d), torch.zeros(h, h)]
    return Request(op, {"name": "rnn_cell", "args": args})


def said(text: str, request: Request | None = None) -> str:
    return in_letters(StudentError("RuntimeError", text), CELL, request)


def raised(function: Any) -> str:
    with pytest.raises(RuntimeError) as error:
        function()
    return str(error.value)


def test_a_product_is_said_in_letters_and_asks_for_a_transpose() -> None:
    text = raised(lambda: torch.zeros(3, 4) @ torch.zeros(5, 4))

    assert said(text, asked(3, 4, 5)) == (
        "(N, D) = (3, 4) times (H, D) = (5, 4): the last axis of the first must be as long as the first axis of the "
        "second. Is a .T missing?"
    )


def test_what_is_turned_round_is_said_turned_round() -> None:
    text = raised(lambda: torch.zeros(8, 5) @ torch.zeros(3, 5))

    assert said(text, asked(8, 3, 5)).startswith(
        "(N, H) = (8, 5) times (D, H) = (3, 5): the last axis of the first must"
    )
    assert said(text).startswith("(8, 5) times (3, 5): the last axis of the first must")


@pytest.mark.parametrize(
    "request_", [None, asked(4, 4, 5), asked(3, 5, 5), Request("run_probe", {"data": {}})], ids=str
)
def test_letters_in_doubt_are_not_said(request_: Request | None) -> None:
    text = raised(lambda: torch.zeros(4, 6) @ torch.zeros(5, 4))

    assert said(text, request_) == (
        "(4, 6) times (5, 4): the last axis of the first must be as long as the first axis of the second."
    )


def test_sizes_that_must_match_are_said_in_letters() -> None:
    text = raised(lambda: torch.zeros(3, 4) + torch.zeros(3, 5))

    assert said(text, asked(3, 4, 5)) == "Axis 1 is D = 4 in the one and H = 5 in the other."
    assert said(text, asked(3, 4, 4)) == said(text) == ""


@pytest.mark.parametrize(
    ("layer", "state", "sentence"),
    [
        (torch.nn.RNN(2, 5, batch_first=True), torch.zeros(1, 7, 5), "The first state has batch 7 in place of 3."),
        (torch.nn.GRU(2, 5, 2, batch_first=True), torch.zeros(1, 3, 5), "The first state has layers 1 in place of 2."),
        (
            torch.nn.LSTM(2, 5, batch_first=True),
            (torch.zeros(1, 3, 4), torch.zeros(1, 3, 4)),
            "The first state has hidden size 4 in place of 5.",
        ),
    ],
    ids=["batch", "layers", "hidden size"],
)
def test_a_state_that_does_not_fit_says_which_size(layer: torch.nn.Module, state: Any, sentence: str) -> None:
    assert said(raised(lambda: layer(torch.zeros(3, 6, 2), state))) == sentence


def backward_twice() -> None:
    loss = torch.ones(2, requires_grad=True).square().sum()
    loss.backward()
    loss.backward()


def written_in_place() -> None:
    h = torch.tanh(torch.ones(2, requires_grad=True))
    h += 1
    h.sum().backward()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (backward_twice, "A state of an earlier call still holds its graph"),
        (written_in_place, "What the gradient needs was written to"),
        (lambda: torch.nn.functional.cross_entropy(torch.zeros(2, 3).long(), torch.zeros(2).long()), "whole numbers"),
        (lambda: torch.softmax(torch.zeros(2, dtype=torch.long), 0), "whole numbers"),
    ],
)
def test_what_students_meet_most_is_explained(wrong: Any, sentence: str) -> None:
    assert sentence in said(raised(wrong))


def test_the_explanation_stands_behind_torchs_words_and_the_line() -> None:
    plan = PlannedTest(
        cast(Item, SimpleNamespace(name="test_it")), cast(Lesson, SimpleNamespace(key="a/b")), CELL, 1.0, True
    )
    error = StudentError(
        "RuntimeError",
        raised(lambda: torch.zeros(3, 4) @ torch.zeros(5, 4)),
        stage="rnn_cell",
        line=7,
        source="x_t @ w_ih",
    )

    result = judged(TestRun(plan, error, [], (asked(3, 4, 5),)), SimpleNamespace(notes=(), names=()))

    assert result.message.startswith(
        "rnn_cell raised RuntimeError: mat1 and mat2 shapes cannot be multiplied (3x4 and 5x4) "
    )
    assert " (line 7: x_t @ w_ih). (N, D) = (3, 4) times (H, D) = (5, 4): " in result.message


def written_down(text: str, **data: Any) -> Any:
    def ask(op: str, request: Any) -> Any:
        raise StudentError("RuntimeError", text)

    module = Module(ask, lambda name: "")
    with pytest.raises(StudentError):
        module.run("probe", **data)
    return transcript(module)[0][2]


def test_numbers_that_were_given_are_compared_and_a_programs_own_are_not() -> None:
    data = {"x": torch.zeros(3, 7, 2), "sizes": [2, 5, 1]}
    kept = BATCH_STATE.format("", "1, 1, 5", "1, 3, 5")
    fixed, another = (BATCH_STATE.format("", "1, 3, 5", f"1, {batch}, 5") for batch in (32, 64))

    assert (
        written_down(fixed, **data) == written_down(another, **data) == "Expected hidden size (1, 3, 5), got [1, #, 5]"
    )
    assert written_down(kept, **data) == kept != written_down(fixed, **data)


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        ("got [1, #, 5]", "got [1, 16, 5]", True),  # the one's own choice, which the other was given by chance
        ("got [1, #, 5]", "got [1, #, 5]", True),
        ("got [1, 3, 5]", "got [1, 1, 5]", False),
        ("got [1, #, 5]", "got (1, #, 5)", False),
        ("got [1, 3]", "got [1, 3, 5]", False),
    ],
)
def test_two_exceptions_are_the_same_unless_given_numbers_differ(first: str, second: str, is_same: bool) -> None:
    for a, b in ((first, second), (second, first)):
        assert same_returns([("raised", "RuntimeError", a)], [("raised", "RuntimeError", b)]) is is_same
        assert not same_returns([("raised", "RuntimeError", a)], [("raised", "ValueError", b)])


def test_addresses_are_never_compared() -> None:
    assert masked("at 0x7f3a1 and 3", {3, 7}) == "at # and 3"


@pytest.mark.parametrize(("text", "is_same"), [("got [1, 3, 5]", True), ("got (1, 3, 5)", False)])
def test_a_record_of_an_earlier_kit_is_compared_as_it_was(text: str, is_same: bool) -> None:
    old = [["raised", "RuntimeError", "got [0, 0, 0]"]]

    assert (as_recorded([["raised", "RuntimeError", masked(text, {1, 3})]], old) == old) is is_same
    assert as_recorded([["raised", "E", "got 3"]], [["raised", "E", "got #"]]) == [["raised", "E", "got 3"]]


HEAD = f"""{FORECASTER}
        self.sizes = (num_layers, hidden_size, cell)
        self.hidden = None

    def forward(self, x, hx=None):
"""
LAST = "        return self.head(output[:, -1])\n"
KEPT = {
    "a state that replaces the first": "        self.hidden = self.hidden if hx is None else hx\n"
    "        output, self.hidden = self.rnn(x, self.hidden)\n",
    "a state that is kept by an if": "        if hx is None:\n            hx = self.hidden\n"
    "        output, state = self.rnn(x, hx)\n        self.hidden = state\n",
}
FIXED = """        layers, size, cell = self.sizes
        if hx is None:
            zeros = torch.zeros(layers, BATCH, size, dtype=x.dtype)
            hx = (zeros, zeros) if cell == "LSTM" else zeros
        output, _ = self.rnn(x, hx)
"""
BODIES = {**{name: (body, "M47") for name, body in KEPT.items()}, **{
    f"a batch of {n}": (FIXED.replace("BATCH", str(n)), "M46") for n in (16, 64)
}}  # fmt: skip


def test_a_state_that_is_kept_is_no_fixed_batch_size(course: Course, zygote: Zygote) -> None:
    lesson = course.lesson("sine/training")
    alone = course.only([lesson]).assignment("sine")
    found = []

    def work(exam: Any) -> None:
        for name, (body, _) in BODIES.items():
            found.append(examine(exam, alone, hand_in(name, training=f"{HEAD}{body}{LAST}"), zygote, Limits()))

    run_session(course_exam([lesson], "a secret", work))

    assert {one.student: one.tasks[0].mistake for one in found} == {name: id for name, (_, id) in BODIES.items()}
