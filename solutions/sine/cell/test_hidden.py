"""Hidden tests of the cell lesson: values and gradients, then batch, causality, given states and shapes."""

import pytest
import torch

from autograder.testing import equal, same

NAMES = ("x", "h0", "w_ih", "w_hh", "b_ih", "b_hh")
FACTOR = {torch.float32: 5e-5, torch.float64: 1e-9}
WRONG_DEVICE = "A tensor is made on the wrong device: take the device of x."


def weights_of(d, h, rng, dtype=torch.float64):
    """Draw weights as a default-initialised layer has them: uniform within 1 / sqrt(H)."""
    bound = h**-0.5
    shapes = ((h, d), (h, h), (h,), (h,))
    return [((2 * torch.rand(*s, generator=rng, dtype=torch.float64) - 1) * bound).to(dtype) for s in shapes]


def normal(*shape, rng, dtype=torch.float64):
    return torch.randn(*shape, generator=rng, dtype=torch.float64).to(dtype)


def check_gradients(actual, expected, names, dtype=torch.float64):
    outputs, gradients = actual
    wanted_outputs, wanted = expected
    assert len(outputs) == len(wanted_outputs), "The number of tensors returned is not as it should be."
    for mine, theirs in zip(outputs, wanted_outputs, strict=True):
        same(mine, theirs, "the result with gradients on", atol=FACTOR[dtype], dtype=False)
    for mine, theirs, name in zip(gradients, wanted, names, strict=True):
        same(mine, theirs, f"the gradient with respect to {name}", atol=FACTOR[dtype])


def cell_case(n, d, h, rng, dtype=torch.float32, scale=1.0):
    return (
        normal(n, d, rng=rng, dtype=dtype) * scale,
        normal(n, h, rng=rng, dtype=dtype),
        *weights_of(d, h, rng, dtype),
    )


def check_cells(student, reference, cases, dtype=True):
    expected = [reference.rnn_cell(*case) for case in cases]
    actual = [student.rnn_cell(*case) for case in cases]

    for mine, theirs in zip(actual, expected, strict=True):
        same(mine, theirs, "h_t", axes="N H", dtype=dtype)


@pytest.mark.task("rnn_cell", core=True, weight=4)
def test_values_agree_on_random_states(student, reference, rng):
    """Weights that are swapped or not transposed, a bias that is missing or counted twice, another activation."""
    cases = [cell_case(3, 4, 5, rng), cell_case(4, 4, 4, rng), cell_case(5, 3, 2, rng)]
    check_cells(student, reference, cases, dtype=False)


@pytest.mark.task("rnn_cell", weight=1)
def test_one_row_one_feature_one_unit_large_sums_and_double_precision(student, reference, rng):
    """Axes of length one that are squeezed, a sum that is cut off, a dtype that is lost."""
    cases = [cell_case(1, 4, 5, rng), cell_case(3, 1, 2, rng), cell_case(3, 4, 5, rng, torch.float64)]
    # Sums beyond 3, whatever the weights are: tanh sees all of a sum.
    cases.append(cell_case(40, 3, 1, rng, torch.float64, scale=10))
    check_cells(student, reference, cases)


@pytest.mark.task("rnn_cell", weight=2)
def test_gradients_of_the_cell_agree(student, reference, rng):
    """A graph that is cut, and states that are written to."""
    case = (normal(3, 4, rng=rng), normal(3, 5, rng=rng), *weights_of(4, 5, rng))
    cotangents = [normal(3, 5, rng=rng)]

    expected = reference.gradients("rnn_cell", *case, cotangents=cotangents)
    actual = student.gradients("rnn_cell", *case, cotangents=cotangents)

    check_gradients(actual, expected, ("x_t", "h", *NAMES[2:]))


@pytest.mark.task("rnn_cell", weight=1)
def test_the_cell_leaves_its_arguments_alone_wherever_they_are(student, rng):
    """Arguments that are changed, and tensors that are made on the CPU."""
    case = (normal(3, 4, rng=rng), normal(3, 5, rng=rng), *weights_of(4, 5, rng))

    effects = student.effects("rnn_cell", *case)

    equal(effects["changed"], [], "The list of changed arguments")
    assert not effects["shared"], "h_t shares memory with an argument; make a new tensor."
    assert student.elsewhere("rnn_cell", *case), WRONG_DEVICE


def loop_case(n, t, d, h, rng, dtype=torch.float32):
    return (normal(n, t, d, rng=rng, dtype=dtype), normal(n, h, rng=rng, dtype=dtype), *weights_of(d, h, rng, dtype))


def check_loops(student, reference, cases, dtype=True):
    expected = [reference.rnn_forward(*case) for case in cases]
    actual = [student.rnn_forward(*case) for case in cases]

    for mine, (output, h_n) in zip(actual, expected, strict=True):
        assert type(mine) in (tuple, list) and len(mine) == 2, "rnn_forward should return output and h_n."
        same(mine[0], output, "output", axes="N T H", dtype=dtype)
        same(mine[1], h_n, "h_n", axes="N H", dtype=dtype)


@pytest.mark.task("rnn_forward", core=True, weight=4)
def test_every_state_agrees_from_random_first_states(student, reference, rng):
    """A state that is not carried, h0 ignored, states in the wrong place, axes swapped, a length that is fixed."""
    sizes = [(3, 7, 4, 5), (5, 5, 4, 4), (2, 3, 6, 6), (2, 30, 3, 2)]
    check_loops(student, reference, [loop_case(*size, rng) for size in sizes], dtype=False)


