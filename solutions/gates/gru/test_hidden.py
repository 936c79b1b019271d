"""Hidden tests of the GRU lesson: values and gradients, gates shut or open, batch, causality, given states."""

import pytest
import torch

from autograder.testing import (
    answers,
    check_device,
    check_gradients,
    check_loop,
    check_untouched,
    layer_weights,
    normal,
    same,
    same_numbers,
    same_parts,
    several,
)

NAMES = ("w_ih", "w_hh", "b_ih", "b_hh")
PARTS = {"output": "N T H", "h_n": "N H"}
PAIR = "gru_forward should return a pair, output and h_n."


def cell_case(n, d, h, rng, dtype=torch.float64):
    return (
        normal(n, d, rng=rng, dtype=dtype),
        normal(n, h, rng=rng, dtype=dtype),
        *layer_weights(d, h, rng, dtype, gates=3),
    )


@pytest.mark.task("gru_cell", core=True, weight=4)
def test_values_agree_on_random_states(student, reference, rng):
    cases = [cell_case(*size, rng, torch.float32) for size in ((3, 4, 5), (3, 4, 5), (4, 4, 4), (2, 3, 4))]
    # Sums beyond 3 and states beyond 1, whatever the weights are: the one is squeezed whole, the other is not.
    x_t, h, *weights = cell_case(40, 3, 2, rng, torch.float32)
    cases.append((10 * x_t, 4 * h, *weights))

    for mine, theirs in answers(student, reference, "gru_cell", cases):
        same_numbers(mine, theirs, "h_t", axes="N H")


@pytest.mark.task("gru_cell", weight=1)
def test_one_example_one_number_one_unit_and_both_precisions(student, reference, rng):
    cases = [cell_case(*size, rng) for size in ((1, 6, 2), (3, 1, 3), (2, 3, 1), (3, 4, 5))]
    cases.append(cell_case(1, 3, 4, rng, torch.float32))

    for mine, theirs in answers(student, reference, "gru_cell", cases):
        same(mine, theirs, "h_t", axes="N H")


def with_gates(rng, r, z):
    """Draw a case in which both gates are shut (-50) or open (50)."""
    x_t, h, w_ih, w_hh, b_ih, b_hh = cell_case(3, 4, 5, rng, torch.float32)
    b_ih[:5] += r
    b_ih[5:10] += z
    return x_t, h, w_ih, w_hh, b_ih, b_hh


def proposal(x_t, h, w_ih, w_hh, b_ih, b_hh, seen):
    """Compute the proposal of a unit that sees the whole of what comes from h (1) or nothing of it (0)."""
    new, past = x_t @ w_ih[10:].T + b_ih[10:], h @ w_hh[10:].T + b_hh[10:]
    return torch.tanh(new + seen * past)


@pytest.mark.task("gru_cell", weight=2)
def test_gates_that_are_shut_or_open_keep_forget_and_look_back(student, rng):
    keeping = with_gates(rng, r=50, z=50)
    forgetting = with_gates(rng, r=-50, z=-50)
    looking_back = with_gates(rng, r=50, z=-50)

    kept, forgot, looked_back = (student.gru_cell(*case) for case in (keeping, forgetting, looking_back))

    same_numbers(kept, keeping[1], "h_t where z is 1", axes="N H")
    same_numbers(forgot, proposal(*forgetting, seen=0), "h_t where r and z are 0", axes="N H")
    same_numbers(looked_back, proposal(*looking_back, seen=1), "h_t where r is 1 and z is 0", axes="N H")


@pytest.mark.task("gru_cell", weight=2)
def test_gradients_of_the_cell_agree(student, reference, rng):
    case = cell_case(3, 4, 5, rng)
    cotangents = [normal(3, 5, rng=rng)]

    check_gradients(student, reference, "gru_cell", case, ("x_t", "h", *NAMES), cotangents)


@pytest.mark.task("gru_cell", weight=1)
def test_the_cell_leaves_its_arguments_alone_wherever_they_are(student, rng):
    case = cell_case(3, 4, 5, rng)

    check_untouched(student, "gru_cell", [case], shared="h_t shares memory with an argument; make a new tensor.")
    check_device(student, "gru_cell", case)


def loop_case(n, t, d, h, rng, dtype=torch.float64):
    return (
        normal(n, t, d, rng=rng, dtype=dtype),
        normal(n, h, rng=rng, dtype=dtype),
        *layer_weights(d, h, rng, dtype, gates=3),
    )


@pytest.mark.task("gru_forward", core=True, weight=4)
def test_every_state_agrees_from_random_first_states(student, reference, rng):
    # With as many steps as examples first, a loop over the wrong axis returns numbers, and can be recognised by them.
    cases = [loop_case(*size, rng, torch.float32) for size in ((5, 5, 4, 4), (3, 7, 4, 5), (2, 30, 3, 2))]
    compare_runs(student, reference, cases, same_numbers)


@pytest.mark.task("gru_forward", weight=1)
def test_one_example_one_step_states_of_zero_and_both_precisions(student, reference, rng):
    x, h0, *weights = loop_case(3, 7, 4, 5, rng)
    cases = [(x, torch.zeros_like(h0), *weights), loop_case(2, 3, 4, 5, rng, torch.float32)]
    cases += [loop_case(*size, rng) for size in ((1, 6, 3, 2), (4, 1, 3, 5), (2, 9, 1, 1), (3, 6, 4, 5))]
    compare_runs(student, reference, cases, same)


def compare_runs(student, reference, cases, compare):
    for mine, theirs in answers(student, reference, "gru_forward", cases):
        same_parts(mine, theirs, PARTS, PAIR, compare)


@pytest.mark.task("gru_forward", core=True, weight=3)
def test_gradients_through_time_agree(student, reference, rng):
    case = loop_case(3, 20, 4, 5, rng, torch.float32)
    cotangents = [normal(3, 20, 5, rng=rng, dtype=torch.float32), normal(3, 5, rng=rng, dtype=torch.float32)]

    check_gradients(student, reference, "gru_forward", case, ("x", "h0", *NAMES), cotangents, atol=1e-4)


@pytest.mark.task("gru_forward", weight=2)
def test_rows_futures_and_earlier_calls_do_not_matter(student, rng):
    x, h0, *weights = loop_case(3, 6, 4, 5, rng)

    check_loop(lambda x, h0: several(student.gru_forward(x, h0, *weights), 2, PAIR), x, h0)


@pytest.mark.task("gru_forward", weight=1)
def test_the_loop_leaves_its_arguments_alone_wherever_they_are(student, rng):
    cases = [loop_case(3, t, 4, 5, rng) for t in (4, 1)]

    check_untouched(student, "gru_forward", cases)
    check_device(student, "gru_forward", cases[0])
