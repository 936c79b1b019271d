"""What runs beside the student's code in the windows lesson."""

import torch


def draw(lesson, num_sequences, seq_length, step, seed):
    """Draw with a generator of its own."""
    generator = torch.Generator().manual_seed(seed)
    return lesson.random_phase_sequences(num_sequences, seq_length, step, generator)


def draw_and_watch(lesson, seed):
    """Draw with equal generators, another, one twice, and none; watch the global random state."""
    torch.manual_seed(seed)
    before = torch.random.get_rng_state()
    first = lesson.random_phase_sequences(5, 6, generator=torch.Generator().manual_seed(seed))
    again = lesson.random_phase_sequences(5, 6, generator=torch.Generator().manual_seed(seed))
    other = lesson.random_phase_sequences(5, 6, generator=torch.Generator().manual_seed(seed + 1))
    generator = torch.Generator().manual_seed(seed)
    onward = [lesson.random_phase_sequences(5, 6, generator=generator) for _ in range(2)]
    kept = torch.equal(before, torch.random.get_rng_state())
    torch.manual_seed(seed)
    globally = lesson.random_phase_sequences(5, 6)
    torch.manual_seed(seed)
    repeated = lesson.random_phase_sequences(5, 6)
    following = lesson.random_phase_sequences(5, 6)
    return {
        "first": first, "again": again, "other": other, "onward": onward, "kept": kept,
        "globally": globally, "repeated": repeated, "following": following,
    }  # fmt: skip
