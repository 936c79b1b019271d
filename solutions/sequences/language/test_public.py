"""Public tests of the language lesson: small cases by hand, laws, and bounds that chance does not leave."""

import math
import string

import pytest
import torch

from autograder.testing import check_untouched, must_raise, same, several, torch_layer


def check_vocabulary(student, text, alphabet):
    found = student.run("vocabulary", text=text)

    assert "is" not in found, (
        f"build_vocab should return stoi, a dict, and itos, a list, but returned {found.get('is')}."
    )
    assert "itos" in found, f"itos should be sorted: {alphabet}."
    assert found["itos"] == alphabet, f"itos should be {alphabet}, but is {found['itos']}."
    for i, character in enumerate(alphabet):
        came = found["stoi"].get(character)
        assert type(came) is int and came == i, f"stoi[{character!r}] should be {i}, an int, but is {came!r}."
    assert len(found["stoi"]) == len(alphabet), f"stoi should have {len(alphabet)} entries, but has {found['stoi']}."


@pytest.mark.task("build_vocab", core=True)
def test_the_alphabet_of_a_sentence(student):
    text = "The quick brown fox jumps\nover the lazy dog"

    check_vocabulary(student, text, ["\n", " ", "T", *string.ascii_lowercase])


@pytest.mark.task("build_vocab")
def test_each_text_has_its_own_alphabet_whatever_the_language(student):
    check_vocabulary(student, "Käsebrötchen", list("Kbcehnrstäö"))
    check_vocabulary(student, "aa", ["a"])


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
        "dtypes": ["torch.int64"] * 2,
        "steps in x": [1],
        "from x to y": [1],
        "missing starts": [],
        "others": 0,
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
    alike = found["facts"]["alike at lags"]
    assert not alike, f"Each row should have a start of its own, but rows this far apart are alike: {alike}."


@pytest.mark.task("get_batch")
def test_equal_generators_give_equal_batches(student):
    found = student.run("draw_again", ids=torch.arange(60), seq_length=3, batch_size=12, seed=2)

    assert found["repeats"], "Equal generators should give equal batches."
    assert found["goes on"], "Two calls with one generator should give two batches."
    assert found["depends on the seed"], "Another generator should give another batch."
    assert found["global state kept"], "The global random state should stay as it was."
    assert found["ids kept"], "ids was changed; only read it."
    assert not found["shared"], "x or y shares memory with ids; make new tensors."


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


def asked(found, case):
    """Look at what a model with given weights answered: they fit, and it is no game of chance."""
    assert "is" not in found, f"forward should return a pair, logits and a state, but returned {found.get('is')}."
    assert "chance" not in found, "The same text gives other logits in every call; nothing in the model is random."
    v, e, h = case["sizes"]
    assert "logits" in found or "row" in found, (
        "The parameters should be an embedding (V, E), those of the layer, and a head (V, H) with a bias (V,);"
        f" there are {found['shapes']}, where V = {v}, E = {e} and H = {h}."
    )
    return found


@pytest.mark.task("CharLM", core=True)
def test_logits_by_hand(student):
    found = asked(student.run("answers", **small_case()), small_case())

    first = math.tanh(-1.0 + 0.1)  # character 1 is the vector -1
    second = math.tanh(0.5 + 0.5 * first + 0.1)
    expected = torch.tensor([[2 * h + 0.3, -h] for h in (first, second)])
    same(found["logits"][:1], expected[None], "logits of the first row", axes="1 T V", show=True)


@pytest.mark.task("CharLM", core=True)
def test_a_score_for_every_character_at_every_step(student):
    logits = student.run("logits_of", vocab_size=9, ids=torch.zeros(3, 5, dtype=torch.int64))

    shape = tuple(getattr(logits, "shape", ()))
    assert shape == (3, 5, 9), f"logits should have shape (N, T, V) = (3, 5, 9), but has {shape}."


