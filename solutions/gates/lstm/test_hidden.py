"""Hidden tests of the LSTM lesson: values and gradients, gates shut or open, batch, causality, given states."""

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

NAMES = ("h", "c", "w_ih", "w_hh", "b_ih", "b_hh")
CELL = {"h": "N H", "c": "N H"}
CELL_PAIR = "lstm_cell should return a pair, h and c."
STATES = "lstm_forward, as its second result, should return a pair, h_n and c_n."
LOOP_PAIR = "lstm_forward should return output and the last (h, c)."


def pair(n, h, rng, dtype=torch.float64):
    return normal(n, h, rng=rng, dtype=dtype), normal(n, h, rng=rng, dtype=dtype)


def cell_case(n, d, h, rng, dtype=torch.float64):
    return normal(n, d, rng=rng, dtype=dtype), pair(n, h, rng, dtype), *layer_weights(d, h, rng, dtype, gates=4)


@pytest.mark.task("lstm_cell", core=True, weight=4)
def test_both_states_agree_on_random_states(student, reference, rng):
    cases = [cell_case(*size, rng, torch.float32) for size in ((3, 4, 5), (4, 4, 4), (2, 3, 4))]
    # Sums and memories beyond 3, whatever the weights are: a sigmoid and a tanh see all of them.
    x_t, (h, c), *weights = cell_case(40, 3, 2, rng, torch.float32)
    cases.append((10 * x_t, (h, 4 * c), *weights))

    for mine, theirs in answers(student, reference, "lstm_cell", cases):
        same_parts(mine, theirs, CELL, CELL_PAIR, same_numbers)


@pytest.mark.task("lstm_cell", weight=1)
def test_one_example_one_number_and_both_precisions(student, reference, rng):
    cases = [cell_case(*size, rng) for size in ((1, 6, 2), (3, 1, 3), (3, 4, 5))]
    cases.append(cell_case(1, 3, 4, rng, torch.float32))

    for mine, theirs in answers(student, reference, "lstm_cell", cases):
        same_parts(mine, theirs, CELL, CELL_PAIR)


def with_gates(n, d, size, rng, **levels):
    """Draw a case in which some gates, named i, f or o, are shut (-50) or open (50)."""
    x_t, state, w_ih, w_hh, b_ih, b_hh = cell_case(n, d, size, rng, torch.float32)
    for place, gate in enumerate("ifgo"):
        b_ih[place * size : (place + 1) * size] += levels.get(gate, 0)
    return x_t, state, w_ih, w_hh, b_ih, b_hh


def written(x_t, state, w_ih, w_hh, b_ih, b_hh):
    """Compute tanh of the third part alone."""
    size = state[0].shape[1]
    part = slice(2 * size, 3 * size)
    return torch.tanh(x_t @ w_ih[part].T + b_ih[part] + state[0] @ w_hh[part].T + b_hh[part])


@pytest.mark.task("lstm_cell", weight=2)
def test_gates_that_are_shut_or_open_keep_write_and_hide(student, rng):
    keeping = with_gates(3, 4, 5, rng, i=-50, f=50)
    writing = with_gates(3, 4, 5, rng, i=50, f=-50)
    hiding = with_gates(3, 4, 5, rng, i=-50, f=50, o=-50)

    kept, new, hidden = (student.lstm_cell(*case) for case in (keeping, writing, hiding))

    for found in (kept, new, hidden):
        several(found, 2, CELL_PAIR)
    same_numbers(kept[1], keeping[1][1], "c where f is 1 and i is 0", axes="N H")
    same_numbers(new[1], written(*writing), "c where f is 0 and i is 1", axes="N H")
    same_numbers(hidden[0], torch.zeros(3, 5), "h where o is 0", axes="N H")
    same_numbers(hidden[1], hiding[1][1], "c where f is 1, i is 0 and o is 0", axes="N H")


@pytest.mark.task("lstm_cell", weight=2)
def test_gradients_of_the_cell_agree(student, reference, rng):
    case = cell_case(3, 4, 5, rng)
    cotangents = [*pair(3, 5, rng)]

    check_gradients(student, reference, "lstm_cell", case, ("x_t", *NAMES), cotangents)


@pytest.mark.task("lstm_cell", weight=1)
def test_the_cell_leaves_its_arguments_alone_wherever_they_are(student, rng):
    case = cell_case(3, 4, 5, rng)

    check_untouched(student, "lstm_cell", [case], shared="h or c shares memory with an argument; make new tensors.")
    check_device(student, "lstm_cell", case)


def loop_case(n, t, d, h, rng, dtype=torch.float64):
    return normal(n, t, d, rng=rng, dtype=dtype), pair(n, h, rng, dtype), *layer_weights(d, h, rng, dtype, gates=4)


def check_runs(student, reference, cases, compare=same):
    for mine, (output, last) in answers(student, reference, "lstm_forward", cases):
        several(mine, 2, LOOP_PAIR)
        compare(mine[0], output, "output", axes="N T H")
        same_parts(mine[1], last, {"h_n": "N H", "c_n": "N H"}, STATES, compare)


@pytest.mark.task("lstm_forward", core=True, weight=4)
def test_every_state_agrees_from_random_first_states(student, reference, rng):
    cases = [loop_case(*size, rng, torch.float32) for size in ((3, 7, 4, 5), (5, 5, 4, 4), (2, 30, 3, 2))]

    check_runs(student, reference, cases, same_numbers)


@pytest.mark.task("lstm_forward", weight=1)
def test_one_example_one_step_states_of_zero_and_both_precisions(student, reference, rng):
    x, (h, c), *weights = loop_case(3, 7, 4, 5, rng)
    cases = [(x, (torch.zeros_like(h), torch.zeros_like(c)), *weights)]
    cases += [loop_case(*size, rng) for size in ((1, 6, 3, 2), (4, 1, 3, 5), (2, 9, 1, 1), (3, 6, 4, 5))]
    cases.append(loop_case(2, 3, 4, 5, rng, torch.float32))

    check_runs(student, reference, cases)


@pytest.mark.task("lstm_forward", core=True, weight=3)
def test_gradients_through_time_agree(student, reference, rng):
    case = loop_case(3, 20, 4, 5, rng, torch.float32)
    cotangents = [normal(3, 20, 5, rng=rng, dtype=torch.float32), *pair(3, 5, rng, torch.float32)]

    check_gradients(student, reference, "lstm_forward", case, ("x", *NAMES), cotangents, atol=1e-4)


@pytest.mark.task("lstm_forward", weight=2)
def test_rows_futures_and_earlier_calls_do_not_matter(student, rng):
    x, state, *weights = loop_case(3, 6, 4, 5, rng)

    def run(x, state):
        return several(student.lstm_forward(x, state, *weights), 2, LOOP_PAIR)

    def same_end(actual, expected):
        says = "lstm_forward should return a pair, h_n of two halves and c_n of two halves."
        same_parts(actual, expected, {"h_n of two halves": "N H", "c_n of two halves": "N H"}, says)

    check_loop(run, x, state, same_end)


@pytest.mark.task("lstm_forward", weight=1)
def test_the_loop_leaves_its_arguments_alone_wherever_they_are(student, rng):
    cases = [loop_case(3, t, 4, 5, rng) for t in (4, 1)]

    check_untouched(student, "lstm_forward", cases)
    check_device(student, "lstm_forward", cases[0])
