"""Hidden tests of the rollout lesson."""

import pytest
import torch

from autograder.testing import same


def _same_reads(actual, expected, what, axes):
    """Compare what was read, step by step; one more call at the end, whose answer nobody uses, is no mistake."""
    for step, read in enumerate(expected):
        assert step < len(actual), f"Step {step} is missing: nothing was read."
        same(actual[step], read, f"{what} of step {step}", axes=axes)


def rolled(student, reference, cases):
    """Return what was forecast and seen, and what should have been."""
    expected = [reference.run("roll", kind=k, history=h, steps=s, training=True) for k, h, s in cases]
    actual = [student.run("roll", kind=k, history=h, steps=s, training=True) for k, h, s in cases]
    return list(zip(actual, expected, strict=True))


def check_forecasts(student, reference, cases, dtype=True, what="the forecast"):
    for mine, theirs in rolled(student, reference, cases):
        same(mine["values"], theirs["values"], what, axes="steps", dtype=dtype)


@pytest.mark.task("forecast", core=True, weight=4)
def test_the_window_takes_in_each_prediction(student, reference, rng):
    """A window that does not move, grows, turns round or never sees a prediction; too many values, or too few."""
    history = torch.randn(6, generator=rng) * 0.5
    cases = [("next", history, 9), ("mean", history, 8), ("first", history, 13), ("weighted", history, 5)]
    check_forecasts(student, reference, cases, dtype=False)


@pytest.mark.task("forecast", weight=1)
def test_each_window_is_one_sequence_of_the_same_length(student, reference, rng):
    """A model that is asked with windows of another shape or other values, also where its answer is the same."""
    history = torch.randn(6, generator=rng) * 0.5

    for mine, theirs in rolled(student, reference, [("next", history, 7), ("first", history, 7)]):
        _same_reads(mine["windows"], theirs["windows"], "the window", "1 T 1")


@pytest.mark.task("forecast", weight=1)
def test_no_steps_give_an_empty_tensor(student, reference, rng):
    """No steps, answered with an error, a list or a value."""
    history = torch.randn(6, generator=rng)
    cases = [("mean", history, 0), ("next", history.double(), 0)]
    check_forecasts(student, reference, cases, dtype=False, what="the forecast with steps = 0")


@pytest.mark.task("forecast", weight=1)
def test_one_step_and_a_window_of_one_value(student, reference, rng):
    """Axes of length one that are squeezed."""
    history = torch.randn(6, generator=rng)
    cases = [("next", history, 1), ("mean", history[:1], 3), ("next", history[:1], 1)]
    check_forecasts(student, reference, cases, dtype=False)


@pytest.mark.task("forecast", weight=1)
def test_the_dtype_is_that_of_the_history(student, reference, rng):
    """A dtype that is lost on the way."""
    history = torch.randn(6, generator=rng, dtype=torch.float64)
    check_forecasts(student, reference, [("weighted", history, 5), ("mean", history.float(), 4)])


@pytest.mark.task("forecast", weight=2)
def test_the_model_is_asked_in_eval_mode_and_given_back_as_it_came(student, rng):
    """Dropout that is on, and a model that comes back in another mode."""
    history = torch.randn(5, generator=rng)

    found = [student.run("roll", kind="dropout", history=history, steps=3, training=mode) for mode in (True, False)]

    for one, mode in zip(found, (True, False), strict=True):
        assert not any(one["modes"]), "The model is asked in train mode, where dropout is on; call model.eval() first."
        assert one["mode_after"] is mode and one["dropout_after"] is mode, (
            "The model should be given back in the mode in which it came, with all its layers."
        )


@pytest.mark.task("forecast", weight=1)
def test_there_is_no_graph_and_gradients_stay_on(student, rng):
    """A graph that is built, and gradients that stay switched off."""
    found = student.run("roll", kind="mean", history=torch.randn(5, generator=rng), steps=3, training=True)

    assert not found["graph"], "The forecast carries a graph; ask the model under torch.no_grad()."
    assert found["grads_after"], "Gradients are switched off after the call; switch them on again."


