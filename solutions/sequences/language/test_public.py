"""Public tests of the language lesson: small cases by hand, laws, and bounds that chance does not leave."""

import math
import string

import pytest
import torch

from autograder.testing import must_raise, same, several


@pytest.mark.task("build_vocab", core=True)
def test_the_alphabet_of_a_sentence(student):
    found = student.run("vocabulary", text="the quick brown fox jumps over the lazy dog")

    assert "is" not in found, (
        f"build_vocab should return stoi, a dict, and itos, a list, but returned {found.get('is')}."
    )
    assert "itos" in found, "itos should be sorted: ' ', 'a', 'b', and so on."
    alphabet = [" ", *string.ascii_lowercase]
    assert found["itos"] == alphabet, f"itos should be {alphabet}, but is {found['itos']}."
    for character, i in ((" ", 0), ("a", 1), ("z", 26)):
        came = found["stoi"].get(character)
        assert came == i, f"stoi[{character!r}] should be {i}, but is {came}."
    assert len(found["stoi"]) == 27, f"stoi should have 27 entries, but has {len(found['stoi'])}."


@pytest.mark.task("get_batch", core=True)
def test_a_text_of_four_characters_has_one_window_of_three(student):
    pair = student.run("batch", ids=torch.tensor([7, 3, 9, 5]), seq_length=3, batch_size=12, seed=1)

    several(pair, 2, "get_batch should return a pair, x and y.")
    same(pair[0], torch.tensor([[7, 3, 9]] * 12), "x", axes="batch_size seq_length", show=True)
    same(pair[1], torch.tensor([[3, 9, 5]] * 12), "y", axes="batch_size seq_length", show=True)


@pytest.mark.task("get_batch", core=True)
def test_every_start_is_drawn_about_as_often(student):
    ids, rows = torch.tensor([4, 8, 1, 0, 7, 2, 3, 6, 5]), 6000
    wanted = {
        "shapes": [[rows, 4]] * 2,
        "steps in x": [1],
        "from x to y": [1],
        "missing starts": [],
        "too rare": [],
        "too frequent": [],
    }

    # 1200 are expected of each of the 5 starts, with a standard deviation of 31.
    found = student.run(
        "many_windows",
        ids=ids,
        seq_length=4,
        batch_size=rows,
        seed=1,
        likely=[970, 1430],
        alike=[0.15, 0.25],
        wanted=wanted,
    )

    for fact, value in wanted.items():
        came = found["facts"].get(fact)
        assert came == value, f"In {rows} windows of 4 of 9 characters, {fact!r} should be {value}, but is {came}."


@pytest.mark.task("get_batch")
def test_equal_generators_give_equal_batches(student):
    found = student.run("draw_again", ids=torch.arange(60), seq_length=3, batch_size=12, seed=2)

    assert found["repeats"], "Equal generators should give equal batches."
    assert found["goes on"], "Two calls with one generator should give two batches."
    assert found["global state kept"], "The global random state should stay as it was."


def small_case():
    weights = {
        "embedding": torch.tensor([[0.5], [-1.0]]),
        "weight_ih": torch.tensor([[1.0]]),
        "weight_hh": torch.tensor([[0.5]]),
        "bias_ih": torch.tensor([0.1]),
        "bias_hh": torch.tensor([0.0]),
        "head": torch.tensor([[2.0], [-1.0]]),
        "bias": torch.tensor([0.3, 0.0]),
    }
    return {"sizes": [2, 1, 1], "cell": "RNN", "weights": weights, "ids": torch.tensor([[1, 0], [0, 0]]), "cut": 1}


@pytest.mark.task("CharLM", core=True)
def test_logits_by_hand(student):
    found = student.run("answers", **small_case())

    assert "is" not in found, f"forward should return a pair, logits and a state, but returned {found.get('is')}."
    assert "logits" in found, (
        "The parameters should be an embedding (V, E), those of the layer, and a head (V, H) with a bias (V,);"
        f" there are {found['shapes']}, where V = 2, E = 1 and H = 1."
    )
    first = math.tanh(-1.0 + 0.1)  # character 1 is the vector -1
    second = math.tanh(0.5 + 0.5 * first + 0.1)
    expected = torch.tensor([[2 * h + 0.3, -h] for h in (first, second)])
    same(found["logits"][:1], expected[None], "logits of the first row", axes="1 T V", show=True)


