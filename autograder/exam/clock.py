"""What is left of a hand-in's and a lesson's seconds."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import dropwhile

from autograder.errors import WorkerTimeout
from autograder.isolation.limits import Limits

KEPT_TIMES, KEPT_LEAST = 4.0, 0.25
KEPT_PART = 1 / 3
ASLEEP_SECONDS = 0.3
ASIDE_SECONDS = 6.0
PUBLIC_SECONDS = 4.0


@dataclass(frozen=True)
class Budget:
    """The seconds of one hand-in.

    Args:
        seconds: for all its tasks.
        why: where that number comes from, or "".
        kept: seconds that the tasks before must leave for a task, by its address, in the order of the exam.
    """

    seconds: float
    why: str = ""
    kept: Mapping[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"The {self.seconds:g} s of this hand-in are used up{self.why}."


def budget_for(limits: Limits, needs: Mapping[str, float]) -> Budget:
    """Make the budget of every hand-in out of what right answers need here.

    Args:
        needs: the seconds that the right answer of each task takes, by its address, in the order of the exam.
    """
    times, least = limits.hand_in_times, limits.hand_in_least_seconds
    seconds = min(limits.hand_in_seconds, max(least, math.ceil(times * sum(needs.values()))))
    why = f" ({times:g} times what right answers take, at least {least:g} s)"
    kept = {address: max(KEPT_LEAST, KEPT_TIMES * need) for address, need in needs.items()}
    part = min(1.0, KEPT_PART * seconds / sum(kept.values())) if kept else 1.0
    return Budget(seconds, why, {address: part * one for address, one in kept.items()})


class Clock:
    """Counts the seconds of one hand-in.

    Args:
        budget: its seconds; without one it has those of the limits.
        asleep: called once, where its code lets time pass without computing.
    """

    def __init__(self, limits: Limits, budget: Budget | None = None, asleep: Callable[[], None] | None = None) -> None:
        self._limits = limits
        self._budget = budget or Budget(limits.hand_in_seconds)
        self._kept = dict(self._budget.kept)
        self._lesson = limits.lesson_seconds
        self._asleep = asleep
        self._idle = 0.0
        self.spent = 0.0

    @cached_property
    def aside(self) -> "Clock":
        """The seconds of a hand-in for what costs no marks; they are few, and taken from nothing else."""
        return Clock(self._limits, Budget(ASIDE_SECONDS))

    @cached_property
    def for_public(self) -> "Clock":
        """The seconds of a hand-in for public checks that show what is wrong; they cost no marks either."""
        return Clock(self._limits, Budget(PUBLIC_SECONDS))

    def next_lesson(self) -> None:
        """Give the next lesson its own seconds."""
        self._lesson = self._limits.lesson_seconds

    def next_task(self, address: str) -> None:
        """Let a task have what was kept for it and for those before it."""
        if address in self._kept:
            later = list(dropwhile(lambda other: other != address, self._kept))[1:]
            self._kept = {other: self._kept[other] for other in later}

    def remains(self) -> float:
        """Seconds that the task may still take."""
        return min(self._lesson, self._of_hand_in())

    def left(self) -> float:
        """Seconds that the next call may take.

        Raises:
            WorkerTimeout: nothing is left.
        """
        if self._of_hand_in() <= 0:
            raise WorkerTimeout(str(self._budget))
        if self._lesson <= 0:
            raise WorkerTimeout(f"The {self._limits.lesson_seconds:g} s of this lesson are used up.")
        return min(self._limits.call_seconds, self.remains())

    def spend(self, seconds: float, idle: float = 0.0) -> None:
        """Take seconds off both.

        Args:
            idle: those of them in which nothing was computed.
        """
        self.spent += seconds
        self._lesson -= seconds
        self._idle += idle

    def wait(self, idle: float) -> None:
        """Note that a call goes on, which has computed nothing for some seconds."""
        if self._asleep is not None and self._idle + idle > ASLEEP_SECONDS:
            asleep, self._asleep = self._asleep, None
            asleep()

    def _of_hand_in(self) -> float:
        return self._budget.seconds - self.spent - sum(self._kept.values())
