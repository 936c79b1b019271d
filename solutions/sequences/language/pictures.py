"""What `unroll plot sequences/language` asks of a student's module."""

import math
from collections import Counter
from itertools import pairwise

import torch

NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
STEPS = 300


def lines_of_text():
    """Write a text in which every line says its number twice."""
    drawn = torch.randint(len(NUMBERS), (240,), generator=torch.Generator().manual_seed(0))
    return "".join(f"{NUMBERS[i]} in, {NUMBERS[i]} out.\n" for i in drawn)


def trained(lesson):
    """Train the student's model once for all pictures; return it with its tables and losses."""
    if "_trained" not in lesson.__dict__:
        stoi, itos = lesson.build_vocab(lines_of_text())
        ids = torch.tensor([stoi[character] for character in lines_of_text()])
        torch.manual_seed(0)
        generator = torch.Generator().manual_seed(0)
        model = lesson.CharLM(len(itos), hidden_size=64)
        optimizer, losses = torch.optim.Adam(model.parameters(), lr=0.01), []
        for _ in range(STEPS):
            x, y = lesson.get_batch(ids, 32, 16, generator)
            loss = lesson.lm_loss(model(x)[0], y)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
        lesson._trained = model, stoi, itos, losses
    return lesson._trained


def bigram_entropy(text):
    """Measure how uncertain the next character is for who knows the last one, in nats."""
    pairs, first = Counter(pairwise(text)), Counter(text[:-1])
    return -sum(n * math.log(n / first[pair[0]]) for pair, n in pairs.items()) / (len(text) - 1)


def loss_per_step(lesson):
    """Return the losses of a training, and two lines to compare with."""
    _, _, itos, losses = trained(lesson)
    known = math.log(len(itos)), bigram_entropy(lines_of_text())
    return [losses, *([value] * len(losses) for value in known)]


class Fixed(torch.nn.Module):
    """A model whose scores for eight characters are always the same."""

    def __init__(self):
        super().__init__()
        self.scores = torch.nn.Parameter(torch.tensor([3.0, 2.3, 1.9, 1.2, 0.8, 0.5, 0.2, 0.0]))

    def forward(self, ids, state=None):
        return self.scores.repeat(*ids.shape, 1), torch.zeros(1, len(ids), 1)


def by_temperature(lesson):
    """Draw from the same scores at three temperatures; return how often each character came."""
    shares = []
    for temperature in (0.5, 1.0, 2.0):
        drawn = lesson.sample(Fixed(), [0], 2000, temperature, torch.Generator().manual_seed(0))
        shares.append([drawn.count(character) / len(drawn) for character in range(8)])
    return shares


def surprise(lesson):
    """Let the trained model read a line that keeps the rule and one that breaks it; return -log p of each character."""
    model, stoi, _, _ = trained(lesson)
    found = []
    for line in ("five in, five out.\n", "five in, nine out.\n"):
        read = torch.tensor([[stoi[character] for character in "ten in, ten out.\n" + line]])
        with torch.no_grad():
            logits, _ = model(read[:, :-1])
        chances = logits.log_softmax(dim=-1)[0]
        found.append([-chances[t, after].item() for t, after in enumerate(read[0, 1:])][-len(line) :])
    return found


def what_it_writes(lesson):
    """Let the trained model write, in words."""
    model, stoi, itos, _ = trained(lesson)
    prompt = [stoi[character] for character in "five"]
    written = lesson.sample(model, prompt, 150, 1.0, torch.Generator().manual_seed(0))
    return ("five" + "".join(itos[i] for i in written) + " ...").replace("\n", " / ")
