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


# What runs beside your code in these tests.

from collections import Counter
from itertools import pairwise
import torch
from torch import nn
WORDS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def listed(found):
    """Say what was returned where it is not what it should be: its type and its length."""
    return type(found).__name__, len(found) if isinstance(found, (list, tuple)) else 0


def vocabulary(lesson, text):
    """Number the characters of a text; where they are not sorted, name the order instead of showing it.

    The order of a set differs from process to process.
    """
    pair = lesson.build_vocab(text)
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        return {"is": listed(pair)}
    stoi, itos = pair
    if not isinstance(stoi, dict) or not isinstance(itos, (list, tuple)):
        return {"is": (type(stoi).__name__, type(itos).__name__)}
    if not all(isinstance(one, str) for one in (*itos, *stoi)):
        return {"is": "other things than characters"}
    if list(itos) == sorted(itos):
        return {"stoi": dict(stoi), "itos": list(itos)}
    orders = {
        "the text": list(dict.fromkeys(text)),
        "frequency": [character for character, _ in Counter(text).most_common()],
        "the alphabet, backwards": sorted(set(text), reverse=True),
        "the alphabet, whatever the case": sorted(set(text), key=lambda one: (one.lower(), one)),
    }
    return {
        "order": next((name for name, order in orders.items() if order == list(itos)), "another"),
        "characters": sorted(itos),
        "ids": sorted(i for i in stoi.values() if type(i) is int),
        "agree": all(stoi.get(character) == i for i, character in enumerate(itos)),
    }


def generator_of(seed):
    """Make a generator."""
    return torch.Generator().manual_seed(seed)


def batch(lesson, ids, seq_length, batch_size, seed):
    """Draw one batch from a copy of the ids."""
    return lesson.get_batch(ids.clone(), seq_length, batch_size, generator_of(seed))


def many_windows(lesson, ids, seq_length, batch_size, seed, likely, alike, wanted, spare=()):
    """Draw many windows from a text in which no id occurs twice.

    Args:
        likely: the least and the greatest number of times that a start may occur.
        alike: the least and the greatest share of rows that have the start of another row, some lag apart.
        wanted: what is said of right windows; only then they are returned.
        spare: starts that may be rare or missing here.
    """
    pair = batch(lesson, ids, seq_length, batch_size, seed)
    facts = facts_of(ids, pair, seq_length, likely, alike, spare)
    return {"facts": facts, "windows": tuple(pair) if facts == wanted else None}


