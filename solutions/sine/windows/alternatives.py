"""Right answers of the windows lesson, written otherwise."""

import numpy as np
import torch

from autograder.testing import alternative


@alternative("make_windows", "unfold, then a copy")
def by_unfold(series, seq_length, horizon=1):
    if series.shape[0] < seq_length + horizon:
        raise ValueError("series too short")
    pieces = series.unfold(0, seq_length + horizon, 1).clone()
    return pieces[:, :seq_length, None], pieces[:, -1, None]


@alternative("make_windows", "lists and stack")
def by_lists(series, seq_length, horizon=1):
    inputs, targets = [], []
    for end in range(seq_length, len(series) - horizon + 1):
        inputs.append(series[end - seq_length : end].reshape(-1, 1))
        targets.append(series[end + horizon - 1].reshape(1))
    if not inputs:
        raise ValueError(f"need at least {seq_length + horizon} values, got {len(series)}")
    return torch.stack(inputs), torch.stack(targets)


@alternative("make_windows", "preallocated and filled column by column")
def by_columns(series, seq_length, horizon=1):
    n = series.numel() - (seq_length + horizon) + 1
    if n <= 0:
        raise ValueError("no window fits")
    x = series.new_empty(n, seq_length, 1)
    for t in range(seq_length):
        x[:, t, 0] = series[t : t + n]
    y = series[seq_length + horizon - 1 :].clone().view(n, 1)
    return x, y


class TooShort(ValueError):
    """An error of my own."""


@alternative("make_windows", "numpy's sliding windows, own exception")
def by_numpy(series, seq_length, horizon=1):
    if len(series) - seq_length - horizon < 0:
        raise TooShort(len(series))
    table = np.lib.stride_tricks.sliding_window_view(series.detach().numpy(), seq_length)
    x = torch.from_numpy(table[: len(series) - seq_length - horizon + 1].copy())
    return x[..., None], torch.tensor(series.numpy()[seq_length + horizon - 1 :])[:, None]


@alternative("random_phase_sequences", "uniform_ and addition theorem")
def by_addition_theorem(num_sequences, seq_length, step=0.1, generator=None):
    phase = torch.empty(num_sequences, 1).uniform_(0.0, 2 * torch.pi, generator=generator)
    time = torch.arange(seq_length + 1, dtype=torch.float32)[None] * step
    wave = torch.sin(phase) * torch.cos(time) + torch.cos(phase) * torch.sin(time)
    return wave[:, :seq_length, None], wave[:, seq_length, None]


@alternative("random_phase_sequences", "a loop over rows")
def by_rows(num_sequences, seq_length, step=0.1, generator=None):
    xs, ys = [], []
    for _ in range(num_sequences):
        phase = torch.rand(1, generator=generator, dtype=torch.float64) * 2 * np.pi
        times = phase + step * torch.arange(seq_length, dtype=torch.float64)
        xs.append(torch.sin(times).float().reshape(seq_length, 1))
        ys.append(torch.sin(times[-1:] + step).float())
    return torch.stack(xs), torch.stack(ys)


@alternative("random_phase_sequences", "complex numbers")
def by_rotation(num_sequences, seq_length, step=0.1, generator=None):
    angle = torch.rand(num_sequences, generator=generator, dtype=torch.float64) * (2 * torch.pi)
    point = torch.polar(torch.ones_like(angle), angle)
    turn = torch.polar(torch.ones(1, dtype=torch.float64), torch.tensor([step], dtype=torch.float64))
    values = []
    for _ in range(seq_length + 1):
        values.append(point.imag.float())
        point = point * turn
    wave = torch.stack(values, dim=1).unsqueeze(2)
    return wave[:, :-1], wave[:, -1]


@alternative("random_phase_sequences", "a random start on a shared time axis")
def by_start(num_sequences, seq_length, step=0.1, generator=None):
    starts = torch.rand((num_sequences,), generator=generator).mul(2 * torch.pi)
    grid = torch.outer(torch.ones(num_sequences), torch.arange(seq_length + 1) * step) + starts.view(-1, 1)
    x, y = grid.sin().split([seq_length, 1], dim=1)
    return x.unsqueeze(-1), y


@alternative("split_and_scale", "std_mean and torch.split")
def by_split(series, train_fraction):
    n = int(len(series) * train_fraction)
    train, test = torch.split(series, [n, len(series) - n])
    std, mean = torch.std_mean(train, correction=0)
    sigma = 1.0 if float(std) < 1e-8 else float(std)
    return (train - float(mean)) / sigma, (test - float(mean)) / sigma, float(mean), sigma


@alternative("split_and_scale", "by the sum of squares")
def by_sums(series, train_fraction):
    n = int(len(series) * train_fraction)
    past = series[:n].double()
    mean = float(past.sum() / n)
    variance = float(((past - mean) ** 2).sum() / n)
    std = variance**0.5
    if std < 1e-8:
        std = 1.0
    return ((series[:n] - mean) / std), ((series[n:] - mean) / std), mean, std


