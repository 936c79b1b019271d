"""Measure how long a worker takes for a request, less the time in which the machine had no processor for it.

Time in which a worker sleeps or computes is charged. Time in which it waits for a processor is not. So the same code
takes the same seconds beside an idle neighbour and beside ten busy ones.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

LOADED = 6.0  # no request takes longer than this many times its limit by the clock on the wall
OWN = "thread-self"


@dataclass(frozen=True)
class Used:
    """Seconds of a process so far: on a processor, and ready to run while there was none for it."""

    ran: float = 0.0
    queued: float = 0.0


class Watched(Protocol):
    """Who is timed."""

    def used(self) -> Used: ...


def used(process: int | str) -> Used:
    """Ask the kernel about the main thread of a process; all 0 where it does not tell.

    Source: the kernel's documentation, scheduler/sched-stats, /proc/<pid>/schedstat.
    """
    try:
        ran, queued, _ = Path(f"/proc/{process}/schedstat").read_bytes().split()
    except (OSError, ValueError):
        return Used()
    return Used(int(ran) / 1e9, int(queued) / 1e9)


class Stopwatch:
    """Started with a request.

    Args:
        worker: who answers it.
        seconds: what it may take.
    """

    def __init__(self, worker: Watched, seconds: float) -> None:
        self._worker = worker
        self.seconds = seconds
        self._worker_before, self._own_before = worker.used(), used(OWN)
        self._started = time.monotonic()

    def taken(self) -> float:
        """Seconds to be charged for."""
        return max(0.0, self._wall() - self._queued())

    def idle(self) -> float:
        """Seconds in which the worker could have run and did not want to; 0 where the kernel does not tell."""
        ran = self._worker.used().ran
        return max(0.0, self.taken() - (ran - self._worker_before.ran)) if ran else 0.0

    def left(self) -> float:
        """Seconds until the limit; on a machine that is loaded there may be more once they are over."""
        return min(self.seconds - self.taken(), LOADED * self.seconds - self._wall())

    def _wall(self) -> float:
        return time.monotonic() - self._started

    def _queued(self) -> float:
        """Seconds in which the worker waited for a processor, or we did once it had answered."""
        return self._worker.used().queued - self._worker_before.queued + used(OWN).queued - self._own_before.queued
