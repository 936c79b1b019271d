"""What one hand-in may use."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What a hand-in may use: seconds, bytes and counts.

    Args:
        hand_in_times: how many times as long as right answers take; never longer than `hand_in_seconds`.
        hand_in_least_seconds: what it has where that would be less.
    """

    call_seconds: float = 10.0
    lesson_seconds: float = 60.0
    hand_in_seconds: float = 180.0
    hand_in_times: float = 20.0
    hand_in_least_seconds: float = 15.0
    memory_bytes: int = 2 << 30
    reply_bytes: int = 64 << 20
    output_bytes: int = 1 << 20
    output_shown: int = 4096
    source_bytes: int = 5 << 20
    notebook_bytes: int = 50 << 20
    archive_members: int = 50
    archive_bytes: int = 100 << 20
