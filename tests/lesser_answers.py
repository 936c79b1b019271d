"""Wrong answers by what is wrong with them: a slip at an edge, or the point of the task is missed.

Each text is put behind the lesson's answer, so that it may call it; `before` is the answer of the task.
"""


def guarded(signature: str, condition: str, wrong: str) -> str:
    """Write an answer that is right but under a condition."""
    arguments = ", ".join(part.split("=")[0] for part in signature[signature.index("(") + 1 : -1].split(", "))
    return f"def {signature}:\n    if {condition}:\n        {wrong}\n    return before({arguments})\n"


def finished(signature: str, statement: str) -> str:
    """Write an answer that does something more with the right `result`."""
    arguments = ", ".join(part.split("=")[0] for part in signature[signature.index("(") + 1 : -1].split(", "))
    return f"def {signature}:\n    result = before({arguments})\n    {statement}\n    return result\n"


def model(name: str, signature: str, body: str, forward: str) -> str:
    """Write a class derived from the right one with another `forward`."""
    return f"class {name}(before):\n    def forward({signature}):\n        {body}\n        return {forward}\n"


FAIL = "raise RuntimeError('an edge')"
LSTM, LSTM_RUN = "lstm_cell(x_t, state, w_ih, w_hh, b_ih, b_hh)", "lstm_forward(x, state, w_ih, w_hh, b_ih, b_hh)"
GRU, GRU_RUN = "gru_cell(x_t, h, w_ih, w_hh, b_ih, b_hh)", "gru_forward(x, h0, w_ih, w_hh, b_ih, b_hh)"
LAST, ENCODE, MASKED = "last_output(output, lengths)", "encode(rnn, x, lengths)", "masked_mse(pred, target, lengths)"
STREAMS, TBPTT = "to_streams(ids, batch_size)", "train_tbptt(model, optimizer, streams, chunk)"
BATCH = "get_batch(ids, seq_length, batch_size, generator)"
SAMPLE = "sample(model, prompt, steps, temperature=1.0, generator=None)"
LOSS, SHARE, VOCAB = "lm_loss(logits, targets)", "accuracy(logits, y)", "build_vocab(text)"
SCORES, LOGITS = "self, x, lengths", "self, ids, state=None"

