"""Hidden tests of the GRU lesson: values and gradients, gates shut or open, batch, causality, given states."""

import pytest
import torch

from autograder.testing import equal, same

NAMES = ("w_ih", "w_hh", "b_ih", "b_hh")
WRONG_DEVICE = "A tensor is made on the wrong device: take the device of x."


def weights_of(d, h, rng, dtype=torch.float64):
    """Draw weights as a default-initialised layer has them: uniform within 1 / sqrt(H)."""
    bound = h**-0.5
    shapes = ((3 * h, d), (3 * h, h), (3 * h,), (3 * h,))
    return [((2 * torch.rand(*s, generator=rng, dtype=torch.float64) - 1) * bound).to(dtype) for s in shapes]


def normal(*shape, rng, dtype=torch.float64):
    return torch.randn(*shape, generator=rng, dtype=torch.float64).to(dtype)


def cell_case(n, d, h, rng, dtype=torch.float64):
    return normal(n, d, rng=rng, dtype=dtype), normal(n, h, rng=rng, dtype=dtype), *weights_of(d, h, rng, dtype)


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


@pytest.mark.task("gru_cell", core=True, weight=4)
def test_values_agree_on_random_states(student, reference, rng):
    cases = [cell_case(*size, rng, torch.float32) for size in ((3, 4, 5), (3, 4, 5), (4, 4, 4), (2, 3, 4))]
    # Sums beyond 3 and states beyond 1, whatever the weights are: the one is squeezed whole, the other is not.
    x_t, h, *weights = cell_case(40, 3, 2, rng, torch.float32)
    cases.append((10 * x_t, 4 * h, *weights))

    expected = [reference.gru_cell(*case) for case in cases]
    actual = [student.gru_cell(*case) for case in cases]

    for mine, theirs in zip(actual, expected, strict=True):
        same_numbers(mine, theirs, "h_t", axes="N H")


@pytest.mark.task("gru_cell", weight=1)
def test_one_example_one_number_one_unit_and_both_precisions(student, reference, rng):
    cases = [cell_case(*size, rng) for size in ((1, 6, 2), (3, 1, 3), (2, 3, 1), (3, 4, 5))]
    cases.append(cell_case(1, 3, 4, rng, torch.float32))

    expected = [reference.gru_cell(*case) for case in cases]
    actual = [student.gru_cell(*case) for case in cases]

    for mine, theirs in zip(actual, expected, strict=True):
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

    expected = reference.gradients("gru_cell", *case, cotangents=cotangents)
    actual = student.gradients("gru_cell", *case, cotangents=cotangents)

    check_gradients(actual, expected, ("x_t", "h", *NAMES))


@pytest.mark.task("gru_cell", weight=1)
def test_the_cell_leaves_its_arguments_alone_wherever_they_are(student, rng):
    case = cell_case(3, 4, 5, rng)

    effects = student.effects("gru_cell", *case)

    equal(effects["changed"], [], "The list of changed arguments")
    assert not effects["shared"], "h_t shares memory with an argument; make a new tensor."
    assert student.elsewhere("gru_cell", *case), WRONG_DEVICE


def loop_case(n, t, d, h, rng, dtype=torch.float64):
    return normal(n, t, d, rng=rng, dtype=dtype), normal(n, h, rng=rng, dtype=dtype), *weights_of(d, h, rng, dtype)


def two(found):
    assert type(found) in (tuple, list) and len(found) == 2, "gru_forward should return a pair, output and h_n."
    return found


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
    expected = [reference.gru_forward(*case) for case in cases]
    actual = [student.gru_forward(*case) for case in cases]

    for mine, (output, h_n) in zip(actual, expected, strict=True):
        compare(two(mine)[0], output, "output", axes="N T H")
        compare(mine[1], h_n, "h_n", axes="N H")


@pytest.mark.task("gru_forward", core=True, weight=3)
def test_gradients_through_time_agree(student, reference, rng):
    case = loop_case(3, 20, 4, 5, rng, torch.float32)
    cotangents = [normal(3, 20, 5, rng=rng, dtype=torch.float32), normal(3, 5, rng=rng, dtype=torch.float32)]

    expected = reference.gradients("gru_forward", *case, cotangents=cotangents)
    actual = student.gradients("gru_forward", *case, cotangents=cotangents)

    check_gradients(actual, expected, ("x", "h0", *NAMES), 1e-4)


@pytest.mark.task("gru_forward", weight=2)
def test_rows_futures_and_earlier_calls_do_not_matter(student, rng):
    x, h0, *weights = loop_case(3, 6, 4, 5, rng)
    later = x.clone()
    later[:, 4:] += 1

    output, end = two(student.gru_forward(x, h0, *weights))
    row, _ = two(student.gru_forward(x[1:2], h0[1:2], *weights))
    changed, _ = two(student.gru_forward(later, h0, *weights))
    first, middle = two(student.gru_forward(x[:, :2], h0, *weights))
    second, last = two(student.gru_forward(x[:, 2:], middle, *weights))
    again, _ = two(student.gru_forward(x, h0, *weights))

    same(row, output[1:2], "output of one row alone", axes="1 T H")
    same(changed[:, :4], output[:, :4], "output before a change of the future", axes="N 4 H")
    same(torch.cat([first, second], dim=1), output, "output of two halves", axes="N T H")
    same(last, end, "h_n of two halves", axes="N H")
    same(again, output, "output of a second call", axes="N T H")


@pytest.mark.task("gru_forward", weight=1)
def test_the_loop_leaves_its_arguments_alone_wherever_they_are(student, rng):
    cases = [loop_case(3, t, 4, 5, rng) for t in (4, 1)]

    effects = [student.effects("gru_forward", *case) for case in cases]

    for found in effects:
        equal(found["changed"], [], "The list of changed arguments")
        assert not found["shared"], "A result shares memory with an argument; make new tensors."
    assert student.elsewhere("gru_forward", *cases[0]), WRONG_DEVICE
