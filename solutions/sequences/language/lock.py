"""What opens the other ways of writing the tasks of this lesson: only a right program returns these numbers."""

import torch

GATES = {"RNN": 1, "LSTM": 4, "GRU": 3}


def model_case(take, cell, sizes, n, t, cut):
    v, e, h = sizes
    rows = GATES[cell] * h
    shapes = {"embedding": (v, e), "weight_ih": (rows, e), "weight_hh": (rows, h), "bias_ih": (rows,)}
    shapes |= {"bias_hh": (rows,), "head": (v, h), "bias": (v,)}
    weights = {role: take(*shape) for role, shape in shapes.items()}
    ids = (torch.arange(n * t) * 5 % v).reshape(n, t)
    return {"sizes": list(sizes), "cell": cell, "weights": weights, "ids": ids, "cut": cut}


def refuses(lesson):
    try:
        refuse(lesson, "Transformer")
    except ValueError:
        return True
    return False


def CharLM(lesson, take):
    cases = (("GRU", (7, 3, 5), 3, 6, 2), ("RNN", (6, 4, 5), 3, 7, 4), ("LSTM", (6, 3, 4), 4, 5, 3))
    found = [answers(lesson, **model_case(take, *case)) for case in cases]
    found += [small_answers(lesson, **model_case(take, *case)) for case in cases]
    given = ({"vocab_size": 7}, (7, 16, 32)), ({"vocab_size": 9, "embedding_dim": 4}, (9, 4, 32))
    return [
        *found,
        refuses(lesson),
        [by_default(lesson, *one) for one in given],
        [elsewhere(lesson, cell) for cell in GATES],
    ]


def lm_loss(lesson, take):
    targets = torch.arange(15).reshape(3, 5) * 4 % 7
    scores, loss = take(3, 5, 7), lesson.lm_loss
    far = [loss(2000 * take(2, 4, 6), targets[:2, :4] % 6), loss(take(1, 1, 3), targets[:1, :1])]
    leaf = scores.clone().requires_grad_()
    value = loss(leaf * 1.0, targets)
    (slope,) = torch.autograd.grad(value, leaf)
    return [value, slope, *far, [str(value.dtype), list(value.shape)], take.kept(loss, scores, targets)]
