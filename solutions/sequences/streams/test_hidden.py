"""Hidden tests of the streams lesson: positions in the text; steps, states and losses of a known network."""

import math

import pytest
import torch

from autograder.testing import alike, answers, check_untouched, must_raise, number, same

GATES = {"RNN": 1, "LSTM": 4, "GRU": 3}


def text(length, rng, dtype=torch.int64):
    """Draw a text in which no two ids are the same."""
    return torch.randperm(100, generator=rng)[:length].to(dtype)


@pytest.mark.task("to_streams", core=True, weight=4)
def test_each_row_is_a_contiguous_piece_of_the_text(student, reference, rng):
    compare_streams(student, reference, [(text(n, rng), b) for n, b in ((23, 4), (19, 4), (26, 4), (30, 7))])


@pytest.mark.task("to_streams", weight=1)
def test_one_stream_streams_of_one_id_and_texts_without_a_rest(student, reference, rng):
    sizes = ((24, 4), (16, 4), (7, 7), (11, 1), (13, 9))
    compare_streams(student, reference, [(text(n, rng), b) for n, b in sizes])


@pytest.mark.task("to_streams", weight=1)
def test_ids_keep_their_dtype(student, reference, rng):
    compare_streams(student, reference, [(text(22, rng, dtype), 3) for dtype in (torch.uint8, torch.int32)])


def compare_streams(student, reference, cases):
    for mine, theirs in answers(student, reference, "to_streams", cases):
        same(mine, theirs, "streams", axes="B T")


@pytest.mark.task("to_streams", weight=1)
def test_more_streams_than_ids_raise_a_value_error(student, rng):
    must_raise("ValueError", student.to_streams, text(3, rng), 4)
    must_raise("ValueError", student.to_streams, text(2, rng), 9)


@pytest.mark.task("to_streams", weight=1)
def test_the_text_stays_as_it_is_and_shares_no_memory(student, rng):
    cases = [(text(length, rng), b) for length, b in ((23, 4), (24, 4), (9, 1), (6, 6))]

    check_untouched(student, "to_streams", cases, shared="The streams share memory with the text; make a copy.")


def case_of(rng, cell, sizes, chunk, dtype=torch.float64, loud=1.0, lr=0.5, epochs=1):
    """Draw a network and streams of ids.

    Args:
        sizes: B, T, V, D, H.
        loud: a factor of the head's weights, which makes the gradients large.
    """
    b, t, v, d, h = sizes
    rows, bound = GATES[cell] * h, h**-0.5
    shapes = [(v, d), (rows, d), (rows, h), (rows,), (rows,), (v, h), (v,)]
    weights = [(2 * torch.rand(*shape, generator=rng, dtype=torch.float64) - 1) * bound for shape in shapes]
    weights = [2 * weight for weight in weights[:5]] + [loud * weights[5], weights[6]]
    streams = torch.randint(v, (b, t), generator=rng)
    return {
        "cell": cell,
        "weights": [weight.to(dtype) for weight in weights],
        "streams": streams,
        "chunk": chunk,
        "lr": lr,
        "epochs": epochs,
    }


def check_epochs(actual, expected, case):
    """Check the losses of every call, the number of steps, and the parameters after each of them."""
    count = math.ceil((case["streams"].shape[1] - 1) / case["chunk"])
    told = f"{case['streams'].shape[1] - 1} targets a row in chunks of {case['chunk']} make {count}"
    tolerance = 1e-6 if case["weights"][0].dtype == torch.float64 else 1e-5
    for mine, theirs in zip(actual["losses"], expected["losses"], strict=True):
        assert type(mine) is list, "train_tbptt should return a list of losses."
        assert len(mine) == count, f"{told} losses, but {len(mine)} came back."
        for place, (loss, wanted) in enumerate(zip(mine, theirs, strict=True), 1):
            number(loss, wanted, f"the loss of chunk {place}", tol=tolerance)
    steps = len(actual["parameters"])
    assert steps == count * case["epochs"], f"{told} steps in a call; there were {steps} in {case['epochs']} calls."
    for step, (mine, theirs) in enumerate(zip(actual["parameters"], expected["parameters"], strict=True), 1):
        assert torch.allclose(mine, theirs, rtol=tolerance, atol=tolerance), (
            f"After step {step} the parameters are wrong by {(mine - theirs).abs().max().item():.2g}: "
            "it does not follow the gradient of its chunk."
        )