@pytest.mark.task("CharLM", core=True)
def test_a_score_for_every_character_at_every_step(student):
    logits = student.run("logits_of", vocab_size=9, ids=torch.zeros(3, 5, dtype=torch.int64))

    shape = tuple(getattr(logits, "shape", ()))
    assert shape == (3, 5, 9), f"logits should have shape (N, T, V) = (3, 5, 9), but has {shape}."


@pytest.mark.task("CharLM")
def test_a_text_in_two_pieces_is_one_text(student):
    found = student.run("answers", **small_case())

    pieces = torch.cat([found["first"], found["second"]], dim=1)
    same(pieces, found["logits"], "logits of two pieces", axes="N T V", show=True)


@pytest.mark.task("CharLM")
def test_an_unknown_cell_raises_a_value_error(student):
    must_raise("ValueError", student.run, "refuse", cell="CNN")


@pytest.mark.task("lm_loss", core=True)
def test_one_character_by_hand(student):
    loss = student.lm_loss(torch.tensor([[[0.0, math.log(3)]]]), torch.tensor([[1]]))

    # e^0 : e^log 3 = 1 : 3, so the probability of 1 is 3/4.
    same(loss, torch.tensor(-math.log(3 / 4)), "the loss", show=True)


@pytest.mark.task("lm_loss", core=True)
def test_the_mean_over_all_characters_also_where_t_is_v(student):
    generator = torch.Generator().manual_seed(3)
    for n, t, v in ((2, 3, 5), (2, 4, 4)):
        logits = torch.randn(n, t, v, generator=generator)
        targets = torch.randint(v, (n, t), generator=generator)

        loss = student.lm_loss(logits, targets)

        surprises = []
        for scores, target in zip(logits.reshape(n * t, v).tolist(), targets.reshape(n * t).tolist(), strict=True):
            weights = [math.exp(score) for score in scores]
            surprises.append(-math.log(weights[target] / sum(weights)))
        expected = torch.tensor(sum(surprises) / len(surprises))
        same(loss, expected, f"the loss with N = {n}, T = {t}, V = {v}", show=True)


@pytest.mark.task("sample", core=True)
def test_a_model_that_counts_goes_on_counting(student):
    written = student.run("count_on", v=8, prompt=[2, 3], steps=3, temperature=0.1)

    assert written == [4, 5, 6], f"After 2, 3 a model that counts should write [4, 5, 6], but wrote {written}."


@pytest.mark.task("sample")
def test_temperature_zero_takes_the_largest_score(student):
    written = student.run("count_on", v=8, prompt=[5], steps=4, temperature=0)

    assert written == [6, 7, 0, 1], f"After 5 a model that counts to 7 should write [6, 7, 0, 1], but wrote {written}."


@pytest.mark.task("sample", core=True)
def test_half_the_temperature_doubles_the_scores(student):
    # e^0 : e^(1 / 0.5) = 0.119 : 0.881, so 357 and 2643 are expected, with a standard deviation of 18.
    case = {"scores": torch.tensor([0.0, 1.0]), "temperature": 0.5}

    (law,), _ = student.run("frequencies", calls=30, steps=100, seed=1, cases=[case])

    assert law == "right", (
        f"Of 3000 draws from the scores [0, 1] at temperature 0.5 about 357 should be 0 and 2643 be 1; here: {law}."
    )


@pytest.mark.task("sample")
def test_after_the_prompt_one_id_is_read_a_call(student):
    table = torch.rand(13, 4, generator=torch.Generator().manual_seed(4))

    found = student.run("watched", table=table, pair=False, prompt=[3, 1], steps=8, seed=1, training=True)

    assert type(found) is dict, "sample should return a list."
    assert found["one id a call"], "After the prompt, the model should read one new id a call."
    assert found["state carried"], "Each call should be given the state that the call before has returned."
    assert found["mode after"] == [True, True], "The model came in training mode and should be left in it."
