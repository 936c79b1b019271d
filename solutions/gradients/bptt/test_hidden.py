"""Hidden tests of the bptt lesson.

The cache is the student's own, so the way back is judged behind the student's own forward pass.
"""

import itertools

import numpy as np
import pytest
import torch

from autograder.testing import StudentError, WorkerGone, same

AXES = {"dx": "N T D", "dh0": "N H", "dw_ih": "H D", "dw_hh": "H H", "db": "H"}
SIZES = [(3, 7, 4, 5), (5, 5, 4, 4), (2, 30, 2, 3)]
EDGES = [(1, 6, 3, 2), (4, 1, 3, 5), (2, 5, 1, 3), (3, 4, 2, 1), (1, 1, 1, 1)]
PLACES = ("at the last step alone", "at the first step alone", "at every step")


def normal(*shape, rng):
    return torch.randn(*shape, generator=rng, dtype=torch.float64).numpy()


def uniform(*shape, rng, bound):
    return ((2 * torch.rand(*shape, generator=rng, dtype=torch.float64) - 1) * bound).numpy()


def draw(n, t, d, h, rng, scale=1.0):
    """Draw sequences, a state, and weights as a default-initialised layer has them: uniform within 1 / sqrt(H)."""
    bound = scale * h**-0.5
    return {
        "x": normal(n, t, d, rng=rng),
        "h0": normal(n, h, rng=rng),
        "w_ih": uniform(h, d, rng=rng, bound=bound),
        "w_hh": uniform(h, h, rng=rng, bound=bound),
        "b": uniform(h, rng=rng, bound=bound),
    }


def outside(given, rng):
    """Draw gradients of the states that are not zero at the last step, at the first step, at every step."""
    (n, t, _), h = given["x"].shape, given["h0"].shape[1]
    everywhere = normal(n, t, h, rng=rng)
    last, first = np.zeros_like(everywhere), np.zeros_like(everywhere)
    last[:, -1], first[:, 0] = everywhere[:, -1], everywhere[:, 0]
    return [last, first, everywhere]


def must_be_a_pair(found):
    assert found["pair"] or not found["stub"], "rnn_forward_np is not written yet, and the way back needs its cache."
    assert found["pair"], "rnn_forward_np should return two values, output and cache."


def check_states(student, reference, cases, **how):
    expected = [reference.run("forward", given=case) for case in cases]
    actual = [student.run("forward", given=case) for case in cases]

    for mine, theirs in zip(actual, expected, strict=True):
        must_be_a_pair(mine)
        same(mine["output"], theirs["output"], "output", axes="N T H", **how)


@pytest.mark.task("rnn_forward_np", core=True, weight=5)
def test_every_state_agrees_from_random_first_states(student, reference, rng):
    """A state that is not carried, h0 ignored, states in the wrong place, swapped axes, another activation."""
    cases = [draw(*size, rng=rng) for size in SIZES]
    cases.append(draw(3, 4, 2, 3, rng=rng, scale=4.0))
    check_states(student, reference, cases, atol=1e-5, dtype=False)


@pytest.mark.task("rnn_forward_np", weight=1)
def test_one_row_one_step_one_feature_and_zeros(student, reference, rng):
    """Axes of length one that are squeezed, and zeros that are taken for no state."""
    cases = [draw(*size, rng=rng) for size in EDGES]
    cases.append({**draw(3, 4, 2, 3, rng=rng), "h0": np.zeros((3, 3))})
    check_states(student, reference, cases, atol=1e-5, dtype=False)


@pytest.mark.task("rnn_forward_np", weight=1)
def test_the_states_have_all_digits_of_float64(student, reference, rng):
    """A dtype in which no gradient can be checked."""
    check_states(student, reference, [draw(*SIZES[0], rng=rng)])


@pytest.mark.task("rnn_forward_np", weight=2)
def test_rows_futures_and_earlier_calls_do_not_matter(student, reference, rng):
    """Rows that look at each other, steps that look ahead, a state that is kept for the next call."""
    given = draw(3, 6, 4, 5, rng=rng)
    row = {**given, "x": given["x"][1:2], "h0": given["h0"][1:2]}
    later = {**given, "x": given["x"] + (np.arange(6) >= 4)[:, None]}

    expected = reference.run("forward", given=given)
    whole, alone, other, again = (student.run("forward", given=case) for case in (given, row, later, given))
    must_be_a_pair(whole)
    same(whole["output"], expected["output"], "output", axes="N T H", atol=1e-5, dtype=False)
    middle = {"x": given["x"][:, 2:], "h0": whole["output"][:, 1]}
    rest = student.run("forward", given={**given, **middle})

    how = {"atol": 1e-5, "dtype": False}
    same(alone["output"], whole["output"][1:2], "output of one row alone", axes="1 T H", **how)
    same(other["output"][:, :4], whole["output"][:, :4], "output before a change of the future", axes="N 4 H", **how)
    same(rest["output"], whole["output"][:, 2:], "output of a second half", axes="N T H", **how)
    same(again["output"], whole["output"], "output of a second call", axes="N T H", **how)