@pytest.mark.task("forecast", weight=1)
def test_the_history_stays_as_it_is(student, rng):
    """A history that is written to, and parameters that are frozen."""
    history = torch.randn(5, generator=rng)

    found = [student.run("roll", kind="next", history=history, steps=steps, training=True) for steps in (3, 1)]

    assert not any(one["changed"] for one in found), "The history was changed; work on a copy."
    assert not any(one["frozen"] for one in found), (
        "The parameters no longer want gradients; leave requires_grad alone."
    )


def decode_case(rng, n, h, steps, dtype=torch.float64):
    def draw(*shape):
        return torch.randn(*shape, generator=rng, dtype=torch.float64).to(dtype)

    return {
        "weights": [draw(1, h), draw(h, h) / h**0.5, draw(h, 1)],
        "h": draw(n, h),
        "y0": draw(n, 1),
        "steps": steps,
        "targets": draw(n, steps, 1),
    }


def decoded(student, reference, cases):
    """Return what was said, free and taught, and what should have been."""
    runs = [(case, taught) for case in cases for taught in (False, True)]
    expected = [reference.run("unroll_cell", **case, teacher_forcing=taught) for case, taught in runs]
    actual = [student.run("unroll_cell", **case, teacher_forcing=taught) for case, taught in runs]
    return list(zip(actual, expected, strict=True))


@pytest.mark.task("decode", core=True, weight=4)
def test_each_step_says_what_follows_from_the_prediction_or_the_target_before(student, reference, rng):
    """Another input than the prediction or the target of the step before, a state that is not carried, axes swapped."""
    cases = [decode_case(rng, 3, 5, 6, torch.float32), decode_case(rng, 4, 4, 4, torch.float32)]

    for mine, theirs in decoded(student, reference, cases):
        same(mine["values"], theirs["values"], "the values", axes="N steps 1", dtype=False)


@pytest.mark.task("decode", weight=1)
def test_each_step_reads_one_value_and_the_targets_stay(student, reference, rng):
    """What is read beside what is said, and targets that are written to."""
    for mine, theirs in decoded(student, reference, [decode_case(rng, 3, 5, 6)]):
        _same_reads(mine["read"], theirs["read"], "what the cell reads, the input", "N 1")
        assert not mine["changed"], "The targets were changed; only read them."


@pytest.mark.task("decode", weight=1)
def test_one_row_one_step_and_double_precision(student, reference, rng):
    """Axes of length one that are squeezed, and a dtype that is lost."""
    sizes = [(1, 2, 3), (3, 2, 1), (1, 1, 1), (2, 3, 4)]
    cases = [decode_case(rng, *size) for size in sizes]
    cases.append(decode_case(rng, 3, 2, 4, torch.float32))

    for mine, theirs in decoded(student, reference, cases):
        same(mine["values"], theirs["values"], "the values", axes="N steps 1")


@pytest.mark.task("decode", weight=2)
def test_gradients_flow_through_all_steps(student, reference, rng):
    """A graph that is cut at the state or at the prediction, and gradients that are off."""
    case = decode_case(rng, 3, 5, 12)
    names = ("w_x", "w_h", "w_y", "h", "y0")

    for taught in (False, True):
        expected = reference.run("unroll_cell", **case, teacher_forcing=taught)
        actual = student.run("unroll_cell", **case, teacher_forcing=taught)

        same(actual["values"], expected["values"], "the values", axes="N steps 1", dtype=False, atol=1e-5)
        for mine, theirs, name in zip(actual["gradients"], expected["gradients"], names, strict=True):
            same(mine, theirs, f"The gradient with respect to {name}")
        assert actual["grads_after"], "Gradients are switched off after the call; leave them on."


@pytest.mark.task("decode", weight=1)
def test_without_targets_nothing_is_needed_and_nothing_changed(student, reference, rng):
    """Targets that are needed where none are given, teaching by default, arguments that are changed."""
    case = decode_case(rng, 2, 3, 5)

    expected = reference.run("decode_plainly", **case)
    actual = student.run("decode_plainly", **case)

    same(actual["values"], expected["values"], "the values", axes="N steps 1")
    same(actual["by_default"], expected["by_default"], "the values without a word on teaching", axes="N steps 1")
    assert not any(actual["changed"]), "h or y0 was changed; make new tensors."
