"""Hidden tests of the cell lesson: values and gradients, then batch, causality, given states and shapes."""

from functools import partial

import pytest
import torch

from autograder.testing import (
    answers,
    check_device,
    check_gradients,
    check_loop,
    check_untouched,
    equal,
    layer_weights,
    normal,
    same,
    same_gradients,
    same_parts,
)

NAMES = ("x", "h0", "w_ih", "w_hh", "b_ih", "b_hh")
PARTS = {"output": "N T H", "h_n": "N H"}
SHARED = "{} shares memory with an argument; make a new tensor."
any_dtype = partial(same, dtype=False)


def cell_case(n, d, h, rng, dtype=torch.float32, scale=1.0):
    return (
        normal(n, d, rng=rng, dtype=dtype) * scale,
        normal(n, h, rng=rng, dtype=dtype),
        *layer_weights(d, h, rng, dtype),
    )


def check_cells(student, reference, cases, dtype=True):
    for mine, theirs in answers(student, reference, "rnn_cell", cases):
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
    case = (normal(3, 4, rng=rng), normal(3, 5, rng=rng), *layer_weights(4, 5, rng))
    cotangents = [normal(3, 5, rng=rng)]

    names = ("x_t", "h", *NAMES[2:])
    check_gradients(student, reference, "rnn_cell", case, names, cotangents, atol=1e-9, compare=any_dtype)


@pytest.mark.task("rnn_cell", weight=1)
def test_the_cell_leaves_its_arguments_alone_wherever_they_are(student, rng):
    """Arguments that are changed, and tensors that are made on the CPU."""
    case = (normal(3, 4, rng=rng), normal(3, 5, rng=rng), *layer_weights(4, 5, rng))

    check_untouched(student, "rnn_cell", [case], shared=SHARED.format("h_t"))
    check_device(student, "rnn_cell", case)


def loop_case(n, t, d, h, rng, dtype=torch.float32):
    return (normal(n, t, d, rng=rng, dtype=dtype), normal(n, h, rng=rng, dtype=dtype), *layer_weights(d, h, rng, dtype))


def check_loops(student, reference, cases, dtype=True):
    compare = partial(same, dtype=dtype)
    for mine, theirs in answers(student, reference, "rnn_forward", cases):
        same_parts(mine, theirs, PARTS, "rnn_forward should return output and h_n.", compare)


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

    check_gradients(student, reference, "rnn_forward", case, NAMES, cotangents, atol=5e-5, compare=any_dtype)


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
    weights = layer_weights(4, 5, rng)
    x, h0 = normal(3, 6, 4, rng=rng), normal(3, 5, rng=rng)

    check_loop(lambda x, h0: student.rnn_forward(x, h0, *weights), x, h0)


@pytest.mark.task("rnn_forward", weight=1)
def test_the_loop_leaves_its_arguments_alone_wherever_they_are(student, rng):
    """Arguments that are changed or handed back, and tensors that are made on the CPU."""
    cases = [(normal(3, t, 4, rng=rng), normal(3, 5, rng=rng), *layer_weights(4, 5, rng)) for t in (4, 1)]

    check_untouched(student, "rnn_forward", cases, shared=SHARED.format("A result"))
    check_device(student, "rnn_forward", cases[0])


def readout_case(n, t, h, o, rng, dtype=torch.float32):
    return [normal(*shape, rng=rng, dtype=dtype) for shape in ((n, t, h), (o, h), (o,))]


def check_readouts(student, reference, cases, dtype=True):
    for mine, theirs in answers(student, reference, "readout", cases):
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

    same_gradients(actual, expected, ("output", "w_hy", "b_y"), atol=5e-5, compare=any_dtype)
    equal(effects["changed"], [], "The list of changed arguments")
    assert not effects["shared"], SHARED.format("y")