def drawn_case(cell, n, t, v, e, h, cut, seed):
    """Draw a text and weights, in float64."""
    generator = torch.Generator().manual_seed(seed)
    rows = {"RNN": h, "GRU": 3 * h, "LSTM": 4 * h}[cell]
    shapes = {"embedding": (v, e), "weight_ih": (rows, e), "weight_hh": (rows, h), "bias_ih": (rows,)}
    shapes |= {"bias_hh": (rows,), "head": (v, h), "bias": (v,)}
    weights = {
        name: torch.randn(*shape, generator=generator, dtype=torch.float64) / 2 for name, shape in shapes.items()
    }
    ids = torch.randint(v, (n, t), generator=generator)
    return {"sizes": [v, e, h], "cell": cell, "weights": weights, "ids": ids, "cut": cut}


def by_torch(case):
    """Compute the logits with torch's own layer, and the gradients of a weighted sum of them."""
    leaves = {name: weight.clone().requires_grad_() for name, weight in case["weights"].items()}
    words = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    layer = torch_layer(case["cell"], [case["weights"][word] for word in words])
    states, _ = layer(leaves["embedding"][case["ids"]])
    logits = torch.einsum("nth,vh->ntv", states, leaves["head"]) + leaves["bias"]
    rising = torch.linspace(-1, 2, logits.numel(), dtype=logits.dtype).reshape(logits.shape)
    parameters = {**leaves, **dict(zip(words, layer.parameters(), strict=True))}
    gradients = torch.autograd.grad(logits, list(parameters.values()), rising)
    return logits.detach(), dict(zip(parameters, gradients, strict=True))


@pytest.mark.task("CharLM")
@pytest.mark.parametrize("cell", ["GRU", "LSTM"])
def test_logits_and_gradients_agree_with_torch_in_float64(student, cell):
    case = drawn_case(cell, n=3, t=6, v=7, e=3, h=5, cut=2, seed=3)

    found = asked(student.run("answers", **case), case)

    logits, gradients = by_torch(case)
    same(found["logits"], logits, "logits", axes="N T V", show=True)
    same(found["first"], logits[:, :2], "logits of the first piece", axes="N 2 V", show=True)
    same(found["second"], logits[:, 2:], "logits of the second piece, from the state after the first,", show=True)
    same(found["again"], logits, "logits of a second call", axes="N T V", show=True)
    same(found["later"][:, :2], logits[:, :2], "logits before a change of the future", axes="N 2 V", show=True)
    for name, gradient in gradients.items():
        same(found["gradients"][name], gradient, f"the gradient of the {name}", show=True)


@pytest.mark.task("CharLM")
@pytest.mark.parametrize("cell", ["GRU", "LSTM"])
def test_one_row_one_step_and_a_state_that_is_used_twice(student, cell):
    case = drawn_case(cell, n=2, t=4, v=5, e=2, h=3, cut=1, seed=5)

    found = asked(student.run("small_answers", **case), case)

    logits, _ = by_torch(case)
    same(found["row"], logits[1:2], "logits of one row alone", axes="1 T V", show=True)
    same(found["step"], logits[:, :1], "logits of one step", axes="N 1 V", show=True)
    same(found["second"], logits[:, 1:], "logits of the second piece", axes="N T V", show=True)
    same(found["second again"], logits[:, 1:], "logits from the same state once more", axes="N T V", show=True)
    assert not found["changed"], "ids was changed; only read it."


@pytest.mark.task("CharLM")
def test_sizes_by_default_and_the_device_of_ids(student):
    found = student.run("by_default", given={"vocab_size": 7}, sizes=(7, 16, 32))

    expected = {"embedding": (7, 16), "weight_ih": (3 * 32, 16), "weight_hh": (3 * 32, 32), "head": (7, 32)}
    for name, shape in expected.items():
        assert found.get(name) == [list(shape)], f"CharLM(7) should have one {name} {shape}, but has {found.get(name)}."
    assert student.run("elsewhere", cell="LSTM"), "A tensor is made on the wrong device: take that of ids."


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


@pytest.mark.task("lm_loss")
def test_the_gradient_is_the_probability_less_one_at_the_target(student):
    generator = torch.Generator().manual_seed(6)
    logits = torch.randn(2, 3, 5, generator=generator, dtype=torch.float64)
    targets = torch.randint(5, (2, 3), generator=generator)

    found = student.run("slope_of_loss", logits=logits, targets=targets)

    expected = logits.softmax(dim=2)
    for n in range(2):
        for t in range(3):
            expected[n, t, targets[n, t]] -= 1
    same(found["slope"], expected / (2 * 3), "the gradient with respect to logits", axes="N T V", show=True)
    assert found["loss"].dtype == torch.float64, "The loss should have the dtype of the logits."


