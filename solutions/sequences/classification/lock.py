"""What opens the other ways of writing the tasks of this lesson: only a right program returns these numbers."""

import torch

GATES = {"RNN": 1, "LSTM": 4, "GRU": 3}


def weights(take, cell, d, h, c):
    rows = GATES[cell] * h
    return [take(*shape) for shape in ((rows, d), (rows, h), (rows,), (rows,), (c, h), (c,))]


def in_double(lesson, cell, d, h, c, given):
    torch.manual_seed(0)
    model = lesson.SequenceClassifier(d, h, c, cell=cell).double()
    with torch.no_grad():
        for parameter, weight in zip(in_order(model), given, strict=True):
            parameter.copy_(weight)
    return model


def SequenceClassifier(lesson, take):
    found = []
    for cell, n, t, d, h, c in (("RNN", 4, 7, 2, 5, 3), ("LSTM", 3, 13, 1, 4, 2), ("GRU", 5, 6, 3, 4, 2)):
        model = in_double(lesson, cell, d, h, c, weights(take, cell, d, h, c))
        x, lengths = take(n, t, d), torch.tensor([2, t, 1, 4, 3])[:n]
        before = lengths.clone()
        leaf = x.clone().requires_grad_()
        scores = model(leaf * 1.0, lengths)
        slopes = torch.autograd.grad((scores * take(n, c)).sum(), [leaf, *in_order(model)])
        found += [scores, *slopes, model(x[:1], lengths[:1]), model(x[1:2], lengths[1:2]), model.eval()(x, lengths)]
        found += [take.kept(model, x, lengths), torch.equal(before, lengths), shapes_of(model)]
        given = [one.float() for one in weights(take, cell, d, h, c)]
        found.append(known_scores(lesson, (d, h, c), cell, given, x.float(), lengths)["scores"])
    given = ({}, {"hidden_size": 7}, {"num_classes": 5, "cell": "RNN"}, {"input_size": 3})
    return [*found, [sizes_of(lesson, one) for one in given]]
