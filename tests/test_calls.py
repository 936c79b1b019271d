"""What may be asked of a lesson's module: that it stays on the device of its arguments."""

import contextlib
import types

import pytest
import torch

from autograder.isolation.inside import calls

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
    "places are counted and a number is read": lambda x, pair: (x.sum().item(), x[torch.arange(2)])[1],
    "moved to x": lambda x, pair: (x.sum().item(), x + torch.zeros(3).to(x))[1],
    "moved to the device of x": lambda x, pair: (x.sum().item(), x + torch.zeros(3).to(x.device))[1],
    "moved by a word": lambda x, pair: (x.tolist(), x + torch.zeros(3, device=x.device.type))[1],
    "made on the device of x": lambda x, pair: (x.tolist(), torch.cat([x, torch.zeros(3, device=x.device)]))[1],
    "made like x": lambda x, pair: (x.tolist(), torch.stack([x, torch.zeros_like(x), x.new_ones(3)]))[1],
    "of the same type": lambda x, pair: (x.tolist(), torch.where(x > 0, x, torch.arange(3).type_as(x)))[1],
    "copied to the CPU and back": lambda x, pair: torch.from_numpy(x.cpu().numpy() + 1).to(x.device),
    "written into one of x": lambda x, pair: (x.sum().item(), written(torch.empty_like(x), x))[1],
    "packed": lambda x, pair: packed(x),
    "raised": lambda x, pair: x.no_such_name,
}
WRONG = {
    "written into the CPU": lambda x, pair: torch.zeros(3).index_copy_(0, torch.arange(3), x),
    "written into the CPU by slices": lambda x, pair: written(torch.zeros(3), x),
    "written into the CPU and printed": lambda x, pair: (f"{x.mean():.2f}", written(torch.zeros(3), x)),
    "made on the CPU": lambda x, pair: torch.cat([x, torch.zeros(3)]),
    "returned on the CPU": lambda x, pair: (x, torch.zeros(3)),
    "joined": lambda x, pair: (x.sum().item(), torch.cat([x, torch.zeros(3)]))[1],
    "joined to a number": lambda x, pair: (x.sum().item(), torch.stack([x[0], torch.tensor(1.0)]))[1],
    "stacked": lambda x, pair: (x.sum().item(), torch.stack([torch.zeros(3), x]))[1],
    "added in place": lambda x, pair: (x + 0).add_(torch.zeros(3)),
    "added in place after a number is read": lambda x, pair: (x.sum().item(), (x + 0).add_(torch.zeros(3)))[1],
    "chosen": lambda x, pair: (x.sum().item(), torch.where(x > 0, x, torch.zeros(3)))[1],
    "multiplied": lambda x, pair: x[None] @ torch.eye(3),
    "begun on the CPU": lambda x, pair: sum(pair, torch.zeros(3)),
    "put at places": lambda x, pair: put(x + 0, torch.zeros(2)),
    "gathered": lambda x, pair: x.gather(0, torch.arange(2)),
    "written into the CPU after a number is read": lambda x, pair: (x.tolist(), written(torch.empty(3), x))[1],
    "returned on the CPU after a number is read": lambda x, pair: (x.sum().item(), x.cpu())[1],
    "made from numbers": lambda x, pair: torch.tensor(x.tolist()),
    "noticed before it fails": lambda x, pair: (x.sum().item(), x + torch.zeros(3), x.no_such_name),
    "noticed, and nothing said": lambda x, pair: (x.sum().item(), silenced(x), x + 1)[2],
    "another state": lambda x, pair: torch.rnn_tanh_cell(x[None], torch.zeros(1, 3), *[torch.eye(3).to(x)] * 2),
}


def written(into: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    into[:] = x
    return into


def put(into: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    into[torch.arange(2)] = values
    return into


def silenced(x: torch.Tensor) -> None:
    with contextlib.suppress(RuntimeError):
        x.add_(torch.zeros(3))


def packed(x: torch.Tensor) -> torch.Tensor:
    lengths = torch.tensor([3, 2])
    batch = torch.nn.utils.rnn.pack_padded_sequence(x[None, :, None].repeat(2, 1, 1), lengths, batch_first=True)
    output, _ = torch.nn.utils.rnn.pad_packed_sequence(batch, batch_first=True)
    return output[torch.arange(2), lengths - 1]


def stays(function: object) -> bool:
    module = types.ModuleType("lesson")
    module.__dict__["answer"] = function
    return calls.follows_device(module, "answer", [torch.ones(3), (torch.ones(3), torch.ones(3))])


@pytest.mark.parametrize("name", RIGHT)
def test_what_another_device_could_do_stays_there(name: str) -> None:
    assert stays(RIGHT[name])


@pytest.mark.parametrize("name", WRONG)
def test_a_tensor_of_the_cpu_is_seen(name: str) -> None:
    assert not stays(WRONG[name])


class Forecast(torch.nn.Module):
    """A recurrent layer and a head.

    Args:
        state: makes the first state from the input.
        beside: a tensor that is kept and not registered.
    """

    def __init__(self, state=None, beside=None, read=False) -> None:
        super().__init__()
        self.rnn, self.head = torch.nn.RNN(1, 4, batch_first=True), torch.nn.Linear(4, 1)
        self.state, self.beside, self.read = state, beside, read

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.read:
            x = x * max(x.abs().max().item(), 1.0)
        output, _ = self.rnn(x, None if self.state is None else self.state(x))
        last = output[:, -1]
        return self.head(last if self.beside is None else torch.cat([last[:, :3], self.beside()], dim=1))


@pytest.mark.parametrize("read", [False, True], ids=["", "and a number is read"])
@pytest.mark.parametrize(
    "given",
    [{}, {"state": lambda x: x.new_zeros(1, 2, 4)}, {"state": lambda x: torch.zeros(1, 2, 4, device=x.device)}],
    ids=["no state", "a state like x", "a state on the device of x"],
)
def test_a_model_that_moves_stays(given, read: bool) -> None:
    assert calls.model_follows(lambda: Forecast(**given, read=read), [torch.zeros(2, 3, 1)])


@pytest.mark.parametrize("read", [False, True], ids=["", "and a number is read"])
@pytest.mark.parametrize(
    "given",
    [{"state": lambda x: torch.zeros(1, 2, 4)}, {"beside": lambda: torch.zeros(2, 1)}],
    ids=["a state of the CPU", "joined to a tensor of the CPU"],
)
def test_a_model_that_leaves_something_behind_is_seen(given, read: bool) -> None:
    assert not calls.model_follows(lambda: Forecast(**given, read=read), [torch.zeros(2, 3, 1)])
