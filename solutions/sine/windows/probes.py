"""What runs beside the student's code in the windows lesson."""

import torch


def draw(lesson, num_sequences, seq_length, step, seed):
    """Draw with a generator of its own."""
    generator = torch.Generator().manual_seed(seed)
    return lesson.random_phase_sequences(num_sequences, seq_length, step, generator)


def draw_again(lesson, seed):
    """Draw with two equal generators, and once more with the second of them."""
    torch.manual_seed(seed)
    first, second = (torch.Generator().manual_seed(seed) for _ in range(2))
    return [lesson.random_phase_sequences(5, 6, generator=one) for one in (first, second, second)]


def draw_and_watch(lesson, seed):
    """Draw with a generator and watch the global random state; then draw without one, by the global seed."""
    torch.manual_seed(seed)
    before = torch.random.get_rng_state()
    lesson.random_phase_sequences(5, 6, generator=torch.Generator().manual_seed(seed))
    kept = torch.equal(before, torch.random.get_rng_state())
    torch.manual_seed(seed)
    globally = lesson.random_phase_sequences(5, 6)
    torch.manual_seed(seed)
    repeated = lesson.random_phase_sequences(5, 6)
    following = lesson.random_phase_sequences(5, 6)
    return {"kept": kept, "globally": globally, "repeated": repeated, "following": following}
