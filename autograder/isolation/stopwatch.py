"""Measure how long a worker takes for a request, less the time in which the machine had no processor for it.

Time in which a worker sleeps or computes is charged. Time in which it waits for a processor is not. So the same code
takes the same seconds beside an idle neighbour and beside ten busy ones.
"""

import contextlib
import math
import os
import sys
import threading
import time
from typing import NamedTuple, Protocol

LOADED = 6.0  # no request takes longer than this many times its limit by the clock on the wall


class Used(NamedTuple):
    """Seconds of a process so far: on a processor, and ready to run while there was none for it."""

    ran: float = 0.0
    queued: float = 0.0


class Watched(Protocol):
    """Who is timed."""

    def used(self) -> Used: ...


class Counter:
    """The kernel's counters of the main thread of a process; their file stays open, since each call asks several times.

    Source: the kernel's documentation, scheduler/sched-stats, /proc/<pid>/schedstat.
    """

    def __init__(self, process: int | str) -> None:
        try:
            self._file = os.open(f"/proc/{process}/schedstat", os.O_RDONLY)
        except OSError:  # no such process, or no such file here
            self._file = -1

    def used(self) -> Used:
        """Ask the kernel; all 0 where it does not tell, or does so no more."""
        if sys.platform == "win32" or self._file < 0:
            return Used()
        try:
            ran, queued, _ = os.pread(self._file, 100, 0).split()
        except (OSError, ValueError):
            return Used()
        return Used(int(ran) / 1e9, int(queued) / 1e9)

    def close(self) -> None:
        """Ask no more."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)

    def __del__(self) -> None:
        with contextlib.suppress(OSError):
            self.close()


class _Own(threading.local):
    """The counter of each thread of this process; a fork of it has another one."""

    pid = -1
    counter = Counter(-1)


_own = _Own()


def own() -> Used:
    """Ask the kernel about this thread."""
    if _own.pid != os.getpid():
        _own.pid, _own.counter = os.getpid(), Counter("thread-self")
    return _own.counter.used()


class Stopwatch:
    """Started with a request.

    Args:
        worker: who answers it.
        seconds: what it may take.
    """

    def __init__(self, worker: Watched, seconds: float) -> None:
        self._worker = worker
        self.seconds = seconds
        self._worker_before, self._own_before = worker.used(), own()
        self._started = time.monotonic()

    def charge(self) -> tuple[float, float]:
        """Seconds to be charged for, and those in which the worker could have run and did not want to.

        The second number is 0 where the kernel does not tell.
        """
        now = self._worker.used()
        taken = max(0.0, self._wall() - self._queued(now))
        return taken, max(0.0, taken - (now.ran - self._worker_before.ran)) if now.ran else 0.0

    def left(self, enough: float = math.inf) -> float:
        """Seconds until the limit; on a machine that is loaded there may be more once they are over.

        Args:
            enough: while at least these are left in any case, the kernel is not asked whether there are more.
        """
        least = self.seconds - self._wall()
        if least >= enough:
            return least
        return min(self.seconds - self.charge()[0], LOADED * self.seconds - self._wall())

    def _wall(self) -> float:
        return time.monotonic() - self._started

    def _queued(self, now: Used) -> float:
        """Seconds in which the worker waited for a processor, or we did once it had answered."""
        return now.queued - self._worker_before.queued + own().queued - self._own_before.queued