def compare(student, reference, cases):
    expected = [reference.run("train", **case) for case in cases]
    actual = [student.run("train", **case) for case in cases]

    for mine, theirs, case in zip(actual, expected, cases, strict=True):
        check_epochs(mine, theirs, case)


@pytest.mark.task("train_tbptt", core=True, weight=4)
def test_chunk_by_chunk_losses_and_parameters_are_those_of_truncated_backpropagation(student, reference, rng):
    cases = [
        case_of(rng, "RNN", (3, 13, 6, 4, 5), 4),
        case_of(rng, "GRU", (2, 11, 5, 3, 4), 5),  # t is V: swapped axes of the logits raise nothing
        case_of(rng, "RNN", (2, 15, 9, 3, 8), 7, loud=120.0, lr=0.01),
        case_of(rng, "RNN", (5, 7, 4, 3, 2), 2),  # B is more than chunk
        case_of(rng, "RNN", (4, 9, 6, 4, 4), 4, torch.float32),
    ]
    compare(student, reference, cases)


@pytest.mark.task("train_tbptt", weight=1)
def test_one_stream_chunks_of_one_step_and_one_chunk_for_all(student, reference, rng):
    cases = [case_of(rng, "RNN", (1, 9, 7, 2, 3), 4), case_of(rng, "RNN", (2, 5, 7, 2, 3), 1)]
    compare(student, reference, [*cases, case_of(rng, "GRU", (3, 6, 4, 5, 2), 50)])


@pytest.mark.task("train_tbptt", weight=2)
def test_a_shorter_last_chunk_is_trained_on_as_well(student, reference, rng):
    cases = [case_of(rng, "RNN", (3, 12, 7, 4, 5), 4), case_of(rng, "GRU", (2, 8, 5, 3, 4), 6)]
    compare(student, reference, cases)


@pytest.mark.task("train_tbptt", weight=2)
def test_the_state_may_be_the_tuple_of_an_lstm(student, reference, rng):
    cases = [case_of(rng, "LSTM", (3, 13, 6, 4, 5), 4, lr=1.5), case_of(rng, "LSTM", (2, 7, 5, 2, 3), 3, lr=1.5)]
    compare(student, reference, cases)


@pytest.mark.task("train_tbptt", weight=1)
def test_every_call_begins_without_a_state(student, reference, rng):
    compare(student, reference, [case_of(rng, "RNN", (3, 9, 6, 4, 5), 4, epochs=3)])


@pytest.mark.task("train_tbptt", weight=1)
def test_a_chunk_begins_where_the_last_one_ended_and_without_its_graph(student, rng):
    case = case_of(rng, "RNN", (3, 14, 6, 4, 5), 4)

    found = student.run("handed", **{key: case[key] for key in ("cell", "weights", "streams", "chunk")})

    given, left = found["given"], found["left"]
    assert len(given) == 4, f"13 targets a row in chunks of 4 make 4 steps, but there were {len(given)}."
    assert not any(bool(part.any()) for part in given[0]), "The state should be None for the first chunk."
    for place, (mine, before) in enumerate(zip(given[1:], left, strict=False), 2):
        assert mine, f"The model should be given a state for chunk {place}."
        assert any(alike(mine, state) for state in before), (
            f"The state given to the model for chunk {place} is not the one that it returned for chunk {place - 1}."
        )
    assert not any(found["graph"]), "The state should have no graph where a chunk begins."


@pytest.mark.task("train_tbptt", weight=1)
def test_the_model_is_in_training_mode_and_the_streams_stay_as_they_are(student, rng):
    case = case_of(rng, "GRU", (3, 9, 6, 4, 5), 4)

    found = student.run("surroundings", **{key: case[key] for key in ("cell", "weights", "streams", "chunk")})

    assert found["training"], "The model should be in training mode while it is trained."
    assert not found["changed"], "The streams were changed; make new tensors."
