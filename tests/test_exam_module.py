"""What tests ask of a module, and what is written down of its answers."""

from typing import Any

import pytest
import torch

from autograder.errors import StudentError, StudentMissing, WorkerTimeout
from autograder.exam.module import Module, masked, transcript


class Asked:
    """Answers every request with the same value, or raises it, and keeps the requests."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.requests: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, op: str, request: dict[str, Any]) -> Any:
        self.requests.append((op, request))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def module(answer: Any) -> tuple[Module, Asked]:
    asked = Asked(answer)
    return Module(asked, lambda name: f"source of {name}"), asked


def test_any_name_is_a_call() -> None:
    made, asked = module(3.0)

    assert made.rnn_cell(1, h=2) == 3.0
    assert asked.requests == [("call", {"name": "rnn_cell", "args": [1], "kwargs": {"h": 2}})]
    assert made.rnn_cell.__name__ == "rnn_cell"


def test_a_private_name_is_no_call() -> None:
    with pytest.raises(AttributeError):
        module(3.0)[0]._forward  # noqa: B018


def test_other_questions_have_operations_of_their_own() -> None:
    made, asked = module(None)

    made.gradients("f", 1, cotangents=(2,))
    made.effects("f", 1, h=2)
    made.follows_device("f", 1)
    made.run("steps", n=3)

    assert asked.requests == [
        ("gradients", {"name": "f", "args": [1], "cotangents": [2]}),
        ("effects", {"name": "f", "args": [1], "kwargs": {"h": 2}}),
        ("follows_device", {"name": "f", "args": [1]}),
        ("run_probe", {"source": "source of steps", "name": "steps", "data": {"n": 3}}),
    ]


def test_a_test_that_changes_an_answer_does_not_change_what_is_written_down() -> None:
    answer = {"h": torch.zeros(2), "more": [torch.zeros(2), (torch.zeros(2),)]}
    made, _ = module(answer)

    got = made.f()
    got["h"] += 1
    got["more"][1][0].add_(1)
    got["more"].clear()

    ((kind, kept),) = transcript(made)
    assert kind == "value" and kept is answer
    assert not kept["h"].any() and not kept["more"][1][0].any()


def test_what_was_raised_is_written_down_without_its_numbers() -> None:
    made, _ = module(StudentError("ValueError", "3 of 12 rows"))

    with pytest.raises(StudentError) as caught:
        made.f()

    assert caught.value.stage == "f"
    assert transcript(made) == [("raised", "ValueError", "# of # rows")]


def test_an_error_that_names_its_call_keeps_that_name() -> None:
    made, _ = module(StudentError("ValueError", stage="g"))

    with pytest.raises(StudentError) as caught:
        made.f()

    assert caught.value.stage == "g"


@pytest.mark.parametrize(
    "error", [StudentMissing("f"), WorkerTimeout("It took too long.")], ids=lambda e: type(e).__name__
)
def test_what_is_not_there_or_has_ended_is_written_down_by_its_kind(error: Exception) -> None:
    made, _ = module(error)

    with pytest.raises(type(error)):
        made.f()

    assert transcript(made) == [("gone", type(error).__name__)]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("", ""),
        ("shape 3x40", "shape #x#"),
        ("first 1\nsecond 2", "first #"),
        ("-1.5e10", "-#.#e#"),
        ("x" * 300, "x" * 200),
    ],
)
def test_a_masked_text_is_one_short_line_without_numbers(text: str, kept: str) -> None:
    assert masked(text) == kept
