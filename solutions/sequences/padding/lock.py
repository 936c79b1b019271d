"""What opens the other ways of writing the tasks of this lesson: only a right program returns these numbers."""

import torch

GATES = {"RNN": 1, "GRU": 3}


def weights(take, gates, d, h, layers):
    shapes = [
        ((gates * h, d if layer == 0 else h), (gates * h, h), (gates * h,), (gates * h,)) for layer in range(layers)
    ]
    return [take(*shape) for layer in shapes for shape in layer]


def encode(lesson, take):
    found = []
    for kind, n, t, d, h, layers in (("RNN", 4, 7, 2, 5, 1), ("GRU", 5, 13, 1, 3, 2), ("GRU", 1, 1, 2, 1, 1)):
        made = {"kind": kind, "sizes": (d, h, layers), "weights": weights(take, GATES[kind], d, h, layers)}
        x, lengths = take(n, t, d), torch.tensor([2, t, 1, 4, 3])[:n].clamp(max=t)
        found += [
            slopes(lesson, x, lengths, take(n, h), **made),
            *(traces(lesson, x, lengths, mode, **made) for mode in (True, False)),
        ]
    return found


def masked_mse(lesson, take):
    found = []
    for n, t in ((4, 7), (1, 5), (3, 1), (4, 17)):
        lengths = torch.tensor([2, t, 1, 4])[:n].clamp(max=t)
        pred, target = take(n, t), take(n, t)
        target[0, 0] = pred[0, 0]
        found += [slope_of_loss(lesson, pred, target, lengths), take.kept(lesson.masked_mse, pred, target, lengths)]
        value = lesson.masked_mse(pred, target, lengths)
        found.append([str(value.dtype), list(value.shape)])
    return [*found, take.follows(lesson.masked_mse, take(2, 3), take(2, 3), torch.tensor([1, 3]))]
