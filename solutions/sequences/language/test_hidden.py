"""Hidden tests of the language lesson.

What is drawn at random is judged by bounds that a right program leaves with a chance of 2e-12 a comparison.
"""

import math
import string

import pytest
import torch

from autograder.testing import equal, in_dtype, must_raise, normal, same, several, uniform

GATES = {"RNN": 1, "LSTM": 4, "GRU": 3}
SURPRISE = 27.0  # exp(-27) bounds the chance of a count that is farther off (Chernoff)


def seed_of(rng):
    return int(torch.randint(1 << 30, (1,), generator=rng))


def likely(n, p):
    """Find the least and the greatest count that is no surprise for n draws with probability p."""
    share, p = torch.arange(n + 1, dtype=torch.float64) / n, min(max(p, 1e-12), 1 - 1e-12)
    surprise = torch.xlogy(share, share / p) + torch.xlogy(1 - share, (1 - share) / (1 - p))
    counts = (n * surprise <= SURPRISE).nonzero().flatten().tolist()
    return counts[0], counts[-1]


def shuffled(values, rng):
    return [values[i] for i in torch.randperm(len(values), generator=rng).tolist()]


# build_vocab


def texts(rng):
    """Make texts of many characters, each several times, in any order."""
    plain = shuffled(list(string.ascii_letters + string.digits + " .,;\n") * 2, rng)
    foreign = shuffled(list("αβγδ äöüßéñ 日本語 🌊🎵 \t\n-" + string.ascii_lowercase) * 3, rng)
    return ["".join(plain), "".join(foreign), "".join(plain[:30])]


def check_vocabulary(found, text):
    assert "is" not in found, "build_vocab should return a pair: stoi, a dict from str to int, and itos, a list of str."
    assert "itos" in found, "itos should be sorted, so that it is the same whenever the text is the same."
    characters = sorted(set(text))
    count = len(found["itos"])
    assert count == len(characters), f"itos should have {len(characters)} entries for this text, but has {count}."
    equal(found["itos"], characters, "itos")
    assert all(type(i) is int for i in found["stoi"].values()), "The ids in stoi should be of type int."
    equal(found["stoi"], {character: i for i, character in enumerate(characters)}, "stoi")


@pytest.mark.task("build_vocab", core=True, weight=3)
def test_every_character_has_its_place_in_sorted_order(student, rng):
    given = texts(rng)[::2]

    found = [student.run("vocabulary", text=text) for text in given]

    for one, text in zip(found, given, strict=True):
        check_vocabulary(one, text)


@pytest.mark.task("build_vocab", weight=1)
def test_letters_of_other_languages_and_tabs_are_characters_too(student, rng):
    text = texts(rng)[1]

    check_vocabulary(student.run("vocabulary", text=text), text)


@pytest.mark.task("build_vocab", weight=1)
def test_a_vocabulary_is_that_of_its_own_text(student, rng):
    first = "".join(shuffled(list(string.ascii_lowercase) * 3, rng))  # too many letters for a set to be sorted by luck
    given = [first, "zzz", first]

    found = [student.run("vocabulary", text=text) for text in given]

    for one, text in zip(found, given, strict=True):
        check_vocabulary(one, text)


# get_batch


def pair_of(found, names):
    return several(found, 2, f"A pair should be returned, {names}.")


@pytest.mark.task("get_batch", weight=2)
def test_a_text_of_one_window_has_one_batch(student, rng):
    # Where L = T + 1 there is one start, and no chance.
    cases = [(length - 1, rows) for length, rows in ((8, 40), (2, 30), (6, 5), (31, 1), (4, 3))]
    texts = [torch.randint(100, (t + 1,), generator=rng) for t, _ in cases]

    found = [
        student.run("batch", ids=ids, seq_length=t, batch_size=n, seed=seed_of(rng))
        for ids, (t, n) in zip(texts, cases, strict=True)
    ]

    for pair, ids, (_, n) in zip(found, texts, cases, strict=True):
        x, y = pair_of(pair, "x and y")
        same(x, ids[:-1].expand(n, -1), "x", axes="batch_size seq_length")
        same(y, ids[1:].expand(n, -1), "y", axes="batch_size seq_length")


