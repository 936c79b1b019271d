"""What opens the other ways of writing the tasks of this lesson: only a right program returns these numbers."""

import re

GATES = {"RNN": 1, "LSTM": 4, "GRU": 3}


def forecaster_case(take, cell, n, t, d, h, layers, o):
    rows, widths = GATES[cell] * h, [d] + [h] * (layers - 1)
    hx = (take(layers, n, h), take(layers, n, h)) if cell == "LSTM" else take(layers, n, h)
    return {
        "sizes": (d, h, layers, o),
        "cell": cell,
        "dtype": "float64",
        "recurrent": {
            "weight_ih": [take(rows, width) for width in widths],
            "weight_hh": [take(rows, h) for _ in widths],
            "bias_ih": [take(rows) for _ in widths],
            "bias_hh": [take(rows) for _ in widths],
        },
        "head": [take(o, h), take(o)],
        "x": take(n, t, d),
        "hx": hx,
    }


def refuses(lesson):
    try:
        refuse(lesson, "Transformer")
    except ValueError:
        return True
    return False


def Forecaster(lesson, take):
    sizes = (
        ("RNN", 3, 7, 2, 5, 1, 3),
        ("LSTM", 3, 6, 2, 4, 2, 2),
        ("GRU", 5, 3, 1, 4, 2, 1),
        ("RNN", 2, 1, 1, 3, 1, 1),
    )
    found = [forecasts(lesson, **forecaster_case(take, *size)) for size in sizes]
    given = ({}, {"hidden_size": 7}, {"num_layers": 2, "cell": "LSTM"}, {"input_size": 3, "output_size": 2})
    return [
        *found,
        refuses(lesson),
        [shapes_of(lesson, one) for one in given],
        [elsewhere(lesson, cell) for cell in GATES],
    ]


def net_case(take, n=5):
    return {"weights": [take(6, 4), take(6), take(1, 6), take(1)], "x": take(n, 2, 2), "y": take(n, 1)}


def moody_case(take, n=5):
    return {"weight": take(1, 4).float(), "x": take(n, 4, 1).float(), "y": take(n, 1).float()}


def in_training(seen):
    return {**seen, "modes": all(seen["modes"])}


def train_step(lesson, take):
    found = [three_steps(lesson, **net_case(take), max_norm=norm) for norm in (None, 0.1, 0.5)]
    large = net_case(take)
    found.append(three_steps(lesson, large["weights"], large["x"], 30 * large["y"], None))
    for one in found:
        del one["events"]  # a right order is not the only one
    are_floats = [isinstance(value, float) for one in found for value in one["values"]]
    given = net_case(take)
    odd = [
        mismatched(lesson, given["weights"], given["x"], y) for y in (take(5), take(1, 5), take(5, 1, 1), take(5, 2))
    ]
    refused = [("ValueError" in one["kinds"], one["moved"]) for one in odd]
    return [*found, are_floats, refused, in_training(mode_of_a_step(lesson, **moody_case(take)))]


def fit(lesson, take):
    cases = ((4, 0.02, 1), (3, 0.1, 2), (12, 0.05, 5), (30, 3.0, 10))
    found = [short_fit(lesson, **net_case(take), epochs=n, lr=lr, log_every=every) for n, lr, every in cases]
    found.append(short_fit(lesson, **net_case(take, n=150), epochs=3, lr=0.1, log_every=9))
    for one in found:
        one["are_floats"] = [isinstance(loss, float) for loss in one["losses"]]
        one["printed"] = [int(word) for word in re.findall(r"poch\D*(\d+)", one["printed"])]
        del one["steps"], one["optimizers"], one["own"]  # one written by hand takes none of torch's steps
    default, modes = default_fit(lesson, **net_case(take)), mode_of_a_fit(lesson, **moody_case(take))
    return [*found, default, in_training(modes)]


def evaluate(lesson, take):
    cases = ((5, True), (30, False), (90, True))
    found = [look(lesson, **moody_case(take, n), training=training) for n, training in cases]
    for one in found:
        one["modes"], one["grads"] = any(one["modes"]), any(one["grads"])
    return [*found, [isinstance(one["first"][0], float) for one in found]]