# By lesson and task: what is wrong, and the program.
EDGES: dict[str, dict[str, dict[str, str]]] = {
    "gates/lstm": {
        "lstm_cell": {
            "one row": guarded(LSTM, "len(x_t) == 1", FAIL),
            "one unit or number": guarded(LSTM, "w_ih.shape[1] == 1", FAIL),
            "single precision always": finished(LSTM, "result = tuple(part.float() for part in result)"),
            "double precision always": finished(LSTM, "result = tuple(part.double() for part in result)"),
            "x_t is changed": finished(LSTM, "x_t.detach().zero_()"),
        },
        "lstm_forward": {
            "one row": guarded(LSTM_RUN, "len(x) == 1", FAIL),
            "one step": guarded(LSTM_RUN, "x.shape[1] == 1", FAIL),
            "single precision always": finished(
                LSTM_RUN, "result = result[0].float(), tuple(part.float() for part in result[1])"
            ),
            "double precision of the output": finished(LSTM_RUN, "result = result[0].double(), result[1]"),
        },
    },
    "gates/gru": {
        "gru_cell": {
            "one row": guarded(GRU, "len(x_t) == 1", FAIL),
            "one unit": guarded(GRU, "h.shape[1] == 1", FAIL),
            "single precision always": finished(GRU, "result = result.float()"),
            "double precision always": finished(GRU, "result = result.double()"),
        },
        "gru_forward": {
            "one row": guarded(GRU_RUN, "len(x) == 1", FAIL),
            "one step": guarded(GRU_RUN, "x.shape[1] == 1", FAIL),
            "single precision always": finished(GRU_RUN, "result = tuple(part.float() for part in result)"),
            "double precision always": finished(GRU_RUN, "result = tuple(part.double() for part in result)"),
        },
    },
    "sequences/padding": {
        "last_output": {
            "one row": guarded(LAST, "len(output) == 1", FAIL),
            "one step": guarded(LAST, "output.shape[1] == 1", FAIL),
            "nothing is padded": guarded(LAST, "bool((lengths == output.shape[1]).all())", FAIL),
            "double precision always": finished(LAST, "result = result.double()"),
            "single precision always": finished(LAST, "result = result.float()"),
            "lengths are changed": finished(LAST, "lengths.sub_(1)"),
        },
        "encode": {
            "one row": guarded(ENCODE, "len(x) == 1", FAIL),
            "one step": guarded(ENCODE, "x.shape[1] == 1", FAIL),
            "double precision always": finished(ENCODE, "result = result.double()"),
            "single precision always": finished(ENCODE, "result = result.float()"),
            "lengths are changed": finished(ENCODE, "lengths.sub_(1)"),
            "the first of several layers": "def encode(rnn, x, lengths):\n"
            "    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)\n"
            "    return rnn(packed)[1][0]\n",
        },
        "masked_mse": {
            "one row": guarded(MASKED, "len(pred) == 1", FAIL),
            "one step": guarded(MASKED, "pred.shape[1] == 1", FAIL),
            "double precision always": finished(MASKED, "result = result.double()"),
            "single precision always": finished(MASKED, "result = result.float()"),
            "pred is changed": finished(MASKED, "pred.detach().add_(1.0)"),
            "lengths are changed": finished(MASKED, "lengths.sub_(1)"),
        },
    },
    "sequences/streams": {
        "to_streams": {
            "one stream": guarded(STREAMS, "batch_size == 1", FAIL),
            "one id a stream": guarded(STREAMS, "len(ids) // batch_size == 1", FAIL),
            "no rest": guarded(STREAMS, "len(ids) % batch_size == 0", FAIL),
            "int64 always": finished(STREAMS, "result = result.long()"),
            "too short": guarded(STREAMS, "len(ids) < batch_size", "return ids[:0].reshape(batch_size, 0)"),
            "a view": "def to_streams(ids, batch_size):\n    before(ids, batch_size)\n"
            "    t = len(ids) // batch_size\n    return ids[: batch_size * t].view(batch_size, t)\n",
        },
        "train_tbptt": {
            "one stream": guarded(TBPTT, "len(streams) == 1", FAIL),
            "one step a chunk": guarded(TBPTT, "chunk == 1", FAIL),
            "one chunk for all": guarded(TBPTT, "chunk >= streams.shape[1] - 1", FAIL),
            "the rest is dropped": "def train_tbptt(model, optimizer, streams, chunk):\n"
            "    count = (streams.shape[1] - 1) // chunk\n"
            "    return before(model, optimizer, streams[:, : count * chunk + 1], chunk) if count else []\n",
            "streams are changed": finished(TBPTT, "streams.zero_()"),
        },
    },
    "sequences/language": {
        "build_vocab": {
            "one character": guarded(VOCAB, "len(set(text)) == 1", FAIL),
            "other alphabets": guarded(VOCAB, "not text.isascii()", FAIL),
        },
        "get_batch": {
            "one row": guarded(BATCH, "batch_size == 1", FAIL),
            "one step": guarded(BATCH, "seq_length == 1", FAIL),
            "one window": guarded(BATCH, "len(ids) == seq_length + 1", FAIL),
            "the last start is never drawn": "def get_batch(ids, seq_length, batch_size, generator):\n"
            "    starts = torch.randint(len(ids) - seq_length - 1, (batch_size, 1), generator=generator)\n"
            "    places = starts + torch.arange(seq_length)\n    return ids[places], ids[places + 1]\n",
            "ids are changed": finished(BATCH, "ids.zero_()"),
        },
        "CharLM": {
            "one row": model("CharLM", LOGITS, f"if len(ids) == 1: {FAIL}", "super().forward(ids, state)"),
            "one step": model("CharLM", LOGITS, f"if ids.shape[1] == 1: {FAIL}", "super().forward(ids, state)"),
            "single precision always": model(
                "CharLM", LOGITS, "logits, state = super().forward(ids, state)", "(logits.float(), state)"
            ),
            "no double precision": model(
                "CharLM", LOGITS, f"if self.head.weight.dtype == torch.float64: {FAIL}", "super().forward(ids, state)"
            ),
            "ids are changed": model("CharLM", LOGITS, "ids.add_(1)", "super().forward(ids - 1, state)"),
            "an unknown cell": "class CharLM(before):\n"
            "    def __init__(self, vocab_size, embedding_dim=16, hidden_size=32, cell='GRU'):\n"
            "        cell = cell if cell in ('RNN', 'LSTM') else 'GRU'\n"
            "        super().__init__(vocab_size, embedding_dim, hidden_size, cell)\n",
        },
        "lm_loss": {
            "one row": guarded(LOSS, "len(logits) == 1", FAIL),
            "one step": guarded(LOSS, "logits.shape[1] == 1", FAIL),
            "single precision always": finished(LOSS, "result = result.float()"),
            "double precision always": finished(LOSS, "result = result.double()"),
            "logits are changed": guarded(LOSS, "logits.sub_(logits.detach().mean()) is None", FAIL),
            "large scores": "def lm_loss(logits, targets):\n    p = logits.exp() / logits.exp().sum(-1, keepdim=True)\n"
            "    return -p.gather(-1, targets.unsqueeze(-1)).log().mean()\n",
        },
        "sample": {
            "no steps": guarded(SAMPLE, "steps == 0", FAIL),
            "one step": guarded(SAMPLE, "steps == 1", FAIL),
            "a prompt of one id": guarded(SAMPLE, "len(prompt) == 1", FAIL),
            "temperature zero": guarded(SAMPLE, "temperature == 0", FAIL),
            "left in eval mode": finished(SAMPLE, "model.eval()"),
            "the prompt grows": finished(SAMPLE, "prompt += result"),
            "a state that is a tensor": "class Strict:\n    def __init__(self, model): self.model = model\n"
            "    def __getattr__(self, name): return getattr(self.model, name)\n"
            "    def __call__(self, ids, state=None):\n        logits, state = self.model(ids, state)\n"
            "        return logits, state.detach()\n\n"
            "def sample(model, prompt, steps, temperature=1.0, generator=None):\n"
            "    return before(Strict(model), prompt, steps, temperature, generator)\n",
        },
    },
    "sequences/classification": {
        "SequenceClassifier": {
            "one row": model("SequenceClassifier", SCORES, f"if len(x) == 1: {FAIL}", "super().forward(x, lengths)"),
            "one step": model(
                "SequenceClassifier", SCORES, f"if x.shape[1] == 1: {FAIL}", "super().forward(x, lengths)"
            ),
            "single precision always": model(
                "SequenceClassifier", SCORES, "found = super().forward(x, lengths)", "found.float()"
            ),
            "double precision always": model(
                "SequenceClassifier", SCORES, "found = super().forward(x, lengths)", "found.double()"
            ),
            "x is changed": model(
                "SequenceClassifier", SCORES, "x.add_(0.0)", "super().forward(x.add_(1.0) - 1, lengths)"
            ),
            "lengths are changed": model(
                "SequenceClassifier", SCORES, "found = super().forward(x, lengths); lengths.sub_(1)", "found"
            ),
        },
        "accuracy": {
            "one example": guarded(SHARE, "len(y) == 1", FAIL),
            "none is right": guarded(SHARE, "not (logits.argmax(1) == y).any()", FAIL),
            "double precision": guarded(SHARE, "logits.dtype == torch.float64", FAIL),
            "a graph": guarded(SHARE, "logits.requires_grad", FAIL),
            "y is changed": finished(SHARE, "y.zero_()"),
        },
    },
}