def shares_alike(n, starts):
    """Find the least and the greatest share of rows with equal starts, for lags up to half of n rows."""
    low, high = likely(n // 2, 1 / starts)
    return 2 * low / n, 2 * high / n


def window_case(rng, count, seq_length, batch_size):
    """Make a text in which no id occurs twice, with a number of starts."""
    return {
        "ids": torch.randperm(count + seq_length, generator=rng),
        "seq_length": seq_length,
        "batch_size": batch_size,
        "seed": seed_of(rng),
    }


RIGHT = {
    "dtypes": ["torch.int64", "torch.int64"],
    "steps in x": [1],
    "from x to y": [1],
    "missing starts": [],
    "others": 0,
    "only at multiples": False,
    "too rare": [],
    "too frequent": [],
    "alike at lags": {},
}


def draw_windows(student, rng, likely, alike, spare):
    """Draw many windows; check what is said of them, then the windows themselves.

    Args:
        likely: the least and the greatest number of times that each start may occur, but for those of `spare`.
        alike: the least and the greatest share of rows that have the start of another row.
    """
    case = window_case(rng, STARTS, SEQ_LENGTH, ROWS)
    wanted = {"shapes": [[ROWS, SEQ_LENGTH]] * 2, **RIGHT}

    found = student.run("many_windows", **case, likely=likely, alike=alike, spare=spare, wanted=wanted)

    for fact, value in wanted.items():
        assert found["facts"].get(fact) == value, SAID[fact]
    x, y = pair_of(found["windows"], "x and y")
    assert x.shape == y.shape == (ROWS, SEQ_LENGTH) and x.dtype == torch.int64, SAID["shapes"]
    starts = torch.argsort(case["ids"])[x[:, 0].clamp(0, STARTS + SEQ_LENGTH - 1)]  # where each id stands
    assert bool((starts < STARTS).all()), SAID["others"]
    places = starts.unsqueeze(1) + torch.arange(SEQ_LENGTH)
    same(x, case["ids"][places], "x")
    same(y, case["ids"][places + 1], "y")
    counts = torch.bincount(starts, minlength=STARTS).tolist()
    assert all(likely[0] <= counts[s] <= likely[1] for s in range(STARTS) if s not in spare), SAID["too rare"]
    for lag in (1, 2, 3, ROWS // 2):
        share = (starts[lag:] == starts[:-lag]).double().mean().item()
        assert alike[0] <= share <= alike[1], SAID["alike at lags"]


STARTS, SEQ_LENGTH, ROWS = 5, 4, 6000


@pytest.mark.task("get_batch", core=True, weight=4)
def test_windows_begin_anywhere_in_the_text_and_targets_are_one_character_later(student, rng):
    # Whoever forgets the first start or the last draws the others more often, and loses marks below.
    draw_windows(student, rng, likely=(ROWS // 20, ROWS // 2), alike=(0.1, 0.4), spare=[0, STARTS - 1])


@pytest.mark.task("get_batch", weight=3)
def test_all_starts_are_equally_likely_from_the_first_to_the_last(student, rng):
    draw_windows(student, rng, likely(ROWS, 1 / STARTS), shares_alike(ROWS, STARTS), spare=[])


SAID = {
    "shapes": "x and y should have shape (batch_size, seq_length), however many windows are wanted.",
    "dtypes": "x and y should have dtype int64.",
    "steps in x": "Each row of x should be a piece of the text as it stands there.",
    "from x to y": "Each target should be the character that follows in the text.",
    "missing starts": "Some start is never drawn; there are L - T of them, from 0 on.",
    "others": "A window begins where none can begin.",
    "only at multiples": "A window may begin anywhere, not only at multiples of seq_length.",
    "too rare": "All starts should be equally likely.",
    "too frequent": "All starts should be equally likely.",
    "alike at lags": "Each row should have a start of its own, whatever the starts of the other rows.",
}


@pytest.mark.task("get_batch", weight=2)
def test_the_given_generator_decides_alone(student, rng):
    found = student.run("draw_again", **window_case(rng, 60, 3, 12))

    assert found["repeats"], "Equal generators should give equal batches."
    assert found["goes on"], "Two calls with one generator should give two batches."
    assert found["depends on the seed"], "Another generator should give another batch."
    assert found["global state kept"], "The global random state should stay as it was; draw with the given generator."
    assert found["ids kept"], "ids was changed; only read it."
    assert not found["shared"], "x or y shares memory with ids; make new tensors."


# CharLM


def weights_of(rng, sizes, cell, dtype=torch.float64):
    """Draw weights as PyTorch's layers have them by default."""
    v, e, h = sizes
    rows, bound = GATES[cell] * h, h**-0.5
    shapes = {"weight_ih": (rows, e), "weight_hh": (rows, h), "bias_ih": (rows,), "bias_hh": (rows,)}
    shapes |= {"head": (v, h), "bias": (v,)}
    drawn = {role: uniform(*shape, rng=rng, bound=bound, dtype=dtype) for role, shape in shapes.items()}
    return {"embedding": normal(v, e, rng=rng, dtype=dtype), **drawn}


def model_case(rng, cell, sizes, n, t, cut, dtype=torch.float32):
    return {
        "sizes": list(sizes),
        "cell": cell,
        "weights": weights_of(rng, sizes, cell, dtype),
        "ids": (torch.randperm(n * t, generator=rng) % sizes[0]).reshape(n, t),  # every id occurs
        "cut": cut,
    }


ROLES = {
    "embedding": "an embedding, a table (V, E),",
    "weight_ih": "weight_ih, of a layer that reads E numbers,",
    "head": "a head with a weight (V, H)",
    "bias": "a head with a bias (V,)",
}


def check_shapes(actual, expected, model="The model"):
    for role, shapes in expected.items():
        wanted, found = (" and ".join(str(tuple(shape)) for shape in many) for many in (shapes, actual.get(role, [])))
        what = ROLES.get(role, f"{role},")
        assert found == wanted, f"{model} should have {what} of shape {wanted}, but has {found or 'none'}."
    more = [tuple(shape) for role in actual.keys() - expected.keys() for shape in actual[role]]
    assert not more, f"{model} has more parameters than it needs, of shapes {sorted(more)}."


WHAT = {
    "logits": "logits",
    "again": "logits of a second call",
    "later": "logits of a text that is another after some steps",
    "first": "logits of the first piece",
    "second": "logits of the second piece, from the state after the first,",
    "second again": "logits of the second piece, from the same state once more,",
    "row": "logits of one row alone",
    "step": "logits of one step alone",
}


def check_answers(actual, expected, dtype):
    """Compare logits and gradients with those of the answer."""
    check_shapes(actual["shapes"], expected["shapes"])
    assert "is" not in actual, "forward should return a pair, logits and a state."
    assert "chance" not in actual, "The same text gives other logits in every call; nothing in the model is random."
    atol = 1e-9 if dtype == torch.float64 else 1e-5
    for key in [key for key in WHAT if key in expected]:
        same(actual[key], expected[key], WHAT[key], axes="N T V", atol=atol)
    for role, gradient in expected.get("gradients", {}).items():
        same(actual["gradients"][role], gradient, f"the gradient of the {role}", atol=10 * atol)


def compare_answers(student, reference, cases, probe="answers", dtype=torch.float32):
    for case in cases:
        expected = reference.run(probe, **case)

        actual = student.run(probe, **case)

        check_answers(actual, expected, dtype)
        assert not actual.get("changed"), "ids was changed; only read it."


@pytest.mark.task("CharLM", core=True, weight=4)
def test_known_weights_give_known_logits_with_gru_cells(student, reference, rng):
    cases = [model_case(rng, "GRU", (7, 3, 5), 3, 6, 2), model_case(rng, "GRU", (4, 4, 4), 4, 4, 2)]
    compare_answers(student, reference, cases)


@pytest.mark.task("CharLM", weight=3)
def test_known_weights_give_known_logits_with_rnn_and_lstm_cells(student, reference, rng):
    cases = [
        model_case(rng, "RNN", (5, 4, 6), 3, 7, 4),
        model_case(rng, "LSTM", (6, 3, 4), 4, 5, 3),
        model_case(rng, "LSTM", (5, 5, 5), 5, 5, 2),
    ]
    compare_answers(student, reference, cases)


@pytest.mark.task("CharLM", weight=1)
def test_one_row_and_one_step_are_a_text_and_ids_and_states_stay_as_they_are(student, reference, rng):
    cases = [model_case(rng, "GRU", (6, 2, 4), 2, 2, 1), model_case(rng, "LSTM", (5, 3, 4), 3, 6, 2)]
    compare_answers(student, reference, cases, "small_answers")


@pytest.mark.task("CharLM", weight=1)
def test_a_model_in_double_precision_answers_in_double_precision(student, reference, rng):
    cases = [model_case(rng, cell, (5, 3, 4), 3, 6, 2, torch.float64) for cell in GATES]
    compare_answers(student, reference, cases, dtype=torch.float64)


@pytest.mark.task("CharLM", weight=1)
def test_sizes_by_default_and_by_name_are_those_of_the_signature(student, reference):
    cases = [
        ({"vocab_size": 7}, (7, 16, 32)),
        ({"vocab_size": 9, "embedding_dim": 4, "cell": "LSTM"}, (9, 4, 32)),
        ({"vocab_size": 6, "hidden_size": 11, "cell": "RNN"}, (6, 16, 11)),
    ]

    expected = [reference.run("by_default", given=given, sizes=sizes) for given, sizes in cases]
    actual = [student.run("by_default", given=given, sizes=sizes) for given, sizes in cases]

    for mine, theirs, (given, _) in zip(actual, expected, cases, strict=True):
        named = ", ".join(f"{name}={value!r}" for name, value in given.items())
        check_shapes(mine, theirs, f"CharLM({named})")


@pytest.mark.task("CharLM", weight=1)
def test_an_unknown_cell_raises_and_known_ones_may_be_anywhere(student):
    for cell in ("Transformer", "gru", ""):
        must_raise("ValueError", student.run, "refuse", cell=cell)
    for cell in GATES:
        assert student.run("elsewhere", cell=cell), "A tensor is made on the wrong device: take that of ids."


ABACABAD = torch.tensor([0, 1, 0, 2, 0, 1, 0, 3] * 64)


def training_case(rng, sizes, steps, t):
    """Draw weights and starts for a training on abacabad, and ask for windows of all eight phases."""
    return {
        "weights": weights_of(rng, sizes, "GRU", torch.float64),
        "ids": ABACABAD,
        "starts": torch.randint(len(ABACABAD) - t, (steps, 8), generator=rng),
        "seq_length": t,
        "asked": torch.stack([ABACABAD[phase : phase + 32] for phase in range(8)]),
    }


def cross_entropy(logits):
    """Measure the loss on windows of all eight phases, in nats per character."""
    assert isinstance(logits, torch.Tensor) and tuple(logits.shape) == (8, 32, 4), "logits should have shape (N, T, V)."
    chances = logits.double().log_softmax(dim=-1)
    targets = torch.stack([ABACABAD[phase + 1 : phase + 33] for phase in range(8)])
    return -chances.gather(2, targets.unsqueeze(-1)).mean().item()


# Nobody can know the phase before some characters were read: log 8 - H(first character) nats in 32 characters.
LEAST = (math.log(8) - (0.5 * math.log(2) + 0.25 * math.log(4) + 0.25 * math.log(8))) / 32


def check_learned(logits, name, calibrated):
    loss = cross_entropy(logits)
    calibrated(name, loss, what="cross entropy on new text, in nats per character,")
    assert loss >= 0.99 * LEAST, "The cross entropy is less than is possible: the model sees what it should forecast."


@pytest.mark.task("CharLM", weight=1)
def test_a_trained_model_remembers_where_in_the_text_it_is(student, rng, calibrated):
    sizes = (4, 16, 32)
    case = training_case(rng, sizes, steps=40, t=12)

    found = student.run("trained_model", sizes=list(sizes), **case)

    assert "logits" in found, "The model cannot be trained from known weights; see the other tests."
    check_learned(found["logits"], "CharLM on abacabad", calibrated)


# lm_loss


def by_hand(logits, targets):
    """Go through all characters, one by one."""
    total, (n, t, _) = torch.zeros((), dtype=logits.dtype), logits.shape
    for row in range(n):
        for step in range(t):
            scores = logits[row, step]
            total = total + torch.logsumexp(scores, dim=0) - scores[targets[row, step]]
    return total / (n * t)


def loss_case(rng, n, t, v, scale=1.0, dtype=torch.float64):
    return scale * normal(n, t, v, rng=rng, dtype=dtype), torch.randint(v, (n, t), generator=rng)


def check_losses(student, cases):
    for case in cases:
        same(student.lm_loss(*case), by_hand(*case), "the loss")


@pytest.mark.task("lm_loss", core=True, weight=4)
def test_the_loss_is_that_of_a_double_loop(student, rng):
    cases = [loss_case(rng, *size, 2.0, torch.float32) for size in ((3, 5, 7), (2, 6, 6), (4, 4, 9), (5, 5, 5))]

    found = [student.lm_loss(*case) for case in cases]

    for one, case in zip(found, cases, strict=True):
        same(in_dtype(one, torch.float32), by_hand(*case), "the loss")


@pytest.mark.task("lm_loss", weight=1)
def test_one_row_one_step_and_one_character_have_a_loss_and_double_precision_stays(student, rng):
    check_losses(student, [loss_case(rng, *size, scale=2.0) for size in ((1, 1, 4), (1, 8, 3), (6, 1, 3), (3, 7, 1))])
    check_losses(student, [loss_case(rng, 3, 4, 5), loss_case(rng, 3, 4, 5, dtype=torch.float32)])


@pytest.mark.task("lm_loss", weight=1)
def test_equal_scores_cost_log_v_and_large_ones_are_finite(student, rng):
    even = [(torch.full((2, 3, v), 0.7), torch.randint(v, (2, 3), generator=rng)) for v in (4, 3, 50)]
    sure = [loss_case(rng, 3, 4, 5, scale=s, dtype=d) for s, d in ((300.0, torch.float32), (3000.0, torch.float64))]

    check_losses(student, [*even, *sure])


@pytest.mark.task("lm_loss", core=True, weight=2)
def test_gradients_of_the_loss_agree(student, reference, rng):
    for size in ((3, 5, 7), (4, 6, 6)):
        logits, targets = loss_case(rng, *size, dtype=torch.float32)
        expected = reference.run("slope_of_loss", logits=logits, targets=targets)

        found = student.run("slope_of_loss", logits=logits, targets=targets)

        same(in_dtype(found["loss"], torch.float32), expected["loss"], "the loss with gradients on")
        same(found["slope"], expected["slope"], "the gradient with respect to logits", axes="N T V")


@pytest.mark.task("lm_loss", weight=1)
def test_the_loss_leaves_its_arguments_alone(student, rng):
    for case in (loss_case(rng, 3, 4, 5), loss_case(rng, 1, 1, 3)):
        effects = student.effects("lm_loss", *case)

        equal(effects["changed"], [], "The list of changed arguments")


@pytest.mark.task("lm_loss", weight=1)
def test_a_model_learns_from_the_loss(student, rng, calibrated):
    case = training_case(rng, (4, 16, 32), steps=40, t=12)

    logits = student.run("trained_with_loss", **case)

    check_learned(logits, "lm_loss on abacabad", calibrated)


# sample


def spy_table(rng, v, codes=97, dtype=torch.float32):
    """Draw scores for each code: random ones, and one that is larger than the others by a half."""
    table = 0.2 * torch.rand(codes, v, generator=rng, dtype=torch.float64)
    largest = torch.randint(v, (codes,), generator=rng)
    table[torch.arange(codes), largest] = 0.7
    return table.to(dtype)


def prompt_of(rng, length, v):
    return torch.randint(v, (length,), generator=rng).tolist()


def cold_case(rng, v, length, steps, temperature, pair, dtype=torch.float32):
    return {
        "table": spy_table(rng, v, dtype=dtype),
        "pair": pair,
        "prompt": prompt_of(rng, length, v),
        "steps": steps,
        "temperature": temperature,
        "seed": seed_of(rng),
    }


def compare_texts(student, reference, cases):
    expected = [reference.run("coldly", **case) for case in cases]
    actual = [student.run("coldly", **case) for case in cases]

    for mine, theirs, case in zip(actual, expected, cases, strict=True):
        cold = f"at temperature {case['temperature']:g}"
        assert mine != "a matter of chance", f"Two runs {cold} should write the same, and do not."
        if type(mine) is list:
            assert len(mine) == len(theirs), f"{case['steps']} new ids should be returned, but there are {len(mine)}."
            assert all(type(one) is int for one in mine), "The new ids should be of type int."
        equal(mine, theirs, f"The text written {cold}")


@pytest.mark.task("sample", core=True, weight=4)
def test_a_cold_model_writes_what_it_holds_most_likely(student, reference, rng):
    long = [(7, 2, 20, 0.01, False), (11, 5, 25, 0.01, False), (6, 3, 20, 0.005, False)]
    short = [(17, length, 2, 0.01, False) for length in (2, 3, 4, 5, 6) * 2]  # ten first ids, as no luck finds them
    cases = [cold_case(rng, *case) for case in (*long, *short)]
    compare_texts(student, reference, cases)


@pytest.mark.task("sample", weight=1)
def test_at_temperature_zero_and_close_to_it_the_largest_score_is_taken(student, reference, rng):
    # 0.7 / 0.004 is beyond what an exponential of float32 can hold.
    cases = [cold_case(rng, *sizes, 20, cold, pair) for *sizes, cold, pair in ((7, 4, 0, False), (9, 2, 0.0, False))]
    compare_texts(student, reference, [*cases, cold_case(rng, 5, 2, 20, 0.004, False)])


@pytest.mark.task("sample", weight=1)
def test_the_state_may_be_a_pair_and_scores_of_double_precision(student, reference, rng):
    cases = [cold_case(rng, 11, 5, 25, 0.01, True), cold_case(rng, 6, 3, 20, 0.005, False, torch.float64)]
    compare_texts(student, reference, cases)


@pytest.mark.task("sample", weight=1)
def test_no_steps_one_step_and_a_prompt_of_one_id(student, reference, rng):
    few = [cold_case(rng, 7, 4, steps, 0.01, False) for steps in (0, 1)]
    compare_texts(student, reference, [*few, cold_case(rng, 7, 1, 20, 0.01, False)])


SCORES = torch.tensor([2.2, 0.9, 0.6, 0.0, -0.4, -1.0])
CALLS, STEPS = 10, 100


def draw_case(rng, temperature):
    scores = SCORES[torch.randperm(len(SCORES), generator=rng)]
    return {"scores": scores, **({"temperature": temperature} if temperature != 1 else {})}  # 1 is the default


def pairs_of(texts):
    """Pair each id with the next of its text, and with the one at its place in the next text; each is in one pair."""
    along = [pair for text in texts for pair in zip(text[::2], text[1::2], strict=True)]
    across = [pair for one, other in zip(texts[::2], texts[1::2], strict=True) for pair in zip(one, other, strict=True)]
    return along, across


def check_draws(texts, scores, temperature=1.0):
    """Check the ids themselves: each occurs as often as it should, whatever the one before it was."""
    assert len(texts) == CALLS and all(len(text) == STEPS for text in texts)
    chances = (scores.double() / temperature).softmax(dim=0).tolist()
    drawn = [value for text in texts for value in text]
    assert all(type(value) is int and 0 <= value < len(chances) for value in drawn)
    for value, chance in enumerate(chances):
        low, high = likely(len(drawn), chance)
        assert low <= drawn.count(value) <= high, (
            f"At temperature {temperature:g} an id is drawn too often or too rarely."
        )
    for pairs in pairs_of(texts):
        low, high = likely(len(pairs), sum(chance * chance for chance in chances))
        assert low <= sum(a == b for a, b in pairs) <= high, "Each id should be drawn by itself, whatever came before."


@pytest.mark.task("sample", core=True, weight=3)
def test_ids_are_drawn_with_the_probabilities_of_the_softmax(student, rng):
    temperatures = (2.0, 0.5, 1.0)
    cases = [draw_case(rng, temperature) for temperature in temperatures]

    laws, drawn = student.run("frequencies", calls=CALLS, steps=STEPS, seed=seed_of(rng), cases=cases)

    for law, t in zip(laws, temperatures, strict=True):
        assert law == "right", f"At temperature {t:g} the ids are not drawn with softmax(logits / {t:g})."
    for case, texts in zip(cases, drawn, strict=True):
        check_draws(texts, **case)


@pytest.mark.task("sample", weight=2)
def test_after_the_prompt_one_id_is_read_a_call_with_the_state_carried(student, rng):
    for length, pair in ((2, False), (5, False), (3, False)):
        case = {"table": spy_table(rng, 7), "pair": pair, "prompt": prompt_of(rng, length, 7), "seed": seed_of(rng)}

        found = student.run("watched", **case, steps=15, training=True)

        assert type(found) is dict, "sample should return a list."
        assert found["one id a call"], "After the prompt, the model should read one new id a call."
        assert found["reads on"], "The model should read the prompt, and then each new id, once and in order."
        assert found["state carried"], "Each call should be given the state that the call before has returned."


@pytest.mark.task("sample", weight=2)
def test_the_generator_decides_and_the_global_one_is_left_alone(student, rng):
    found = student.run("write_again", scores=0.1 * normal(12, rng=rng), steps=40, seed=seed_of(rng))

    assert found["repeats"], "Equal generators should give equal texts."
    assert found["goes on"], "Two calls with one generator should give two texts."
    assert found["depends on the seed"], "Another generator should give another text."
    assert found["global state kept"], "With a generator given, the global random state should stay as it was."
    assert found["global seed repeats"], "Without a generator, torch.manual_seed should decide."
    assert found["global draws go on"], "Without a generator, two calls should give two texts."
    first, again, following, other, globally, repeated, onward = found["texts"]
    assert first == again and globally == repeated, "Equal seeds should give equal texts."
    assert first not in (following, other) and repeated != onward, "Other draws should give other texts."


@pytest.mark.task("sample", weight=1)
def test_the_model_is_looked_at_and_not_touched(student, rng):
    for training in (True, False):
        case = {"table": spy_table(rng, 5), "pair": False, "prompt": prompt_of(rng, 4, 5), "seed": seed_of(rng)}

        found = student.run("watched", **case, steps=6, training=training)

        assert type(found) is dict, "sample should return a list."
        assert not found["trained meanwhile"], "The model should be asked in eval mode."
        equal(found["mode after"], [training, training], "The mode of the model afterwards")
        assert not found["graph"], "The state carries a graph from call to call; ask the model under no_grad."
        assert found["prompt kept"], "The prompt was changed; work on a list of your own."
        assert found["weights kept"], "The parameters were changed or no longer want gradients; leave them alone."
        assert found["gradients on"], "Gradients are still off after the call."
