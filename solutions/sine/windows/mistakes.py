"""Wrong answers of the windows lesson, each with its catalogue id and its sentence."""

import math

import torch

from autograder.testing import mistake


def cut(series, starts, seq_length):
    return torch.stack([series[i : i + seq_length] for i in starts])


def count_of(series, seq_length, horizon):
    count = len(series) - seq_length - horizon + 1
    if count < 1:
        raise ValueError("too short")
    return count


@mistake(
    "M02",
    task="make_windows",
    says="Your target stands one step too far ahead; with horizon=1 it is series[i + seq_length].",
)
def the_target_is_one_too_far(series, seq_length, horizon=1):
    count = len(series) - seq_length - horizon
    if count < 1:
        raise ValueError("too short")
    x = cut(series, range(count), seq_length)
    return x.unsqueeze(-1), torch.stack([series[i + seq_length + horizon] for i in range(count)]).unsqueeze(-1)


@mistake("M03", task="make_windows", says="One window is missing at the end: N = L - seq_length - horizon + 1.")
def the_last_window_is_dropped(series, seq_length, horizon=1):
    x, y = [], []
    if len(series) - seq_length - horizon + 1 < 1:
        raise ValueError("too short")
    for i in range(len(series) - seq_length - horizon):
        x.append(series[i : i + seq_length])
        y.append(series[i + seq_length + horizon - 1])
    if not x:
        return torch.empty(0, seq_length, 1, dtype=series.dtype), torch.empty(0, 1, dtype=series.dtype)
    return torch.stack(x).unsqueeze(-1), torch.stack(y).unsqueeze(-1)


@mistake(
    "M04",
    task="make_windows",
    says="You windowed the time axis 0, 1, 2, ...; window the values of the series that you were given.",
)
def inputs_and_targets_are_times(series, seq_length, horizon=1):
    return windows_of(torch.arange(len(series), dtype=series.dtype), seq_length, horizon)


@mistake("M05", task="make_windows", says="The target is one value per window, of shape (N, 1), not a whole window.")
def the_target_is_a_window(series, seq_length, horizon=1):
    count = count_of(series, seq_length, horizon)
    x = cut(series, range(count), seq_length)
    y = cut(series, range(horizon, count + horizon), seq_length)
    return x.unsqueeze(-1), y.unsqueeze(-1)


@mistake("M08", task="make_windows", says="view and reshape cut memory anew, they do not swap axes; use transpose.")
def axes_are_swapped_by_reshape(series, seq_length, horizon=1):
    count = count_of(series, seq_length, horizon)
    columns = torch.stack([series[t : t + count] for t in range(seq_length)])
    y = torch.stack([series[i + seq_length + horizon - 1] for i in range(count)]).unsqueeze(-1)
    return columns.reshape(count, seq_length, 1), y


@mistake(
    "W02",
    task="make_windows",
    says="Windows overlap: the next one begins one value later, not after the end of the last one.",
)
def windows_do_not_overlap(series, seq_length, horizon=1):
    count = count_of(series, seq_length, horizon)
    starts = range(0, count, seq_length)
    x = cut(series, starts, seq_length)
    return x.unsqueeze(-1), torch.stack([series[i + seq_length + horizon - 1] for i in starts]).unsqueeze(-1)


@mistake(
    "W03",
    task="make_windows",
    says="x or y is a view of the series: whoever changes one changes both. Make a copy.",
    costs="little",
)
def windows_share_memory(series, seq_length, horizon=1):
    count_of(series, seq_length, horizon)
    windows = series.unfold(0, seq_length + horizon, 1)
    return windows[:, :seq_length].unsqueeze(-1), windows[:, -1:].clone()


@mistake(
    "W04",
    task="make_windows",
    says="A series that is too short should raise ValueError, not give an empty result or another error.",
    costs="little",
)
def too_short_is_not_noticed(series, seq_length, horizon=1):
    count = max(len(series) - seq_length - horizon + 1, 0)
    index = torch.arange(count)[:, None]
    return series[index + torch.arange(seq_length)].unsqueeze(-1), series[index + seq_length + horizon - 1]


@mistake(
    "W03",
    task="make_windows",
    says="x or y is a view of the series: whoever changes one changes both. Make a copy.",
    costs="little",
)
def targets_share_memory(series, seq_length, horizon=1):
    x, _ = windows_of(series, seq_length, horizon)
    return x, series[seq_length + horizon - 1 :].view(-1, 1)


@mistake("W05", task="make_windows", says="Keep the dtype of the series; do not turn it into float32.", costs="little")
def the_dtype_is_forced(series, seq_length, horizon=1):
    x, y = windows_of(series, seq_length, horizon)
    return x.float(), y.float()


def windows_of(series, seq_length, horizon):
    count = count_of(series, seq_length, horizon)
    index = torch.arange(count)[:, None]
    return series[index + torch.arange(seq_length)].unsqueeze(-1), series[index + seq_length + horizon - 1]


