"""Hidden tests of the flow lesson: values, then laws, then what must be left alone."""

import math

import pytest
import torch

from autograder.testing import layer_weights, normal, number, same

GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
# torch.nn.utils.clip_grad_norm_ divides by norm + 1e-6, and a norm may be put together from float32 numbers: both are
# right, so gradients are made this much larger than 1, and five digits are compared.
SCALE, DIGITS = 100.0, 1e-5


def weights_of(kind, sizes, rng, dtype=torch.float64):
    """Draw weights as a default-initialised layer has them: uniform within 1 / sqrt(H), layer by layer."""
    d, h, layers = sizes
    drawn = []
    for layer in range(layers):
        drawn += layer_weights(h if layer else d, h, rng, dtype, GATES[kind])
    return drawn


def draw(kind, n, t, d, h, rng, layers=1, dtype=torch.float64, **more):
    sizes = (d, h, layers)
    made = {"kind": kind, "sizes": sizes, "weights": weights_of(kind, sizes, rng, dtype)}
    return {**made, "x": normal(n, t, d, rng=rng, dtype=dtype), **more}


def check_norms(student, reference, cases, dtype=True):
    expected = [reference.run("lags", **case) for case in cases]
    actual = [student.run("lags", **case) for case in cases]

    for mine, theirs in zip(actual, expected, strict=True):
        same(mine, theirs, "norms", axes="T", atol=1e-5 if not dtype else None, dtype=dtype)


@pytest.mark.task("gradient_by_lag", core=True, weight=4)
def test_the_norms_agree_at_every_lag(student, reference, rng):
    """The norm of another gradient, another norm, the order of time instead of lags, a batch that is not summed."""
    cases = [draw(kind, 3, 7, 4, 5, rng) for kind in ("RNN", "LSTM", "GRU")]
    cases += [draw("RNN", 5, 5, 3, 3, rng), draw("RNN", 3, 6, 2, 4, rng, layers=2)]
    check_norms(student, reference, cases, dtype=False)


@pytest.mark.task("gradient_by_lag", weight=1)
def test_one_row_one_step_and_one_feature(student, reference, rng):
    """Axes of length one that are squeezed."""
    cases = [draw("RNN", 1, 6, 1, 2, rng), draw("GRU", 4, 1, 3, 2, rng), draw("LSTM", 1, 1, 1, 1, rng)]
    check_norms(student, reference, [*cases, draw("RNN", 2, 4, 3, 5, rng, nonlinearity="relu")], dtype=False)


@pytest.mark.task("gradient_by_lag", weight=1)
def test_the_dtype_is_that_of_x(student, reference, rng):
    """A dtype that is lost, and digits with it."""
    cases = [draw("LSTM", 6, 6, 2, 3, rng, dtype=torch.float32), draw("RNN", 2, 4, 3, 3, rng, dtype=torch.float32)]
    check_norms(student, reference, [*cases, draw("RNN", 3, 7, 4, 5, rng)])


def linear_case(s, rng):
    """A network in which ReLU cuts nothing: positive weights, positive inputs, w_hh = s times the identity."""
    h = 6
    ones = torch.ones(h, dtype=torch.float64)
    weights = [0.1 + torch.rand(h, 2, generator=rng, dtype=torch.float64), s * torch.eye(h, dtype=torch.float64)]
    x = 0.1 + torch.rand(3, 50, 2, generator=rng, dtype=torch.float64)
    made = {"kind": "RNN", "sizes": (2, h, 1), "weights": [*weights, 0.1 * ones, 0.1 * ones], "nonlinearity": "relu"}
    return {**made, "x": x}


@pytest.mark.task("gradient_by_lag", weight=2)
def test_a_linear_network_multiplies_by_the_same_number_in_every_step(student, rng):
    """A law that holds to all digits: s to the power of the lag."""
    for s in (0.5, 1.5):
        case = linear_case(s, rng)

        norms = student.run("lags", **case)

        expected = case["weights"][0].sum(0).norm() * math.sqrt(3) * s ** torch.arange(50, dtype=torch.float64)
        law = {"axes": "T", "atol": 1e-5, "dtype": False}
        same(norms, expected, f"norms (linear, w_hh = {s} times the identity)", **law)
        ratios = norms / (norms[0] * s ** torch.arange(50, dtype=torch.float64))
        ones = torch.ones(50, dtype=torch.float64)
        same(ratios, ones, f"norms[lag] / (norms[0] * {s}**lag), which should be 1: it", **law)


