"""Hidden tests of the rollout lesson."""

import pytest
import torch

from autograder.grading.compare import same


def _same_reads(actual, expected, what, axes):
    """Compare what was read, step by step; one more call at the end, whose answer nobody uses, is no mistake."""
    for step, read in enumerate(expected):
        assert step < len(actual), f"Step {step} is missing: nothing was read."
        same(actual[step], read, f"{what} of step {step}", axes=axes)


@pytest.mark.task("forecast", core=True, weight=4)
def test_the_window_takes_in_each_prediction(student, reference, rng):
    history = torch.randn(6, generator=rng, dtype=torch.float64) * 0.5
    cases = [("next", history, 9), ("mean", history, 8), ("first", history, 13), ("weighted", history, 5)]
    cases += [("mean", history[:1], 3), ("weighted", history.float(), 4), ("mean", history, 0), ("next", history, 1)]

    expected = [reference.run("roll", kind=k, history=h, steps=s, training=True) for k, h, s in cases]
    actual = [student.run("roll", kind=k, history=h, steps=s, training=True) for k, h, s in cases]

    for mine, theirs in zip(actual, expected, strict=True):
        same(mine["values"], theirs["values"], "the forecast", axes="steps")
        _same_reads(mine["windows"], theirs["windows"], "the window", "1 T 1")


@pytest.mark.task("forecast", weight=2)
def test_the_model_is_asked_in_eval_mode_and_given_back_as_it_came(student, rng):
    history = torch.randn(5, generator=rng)

    found = [student.run("roll", kind="dropout", history=history, steps=3, training=mode) for mode in (True, False)]

    for one, mode in zip(found, (True, False), strict=True):
        assert not any(one["modes"]), "The model is asked in train mode, where dropout is on; call model.eval() first."
        assert one["mode_after"] is mode and one["dropout_after"] is mode, (
            "The model should be given back in the mode in which it came, with all its layers."
        )


@pytest.mark.task("forecast", weight=1)
def test_there_is_no_graph_and_gradients_stay_on(student, rng):
    found = student.run("roll", kind="mean", history=torch.randn(5, generator=rng), steps=3, training=True)

    assert not found["graph"], "The forecast carries a graph; ask the model under torch.no_grad()."
    assert found["grads_after"], "Gradients are switched off after the call; switch them on again."


@pytest.mark.task("forecast", weight=1)
def test_the_history_stays_as_it_is(student, rng):
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


def check_decoded(actual, expected):
    same(actual["values"], expected["values"], "the values", axes="N steps 1")
    _same_reads(actual["read"], expected["read"], "what the cell reads, the input", "N 1")
    assert not actual["changed"], "The targets were changed; only read them."


@pytest.mark.task("decode", core=True, weight=4)
def test_each_step_reads_the_prediction_or_the_target_before(student, reference, rng):
    cases = [decode_case(rng, 3, 5, 6), decode_case(rng, 1, 2, 1), decode_case(rng, 4, 4, 4, torch.float32)]
    runs = [(case, taught) for case in cases for taught in (False, True)]

    expected = [reference.run("unroll_cell", **case, teacher_forcing=taught) for case, taught in runs]
    actual = [student.run("unroll_cell", **case, teacher_forcing=taught) for case, taught in runs]

    for mine, theirs in zip(actual, expected, strict=True):
        check_decoded(mine, theirs)


@pytest.mark.task("decode", weight=2)
def test_gradients_flow_through_all_steps(student, reference, rng):
    case = decode_case(rng, 3, 5, 12)
    names = ("w_x", "w_h", "w_y", "h", "y0")

    for taught in (False, True):
        expected = reference.run("unroll_cell", **case, teacher_forcing=taught)
        actual = student.run("unroll_cell", **case, teacher_forcing=taught)

        same(actual["values"], expected["values"], "the values", axes="N steps 1")
        for mine, theirs, name in zip(actual["gradients"], expected["gradients"], names, strict=True):
            same(mine, theirs, f"The gradient with respect to {name}")
        assert actual["grads_after"], "Gradients are switched off after the call; leave them on."


@pytest.mark.task("decode", weight=1)
def test_without_targets_nothing_is_needed_and_nothing_changed(student, reference, rng):
    case = decode_case(rng, 2, 3, 5)

    expected = reference.run("decode_plainly", **case)
    actual = student.run("decode_plainly", **case)

    same(actual["values"], expected["values"], "the values", axes="N steps 1")
    same(actual["by_default"], expected["by_default"], "the values without a word on teaching", axes="N steps 1")
    assert not any(actual["changed"]), "h or y0 was changed; make new tensors."