@pytest.mark.task("lm_loss")
def test_large_scores_have_a_loss(student):
    logits, targets = torch.tensor([[[300.0, 0.0], [300.0, 0.0]]]), torch.tensor([[0, 1]])

    loss = student.lm_loss(logits, targets)

    # The first character is certain and costs 0; the probability of the second is e^-300.
    same(loss, torch.tensor(150.0), "the loss", show=True)


@pytest.mark.task("lm_loss")
def test_logits_and_targets_stay_as_they_are(student):
    check_untouched(student, "lm_loss", [(torch.ones(2, 3, 4), torch.zeros(2, 3, dtype=torch.int64))], shared=None)


@pytest.mark.task("sample", core=True)
def test_a_model_that_counts_goes_on_counting(student):
    written = student.run("count_on", v=8, prompt=[2, 3], steps=3, temperature=0.1)

    assert written == [4, 5, 6], f"After 2, 3 a model that counts should write [4, 5, 6], but wrote {written}."


@pytest.mark.task("sample", core=True)
def test_half_the_temperature_doubles_the_scores(student):
    # e^0 : e^(1 / 0.5) = 0.119 : 0.881, so 119 and 881 are expected, with a standard deviation of 10.
    case = {"scores": torch.tensor([0.0, 1.0]), "temperature": 0.5}

    (law,), _ = student.run("frequencies", calls=10, steps=100, seed=1, cases=[case])

    assert law == "right", (
        f"Of 1000 draws from the scores [0, 1] at temperature 0.5 about 119 should be 0 and 881 be 1; here: {law}."
    )


@pytest.mark.task("sample")
def test_temperature_zero_takes_the_largest_score(student):
    scores = torch.tensor([0.3, 0.5, 0.4])

    texts = student.run("draw_often", calls=1, steps=20, seed=1, scores=scores, temperature=0)

    assert texts == [[1] * 20], f"At temperature 0 the largest score is that of 1 every time, but here is {texts}."


@pytest.mark.task("sample")
@pytest.mark.parametrize("training", [True, False], ids=["training", "eval"])
def test_after_the_prompt_one_id_is_read_a_call(student, training):
    table = torch.rand(13, 4, generator=torch.Generator().manual_seed(4))

    found = student.run("watched", table=table, pair=training, prompt=[3, 1], steps=8, seed=1, training=training)

    assert type(found) is dict, "sample should return a list."
    assert found["one id a call"], "After the prompt, the model should read one new id a call."
    assert found["reads on"], "The model should read the prompt, and then each new id, once and in order."
    assert found["state carried"], "Each call should be given the state that the call before has returned."
    assert not found["trained meanwhile"], "The model should be asked in eval mode."
    assert found["mode after"] == [training] * 2, "The model should be left in the mode in which it came."
    assert not found["graph"], "The state carries a graph from call to call; ask the model under no_grad."
    assert found["prompt kept"], "The prompt was changed; work on a list of your own."
    assert found["weights kept"], "The parameters no longer want gradients; leave them alone."
    assert found["gradients on"], "Gradients are still off after the call."


@pytest.mark.task("sample")
def test_the_generator_decides_and_the_global_one_is_left_alone(student):
    found = student.run("write_again", scores=torch.linspace(0, 1, 12), steps=20, seed=2)

    assert found["repeats"], "Equal generators should give equal texts."
    assert found["goes on"], "Two calls with one generator should give two texts."
    assert found["depends on the seed"], "Another generator should give another text."
    assert found["global state kept"], "With a generator given, the global random state should stay as it was."
    assert found["global seed repeats"], "Without a generator, torch.manual_seed should decide."
    assert found["global draws go on"], "Without a generator, two calls should give two texts."


@pytest.mark.task("sample")
def test_no_steps_and_a_prompt_of_one_id(student):
    nothing, one = (student.run("count_on", v=8, prompt=[5], steps=steps, temperature=0.1) for steps in (0, 1))

    assert nothing == [], f"In 0 steps nothing should be written, but {nothing} was."
    assert one == [6], f"After 5 a model that counts should write [6] in one step, but wrote {one}."
