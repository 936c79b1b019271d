"""What opens the other ways of writing the tasks of this lesson: only a right program returns these numbers."""

import torch


def forecast(lesson, take):
    history = take(6)
    cases = [("next", history, 9), ("mean", history, 8), ("first", history, 13), ("weighted", history, 5)]
    cases += [("mean", history, 0), ("next", history[:1], 3), ("weighted", history.float(), 1)]
    found = [roll(lesson, *case, training) for case in cases for training in (True, False)]
    for one in found:
        one["modes"] = any(one["modes"])
        one["windows"] = one["windows"][: len(one["values"])]  # one more call, whose answer nobody uses, is no mistake
    return found


def decode(lesson, take):
    found = []
    for n, h, o, steps in ((3, 5, 1, 7), (2, 4, 1, 1), (1, 3, 1, 13)):
        weights, state, y0 = [take(o, h), take(h, h), take(h, o)], take(n, h), take(n, o)
        given = {"weights": weights, "h": state, "y0": y0, "steps": steps, "targets": take(n, steps, o)}
        found += [unroll_cell(lesson, **given, teacher_forcing=taught) for taught in (True, False)]
        for one in found[-2:]:
            one["read"] = torch.stack(one["read"][:steps])
        found.append(decode_plainly(lesson, **given))
    return found