def vanishing_case(rng):
    """A tanh network whose w_hh is half of an orthogonal matrix."""
    case = draw("RNN", 3, 50, 2, 8, rng)
    case["weights"][1] = 0.5 * torch.linalg.qr(normal(8, 8, rng=rng))[0]
    return case


def open_gate_cases(reference, rng):
    """Draw an LSTM with forget bias 3 and an RNN between which the reference sees a clear difference at lag 20."""
    while True:
        lstm, rnn = (draw(kind, 8, 21, 1, 32, rng) for kind in ("LSTM", "RNN"))
        lstm["weights"][2][32:64], lstm["weights"][3][32:64] = 3, 0
        kept, lost = (reference.run("lags", **case)[20].item() for case in (lstm, rnn))
        if kept > 2e-2 and lost < 5e-4:
            return lstm, rnn


@pytest.mark.task("gradient_by_lag", weight=1)
def test_tanh_vanishes_and_an_open_forget_gate_does_not(student, reference, rng):
    """Norms that do not vanish where they must, or vanish where a gate is open."""
    lstm, rnn = open_gate_cases(reference, rng)

    vanishing = student.run("lags", **vanishing_case(rng))
    open_gate, closed = student.run("lags", **lstm), student.run("lags", **rnn)

    assert vanishing.shape == (50,) and open_gate.shape == closed.shape == (21,), (
        "gradient_by_lag should return one norm for each of the T lags."
    )
    assert vanishing[49] / vanishing[0] < 1e-12, (
        "In a tanh network with w_hh = 0.5 times an orthogonal matrix the gradient should vanish, and here it does not."
    )
    assert open_gate[20] > 1e-2, "With a forget bias of 3 the gradient of an LSTM should reach lag 20."
    assert closed[20] < 1e-3, "The gradient of a plain RNN should have vanished at lag 20."


@pytest.mark.task("gradient_by_lag", weight=2)
def test_measuring_leaves_no_trace(student, reference, rng):
    """Gradients, wishes, modes or data that are not as they were."""
    cases = [draw("LSTM", 3, 5, 2, 4, rng, wanted=False, training=True)]
    cases.append(draw("RNN", 3, 5, 2, 4, rng, wanted=True, training=False))
    cases.append(draw("GRU", 2, 1, 1, 2, rng, wanted=False, training=False))

    expected = [reference.run("traces", **case) for case in cases]
    actual = [student.run("traces", **case) for case in cases]

    for mine, theirs in zip(actual, expected, strict=True):
        assert not mine["lost"], "The .grad of a parameter is gone; leave it to whoever was using it."
        assert mine["gradients"], "The .grad of the parameters is not as it was; use torch.autograd.grad."
        assert mine["x"], "x is not as it was: its values, its .grad and whether it wants gradients are the caller's."
        assert mine["weights"] and mine["wishes"], "The parameters are not as they were."
        assert mine["mode"], "The network was put into another mode."
        assert mine["grads_on"], "Gradients are still off after the call."
        assert not mine["shared"], "The norms share memory with x; make a new tensor."
        same(mine["first"], theirs["first"], "norms", axes="T", atol=1e-5, dtype=False)
        same(mine["again"], theirs["again"], "norms (second call)", axes="T", atol=1e-5, dtype=False)


def drawn_gradients(rng, dtype=torch.float64, scale=1.0):
    return [scale * normal(*shape, rng=rng, dtype=dtype) for shape in ((4, 3), (5,), (2, 1, 3), (1,))]


def norm_of(gradients):
    return math.sqrt(sum(g.double().square().sum().item() for g in gradients if g is not None))


def check_clipped(found, gradients, max_norm):
    """Compare with the gradients scaled as a whole."""
    norm = norm_of(gradients)
    number(found["norm"], norm, "the norm before clipping", tol=DIGITS)
    scale = min(1.0, max_norm / norm)
    for mine, gradient in zip(found["gradients"], gradients, strict=True):
        same(mine, gradient * scale, "a gradient after clipping", atol=DIGITS, dtype=False)


@pytest.mark.task("clip_grad_norm", core=True, weight=4)
def test_one_norm_for_all_and_it_is_that_before_clipping(student, rng):
    """Each parameter clipped by itself, another norm, the norm afterwards, nothing written."""
    cases = [(drawn_gradients(rng, scale=SCALE), 50.0), (drawn_gradients(rng, torch.float32, scale=20.0), 0.5)]
    cases += [([side * SCALE * torch.ones(1, dtype=torch.float64) for side in (18, 6)], 3.0)]
    cases += [([SCALE * normal(7, rng=rng)], 1.0), (drawn_gradients(rng, scale=1e12), 1000.0)]

    found = [student.run("clip", gradients=gradients, max_norm=max_norm) for gradients, max_norm in cases]

    for one, (gradients, max_norm) in zip(found, cases, strict=True):
        check_clipped(one, gradients, max_norm)