@pytest.mark.task("rnn_forward_np", weight=1)
def test_forward_leaves_its_arguments_alone(student, rng):
    """Arguments that are changed or handed back."""
    found = [student.run("forward", given=draw(3, t, 4, 5, rng=rng)) for t in (4, 1)]

    for one in found:
        assert not one["changed"], f"rnn_forward_np changed its argument {one['changed'][0]}; work on new arrays."
        assert not one["shared"], "output shares memory with an argument; make a new array."


def steep(rng):
    """Draw small inputs behind large weights: a slope that is measured by small steps is wrong there."""
    given = draw(3, 4, 2, 3, rng=rng)
    return {**given, "x": 1e-3 * given["x"], "w_ih": 1e3 * given["w_ih"]}


def check_gradient(student, reference, rng, name):
    """Compare one of the five gradients, with the loss looking at the last, at the first and at every state."""
    cases = [draw(*size, rng=rng) for size in SIZES]
    cases += [draw(3, 4, 2, 3, rng=rng, scale=4.0), steep(rng)]
    compare_gradients(student, reference, rng, cases, [name])


def compare_gradients(student, reference, rng, cases, names):
    asked = [{"given": case, "d_outputs": outside(case, rng)} for case in cases]

    expected = [reference.run("backward", **one) for one in asked]
    actual = [student.run("backward", **one) for one in asked]

    for one, mine, theirs in zip(asked, actual, expected, strict=True):
        must_be_a_pair(mine)
        judged = zip(PLACES, one["d_outputs"], mine["gradients"], theirs["gradients"], strict=True)
        for (place, d_output, gradients, right), name in itertools.product(judged, names):
            fact = first_fault(gradients, right, name)
            assert not fact, " ".join(
                (
                    f"With d_output {place}: {fact}",
                    others(gradients, right, name),
                    whose_fault(student, one["given"], d_output, gradients, mine["output"], theirs["output"]),
                )
            )


def first_fault(gradients, right, name):
    """Say what is wrong with a gradient, or nothing."""
    if type(gradients) is not dict:
        return "rnn_backward_np should return a dictionary."
    if name not in gradients:
        return f"{name} is missing in the dictionary that rnn_backward_np returns."
    return fault(gradients[name], right[name], name, AXES[name])


def fault(actual, expected, what, axes="", atol=1e-7):
    """Say how an array differs from the expected one, or nothing."""
    try:
        same(actual, expected, what, axes=axes, atol=atol)
    except AssertionError as error:
        return str(error)
    return ""


def others(gradients, right, name):
    """Say which of the other gradients are right."""
    fine = [other for other in AXES if other != name and not first_fault(gradients, right, other)]
    return f"{_listed(fine)} {'is' if len(fine) == 1 else 'are'} right here." if fine else "None of the five is right."


def _listed(names):
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def whose_fault(student, given, d_output, gradients, output, right_output):
    """Say which of the two functions is wrong; the cache is a matter between them."""
    if not fault(output, right_output, "output", atol=1e-9):
        return "rnn_forward_np returns the right output, so look into rnn_backward_np and at what the cache gives it."
    if fits_its_forward(student, given, d_output, gradients):
        return "This is the gradient of your own rnn_forward_np, whose output is wrong: mend rnn_forward_np."
    return "The output of rnn_forward_np is wrong: mend that first, the way back works with what it remembers."


def fits_its_forward(student, given, d_output, gradients):
    """Say whether the gradients are those of what the student's forward pass computes, right or wrong."""
    try:
        measured = student.run("slopes", given=given, d_output=d_output)
    except (StudentError, WorkerGone):
        return False
    return type(gradients) is dict and all(
        name in gradients and not fault(gradients[name], measured[name], name, atol=1e-5) for name in AXES
    )


@pytest.mark.task("rnn_backward_np", core=True, weight=3)
def test_dx_agrees(student, reference, rng):
    """No walk back, or a wrong one: a step that is not reached, the slope of tanh, w_hh the wrong way round."""
    check_gradient(student, reference, rng, "dx")