class Scaler:
    """Remembers what it has seen."""

    def fit(self, values):
        self.mean = values.mean().item()
        spread = values.var(unbiased=False).sqrt().item()
        self.std = spread if spread >= 1e-8 else 1.0
        return self

    def __call__(self, values):
        return (values - self.mean) / self.std


@alternative("split_and_scale", "a scaler of its own")
def by_scaler(series, train_fraction):
    n = int(len(series) * train_fraction)
    scaler = Scaler().fit(series[:n])
    return scaler(series[:n]), scaler(series[n:]), scaler.mean, scaler.std


@alternative("split_and_scale", "numpy")
def by_numpy_statistics(series, train_fraction):
    values = series.numpy()
    n = int(len(values) * train_fraction)
    mean, std = float(np.mean(values[:n], dtype=np.float64)), float(np.std(values[:n], dtype=np.float64))
    std = std if std >= 1e-8 else 1.0
    scaled = torch.from_numpy(((values - mean) / std).astype(values.dtype))
    return scaled[:n], scaled[n:], mean, std


def starts_and_ends(length, seq_length, horizon):
    last = length - horizon
    return [(end - seq_length, end) for end in range(seq_length, last + 1)]


@alternative("make_windows", "recursion, one window at a time")
def by_peeling(series, seq_length, horizon=1):
    if len(series) < seq_length + horizon:
        raise ValueError("too short")
    x = series[:seq_length].clone().view(1, -1, 1)
    y = series[seq_length + horizon - 1].clone().view(1, 1)
    if len(series) == seq_length + horizon:
        return x, y
    more_x, more_y = make_windows(series[1:], seq_length, horizon)
    return torch.cat([x, more_x]), torch.cat([y, more_y])


@alternative("make_windows", "as_strided and clone, lists of the two results")
def by_strides(series, seq_length, horizon=1):
    places = starts_and_ends(len(series), seq_length, horizon)
    if not places:
        raise ValueError("no place for a window")
    dense = series.contiguous()
    x = torch.as_strided(dense, (len(places), seq_length, 1), (1, 1, 1)).clone()
    return [x, dense[[end + horizon - 1 for _, end in places]].unsqueeze(1)]


@alternative("random_phase_sequences", "the cosine, phases from -pi to pi")
def by_cosine(num_sequences, seq_length, step=0.1, generator=None):
    phase = (torch.rand(num_sequences, 1, generator=generator) - 0.5) * 2 * torch.pi
    wave = torch.cos(phase + torch.linspace(0, seq_length * step, seq_length + 1))
    return wave[:, :-1, None], wave[:, -1:]


@alternative("random_phase_sequences", "the recurrence of a sampled sine")
def by_recurrence(num_sequences, seq_length, step=0.1, generator=None):
    phase = torch.rand(num_sequences, generator=generator) * 2 * math.pi
    values = [torch.sin(phase), torch.sin(phase + step)]
    while len(values) < seq_length + 1:
        values.append(2 * math.cos(step) * values[-1] - values[-2])
    wave = torch.stack(values, 1)
    return wave[:, :seq_length, None], wave[:, seq_length, None]


@alternative("split_and_scale", "two passes by hand, a list")
def by_two_passes(series, train_fraction):
    past, future = series[: int(len(series) * train_fraction)], series[int(len(series) * train_fraction) :]
    mean = past.sum().item() / len(past)
    std = math.sqrt((past - mean).square().sum().item() / len(past))
    std = 1.0 if std < 1e-8 else std
    return [past.sub(mean).div(std), future.sub(mean).div(std), mean, std]


def count_of(series, seq_length, horizon):
    count = len(series) - seq_length - horizon + 1
    if count < 1:
        raise ValueError("too short")
    return count


def cut(series, starts, seq_length):
    return torch.stack([series[i : i + seq_length] for i in starts])


@alternative("make_windows", "windows and targets cut one by one")
def cut_one_by_one(series, seq_length, horizon=1):
    count = count_of(series, seq_length, horizon)
    x = cut(series, range(count), seq_length)
    return x.unsqueeze(-1), torch.stack([series[i + seq_length + horizon - 1] for i in range(count)]).unsqueeze(-1)


@alternative("random_phase_sequences", "one wave, one step longer")
def one_step_longer(num_sequences, seq_length, step=0.1, generator=None):
    phase = 2 * math.pi * torch.rand(num_sequences, 1, generator=generator)
    values = torch.sin(phase + step * torch.arange(seq_length + 1))
    return values[:, :-1].unsqueeze(-1), values[:, -1:]


def parts(series, train_fraction):
    cut_at = int(len(series) * train_fraction)
    return series[:cut_at], series[cut_at:]


def safe(std):
    return std if std >= 1e-8 else 1.0


@alternative("split_and_scale", "two parts, two numbers")
def measured(series, train_fraction):
    train, test = parts(series, train_fraction)
    mean, std = train.mean().item(), safe(train.std(correction=0).item())
    return (train - mean) / std, (test - mean) / std, mean, std
