"""Hidden tests of the classification lesson: known weights, rows alone, other padding, gradients, a training.

A model may be built otherwise than the answer, with two directions or with cells of its own. Then its weights cannot be
set one to one, and it is judged by what holds for every right model.
"""

import math

import pytest
import torch

from autograder.grading.compare import equal, must_raise, number, same

GATES = {"RNN": 1, "LSTM": 4, "GRU": 3}
ATOL = {"float32": 1e-5, "float64": 1e-9}
DIGITS = 1e-4  # of a share: nobody is blamed who rounds to four
# Steps of the batch, and valid steps of its rows. Sorting the rows is no exchange of pairs: undo it or be seen.
RAGGED = [(7, [2, 7, 4, 1, 5]), (6, [4, 2, 3]), (6, [4]), (1, [1, 1, 1])]
SQUARE = (4, [3, 1, 4, 2])


def normal(*shape, rng):
    return torch.randn(*shape, generator=rng)


def counts_of(cell, sizes):
    """Count the parameters of right models: one direction or two, one bias or two, directions joined or added."""
    d, h, c = sizes

    def layer(size, biases):
        return GATES[cell] * size * (d + size + biases)

    one = [layer(h, biases) + c * (h + 1) for biases in (2, 1)]
    two = [2 * layer(h, biases) + c * (width * h + 1) for biases in (2, 1) for width in (2, 1)]
    halves = [2 * layer(h // 2, biases) + c * (2 * (h // 2) + 1) for biases in (2, 1)]
    return [*one, *two, *halves]


def case_of(rng, cell, sizes, steps, lengths, dtype="float32"):
    """Draw a batch, with noise in its padding, and what makes the weights."""
    return {
        "cell": cell,
        "sizes": sizes,
        "dtype": dtype,
        "counts": counts_of(cell, sizes),
        "seed": int(torch.randint(1 << 31, (), generator=rng)),
        "x": normal(len(lengths), steps, sizes[0], rng=rng).to(getattr(torch, dtype)),
        "lengths": torch.tensor(lengths),
    }


def is_like(mine, theirs, case):
    """Check the number of parameters; say whether their shapes are those of the answer."""
    total = sum(math.prod(shape) for shapes in mine["shapes"].values() for shape in shapes)
    d, h, c = case["sizes"]
    assert total in case["counts"], (
        f"parameters() finds {total} numbers. One {case['cell']} layer of {h} units that reads {d} numbers, and a "
        f"linear layer to {c} classes, have {case['counts'][0]}."
    )
    return mine["shapes"] == theirs["shapes"]


def ask(student, reference, probe, cases):
    """Ask both the same; return both answers beside each case, and whether the two have weights of the same shapes."""
    expected = [reference.run(probe, **case) for case in cases]
    actual = [student.run(probe, **case) for case in cases]
    return [(m, e, c, is_like(m, e, c)) for m, e, c in zip(actual, expected, cases, strict=True)]


def check_scores(actual, expected, alike, what, dtype="float32"):
    """Compare with the answer's scores where the weights are the same, else compare shape and dtype."""
    same(actual, expected if alike else like(actual, expected), what, axes="N C", atol=ATOL[dtype])


def like(actual, expected):
    """Give the student's own finite numbers, if they have the shape and dtype of the expected ones."""
    fits = isinstance(actual, torch.Tensor) and (actual.shape, actual.dtype) == (expected.shape, expected.dtype)
    return actual if fits and bool(actual.isfinite().all()) else expected


@pytest.mark.task("SequenceClassifier", core=True, weight=3)
def test_known_weights_give_known_scores_where_all_rows_are_full(student, reference, rng):
    cases = [case_of(rng, "GRU", sizes, t, [t] * n) for n, t, sizes in ((6, 6, (3, 3, 2)), (3, 7, (2, 5, 4)))]
    cases = [{**case, "shift": 1.0 + torch.arange(case["sizes"][2])} for case in cases]

    for mine, theirs, case, alike in ask(student, reference, "shifted", cases):
        check_scores(mine["first"], theirs["first"], alike, "scores")
        if mine["found"]:
            expected = mine["first"] + case["shift"]
            same(mine["second"], expected, "scores (the bias of the head raised)", axes="N C")


def check_rows(student, reference, cases):
    for mine, theirs, case, alike in ask(student, reference, "rows_alone", cases):
        check_scores(mine["scores"], theirs["scores"], alike, "scores", case["dtype"])
        assert len(mine["alone"]) == len(theirs["alone"])
        for row, alone in enumerate(mine["alone"]):
            what, together = f"scores (row {row} alone, unpadded)", mine["scores"][row : row + 1]
            same(alone, together, what, axes="1 C", atol=ATOL[case["dtype"]])


@pytest.mark.task("SequenceClassifier", weight=5)
def test_each_row_is_scored_by_its_last_valid_step(student, reference, rng):
    cases = [case_of(rng, "GRU", (3, 3, 2), *SQUARE), *(case_of(rng, "GRU", (2, 4, 3), *batch) for batch in RAGGED)]

    check_rows(student, reference, cases)


@pytest.mark.task("SequenceClassifier", weight=2)
def test_rnn_and_lstm_score_each_row_by_its_last_valid_step(student, reference, rng):
    cases = [case_of(rng, cell, (2, 5, 3), *batch) for cell in ("RNN", "LSTM") for batch in RAGGED[:2]]
    cases.append(case_of(rng, "LSTM", (4, 4, 2), *SQUARE))

    check_rows(student, reference, cases)
    for mine, _, _, _ in ask(student, reference, "shut", [case_of(rng, "LSTM", (2, 4, 3), *RAGGED[0])]):
        if mine["found"]:
            expected = mine["bias"].expand(len(RAGGED[0][1]), -1)
            same(mine["scores"], expected, "scores (the output gates of the LSTM shut)", axes="N C")


@pytest.mark.task("SequenceClassifier", weight=2)
def test_what_stands_in_the_padding_changes_no_score(student, reference, rng):
    cases = [case_of(rng, cell, (2, 4, 3), *RAGGED[0]) for cell in ("GRU", "LSTM")]
    cases.append(case_of(rng, "RNN", (1, 5, 2), *SQUARE))

    for mine, theirs, _, alike in ask(student, reference, "with_padding", cases):
        check_scores(mine["scores"], theirs["scores"], alike, "scores")
        for value in ("0", "9", "1e+06"):
            same(mine[value], mine["scores"], f"scores ({value} in the padding)", axes="N C")


def check_blindness(gradient, lengths):
    """Check that x counts at every valid step, and nowhere else."""
    is_padding = torch.arange(gradient.shape[1]) >= lengths[:, None]
    assert bool((gradient != 0).any()), "The scores have no gradient with respect to x: where is the graph cut?"
    assert bool((gradient[is_padding] == 0).all()), "The scores have a gradient with respect to padding."
    for step in range(gradient.shape[1]):
        assert bool((gradient[:, step] != 0).any()), f"No score depends on step {step} of x: is the whole row read?"


def check_directions(found):
    """Check that no direction is read after one step only: then its weight_hh, which met a state of zeros, is idle."""
    for ih, hh in zip(found["weight_ih"], found["weight_hh"], strict=False):
        assert bool((hh != 0).any()) or not bool((ih != 0).any()), (
            "The scores depend on a direction of the layer, but not on its weight_hh: it has seen one step only."
        )


@pytest.mark.task("SequenceClassifier", weight=4)
def test_gradients_reach_every_weight_and_every_valid_step(student, reference, rng):
    cases = [case_of(rng, "GRU", (2, 4, 3), *RAGGED[0]), case_of(rng, "LSTM", (3, 5, 2), *RAGGED[0])]
    cases.append(case_of(rng, "RNN", (2, 4, 3), *SQUARE))

    for mine, theirs, case, alike in ask(student, reference, "slopes", cases):
        assert "x" in mine, "The scores carry no graph." if mine["cut"] else "A parameter does not want gradients."
        check_blindness(mine["x"][0], case["lengths"])
        check_directions(mine)
        for name in [name for name in theirs if name != "shapes"] if alike else []:
            for actual, expected in zip(mine[name], theirs[name], strict=True):
                same(actual, expected, f"the gradient with respect to {name}", atol=1e-4)


@pytest.mark.task("SequenceClassifier", weight=1)
def test_a_call_leaves_nothing_behind(student, reference, rng):
    cases = [case_of(rng, cell, (2, 4, 3), *RAGGED[0]) for cell in ("GRU", "LSTM")]

    for mine, theirs, _, alike in ask(student, reference, "traces", cases):
        check_scores(mine["first"], theirs["first"], alike, "scores")
        same(mine["second"], mine["first"], "scores (second call)", axes="N C")
        same(mine["evaluated"], mine["first"], "scores (in eval mode)", axes="N C")
        assert mine["x"] and mine["lengths"], "x or lengths was changed; make new tensors."
        assert mine["weights"], "The call has changed a parameter."
        assert mine["grads_on"], "Gradients are off after the call."


@pytest.mark.task("SequenceClassifier", weight=1)
def test_states_have_the_dtype_and_the_device_of_x(student, reference, rng):
    cases = [case_of(rng, cell, (2, 4, 3), *RAGGED[0], dtype="float64") for cell in ("GRU", "LSTM", "RNN")]
    abroad = [case_of(rng, cell, (2, 4, 3), *RAGGED[0]) for cell in ("GRU", "LSTM")]

    check_rows(student, reference, cases)
    for mine, _, _, _ in ask(student, reference, "elsewhere", abroad):
        assert not mine["strange"], "A state is made on the wrong device: take the device of x."


@pytest.mark.task("SequenceClassifier", weight=1)
def test_sizes_by_default_and_by_name_are_those_of_the_signature(student, reference):
    asked = [{}, {"num_classes": 5, "cell": "LSTM"}, {"input_size": 4, "cell": "RNN"}, {"hidden_size": 7}]
    default = {"input_size": 1, "hidden_size": 16, "num_classes": 2, "cell": "GRU"}

    for given in asked:
        actual = {"shapes": student.run("sizes_of", given=given)}

        *sizes, cell = {**default, **given}.values()
        is_like(actual, actual, {"sizes": sizes, "cell": cell, "counts": counts_of(cell, sizes)})


@pytest.mark.task("SequenceClassifier", weight=1)
def test_an_unknown_cell_raises(student):
    for cell in ("Transformer", "gru", ""):
        must_raise("ValueError", student.run, "refuse", cell=cell)


def sums(rng, *shape, longest=10):
    """Draw sequences of 3 to 10 numbers, padded with zeros, and whether each one's sum is above 0."""
    lengths = torch.randint(3, longest + 1, shape, generator=rng)
    x = normal(*shape, longest, rng=rng) * (torch.arange(longest) < lengths.unsqueeze(-1))
    return x.unsqueeze(-1), lengths, (x.sum(-1) > 0).long()


@pytest.mark.task("SequenceClassifier", weight=2)
def test_a_training_learns_to_tell_sums_above_zero(student, rng, calibrated):
    batches, rates = list(zip(*sums(rng, 40, 40), strict=True)), [0.05 * (1 - step / 40) for step in range(40)]
    x, lengths, y = sums(rng, 500)
    made = {"counts": counts_of("GRU", (1, 16, 2)), "seed": int(torch.randint(1 << 31, (), generator=rng))}

    weights = []
    for part in (slice(0, 10), slice(10, 20), slice(20, 30), slice(30, 40)):  # a call must not take too long
        found = student.run("trained", batches=batches[part], rates=rates[part], weights=weights, **made)
        is_like(found, found, {"sizes": (1, 16, 2), "cell": "GRU", **made})
        weights = found["weights"]
    scores = student.run("scores_of_trained", x=x, lengths=lengths, weights=weights, **made)

    check_scores(scores, torch.zeros(500, 2), False, "scores")
    wrong = scores.argmax(dim=1) != y
    calibrated("sum above zero", wrong.double().mean().item(), what="error rate on new sequences")


def marked(rng, n, c, right, shift=0.0):
    """Draw scores, the largest of each row clearly so, and classes, of which a given number are right."""
    logits = normal(n, c, rng=rng) + shift
    y = logits.argmax(dim=1)
    logits[torch.arange(n), y] += 0.1
    missed = torch.randperm(n, generator=rng)[right:]
    y[missed] = (y[missed] + torch.randint(1, c, (n - right,), generator=rng)) % c
    return logits, y


@pytest.mark.task("accuracy", core=True, weight=4)
def test_the_largest_score_of_each_row_is_the_answer(student, rng):
    cases = [(7, 3, 5, 0), (40, 6, 31, 0), (6, 6, 5, 0), (9, 9, 7, 0), (41, 2, 30, 0), (300, 4, 280, 0)]
    cases += [(40, 4, 33, -4), (40, 4, 33, 4), (50, 2, 41, -4), (50, 2, 41, 4)]  # all on one side of any limit
    cases += [(1, 3, 1, 0), (1, 2, 0, 0), (5, 4, 0, 0), (8, 3, 8, 0)]

    drawn = [marked(rng, *case) for case in cases]
    found = [student.accuracy(logits.double() if len(y) == 9 else logits, y) for logits, y in drawn]

    for one, (n, c, right, _) in zip(found, cases, strict=True):
        number(one, right / n, f"the accuracy of {n} examples and {c} classes", tol=DIGITS)


@pytest.mark.task("accuracy", weight=1)
def test_scores_may_carry_a_graph(student, rng):
    logits, y = marked(rng, 12, 3, 7)

    found = student.run("carried", logits=logits, y=y)

    number(found["accuracy"], 7 / 12, "the accuracy of scores that carry a graph", tol=DIGITS)
    assert found["grads_on"], "Gradients are off after the call."


@pytest.mark.task("accuracy", weight=1)
def test_scores_and_classes_stay_as_they_are(student, rng):
    for n, c in ((6, 4), (5, 5), (1, 2)):
        logits, y = marked(rng, n, c, 1)
        equal(student.effects("accuracy", logits, y)["changed"], [], "The list of changed arguments")