@pytest.mark.task("rnn_backward_np", weight=1)
def test_dh0_agrees(student, reference, rng):
    """A walk that ends one step early or late."""
    check_gradient(student, reference, rng, "dh0")


@pytest.mark.task("rnn_backward_np", weight=2)
def test_dw_ih_agrees(student, reference, rng):
    """A sum over steps and examples that is a mean, a part, or transposed."""
    check_gradient(student, reference, rng, "dw_ih")


@pytest.mark.task("rnn_backward_np", weight=2)
def test_dw_hh_agrees(student, reference, rng):
    """The state after the step for the one before it, h0 left out, a transposed sum."""
    check_gradient(student, reference, rng, "dw_hh")


@pytest.mark.task("rnn_backward_np", weight=1)
def test_db_agrees(student, reference, rng):
    """A bias that is averaged, or keeps the batch."""
    check_gradient(student, reference, rng, "db")


@pytest.mark.task("rnn_backward_np", weight=1)
def test_one_row_one_step_one_feature_and_zeros_have_gradients(student, reference, rng):
    """Axes of length one that are squeezed, and a walk that needs two steps."""
    cases = [draw(*size, rng=rng) for size in EDGES]
    cases.append({**draw(2, 1, 3, 4, rng=rng), "h0": np.zeros((2, 4))})
    compare_gradients(student, reference, rng, cases, list(AXES))


@pytest.mark.task("rnn_backward_np", weight=1)
def test_a_second_walk_gives_the_same_and_every_cache_its_own(student, reference, rng):
    """A cache that is a global, is used up, or is written over."""
    given, others = draw(3, 5, 4, 2, rng=rng), draw(2, 6, 3, 4, rng=rng)
    grads = {"d_output": outside(given, rng)[2], "other_d_output": outside(others, rng)[2]}

    expected = reference.run("back_and_back_again", given=given, others=others, **grads)
    actual = student.run("back_and_back_again", given=given, others=others, **grads)

    must_be_a_pair(actual)
    for walk in ("first", "second", "again"):
        what = {"again": "in a second walk", "second": "with another cache"}.get(walk, "with another batch in between")
        for name in AXES:
            assert type(actual[walk]) is dict and name in actual[walk], f"{name} is missing {what}."
            same(actual[walk][name], expected[walk][name], f"{name} {what}", axes=AXES[name], atol=1e-7)


@pytest.mark.task("rnn_backward_np", weight=1)
def test_the_walk_leaves_its_arguments_alone(student, rng):
    """d_output or the inputs written to."""
    cases = [draw(3, t, 4, 5, rng=rng) for t in (6, 1)]

    found = [student.run("traces_of_the_way_back", given=case, d_output=outside(case, rng)[2]) for case in cases]

    for one in found:
        must_be_a_pair(one)
        assert not one["changed"], f"rnn_backward_np changed {one['changed'][0]}; work on a copy."
        assert not one["shared"], f"{one['shared'][0]} shares memory with an argument; make a new array."


@pytest.mark.task("rnn_backward_np", weight=1)
def test_the_cost_grows_with_the_length_and_not_with_its_square(student, rng):
    """A new walk from every step."""
    cases = [draw(2, t, 2, 3, rng=rng) for t in (25, 100)]
    short, long = ((case, outside(case, rng)[2]) for case in cases)

    found = student.run("growth", short=short, long=long)

    must_be_a_pair(found)
    assert found["linear"], "Four times as many steps cost far more than four times the work: walk back once."


def check_slope(found, expected, atol=1e-6):
    same(found["gradient"], expected, "the gradient", atol=atol)


def slopes_of(student, asked):
    return [student.run("slope", kind=kind, a=array, d_out=d_out) for kind, array, d_out in asked]


@pytest.mark.task("numerical_gradient", core=True, weight=4)
def test_the_measured_gradient_is_that_of_the_function(student, rng):
    """d_out that is not used, entries moved together, a distance that is not the one moved, a flat gradient."""
    a, b = normal(3, 4, rng=rng), normal(2, 3, rng=rng)
    d_a, d_b, d_sum = normal(3, 4, rng=rng), normal(2, 3, rng=rng), normal(4, rng=rng)

    asked = [("square", a, d_a), ("tanh", b, d_b), ("cube", b, d_b), ("sum", a, d_sum), ("running sum", a, d_a)]
    found = slopes_of(student, asked)

    tail = np.cumsum(d_a[:, ::-1], axis=1)[:, ::-1]
    expected = [2 * a * d_a, (1 - np.tanh(b) ** 2) * d_b, 3 * b**2 * d_b, np.broadcast_to(d_sum, (3, 4))]
    for mine, theirs in zip(found, [*expected, np.cos(a) * tail], strict=True):
        check_slope(mine, np.array(theirs))


