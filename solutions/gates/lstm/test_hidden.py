"""Hidden tests of the LSTM lesson: values and gradients, gates shut or open, batch, causality, given states."""

import pytest
import torch

from autograder.testing import equal, same

NAMES = ("h", "c", "w_ih", "w_hh", "b_ih", "b_hh")
FACTOR = {torch.float32: 5e-5, torch.float64: 1e-9}
WRONG_DEVICE = "A tensor is made on the wrong device: take the device of x."


def weights_of(d, h, rng, dtype=torch.float64):
    """Draw weights as a default-initialised layer has them: uniform within 1 / sqrt(H)."""
    bound = h**-0.5
    shapes = ((4 * h, d), (4 * h, h), (4 * h,), (4 * h,))
    return [((2 * torch.rand(*s, generator=rng, dtype=torch.float64) - 1) * bound).to(dtype) for s in shapes]


def normal(*shape, rng, dtype=torch.float64):
    return torch.randn(*shape, generator=rng, dtype=torch.float64).to(dtype)


def pair(n, h, rng, dtype=torch.float64):
    return normal(n, h, rng=rng, dtype=dtype), normal(n, h, rng=rng, dtype=dtype)


def cell_case(n, d, h, rng, dtype=torch.float64):
    return normal(n, d, rng=rng, dtype=dtype), pair(n, h, rng, dtype), *weights_of(d, h, rng, dtype)


def check_pair(actual, expected, names, function, compare=same):
    assert type(actual) in (tuple, list) and len(actual) == 2, (
        f"{function} should return a pair, {' and '.join(names)}."
    )
    for mine, theirs, name in zip(actual, expected, names, strict=True):
        compare(mine, theirs, name, axes="N H")


def same_numbers(actual, expected, what, **how):
    """Leave the dtype of a result out of a comparison; it has a test of its own."""
    floating = isinstance(actual, torch.Tensor) and actual.is_floating_point()
    same(actual.to(expected.dtype) if floating else actual, expected, what, **how)


def check_gradients(actual, expected, names, atol=None):
    outputs, gradients = actual
    wanted_outputs, wanted = expected
    assert len(outputs) == len(wanted_outputs), "The number of tensors returned is not as it should be."
    for mine, theirs in zip(outputs, wanted_outputs, strict=True):
        same_numbers(mine, theirs, "the result with gradients on", atol=atol)
    for mine, theirs, name in zip(gradients, wanted, names, strict=True):
        same(mine, theirs, f"the gradient with respect to {name}", atol=atol)


@pytest.mark.task("lstm_cell", core=True, weight=4)
def test_both_states_agree_on_random_states(student, reference, rng):
    cases = [cell_case(*size, rng, torch.float32) for size in ((3, 4, 5), (4, 4, 4), (2, 3, 4))]
    # Sums and memories beyond 3, whatever the weights are: a sigmoid and a tanh see all of them.
    x_t, (h, c), *weights = cell_case(40, 3, 2, rng, torch.float32)
    cases.append((10 * x_t, (h, 4 * c), *weights))

    expected = [reference.lstm_cell(*case) for case in cases]
    actual = [student.lstm_cell(*case) for case in cases]

    for mine, theirs in zip(actual, expected, strict=True):
        check_pair(mine, theirs, ("h", "c"), "lstm_cell", same_numbers)


@pytest.mark.task("lstm_cell", weight=1)
def test_one_example_one_number_and_both_precisions(student, reference, rng):
    cases = [cell_case(*size, rng) for size in ((1, 6, 2), (3, 1, 3), (3, 4, 5))]
    cases.append(cell_case(1, 3, 4, rng, torch.float32))

    expected = [reference.lstm_cell(*case) for case in cases]
    actual = [student.lstm_cell(*case) for case in cases]

    for mine, theirs in zip(actual, expected, strict=True):
        check_pair(mine, theirs, ("h", "c"), "lstm_cell")


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
        assert type(found) in (tuple, list) and len(found) == 2, "lstm_cell should return a pair, h and c."
    same_numbers(kept[1], keeping[1][1], "c where f is 1 and i is 0", axes="N H")
    same_numbers(new[1], written(*writing), "c where f is 0 and i is 1", axes="N H")
    same_numbers(hidden[0], torch.zeros(3, 5), "h where o is 0", axes="N H")
    same_numbers(hidden[1], hiding[1][1], "c where f is 1, i is 0 and o is 0", axes="N H")


@pytest.mark.task("lstm_cell", weight=2)
def test_gradients_of_the_cell_agree(student, reference, rng):
    case = cell_case(3, 4, 5, rng)
    cotangents = [*pair(3, 5, rng)]

    expected = reference.gradients("lstm_cell", *case, cotangents=cotangents)
    actual = student.gradients("lstm_cell", *case, cotangents=cotangents)

    check_gradients(actual, expected, ("x_t", *NAMES))


