"""A module of our own that answers in the grader's process: each question begins alike and leaves nothing behind."""

import traceback

import pytest
import torch

from autograder.exam.local import Local

DRAWS = "import torch\n\n\ndef draws():\n    return torch.rand(3)\n"
QUESTION = {"name": "draws", "args": [], "kwargs": {}}


def test_each_question_draws_the_same_numbers_and_moves_nobody_elses() -> None:
    torch.default_generator.manual_seed(7)
    expected = torch.rand(2)
    torch.default_generator.manual_seed(7)
    local = Local("lesson", DRAWS)

    first, second = local.ask("call", QUESTION), local.ask("call", QUESTION)

    assert torch.equal(first, second)
    assert torch.equal(torch.rand(2), expected)


def test_a_question_does_not_cost_a_description_of_the_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    described: list[object] = []
    monkeypatch.setattr(traceback, "format_stack", lambda *_: described.append(1))

    Local("lesson", DRAWS).ask("call", QUESTION)

    assert not described
