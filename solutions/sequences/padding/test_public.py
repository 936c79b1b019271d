"""Public tests of the padding lesson: numbers by hand, torch where nothing is padded, and other padding."""

import pytest
import torch
from torch.nn.utils.rnn import pad_sequence

from autograder.testing import same

ADDING = {"kind": "RNN", "sizes": (1, 1, 1), "nonlinearity": "relu"}


def rows_of(lengths, size, seed):
    """Draw rows of some lengths, not yet a batch."""
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(length, size, generator=generator) for length in lengths]


def weights_of(kind, d, h, layers, seed):
    torch.manual_seed(seed)
    rnn = getattr(torch.nn, kind)(d, h, layers, batch_first=True)
    return rnn, [parameter.detach().clone() for parameter in rnn.parameters()]


@pytest.mark.task("last_output", core=True)
def test_two_rows_by_hand(student):
    output = torch.tensor([[[1.0, 2.0], [3.0, 4.0], [9.0, 9.0]], [[5.0, 6.0], [9.0, 9.0], [9.0, 9.0]]])

    found = student.last_output(output, torch.tensor([2, 1]))

    same(found, torch.tensor([[3.0, 4.0], [5.0, 6.0]]), "the result", axes="N H", show=True)


@pytest.mark.task("last_output", core=True)
def test_states_that_say_their_row_and_how_many_steps_they_have_seen(student):
    lengths = torch.tensor([3, 6, 1, 4, 3])
    row, seen = 100.0 * torch.arange(5), torch.arange(1.0, 8.0)
    output = (row[:, None] + seen).unsqueeze(2).repeat(1, 1, 2)  # (5, 7, 2)

    found = student.last_output(output, lengths)

    same(found, (row + lengths).unsqueeze(1).repeat(1, 2), "the result (100 n + steps seen)", axes="N H", show=True)


@pytest.mark.task("last_output")
def test_other_padding_gives_the_same_output(student):
    rows, lengths = rows_of([4, 2, 5, 1], 3, seed=1), torch.tensor([4, 2, 5, 1])

    zeros, large = (student.last_output(pad_sequence(rows, True, value), lengths) for value in (0.0, 1e6))

    same(large, zeros, "the result with padding 1e6", axes="N H", show=True)


@pytest.mark.task("last_output")
def test_the_arguments_stay_as_they_are(student):
    effects = student.effects("last_output", torch.randn(2, 4, 3), torch.tensor([3, 4]))

    assert not effects["changed"], "output or lengths is not as it was; make new tensors."


@pytest.mark.task("encode", core=True)
def test_a_layer_that_adds_what_it_reads(student):
    one, zero = torch.ones(1, 1), torch.zeros(1)
    x = torch.tensor([[1.0, 2.0, 9.0, 9.0], [1.0, 1.0, 1.0, 1.0], [7.0, 9.0, 9.0, 9.0]]).unsqueeze(2)

    found = student.run("encoded", **ADDING, weights=[one, one, zero, zero], x=x, lengths=torch.tensor([2, 4, 1]))

    # The weights are 1, the biases 0 and the inputs positive: the state is the sum of what was read.
    same(found, torch.tensor([[3.0], [4.0], [7.0]]), "the encoding", axes="N H", show=True)


@pytest.mark.task("encode", core=True)
@pytest.mark.parametrize("kind", ["GRU", "RNN"])
def test_a_row_of_the_batch_is_encoded_as_if_it_were_alone(student, kind):
    rnn, weights = weights_of(kind, 2, 4, 1, seed=2)
    rows, lengths = rows_of([3, 5, 1, 4], 2, seed=3), torch.tensor([3, 5, 1, 4])

    found = student.run(
        "encoded", kind=kind, sizes=(2, 4, 1), weights=weights, x=pad_sequence(rows, True, 9.0), lengths=lengths
    )

    expected = torch.stack([rnn(row)[0][-1].detach() for row in rows])
    same(found, expected, "the encoding", axes="N H", show=True)