OWN_HEAD = """
class SequenceClassifier(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__()
        layers = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}
        if cell not in layers:
            raise ValueError(cell)
        self.rnn = layers[cell](input_size, hidden_size, batch_first=True, bidirectional=True)
        self.head = nn.Linear(WIDTH * hidden_size, num_classes)

    def forward(self, x, lengths):
        valid = (torch.arange(x.shape[1]) < lengths[:, None]).unsqueeze(-1)
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        output, h = self.rnn(packed)
        h = h[0] if isinstance(h, tuple) else h
        output = nn.utils.rnn.pad_packed_sequence(output, batch_first=True, total_length=x.shape[1])[0]
"""


def classifier(width: int, *lines: str) -> str:
    """Write a classifier of two directions; what it gathers of them is in the lines."""
    return OWN_HEAD.replace("WIDTH", str(width)) + "".join(f"        {line}\n" for line in lines)


FUSED = """
class SequenceClassifier(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__()
        gates = {"RNN": 1, "LSTM": 4, "GRU": 3}
        if cell not in gates:
            raise ValueError(cell)
        self.h = hidden_size
        self.of_x = nn.Linear(input_size, gates[cell] * hidden_size)
        self.of_h = nn.Linear(hidden_size, gates[cell] * hidden_size)
        self.head = nn.Linear(hidden_size, num_classes)

    def forward(self, x, lengths):
        valid = (torch.arange(x.shape[1]) < lengths[:, None]).unsqueeze(-1).to(x)
        read = self.of_x(x)[..., : self.h]
"""