@pytest.mark.task("numerical_gradient", weight=2)
def test_any_number_of_axes_will_do(student, rng):
    """Loops over two axes, axes of length one that are squeezed."""
    vector, block, one = normal(6, rng=rng), normal(2, 3, 2, rng=rng), normal(1, 1, rng=rng)
    d_vector, d_block, d_product = normal(6, rng=rng), normal(2, 3, 2, rng=rng), normal(2, 3, 2, rng=rng)

    asked = [
        ("tanh", vector, d_vector),
        ("cube", block, d_block),
        ("product", block, d_product),
        ("tanh", one, one + 1),
    ]
    found = slopes_of(student, asked)

    columns = np.linspace(-1, 1, 4).reshape(2, 2)
    expected = [(1 - np.tanh(vector) ** 2) * d_vector, 3 * block**2 * d_block, d_product @ columns.T]
    for mine, theirs in zip(found, [*expected, (1 - np.tanh(one) ** 2) * (one + 1)], strict=True):
        check_slope(mine, theirs)


TENTH = "With a tenth of eps the error should fall to a hundredth; that of a one-sided difference falls to a tenth."


@pytest.mark.task("numerical_gradient", core=True, weight=3)
def test_the_differences_are_central(student, rng):
    """A difference to one side."""
    a = normal(2, 3, rng=rng) + 2
    d_out, ones = normal(2, 3, rng=rng), np.ones((2, 3))

    square = [student.run("slope", kind="mixed square", a=a, d_out=d_out, eps=eps) for eps in (0.5, 1e-3)]
    cube = [student.run("slope", kind="cube", a=a, d_out=ones, eps=eps) for eps in (0.1, 0.01)]

    rolled = np.roll(a, 1, axis=1) * d_out + np.roll(a * d_out, -1, axis=1) - 6 * a * d_out
    for found in square:
        check_slope(found, rolled, atol=1e-7)  # what a small eps makes of rounding stays below
    for found in cube:
        check_slope(found, 3 * a**2, atol=0.05)
    large, small = (float(np.abs(found["gradient"] - 3 * a**2).max()) for found in cube)
    assert small <= large / 50 + 1e-7, TENTH if small < large * 0.9 else "The error does not depend on eps."


@pytest.mark.task("numerical_gradient", weight=2)
def test_a_and_d_out_are_as_they_were_bit_for_bit(student, rng):
    """Entries that are put back by arithmetic or not at all, d_out written to."""
    cases = [(normal(4, 3, rng=rng) * 10.0**k, eps) for k, eps in ((0, 1e-5), (-3, 0.1), (2, 1e-3))]

    found = [student.run("slope", kind="square", a=a, d_out=normal(4, 3, rng=rng), eps=eps) for a, eps in cases]

    for one in found:
        assert one["restored"], "a is not as it was: save each entry before you move it, and put the saved number back."
        assert one["d_out_kept"], "numerical_gradient changed d_out; only read it."
        assert not one["shared"], "The gradient shares memory with an argument; make a new array."


@pytest.mark.task("numerical_gradient", weight=1)
def test_each_entry_is_moved_by_eps(student, rng):
    """An eps that is not used, and another one by default."""
    a, d_out = normal(2, 2, rng=rng), normal(2, 2, rng=rng)

    found = [student.run("slope", kind="square", a=a, d_out=d_out, eps=eps) for eps in (0.2, 1e-3)]
    found.append(student.run("slope", kind="square", a=a, d_out=d_out))

    for one in found[:2]:
        assert one["near_eps"], "The entries should be moved by the eps that is given."
    assert found[2]["near_eps"], "Without a word on eps the entries should be moved by 1e-5."


@pytest.mark.task("numerical_gradient", weight=1)
def test_a_transposed_array_is_measured_too(student, rng):
    """A flat view that is a copy."""
    a, d_out = normal(3, 4, rng=rng), normal(4, 3, rng=rng)

    found = student.run("slope", kind="square", a=a, d_out=d_out, transposed=True)

    check_slope(found, 2 * a.T * d_out)
    assert found["restored"], "a is not as it was: save each entry before you move it, and put the saved number back."