@pytest.mark.task("rnn_forward", core=True, weight=3)
def test_gradients_through_time_agree(student, reference, rng):
    """A graph that is cut at the states: nothing is learned from the steps before."""
    case = loop_case(3, 30, 4, 5, rng)
    cotangents = [normal(3, 30, 5, rng=rng, dtype=torch.float32), normal(3, 5, rng=rng, dtype=torch.float32)]

    expected = reference.gradients("rnn_forward", *case, cotangents=cotangents)
    actual = student.gradients("rnn_forward", *case, cotangents=cotangents)

    check_gradients(actual, expected, NAMES, torch.float32)


@pytest.mark.task("rnn_forward", weight=1)
def test_one_row_one_step_one_feature_zeros_and_double_precision(student, reference, rng):
    """Axes of length one that are squeezed, zeros that are taken for no state, a dtype that is lost."""
    cases = [loop_case(*size, rng) for size in ((1, 6, 3, 2), (4, 1, 3, 5), (2, 5, 1, 2), (3, 7, 4, 5))]
    x, h0, *weights = cases[-1]
    cases += [(x, torch.zeros_like(h0), *weights), loop_case(3, 4, 2, 3, rng, torch.float64)]
    check_loops(student, reference, cases)


@pytest.mark.task("rnn_forward", weight=2)
def test_rows_futures_and_earlier_calls_do_not_matter(student, rng):
    """Rows that look at each other, steps that look ahead, a state that is kept for the next call."""
    weights = weights_of(4, 5, rng)
    x, h0 = normal(3, 6, 4, rng=rng), normal(3, 5, rng=rng)
    later = x.clone()
    later[:, 4:] += 1

    output, h_n = student.rnn_forward(x, h0, *weights)
    row, _ = student.rnn_forward(x[1:2], h0[1:2], *weights)
    changed, _ = student.rnn_forward(later, h0, *weights)
    first, middle = student.rnn_forward(x[:, :2], h0, *weights)
    second, end = student.rnn_forward(x[:, 2:], middle, *weights)
    again, _ = student.rnn_forward(x, h0, *weights)

    same(row, output[1:2], "output of one row alone", axes="1 T H")
    same(changed[:, :4], output[:, :4], "output before a change of the future", axes="N 4 H")
    same(torch.cat([first, second], dim=1), output, "output of two halves", axes="N T H")
    same(end, h_n, "h_n of two halves", axes="N H")
    same(again, output, "output of a second call", axes="N T H")


@pytest.mark.task("rnn_forward", weight=1)
def test_the_loop_leaves_its_arguments_alone_wherever_they_are(student, rng):
    """Arguments that are changed or handed back, and tensors that are made on the CPU."""
    cases = [(normal(3, t, 4, rng=rng), normal(3, 5, rng=rng), *weights_of(4, 5, rng)) for t in (4, 1)]

    effects = [student.effects("rnn_forward", *case) for case in cases]

    for found in effects:
        equal(found["changed"], [], "The list of changed arguments")
        assert not found["shared"], "A result shares memory with an argument; make a new tensor."
    assert student.elsewhere("rnn_forward", *cases[0]), WRONG_DEVICE


def readout_case(n, t, h, o, rng, dtype=torch.float32):
    return [normal(*shape, rng=rng, dtype=dtype) for shape in ((n, t, h), (o, h), (o,))]


def check_readouts(student, reference, cases, dtype=True):
    expected = [reference.readout(*case) for case in cases]
    actual = [student.readout(*case) for case in cases]

    for mine, theirs in zip(actual, expected, strict=True):
        same(mine, theirs, "y", axes="N T O", dtype=dtype)


@pytest.mark.task("readout", core=True, weight=4)
def test_answers_agree_at_every_step(student, reference, rng):
    """A weight that is not transposed, a missing bias, an activation, the last step alone."""
    cases = [readout_case(*size, rng=rng) for size in ((3, 7, 5, 2), (4, 4, 4, 4), (2, 3, 4, 5))]
    check_readouts(student, reference, cases, dtype=False)


@pytest.mark.task("readout", weight=1)
def test_one_row_one_step_one_output_and_double_precision(student, reference, rng):
    """Axes of length one that are squeezed, and a dtype that is lost."""
    cases = [readout_case(*size, rng=rng) for size in ((1, 4, 3, 1), (2, 1, 3, 3), (3, 4, 2, 1))]
    cases.append(readout_case(3, 5, 4, 2, rng=rng, dtype=torch.float64))
    check_readouts(student, reference, cases)


@pytest.mark.task("readout", weight=2)
def test_gradients_of_the_readout_agree_and_nothing_is_changed(student, reference, rng):
    """A graph that is cut, and states that are written to."""
    case = readout_case(3, 6, 5, 2, rng=rng)
    cotangents = [normal(3, 6, 2, rng=rng, dtype=torch.float32)]

    expected = reference.gradients("readout", *case, cotangents=cotangents)
    actual = student.gradients("readout", *case, cotangents=cotangents)
    effects = student.effects("readout", *case)

    check_gradients(actual, expected, ("output", "w_hy", "b_y"), torch.float32)
    equal(effects["changed"], [], "The list of changed arguments")
    assert not effects["shared"], "y shares memory with an argument; make a new tensor."