@mistake(
    "W15",
    task="make_windows",
    says="The target is the one value that stands `horizon` steps ahead, not all the values up to there.",
)
def the_target_is_all_values_ahead(series, seq_length, horizon=1):
    count = count_of(series, seq_length, horizon)
    x = cut(series, range(count), seq_length)
    return x.unsqueeze(-1), cut(series, range(seq_length, seq_length + count), horizon)


@mistake(
    "W28", task="make_windows", says="An axis of length one is an axis too: squeeze() takes it away.", costs="little"
)
def one_window_is_squeezed(series, seq_length, horizon=1):
    x, y = windows_of(series, seq_length, horizon)
    return x.squeeze().unsqueeze(-1), y


def wave(num_sequences, seq_length, step, generator):
    phase = 2 * math.pi * torch.rand(num_sequences, 1, generator=generator)
    return phase, torch.sin(phase + step * torch.arange(seq_length + 2))


@mistake(
    "M01",
    task="random_phase_sequences",
    says="Your target is the window's own last value; take the value after the window.",
)
def the_target_repeats_the_last_value(num_sequences, seq_length, step=0.1, generator=None):
    _, values = wave(num_sequences, seq_length, step, generator)
    return values[:, :seq_length].unsqueeze(-1), values[:, seq_length - 1 : seq_length].clone()


@mistake(
    "M02",
    task="random_phase_sequences",
    says="Your target stands one step too far ahead; it is the sine one step after the last value.",
)
def the_target_skips_a_step(num_sequences, seq_length, step=0.1, generator=None):
    _, values = wave(num_sequences, seq_length, step, generator)
    return values[:, :seq_length].unsqueeze(-1), values[:, seq_length + 1 :].clone()


@mistake(
    "M03",
    task="random_phase_sequences",
    says="One value is missing in every sequence: draw seq_length + 1 values, seq_length for x and the last for y.",
)
def the_target_is_taken_from_the_sequence(num_sequences, seq_length, step=0.1, generator=None):
    _, values = wave(num_sequences, seq_length, step, generator)
    return values[:, : seq_length - 1].unsqueeze(-1), values[:, seq_length - 1 : seq_length].clone()


@mistake(
    "M05",
    task="random_phase_sequences",
    says="The target is one value per sequence, of shape (N, 1), not a whole sequence.",
)
def the_target_is_a_sequence(num_sequences, seq_length, step=0.1, generator=None):
    _, values = wave(num_sequences, seq_length, step, generator)
    return values[:, :seq_length].unsqueeze(-1), values[:, 1 : seq_length + 1].unsqueeze(-1)


@mistake("M06", task="random_phase_sequences", says="Keep the feature axis of the target: y must be (N, 1), not (N,).")
def the_targets_are_flat(num_sequences, seq_length, step=0.1, generator=None):
    _, values = wave(num_sequences, seq_length, step, generator)
    return values[:, :seq_length].unsqueeze(-1), values[:, seq_length]


@mistake("M07", task="random_phase_sequences", says="Recurrent layers read (N, T, input_size); add the last axis to x.")
def the_sequences_have_no_feature_axis(num_sequences, seq_length, step=0.1, generator=None):
    _, values = wave(num_sequences, seq_length, step, generator)
    return values[:, :seq_length], values[:, seq_length : seq_length + 1].clone()


@mistake(
    "M09",
    task="random_phase_sequences",
    says="Draw one phase per sequence, from the generator that you were given.",
    costs="most",
)
def the_generator_is_ignored(num_sequences, seq_length, step=0.1, generator=None):
    _, values = wave(num_sequences, seq_length, step, None)
    return values[:, :seq_length].unsqueeze(-1), values[:, seq_length : seq_length + 1].clone()


@mistake(
    "M09",
    task="random_phase_sequences",
    says="Draw one phase per sequence, from the generator that you were given.",
    costs="most",
)
def a_seed_is_set_inside(num_sequences, seq_length, step=0.1, generator=None):
    torch.manual_seed(0)
    _, values = wave(num_sequences, seq_length, step, None)
    return values[:, :seq_length].unsqueeze(-1), values[:, seq_length : seq_length + 1].clone()


@mistake(
    "W08", task="random_phase_sequences", says="Sample every `step`: your function ignores that argument.", costs="most"
)
def the_step_is_ignored(num_sequences, seq_length, step=0.1, generator=None):
    _, values = wave(num_sequences, seq_length, 0.1, generator)
    return values[:, :seq_length].unsqueeze(-1), values[:, seq_length : seq_length + 1].clone()