def short_ones(student, rng):
    """Clip gradients that are short enough; return what was found with what was given."""
    cases = [drawn_gradients(rng), drawn_gradients(rng, torch.float32), drawn_gradients(rng, scale=1e-3)]
    limits = [1.5 * norm_of(gradients) for gradients in cases[:2]] + [1.0]
    found = [student.run("clip", gradients=g, max_norm=limit) for g, limit in zip(cases, limits, strict=True)]
    return list(zip(found, cases, strict=True))


@pytest.mark.task("clip_grad_norm", core=True, weight=2)
def test_short_gradients_are_not_made_longer(student, rng):
    """Gradients that are always scaled to the limit."""
    for one, gradients in short_ones(student, rng):
        number(one["norm"], norm_of(gradients), "the norm")
        for mine, gradient in zip(one["gradients"], gradients, strict=True):
            same(mine, gradient, "a gradient that is short enough", atol=DIGITS, dtype=False)


@pytest.mark.task("clip_grad_norm", weight=1)
def test_short_gradients_stay_as_they_are_bit_for_bit(student, rng):
    """Gradients that are scaled by nearly 1, another dtype."""
    for one, gradients in short_ones(student, rng):
        for mine, gradient in zip(one["gradients"], gradients, strict=True):
            same(mine, gradient, "a gradient that is short enough", atol=0.0)


@pytest.mark.task("clip_grad_norm", weight=1)
def test_the_parameters_stay_as_they_are(student, rng):
    """Parameters that are scaled in place of, or beside, their gradients."""
    cases = [(drawn_gradients(rng, scale=SCALE), 50.0), (drawn_gradients(rng), 1e6)]

    found = [student.run("clip", gradients=gradients, max_norm=max_norm) for gradients, max_norm in cases]

    for one in found:
        assert one["kept"], "The parameters themselves have changed; scale their gradients."


@pytest.mark.task("clip_grad_norm", weight=2)
def test_a_generator_does_as_well(student, rng):
    """A generator that is used up."""
    gradients = drawn_gradients(rng, scale=SCALE)

    for kind in ("generator", "tuple"):
        found = student.run("clip", gradients=gradients, max_norm=1.0, kind=kind)

        check_clipped(found, gradients, 1.0)


@pytest.mark.task("clip_grad_norm", weight=1)
def test_parameters_without_a_gradient_are_passed_over(student, rng):
    """A parameter without a gradient, answered with an error or with zeros."""
    first, second = SCALE * normal(3, 2, rng=rng), SCALE * normal(4, rng=rng)
    cases = [[None, first, None, second], [first, None], [None, None]]

    for gradients in cases:
        found = student.run("clip", gradients=gradients, max_norm=2.0)

        number(found["norm"], norm_of(gradients), "the norm")
        for mine, gradient in zip(found["gradients"], gradients, strict=True):
            if gradient is None:
                assert mine is None, "A parameter without a gradient was given one."
            else:
                same(mine, gradient * 2.0 / norm_of(gradients), "a gradient after clipping", atol=DIGITS)


@pytest.mark.task("clip_grad_norm", weight=1)
def test_gradients_of_zero_stay_zero(student):
    """Zero divided by zero."""
    zeros = [torch.zeros(3, 2), torch.zeros(4)]

    found = student.run("clip", gradients=zeros, max_norm=1.0)

    number(found["norm"], 0.0, "the norm of zeros")
    for mine, gradient in zip(found["gradients"], zeros, strict=True):
        same(mine, gradient, "a gradient of zeros", atol=0.0)


@pytest.mark.task("clip_grad_norm", weight=1)
def test_it_does_its_work_between_backward_and_step(student, reference, rng):
    """Gradients that the optimizer does not see."""
    weights = [normal(*shape, rng=rng) for shape in ((5, 4), (5,), (1, 5), (1,))]
    case = {"weights": weights, "x": normal(6, 4, rng=rng), "y": 20 * normal(6, 1, rng=rng), "max_norm": 0.5}

    expected = reference.run("clipped_steps", **case)
    actual = student.run("clipped_steps", **case)

    for mine, theirs in zip(actual["norms"], expected["norms"], strict=True):
        number(mine, theirs, "the norm before clipping")
    for mine, theirs in zip(actual["parameters"], expected["parameters"], strict=True):
        same(mine, theirs, "a parameter after three steps of SGD with clipping", atol=1e-5)