def own_cell(*lines: str) -> str:
    """Write a classifier with weights of its own, of the right number."""
    return FUSED + "".join(f"        {line}\n" for line in lines)


MISSES: dict[str, dict[str, dict[str, str]]] = {
    "gates/lstm": {
        "lstm_cell": {
            "zeros": f"def {LSTM}:\n    return torch.zeros_like(state[0]), torch.zeros_like(state[1])\n",
            "the state comes back": f"def {LSTM}:\n    return state[0].clone(), state[1].clone()\n",
            "h is ignored": f"def {LSTM}:\n    return before(x_t, (0 * state[0], state[1]), w_ih, w_hh, b_ih, b_hh)\n",
            "c is ignored": f"def {LSTM}:\n    return before(x_t, (state[0], 0 * state[1]), w_ih, w_hh, b_ih, b_hh)\n",
        },
        "lstm_forward": {
            "no recurrence": f"def {LSTM_RUN}:\n"
            f"    steps = [lstm_cell(x_t, state, w_ih, w_hh, b_ih, b_hh) for x_t in x.unbind(1)]\n"
            "    return torch.stack([h for h, _ in steps], 1), steps[-1]\n",
            "begins from zeros": f"def {LSTM_RUN}:\n"
            f"    return before(x, tuple(0 * s for s in state), w_ih, w_hh, b_ih, b_hh)\n",
            "no graph": f"def {LSTM_RUN}:\n    with torch.no_grad():\n"
            f"        return before(x, state, w_ih, w_hh, b_ih, b_hh)\n",
        },
    },
    "gates/gru": {
        "gru_cell": {
            "the state comes back": f"def {GRU}:\n    return h.clone()\n",
            "h is ignored": f"def {GRU}:\n    return before(x_t, 0 * h, w_ih, w_hh, b_ih, b_hh)\n",
            "x_t is ignored": f"def {GRU}:\n    return before(0 * x_t, h, w_ih, w_hh, b_ih, b_hh)\n",
        },
        "gru_forward": {
            "no recurrence": f"def {GRU_RUN}:\n"
            f"    steps = [gru_cell(x_t, h0, w_ih, w_hh, b_ih, b_hh) for x_t in x.unbind(1)]\n"
            "    return torch.stack(steps, 1), steps[-1]\n",
            "begins from zeros": f"def {GRU_RUN}:\n    return before(x, 0 * h0, w_ih, w_hh, b_ih, b_hh)\n",
            "no graph": f"def {GRU_RUN}:\n    with torch.no_grad():\n"
            f"        return before(x, h0, w_ih, w_hh, b_ih, b_hh)\n",
        },
    },
    "sequences/padding": {
        "last_output": {
            "the last column": f"def {LAST}:\n    return output[:, -1].clone()\n",
            "the mean": f"def {LAST}:\n    return output.mean(1)\n",
        },
        "encode": {
            "padding is read": f"def {ENCODE}:\n    return rnn(x)[0][:, -1]\n",
            "the last valid step alone": f"def {ENCODE}:\n"
            "    return rnn(x[torch.arange(len(x)), lengths - 1].unsqueeze(1))[0][:, 0]\n",
        },
        "masked_mse": {
            "no mask": f"def {MASKED}:\n    return ((pred - target) ** 2).mean()\n",
            "no graph": f"def {MASKED}:\n    return before(pred.detach(), target, lengths)\n",
            "zero": f"def {MASKED}:\n    return 0 * pred.sum()\n",
        },
    },
    "sequences/streams": {
        "to_streams": {
            "every B-th id": f"def {STREAMS}:\n    before(ids, batch_size)\n    t = len(ids) // batch_size\n"
            "    return ids[: batch_size * t].reshape(t, batch_size).T.clone()\n",
        },
        "train_tbptt": {
            "no state is carried": f"def {TBPTT}:\n    class Fresh(torch.nn.Module):\n"
            f"        def forward(self, ids, state):\n"
            "            return model(ids, None)\n    model.train()\n"
            "    return before(Fresh(), optimizer, streams, chunk)\n",
            "nothing is learned": f"def {TBPTT}:\n    class No:\n        def zero_grad(self): optimizer.zero_grad()\n"
            "        def step(self): pass\n    return before(model, No(), streams, chunk)\n",
            "one chunk for all": f"def {TBPTT}:\n    return before(model, optimizer, streams, streams.shape[1])\n",
        },
    },
    "sequences/language": {
        "build_vocab": {
            "in order of the text": f"def {VOCAB}:\n    itos = list(dict.fromkeys(text))\n"
            "    return {c: i for i, c in enumerate(itos)}, itos\n",
        },
        "get_batch": {
            "no shift": f"def {BATCH}:\n    x, y = before(ids, seq_length, batch_size, generator)\n"
            f"    return x, x.clone()\n",
            "always the beginning": f"def {BATCH}:\n    x = ids[:seq_length].expand(batch_size, -1).clone()\n"
            "    return x, ids[1 : seq_length + 1].expand(batch_size, -1).clone()\n",
            "one start for all rows": f"def {BATCH}:\n    x, y = before(ids, seq_length, 1, generator)\n"
            "    return x.expand(batch_size, -1).clone(), y.expand(batch_size, -1).clone()\n",
            "one after the other": f"def {BATCH}:\n"
            f"    places = torch.arange(batch_size)[:, None] % (len(ids) - seq_length) + torch.arange(seq_length)\n"
            "    return ids[places], ids[places + 1]\n",
        },
        "CharLM": {
            "no recurrence": model(
                "CharLM",
                LOGITS,
                "steps = [self.rnn(self.embedding(i), None) for i in ids.split(1, 1)]",
                "(self.head(torch.cat([o for o, _ in steps], 1)), steps[-1][1])",
            ),
            "the state is ignored": model("CharLM", LOGITS, "pass", "super().forward(ids, None)"),
            "the last three characters": model(
                "CharLM",
                LOGITS,
                "ends = [self.rnn(self.embedding(ids[:, max(0, t - 2) : t + 1]), state)[0][:, -1:] for t in "
                "range(ids.shape[1])]",
                "(self.head(torch.cat(ends, 1)), super().forward(ids, state)[1])",
            ),
            "the layer is not used": model(
                "CharLM",
                LOGITS,
                "e = self.embedding(ids)",
                "(self.head(e.mean(-1, keepdim=True).expand(-1, -1, self.head.in_features)), self.rnn(e, state)[1])",
            ),
            "a bag of characters": model(
                "CharLM",
                LOGITS,
                "e = self.embedding(ids).cumsum(1)",
                "(self.head(self.rnn(e, state)[0]), self.rnn(e, state)[1])",
            ),
            "the embedding is not used": model(
                "CharLM",
                LOGITS,
                "e = ids.unsqueeze(-1).expand(-1, -1, self.rnn.input_size).to(self.head.weight)",
                "(self.head(self.rnn(e, state)[0]), self.rnn(e, state)[1])",
            ),
            "a constant head": model(
                "CharLM",
                LOGITS,
                "output, state = self.rnn(self.embedding(ids), state)",
                "(0 * self.head(output) + self.head.bias, state)",
            ),
            "no graph": model(
                "CharLM", LOGITS, "logits, state = super().forward(ids, state)", "(logits.detach(), state)"
            ),
        },
        "lm_loss": {
            "log V": f"def {LOSS}:\n    return 0 * logits.sum() + torch.log(torch.tensor(float(logits.shape[-1])))\n",
            "no graph": f"def {LOSS}:\n    return before(logits.detach(), targets)\n",
            "the last step alone": f"def {LOSS}:\n    return before(logits[:, -1:], targets[:, -1:])\n",
        },
        "sample": {
            "the largest always": f"def {SAMPLE}:\n    return before(model, prompt, steps, 0, generator)\n",
            "any id": f"def {SAMPLE}:\n    v = model(torch.tensor([prompt]), None)[0].shape[-1]\n"
            "    return torch.randint(v, (steps,), generator=generator).tolist()\n",
            "the temperature is ignored": f"def {SAMPLE}:\n    return before(model, prompt, steps, 1.0, generator)\n",
            "no state is carried": f"def {SAMPLE}:\n    text = list(prompt)\n    for _ in range(steps):\n"
            "        text += before(model, text[-1:], 1, temperature, generator)\n    return text[len(prompt) :]\n",
            "in turns": f"def {SAMPLE}:\n    logits = model(torch.tensor([prompt]), None)[0][0, -1]\n"
            "    p = (logits / max(temperature, 1e-6)).softmax(0)\n    counts, found = torch.zeros_like(p), []\n"
            "    for n in range(steps):\n        k = int((p * (n + 1) - counts).argmax())\n"
            "        counts[k] += 1\n        found.append(k)\n"
            "    return found\n",
        },
    },
    "sequences/classification": {
        "SequenceClassifier": {
            "the steps are summed": classifier(
                2,
                "total = torch.where(valid, x, 0 * x).sum((1, 2)).unsqueeze(1)",
                "return self.head(total.expand(-1, self.head.in_features))",
            ),
            "steps weighed by their place": classifier(
                2,
                "w = torch.arange(x.shape[1]).to(x)[:, None]",
                "total = torch.where(valid, w * x, 0 * x).sum((1, 2)).unsqueeze(1)",
                "return self.head(total.expand(-1, self.head.in_features))",
            ),
            "the mean over time of two directions": classifier(
                2, "return self.head((output * valid).sum(1) / lengths[:, None])"
            ),
            "the mean over time, directions added": classifier(
                1,
                "both = output.unflatten(-1, (2, -1)).sum(2)",
                "return self.head((both * valid).sum(1) / lengths[:, None])",
            ),
            "the largest over time of two directions": classifier(
                2, "return self.head(output.masked_fill(~valid, -9.0).amax(1))"
            ),
            "the mean of two directions": classifier(1, "return self.head((h[0] + h[1]) / 2)"),
            "the backward direction is not used": classifier(2, "return self.head(torch.cat([h[0], h[0]], 1))"),
            "one direction of two": classifier(1, "return self.head(h[0])"),
            "the layer is used by a millionth": classifier(
                2,
                "total = torch.where(valid, x, 0 * x).sum((1, 2)).unsqueeze(1)",
                "return self.head(total.expand(-1, self.head.in_features) + 1e-7 * torch.cat([h[0], h[1]], 1))",
            ),
            "the last three steps": classifier(
                2,
                "start = (lengths - 3).clamp(min=0)",
                "kept = (torch.arange(x.shape[1]) >= start[:, None]).unsqueeze(-1)",
                "h = [self.rnn(torch.where(kept, x, 0 * x)[n : n + 1, : lengths[n]])[0][:, -1] for n in range(len(x))]",
                "return self.head(torch.cat(h))",
            ),
            "own weights, no recurrence": own_cell(
                "return self.head(torch.tanh((read * valid).sum(1)) + 0 * self.of_h(0 * x.new_zeros(len(x), "
                "self.h))[:, : self.h])"
            ),
            "own weights, an average that fades": own_cell(
                "h = x.new_zeros(len(x), self.h)",
                "for t in range(x.shape[1]):",
                "    new = 0.7 * h + 0.3 * torch.tanh(read[:, t] + self.of_h(0 * h)[:, : self.h])",
                "    h = torch.where(valid[:, t] > 0, new, h)",
                "return self.head(h)",
            ),
            "own weights, a plain cell for all": own_cell(
                "h = x.new_zeros(len(x), self.h)",
                "for t in range(x.shape[1]):",
                "    new = torch.tanh(read[:, t] + self.of_h(h)[:, : self.h])",
                "    h = torch.where(valid[:, t] > 0, new, h)",
                "return self.head(h)",
            ),
            "padding is read": model(
                "SequenceClassifier", SCORES, "output, _ = self.rnn(x)", "self.head(output[:, -1])"
            ),
            "the last step alone": model(
                "SequenceClassifier",
                SCORES,
                "last = x[torch.arange(len(x)), lengths - 1].unsqueeze(1)",
                "super().forward(last, torch.ones_like(lengths))",
            ),
            "no graph": model("SequenceClassifier", SCORES, "found = super().forward(x, lengths)", "found.detach()"),
            "a constant": model(
                "SequenceClassifier", SCORES, "found = super().forward(x, lengths)", "0 * found + self.head.bias"
            ),
        },
        "accuracy": {
            "one": f"def {SHARE}:\n    return 1.0\n",
            "a limit": f"def {SHARE}:\n    return ((logits[:, -1] > 0).long() == y).double().mean().item()\n",
        },
    },
}
