"""What opens the other ways of writing the tasks of this lesson: only a right program returns these numbers."""

import torch


def split_and_scale(lesson, take):
    series, split = take(23), lesson.split_and_scale
    cases = [(series, 0.7), (series[:11], 0.29), (5 + 40 * take(40), 0.5), (3 * torch.ones(9), 0.6)]
    cases += [(2e-7 * take(12), 0.5), (2e-9 * take(12).float(), 0.75), (take(10), 0.55), (take(7), 1.0)]
    found = [split(*case) for case in cases]
    return [*found, [isinstance(number, float) for one in found for number in one[2:]], take.kept(split, series, 0.7)]