def facts_of(ids, pair, seq_length, likely, alike, spare):
    """Say of a batch what does not depend on chance."""
    if not isinstance(pair, (tuple, list)) or not all(isinstance(part, torch.Tensor) for part in pair):
        return {"is": listed(pair)}
    facts = {"shapes": [list(part.shape) for part in pair], "dtypes": [str(part.dtype) for part in pair]}
    if len(pair) != 2 or any(part.dim() != 2 or part.shape != pair[0].shape for part in pair):
        return facts
    places = {value: place for place, value in enumerate(ids.tolist())}
    x, y = ([[places.get(value, 1 << 40) for value in row] for row in part.tolist()] for part in pair)
    starts, count = [row[0] for row in x], len(ids) - seq_length
    seen = Counter(starts)
    asked = [start for start in range(count) if start not in spare]
    missing = [start for start in asked if not seen[start]]
    facts |= {
        "steps in x": sorted({b - a for row in x for a, b in pairwise(row)}),
        "from x to y": sorted({b - a for r, s in zip(x, y, strict=True) for a, b in zip(r, s, strict=True)}),
        "missing starts": missing if len(seen) > 1 else "all but one",
        "only at multiples": sorted(seen) == list(range(0, count, seq_length)),
        "others": len(seen.keys() - set(range(count))),
    }
    if not missing and not facts["others"]:
        facts["too rare"] = [start for start in asked if seen[start] < likely[0]]
        facts["too frequent"] = [start for start in asked if seen[start] > likely[1]]
        lags = {str(lag): how_often_alike(starts, lag, alike) for lag in (1, 2, 3, len(starts) // 2)}
        facts["alike at lags"] = {lag: word for lag, word in lags.items() if word}
    return facts


def how_often_alike(starts, lag, alike):
    """Say how often rows that are some lag apart have the same start; "" if as often as independent rows."""
    share = sum(a == b for a, b in zip(starts, starts[lag:], strict=False)) / (len(starts) - lag)
    if alike[0] <= share <= alike[1]:
        return ""
    return {0.0: "never", 1.0: "always"}.get(share, "too often" if share > alike[1] else "too rarely")


def draw_again(lesson, ids, seq_length, batch_size, seed):
    """Draw with equal generators, with another and twice with one; watch ids and the global random state."""
    torch.manual_seed(seed)
    before, state = ids.clone(), torch.random.get_rng_state()
    generator = generator_of(seed)
    pairs = [
        batch(lesson, ids, seq_length, batch_size, seed),
        lesson.get_batch(ids, seq_length, batch_size, generator),
        lesson.get_batch(ids, seq_length, batch_size, generator),
        batch(lesson, ids, seq_length, batch_size, seed + 1),
    ]
    first, again, following, other = (pair[0] for pair in pairs)
    place = ids.untyped_storage().data_ptr()
    return {
        "repeats": torch.equal(first, again),
        "goes on": not torch.equal(first, following),
        "depends on the seed": not torch.equal(first, other),
        "global state kept": torch.equal(state, torch.random.get_rng_state()),
        "ids kept": torch.equal(before, ids),
        "shared": any(part.untyped_storage().data_ptr() == place for pair in pairs for part in pair),
    }


def roles_of(model, sizes):
    """Say what each parameter of a model is, by its name or its shape; sizes must all be different.

    An embedding may be a table (V, E), or a linear layer on one-hot vectors, (E, V) and perhaps a bias (E,).
    """
    v, e, h = sizes
    shapes = {(v, e): "embedding", (e, v): "embedding.T", (e,): "spare", (v, h): "head", (h, v): "head.T", (v,): "bias"}
    named = [(name, tuple(p.shape)) for name, p in model.named_parameters()]
    return {name: next((word for word in WORDS if word in name), shapes.get(shape, "?")) for name, shape in named}


def shapes_of(model, roles):
    """List the shapes of a model's parameters, the right way round, by role."""
    found = {}
    for name, parameter in model.named_parameters():
        role = roles[name]
        shape = list(parameter.shape)[::-1] if role.endswith(".T") else list(parameter.shape)
        if role != "spare":
            found.setdefault(role.removesuffix(".T"), []).append(shape)
    return {role: sorted(found[role]) for role in sorted(found)}


def made(lesson, sizes, cell, weights):
    """Make a model of given sizes and set its weights, as far as they fit; return it, its roles and its shapes."""
    apart = (11, 3, 5)  # these sizes tell what each parameter is; the wanted ones may be equal
    roles = roles_of(lesson.CharLM(*apart, cell=cell), apart)
    model = lesson.CharLM(*sizes, cell=cell)
    model = model.to(weights["head"].dtype)
    if {name for name, _ in model.named_parameters()} != set(roles):
        return model, roles, {}, False
    shapes = shapes_of(model, roles)
    fits = shapes == {role: [list(weights[role].shape)] for role in sorted(weights)}
    if fits:
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                weight = weights.get(roles[name].removesuffix(".T"), torch.zeros_like(parameter))
                parameter.copy_(weight.T if roles[name].endswith(".T") else weight)
    return model, roles, shapes, fits


def chance_in(model, ids):
    """List the modes in which the answer depends on the seed: dropout in training, a random first state in both."""
    found = []
    for training in (True, False):
        model.train(training)
        first, again, other = (seeded(model, ids, seed) for seed in (1, 1, 2))
        if torch.equal(first, again) and not torch.equal(first, other):
            found.append("training" if training else "evaluation")
    model.train()
    return found


def seeded(model, ids, seed):
    """Ask a model after setting the global seed."""
    torch.manual_seed(seed)
    return model(ids.clone())[0]


def answers(lesson, sizes, cell, weights, ids, cut):
    """Set known weights; ask for logits at once, twice, in two pieces, and with another future."""
    model, roles, shapes, fits = made(lesson, sizes, cell, weights)
    found = {"shapes": shapes}
    if not fits:
        return found
    later = ids.clone()
    later[:, cut:] = (later[:, cut:] + 1) % sizes[0]
    pair = model(ids.clone())
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        return {**found, "is": listed(pair)}
    chance = chance_in(model, ids) if isinstance(pair[0], torch.Tensor) else []
    if chance:
        return {**found, "chance": chance}
    found["logits"], _ = pair
    found["first"], state = model(ids[:, :cut].clone())
    found["second"], _ = model(ids[:, cut:].clone(), state)
    found["again"], _ = model(ids.clone())
    found["later"], _ = model(later)
    found["gradients"] = gradients_of(model, roles, found["logits"])
    return found


def small_answers(lesson, sizes, cell, weights, ids, cut):
    """Set known weights; ask for logits of one row, of one step and, twice, from one state; watch the ids."""
    model, _, shapes, fits = made(lesson, sizes, cell, weights)
    if not fits:
        return {"shapes": shapes}
    chance = chance_in(model, ids)
    if chance:
        return {"shapes": shapes, "chance": chance}
    before = ids.clone()
    _, state = model(ids[:, :cut])
    return {
        "shapes": shapes,
        "row": model(ids[1:2])[0],
        "step": model(ids[:, :1])[0],
        "second": model(ids[:, cut:], state)[0],
        "second again": model(ids[:, cut:], state)[0],
        "changed": not torch.equal(before, ids),
    }


def gradients_of(model, roles, logits):
    """Differentiate a weighted sum of logits with respect to the parameters, by role and the right way round."""
    rising = torch.linspace(-1, 2, logits.numel(), dtype=logits.dtype).reshape(logits.shape)
    names, leaves = zip(*model.named_parameters(), strict=True)
    total = (logits * rising).sum()
    grads = torch.autograd.grad(total, leaves, allow_unused=True) if total.requires_grad else [None] * len(leaves)
    found = {}
    for name, leaf, grad in zip(names, leaves, grads, strict=True):
        grad = torch.zeros_like(leaf) if grad is None else grad
        role = roles[name]
        if role != "spare":
            found[role.removesuffix(".T")] = grad.T.contiguous() if role.endswith(".T") else grad
    return {role: found[role] for role in sorted(found)}


def by_default(lesson, given, sizes):
    """Make a model with some arguments by name, the rest by default; say the shapes of its parameters."""
    model = lesson.CharLM(**given)
    return shapes_of(model, roles_of(model, sizes))


def refuse(lesson, cell):
    """Make a model with an unknown cell."""
    lesson.CharLM(5, cell=cell)
    return "made"


def logits_of(lesson, vocab_size, ids):
    """Ask a model that is made by default."""
    pair = lesson.CharLM(vocab_size)(ids)
    return pair[0] if isinstance(pair, (tuple, list)) else pair


class AskedTwice(nn.Module):
    """A model that is asked twice, the second time from the state of the first."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, ids):
        logits, state = self.model(ids)
        return logits, self.model(ids, state)[0]


def elsewhere(lesson, cell):
    """Ask a model on another device; say whether all stays there."""
    return model_follows(lambda: AskedTwice(lesson.CharLM(7, 3, 4, cell=cell)), [torch.zeros(2, 3, dtype=torch.int64)])


def slope_of_loss(lesson, logits, targets):
    """Differentiate the loss with respect to logits, which a model has computed: no leaves of the graph."""
    leaf = logits.clone().requires_grad_()
    loss = lesson.lm_loss(leaf * 1.0, targets)
    if not isinstance(loss, torch.Tensor) or loss.shape != () or not loss.requires_grad:
        return {"loss": loss, "slope": torch.zeros_like(leaf)}
    return {"loss": loss, "slope": torch.autograd.grad(loss, leaf, materialize_grads=True)[0]}


class Notes(list):
    """What a model writes down; a deep copy of the model writes into the same list."""

    def __deepcopy__(self, memo):
        return self


class Spy(nn.Module):
    """A language model that writes down how it is asked.

    Its state is a code that depends on every id that was read and on their order, and its scores depend on the code.

    Args:
        table: scores by code, shape (codes, V).
        pair: the state is a pair, as that of an LSTM.
    """

    def __init__(self, table, pair=False):
        super().__init__()
        self.table, self.pair = table, pair
        self.scale = nn.Parameter(torch.ones(()))
        self.dropout = nn.Dropout(0.5)
        self.read, self.carried, self.modes, self.graphs = Notes(), Notes(), Notes(), Notes()
        self.returned = Notes()

    def forward(self, ids, state=None):
        if tuple(ids.shape[:-1]) != (1,):
            raise ValueError(f"the model reads ids of shape (1, T) here, and was given {tuple(ids.shape)}")
        given = state[0] if self.pair and state is not None else state
        self.note(ids[0].tolist(), given)
        code, codes = 1 if given is None else int(given), []
        for value in self.read[-1]:
            code = (5 * code + 3 * value + 2) % len(self.table)
            codes.append(code)
        state = (self.scale * code).reshape(1, 1, 1)
        self.returned.append(state.detach().clone())
        return (self.table[codes] * self.scale)[None], (state, state.clone()) if self.pair else state

    def note(self, values, given):
        """Write down what was read, whether the state is that of the last call, the modes, and a graph."""
        self.read.append(values)
        if self.returned:
            self.carried.append(given is not None and torch.equal(given, self.returned[-1]))
        self.modes.extend([self.training, self.dropout.training])
        self.graphs.append(given is not None and given.requires_grad)


class Dice(nn.Module):
    """A language model whose scores are always the same."""

    def __init__(self, scores):
        super().__init__()
        self.scores = nn.Parameter(scores.clone())

    def forward(self, ids, state=None):
        return self.scores.repeat(*ids.shape, 1), self.scores.new_zeros(1, len(ids), 1)


class Counting(nn.Module):
    """A language model that expects the next number after the one that it has read."""

    def __init__(self, v):
        super().__init__()
        self.rows = nn.Parameter(10 * torch.eye(v).roll(1, dims=1))

    def forward(self, ids, state=None):
        return self.rows[ids], ids[:, -1:].float()


def count_on(lesson, v, prompt, steps, temperature):
    """Sample from a model that counts."""
    return lesson.sample(Counting(v), prompt, steps, temperature, generator_of(1))


def sampled(lesson, model, prompt, steps, seed, **given):
    """Sample with a generator of its own."""
    return lesson.sample(model, prompt, steps, generator=generator_of(seed), **given)


def watched(lesson, table, pair, prompt, steps, seed, training):
    """Sample coldly, and say how the model was asked, and how it was left.

    Reading the prompt at once or in pieces is the same, and so is a last call whose answer nobody uses.
    """
    model, given = Spy(table, pair).train(training), list(prompt)
    with torch.enable_grad():  # leaving the block undoes what the lesson may have left switched off
        written = sampled(lesson, model, given, steps, seed, temperature=0.01)
        grads_after = torch.is_grad_enabled()
    if type(written) is not list:
        return listed(written)
    text = prompt + written
    read = [value for part in model.read for value in part]
    beginning = next((n for n in range(len(model.read)) if sum(map(len, model.read[:n])) >= len(prompt)), len(read))
    return {
        "reads on": read in (text[:-1], text),
        "one id a call": all(len(part) == 1 for part in model.read[beginning:]),
        "state carried": all(model.carried),
        "trained meanwhile": any(model.modes),
        "graph": any(model.graphs),
        "mode after": [model.training, model.dropout.training],
        "prompt kept": given == prompt,
        "weights kept": model.scale.requires_grad and model.scale.grad is None,
        "gradients on": grads_after,
    }


def frequencies(lesson, calls, steps, seed, cases):
    """Draw often from the same scores, at several temperatures.

    Args:
        cases: for each temperature the `scores`, and the `temperature` or, for the default, nothing.

    Returns: for each case the law that was followed, or what else is wrong; and all texts where all laws are right.
    """
    drawn = [draw_often(lesson, calls, steps, seed, **case) for case in cases]
    laws = [law_of(texts, **case) for texts, case in zip(drawn, cases, strict=True)]
    return laws, drawn if all(law == "right" for law in laws) else None


def draw_often(lesson, calls, steps, seed, scores, **given):
    """Return some texts, or what is wrong with them."""
    model, generator = Dice(scores), generator_of(seed)
    texts = [lesson.sample(model, [0, 1], steps, generator=generator, **given) for _ in range(calls)]
    for written in texts:
        if type(written) is not list or len(written) != steps or not all(type(one) is int for one in written):
            return listed(written)
    if all(written == texts[0] for written in texts) and len(set(texts[0])) > 1:
        return "every text is the same"
    return texts


def laws_of(scores, temperature):
    """List the distributions that a right program and some wrong ones draw from."""
    z = scores.double()
    laws = {
        "right": z / temperature,
        "the largest is taken": z * 1e6,
        "the temperature is ignored": z,
        "the temperature is multiplied": z * temperature,
        "all are alike": z * 0,
        "the best three only": (z / temperature).where(z >= z.topk(min(3, len(z))).values[-1], -torch.inf),
        "softmax twice": z.softmax(dim=0) / temperature,
    }
    return {name: law.softmax(dim=0).clamp(min=1e-9) for name, law in laws.items()}


def law_of(texts, scores, temperature=1.0):
    """Name the law that texts follow, if their counts are no surprise; what is wrong with the texts stays as it is."""
    if type(texts) is not list:
        return texts
    drawn = [value for written in texts for value in written]
    counts = torch.tensor([drawn.count(value) for value in range(len(scores))], dtype=torch.float64)
    for name, law in laws_of(scores, temperature).items():
        expected = law * len(drawn)
        if float(((counts - expected) ** 2 / expected).sum()) < 60:  # of 5 degrees of freedom: a chance of 1e-11
            return name
    return "another law"


def write_again(lesson, scores, steps, seed):
    """Sample with equal generators, another, one twice and none; watch the global random state."""
    model = Dice(scores)
    torch.manual_seed(seed)
    state = torch.random.get_rng_state()
    generator = generator_of(seed)
    first = sampled(lesson, model, [0, 1], steps, seed)
    again, following = (lesson.sample(model, [0, 1], steps, generator=generator) for _ in range(2))
    other = sampled(lesson, model, [0, 1], steps, seed + 1)
    kept = torch.equal(state, torch.random.get_rng_state())
    torch.manual_seed(seed)
    globally = lesson.sample(model, [0, 1], steps)
    torch.manual_seed(seed)
    repeated, onward = (lesson.sample(model, [0, 1], steps) for _ in range(2))
    facts = {
        "repeats": first == again,
        "goes on": first != following,
        "depends on the seed": first != other,
        "global state kept": kept,
        "global seed repeats": globally == repeated,
        "global draws go on": repeated != onward,
    }
    texts = [first, again, following, other, globally, repeated, onward]
    return {**facts, "texts": texts if all(facts.values()) else None}