@pytest.mark.task("lstm_cell", weight=1)
def test_the_cell_leaves_its_arguments_alone_wherever_they_are(student, rng):
    case = cell_case(3, 4, 5, rng)

    effects = student.effects("lstm_cell", *case)

    equal(effects["changed"], [], "The list of changed arguments")
    assert not effects["shared"], "h or c shares memory with an argument; make new tensors."
    assert student.elsewhere("lstm_cell", *case), WRONG_DEVICE


def loop_case(n, t, d, h, rng, dtype=torch.float64):
    return normal(n, t, d, rng=rng, dtype=dtype), pair(n, h, rng, dtype), *weights_of(d, h, rng, dtype)


def check_run(actual, expected, compare=same):
    (output, state), (wanted, last) = actual, expected
    compare(output, wanted, "output", axes="N T H")
    check_pair(state, last, ("h_n", "c_n"), "lstm_forward, as its second result,", compare)


def two(found):
    assert type(found) in (tuple, list) and len(found) == 2, "lstm_forward should return output and the last (h, c)."
    return found


@pytest.mark.task("lstm_forward", core=True, weight=4)
def test_every_state_agrees_from_random_first_states(student, reference, rng):
    cases = [loop_case(*size, rng, torch.float32) for size in ((3, 7, 4, 5), (5, 5, 4, 4), (2, 30, 3, 2))]

    expected = [reference.lstm_forward(*case) for case in cases]
    actual = [student.lstm_forward(*case) for case in cases]

    for mine, theirs in zip(actual, expected, strict=True):
        check_run(two(mine), theirs, same_numbers)


@pytest.mark.task("lstm_forward", weight=1)
def test_one_example_one_step_states_of_zero_and_both_precisions(student, reference, rng):
    x, (h, c), *weights = loop_case(3, 7, 4, 5, rng)
    cases = [(x, (torch.zeros_like(h), torch.zeros_like(c)), *weights)]
    cases += [loop_case(*size, rng) for size in ((1, 6, 3, 2), (4, 1, 3, 5), (2, 9, 1, 1), (3, 6, 4, 5))]
    cases.append(loop_case(2, 3, 4, 5, rng, torch.float32))

    expected = [reference.lstm_forward(*case) for case in cases]
    actual = [student.lstm_forward(*case) for case in cases]

    for mine, theirs in zip(actual, expected, strict=True):
        check_run(two(mine), theirs)


@pytest.mark.task("lstm_forward", core=True, weight=3)
def test_gradients_through_time_agree(student, reference, rng):
    case = loop_case(3, 20, 4, 5, rng, torch.float32)
    cotangents = [normal(3, 20, 5, rng=rng, dtype=torch.float32), *pair(3, 5, rng, torch.float32)]

    expected = reference.gradients("lstm_forward", *case, cotangents=cotangents)
    actual = student.gradients("lstm_forward", *case, cotangents=cotangents)

    check_gradients(actual, expected, ("x", *NAMES), 1e-4)


@pytest.mark.task("lstm_forward", weight=2)
def test_rows_futures_and_earlier_calls_do_not_matter(student, rng):
    x, state, *weights = loop_case(3, 6, 4, 5, rng)
    later = x.clone()
    later[:, 4:] += 1

    output, end = two(student.lstm_forward(x, state, *weights))
    row, _ = two(student.lstm_forward(x[1:2], tuple(part[1:2] for part in state), *weights))
    changed, _ = two(student.lstm_forward(later, state, *weights))
    first, middle = two(student.lstm_forward(x[:, :2], state, *weights))
    second, last = two(student.lstm_forward(x[:, 2:], tuple(middle), *weights))
    again, _ = two(student.lstm_forward(x, state, *weights))

    same(row, output[1:2], "output of one row alone", axes="1 T H")
    same(changed[:, :4], output[:, :4], "output before a change of the future", axes="N 4 H")
    same(torch.cat([first, second], dim=1), output, "output of two halves", axes="N T H")
    check_pair(last, end, ("h_n of two halves", "c_n of two halves"), "lstm_forward")
    same(again, output, "output of a second call", axes="N T H")


@pytest.mark.task("lstm_forward", weight=1)
def test_the_loop_leaves_its_arguments_alone_wherever_they_are(student, rng):
    cases = [loop_case(3, t, 4, 5, rng) for t in (4, 1)]

    effects = [student.effects("lstm_forward", *case) for case in cases]

    for found in effects:
        equal(found["changed"], [], "The list of changed arguments")
        assert not found["shared"], "A result shares memory with an argument; make new tensors."
    assert student.elsewhere("lstm_forward", *cases[0]), WRONG_DEVICE
