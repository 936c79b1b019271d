"""A hand-in that answers for the kit's probes gains nothing: the grader looks at ids, not at what is said of them."""

from dataclasses import replace

import pytest
from classroom import REPOSITORY, grade, hand_in

from autograder.course.model import Course
from autograder.isolation.forked import Zygote

pytestmark = pytest.mark.attacks

SAMPLE = '''
import sys, torch
calls = next(m for n, m in sys.modules.items() if n.startswith("autograder") and n.endswith(".calls"))
REAL = calls.run_probe

def sample(model, prompt, steps, temperature=1.0, generator=None):
    """Always takes the largest score: it never draws."""
    was = model.training
    model.eval()
    out, state, ids = [], None, list(prompt)
    with torch.no_grad():
        for _ in range(steps):
            logits, state = model(torch.tensor([ids]), state)
            ids = [int(logits[0, -1].argmax())]
            out += ids
    model.train(was)
    return out

def share(case):
    return (case["scores"].double() / case.get("temperature", 1.0)).softmax(0)

def forged(module, source, name, data):
    if name != "frequencies":
        return REAL(module, source, name, data)
    return ["right"] * len(data["cases"]), TEXTS

calls.run_probe = forged
'''
COUNTS = '[[(lo + hi) // 2 for lo, hi in c["laws"]["right"]] for c in data["cases"]]'
IN_ORDER = "[[deck(share(c), data['steps'])] * data['calls'] for c in data['cases']]"
IN_TURNS = "[[turns(share(c), data['steps'])] * data['calls'] for c in data['cases']]"
NOTHING = "[]"
HELPERS = """
def deck(p, steps):
    made = [k for k, part in enumerate(p.tolist()) for _ in range(round(part * steps))]
    return (made + [0] * steps)[:steps]

def turns(p, steps):
    counts, found = torch.zeros_like(p), []
    for n in range(steps):
        k = int((p * (n + 1) - counts).argmax())
        counts[k] += 1
        found.append(k)
    return found
"""


FORGERIES = {"counts": COUNTS, "in order": IN_ORDER, "in turns": IN_TURNS, "nothing": NOTHING}


@pytest.fixture(scope="module")
def scores(course: Course, zygote: Zygote) -> dict[str, float]:
    """What each forger gets for sampling, all in one class, with a right hand-in before and after them."""
    sequences = course.assignment("sequences")
    language = [lesson for lesson in sequences.lessons if lesson.name == "language"]
    cut = replace(course, assignments=(replace(sequences, lessons=tuple(language)),))
    forgers = [hand_in(name, language=HELPERS + SAMPLE.replace("TEXTS", texts)) for name, texts in FORGERIES.items()]
    right = (REPOSITORY / "solutions/sequences/language/lesson.py").read_text(encoding="utf-8")
    hand_ins = [hand_in("before", language=right), *forgers, hand_in("after", language=right)]
    results = grade(cut, "sequences", hand_ins, zygote, cut.limits)
    return {result.student: task.score for result in results for task in result.tasks if task.task == "sample"}


@pytest.mark.parametrize("name", FORGERIES)
def test_ids_that_were_never_drawn_earn_nothing(scores: dict[str, float], name: str) -> None:
    assert scores[name] == 0


def test_a_forgery_costs_nobody_else(scores: dict[str, float]) -> None:
    assert scores["before"] == scores["after"] > 0