@pytest.mark.task("encode")
def test_other_padding_gives_the_same_states(student):
    _, weights = weights_of("GRU", 2, 3, 1, seed=4)
    rows, lengths = rows_of([2, 5, 3], 2, seed=5), torch.tensor([2, 5, 3])
    made = {"kind": "GRU", "sizes": (2, 3, 1), "weights": weights, "lengths": lengths}

    zeros, large = (student.run("encoded", **made, x=pad_sequence(rows, True, value)) for value in (0.0, 1e6))

    same(large, zeros, "the encoding with padding 1e6", axes="N H", show=True)


@pytest.mark.task("encode")
def test_of_two_layers_it_is_the_upper_one(student):
    rnn, weights = weights_of("GRU", 2, 3, 2, seed=6)
    x, lengths = torch.stack(rows_of([4, 4, 4], 2, seed=7)), torch.tensor([4, 4, 4])

    found = student.run("encoded", kind="GRU", sizes=(2, 3, 2), weights=weights, x=x, lengths=lengths)

    # Without padding every row ends in the last column of the layer's output.
    same(found, rnn(x)[0][:, -1].detach(), "the encoding", axes="N H", show=True)


@pytest.mark.task("encode")
def test_the_layer_and_the_arguments_stay_as_they_are(student):
    _, weights = weights_of("GRU", 2, 3, 1, seed=10)
    x = torch.randn(2, 4, 2, generator=torch.Generator().manual_seed(11))
    made = {"kind": "GRU", "sizes": (2, 3, 1), "weights": weights, "x": x, "lengths": torch.tensor([2, 4])}

    for training in (True, False):
        found = student.run("traces", **made, training=training)

        changed = [name for name in ("x", "lengths", "weights", "gradients", "mode") if not found[name]]
        assert not changed, f"These are not as they were: {', '.join(changed)}."


@pytest.mark.task("masked_mse", core=True)
def test_three_errors_by_hand(student):
    pred = torch.tensor([[1.0, 2.0, 9.0], [4.0, 9.0, 9.0]])
    target = torch.tensor([[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]])

    found = student.masked_mse(pred, target, torch.tensor([2, 1]))

    same(found, torch.tensor((1.0 + 4.0 + 16.0) / 3), "the loss", show=True)


@pytest.mark.task("masked_mse", core=True)
def test_without_padding_it_is_the_mean_squared_error(student):
    pred, target = rows_of([5, 5], 7, seed=8)

    found = student.masked_mse(pred, target, torch.full((5,), 7))

    same(found, torch.nn.functional.mse_loss(pred, target), "the loss", show=True)


@pytest.mark.task("masked_mse")
def test_other_padding_and_more_of_it_give_the_same_loss(student):
    rows, lengths = rows_of([3, 1, 5], 2, seed=9), torch.tensor([3, 1, 5])
    pairs = [pad_sequence(rows, True, value) for value in (0.0, 1e6)]
    pairs.append(torch.cat([pairs[0], torch.zeros(3, 4, 2)], dim=1))

    losses = [student.masked_mse(pair[..., 0].contiguous(), -pair[..., 1], lengths) for pair in pairs]

    same(losses[1], losses[0], "the loss with padding 1e6", show=True)
    same(losses[2], losses[0], "the loss with four more steps of padding", show=True)


@pytest.mark.task("masked_mse")
def test_padding_has_no_gradient(student):
    pred, target = torch.ones(2, 3), torch.zeros(2, 3)
    cotangents = [torch.ones(())]

    _, gradients = student.gradients("masked_mse", pred, target, torch.tensor([1, 3]), cotangents=cotangents)

    assert len(gradients) == 2, "The loss should have shape ()."
    expected = torch.tensor([[0.5, 0.0, 0.0], [0.5, 0.5, 0.5]])
    same(gradients[0], expected, "the gradient with respect to pred", axes="N T", show=True)