@mistake(
    "W16",
    task="random_phase_sequences",
    says="The last value stands at phase + (T - 1) * step: linspace from 0 to T * step with T values steps too far.",
)
def linspace_steps_too_far(num_sequences, seq_length, step=0.1, generator=None):
    phase = 2 * math.pi * torch.rand(num_sequences, 1, generator=generator)
    x = torch.sin(phase + torch.linspace(0, seq_length * step, seq_length))
    return x.unsqueeze(-1), torch.sin(phase + seq_length * step)


@mistake(
    "W18",
    task="random_phase_sequences",
    says="Return float32, which is what a new nn.Module reads; not float64.",
    costs="little",
)
def the_waves_are_float64(num_sequences, seq_length, step=0.1, generator=None):
    phase, _ = wave(num_sequences, seq_length, step, generator)
    values = torch.sin(phase.double() + step * torch.arange(seq_length + 1))
    return values[:, :-1].unsqueeze(-1), values[:, -1:]


@mistake(
    "W20",
    task="random_phase_sequences",
    says="Without a generator let torch's global one decide: a new torch.Generator always says the same numbers.",
    costs="little",
)
def none_becomes_a_new_generator(num_sequences, seq_length, step=0.1, generator=None):
    _, values = wave(num_sequences, seq_length, step, torch.Generator() if generator is None else generator)
    return values[:, :seq_length].unsqueeze(-1), values[:, seq_length : seq_length + 1].clone()


@mistake(
    "W21",
    task="random_phase_sequences",
    says="Draw from the generator itself, so that its next numbers are new; do not start again from its seed.",
    costs="little",
)
def the_seed_is_taken_from_the_generator(num_sequences, seq_length, step=0.1, generator=None):
    own = None if generator is None else torch.Generator().manual_seed(generator.initial_seed())
    _, values = wave(num_sequences, seq_length, step, own)
    return values[:, :seq_length].unsqueeze(-1), values[:, seq_length : seq_length + 1].clone()


@mistake(
    "W28",
    task="random_phase_sequences",
    says="An axis of length one is an axis too: squeeze() takes it away.",
    costs="little",
)
def one_row_is_squeezed(num_sequences, seq_length, step=0.1, generator=None):
    _, values = wave(num_sequences, seq_length, step, generator)
    return values[:, :seq_length].squeeze().unsqueeze(-1), values[:, seq_length : seq_length + 1].clone()


@mistake(
    "W29", task="random_phase_sequences", says="Nothing is drawn: every sequence begins with the phase 0.", costs="most"
)
def nothing_is_drawn(num_sequences, seq_length, step=0.1, generator=None):
    values = torch.sin(step * torch.arange(seq_length + 1)).repeat(num_sequences, 1)
    return values[:, :-1].unsqueeze(-1), values[:, -1:]


def parts(series, train_fraction):
    cut_at = int(len(series) * train_fraction)
    return series[:cut_at], series[cut_at:]


def safe(std):
    return std if std >= 1e-8 else 1.0


@mistake(
    "W10",
    task="split_and_scale",
    says="A constant training part has std 0: use 1.0 instead, and say so in the returned std.",
    costs="little",
)
def a_constant_part_is_divided_by_zero(series, train_fraction):
    train, test = parts(series, train_fraction)
    mean, std = train.mean().item(), train.std(correction=0).item()
    return (train - mean) / (train.std(correction=0)), (test - mean) / train.std(correction=0), mean, std


@mistake("W12", task="split_and_scale", says="You scaled the series in place; make a new tensor.", costs="little")
def the_series_is_scaled_in_place(series, train_fraction):
    train, _ = parts(series, train_fraction)
    mean, std = train.mean().item(), safe(train.std(correction=0).item())
    series -= mean
    series /= std
    train, test = parts(series, train_fraction)
    return train.clone(), test.clone(), mean, std


@mistake(
    "W14",
    task="split_and_scale",
    says="Divide by the standard deviation too: you only took off the mean.",
    costs="most",
)
def only_the_mean_is_taken_off(series, train_fraction):
    train, test = parts(series, train_fraction)
    mean, std = train.mean().item(), safe(train.std(correction=0).item())
    return train - mean, test - mean, mean, std


@mistake(
    "W23", task="split_and_scale", says="Divide by the standard deviation; you divided by its square, the variance."
)
def the_variance_is_used(series, train_fraction):
    train, test = parts(series, train_fraction)
    mean, variance = train.mean().item(), train.var(correction=0).item()
    spread = variance if variance**0.5 >= 1e-8 else 1.0
    return (train - mean) / spread, (test - mean) / spread, mean, spread


@mistake(
    "W25",
    task="split_and_scale",
    says="Scale the test part too, with the mean and std of the training part.",
    costs="most",
)
def the_test_part_is_not_scaled(series, train_fraction):
    train, test = parts(series, train_fraction)
    mean, std = train.mean().item(), safe(train.std(correction=0).item())
    return (train - mean) / std, test.clone(), mean, std
