"""What runs beside the student's code in the language lesson.

Where a function draws at random, two right programs return different values, and so do two programs with the same
mistake. So these probes return values where they look right, for the grader to look at; and what is wrong with them,
in words and counts that do not depend on chance, where they do not.
"""

from collections import Counter
from itertools import pairwise

import torch
from torch import nn

from autograder.testing import model_follows

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


def train(model, loss_of, ids, starts, seq_length):
    """Take a step of Adam for each row of starts, each a little shorter than the one before."""
    optimizer = torch.optim.Adam(model.parameters(), betas=(0.9, 0.99), fused=True)
    for step, row in enumerate(starts):
        optimizer.param_groups[0]["lr"] = 0.07 * (1 - step / len(starts))
        places = row[:, None] + torch.arange(seq_length)
        loss = loss_of(model(ids[places])[0], ids[places + 1])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def trained_model(lesson, sizes, weights, ids, starts, seq_length, asked):
    """Train the student's model from known weights on known windows; return its logits for other windows."""
    model, _, shapes, fits = made(lesson, sizes, "GRU", weights)
    chance = chance_in(model, asked) if fits else []
    if not fits or chance:
        return {"shapes": shapes, "chance": chance}
    train(model, lambda z, y: nn.functional.cross_entropy(z.transpose(1, 2), y), ids, starts, seq_length)
    model.eval()
    with torch.no_grad():
        return {"logits": model(asked)[0]}


class Small(nn.Module):
    """A small language model of fixed weights, to be trained with a student's loss."""

    def __init__(self, weights):
        super().__init__()
        (v, e), h = weights["embedding"].shape, weights["weight_hh"].shape[1]
        self.table = nn.Embedding(v, e)
        self.layer = nn.GRU(e, h, batch_first=True)
        self.out = nn.Linear(h, v)
        self.double()
        with torch.no_grad():
            for parameter, role in zip(self.parameters(), ("embedding", *WORDS, "head", "bias"), strict=True):
                parameter.copy_(weights[role])

    def forward(self, ids):
        output, state = self.layer(self.table(ids))
        return self.out(output), state


def trained_with_loss(lesson, weights, ids, starts, seq_length, asked):
    """Train a small model with the student's loss; return its logits for other windows."""
    model = Small(weights)
    train(model, lesson.lm_loss, ids, starts, seq_length)
    with torch.no_grad():
        return model(asked)[0]


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


def coldly(lesson, table, pair, prompt, steps, temperature, seed):
    """Sample so cold that the largest score is always drawn; say where the text is a matter of chance."""
    first, second = (
        sampled(lesson, Spy(table, pair), list(prompt), steps, seed + more, temperature=temperature) for more in (0, 1)
    )
    return first if type(first) is not list or first == second else "a matter of chance"


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
