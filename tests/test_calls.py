"""What may be asked of a lesson's module: that it stays on the device of its arguments."""

import types

import pytest
import torch

from autograder.isolation import calls

RIGHT = {
    "plain": lambda x, pair: x + pair[0],
    "a pair": lambda x, pair: (x, [pair[1], x.new_zeros(2)]),
    "a number is read": lambda x, pair: x * x.sum().item(),
    "a question is asked": lambda x, pair: x if x.sum() > 0 else -x,
    "a number is printed": lambda x, pair: (f"{x.mean():.2f}", x + 1)[1],
    "numbers are listed": lambda x, pair: (x.tolist(), written(x.new_zeros(3), x))[1],
    "numbers are kept for a plot": lambda x, pair: (x.detach().cpu().numpy(), x + 1)[1],
    "a single number is made": lambda x, pair: torch.tensor(2.0) * x,
    "a single number is made and another printed": lambda x, pair: (f"{x.mean():.2f}", torch.tensor(2.0) * x)[1],
    "places are counted": lambda x, pair: x[torch.arange(2)],
}
WRONG = {
    "written into the CPU": lambda x, pair: torch.zeros(3).index_copy_(0, torch.arange(3), x),
    "written into the CPU by slices": lambda x, pair: written(torch.zeros(3), x),
    "written into the CPU and printed": lambda x, pair: (f"{x.mean():.2f}", written(torch.zeros(3), x)),
    "made on the CPU": lambda x, pair: torch.cat([x, torch.zeros(3)]),
    "returned on the CPU": lambda x, pair: (x, torch.zeros(3)),
    "another state": lambda x, pair: torch.rnn_tanh_cell(x[None], torch.zeros(1, 3), *[torch.eye(3).to(x)] * 2),
}


def written(into: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    into[:] = x
    return into


def stays(function: object) -> bool:
    module = types.ModuleType("lesson")
    module.__dict__["answer"] = function
    return calls.elsewhere(module, "answer", [torch.ones(3), (torch.ones(3), torch.ones(3))])


@pytest.mark.parametrize("name", RIGHT)
def test_what_another_device_could_do_stays_there(name: str) -> None:
    assert stays(RIGHT[name])


@pytest.mark.parametrize("name", WRONG)
def test_a_tensor_of_the_cpu_is_seen(name: str) -> None:
    assert not stays(WRONG[name])
