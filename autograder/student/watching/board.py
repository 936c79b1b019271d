"""What `unroll watch` knows: all tasks in order, what was found of each, and which one the student is at."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from autograder.student.exercises import Spot
from autograder.student.verdict import Verdict
from autograder.student.watching.checker import Job


@dataclass
class Board:
    """All tasks, in order.

    Args:
        passing: the addresses of the tasks that are known to pass, from an earlier time too.
        old: the addresses of the tasks that are to be checked again, so that what is known of them is old.
        at: the index of the current one.
        is_chosen: the student has chosen it; else it is the first that is not known to pass.
    """

    spots: list[Spot]
    passing: set[str] = field(default_factory=set)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    old: set[str] = field(default_factory=set)
    at: int = 0
    is_chosen: bool = False

    def __post_init__(self) -> None:
        self._settle()

    @property
    def current(self) -> Spot:
        return self.spots[self.at]

    @property
    def verdict(self) -> Verdict | None:
        """What is known of the current task."""
        return self.verdicts.get(self.current.address)

    @property
    def all_pass(self) -> bool:
        return len(self.passing) == len(self.spots)

    def passes(self, spot: Spot) -> bool:
        """Tell whether a task is known to pass."""
        return spot.address in self.passing

    def add(self, verdict: Verdict) -> None:
        """Take in what was found of one task."""
        self.verdicts[verdict.address] = verdict
        self.old.discard(verdict.address)
        (self.passing.add if verdict.passes else self.passing.discard)(verdict.address)
        self._settle()

    def outdate(self, jobs: Sequence[Job]) -> None:
        """Call old what is known of the tasks of some lessons, until each has a new verdict."""
        addresses = {job.lesson.address(task) for job in jobs for task in job.tasks}
        self.old |= addresses & {*self.verdicts, *self.passing}

    def _settle(self) -> None:
        if not self.is_chosen:
            self.at = next((i for i, spot in enumerate(self.spots) if not self.passes(spot)), 0)

    def choose(self, at: int) -> None:
        """Make another task the current one."""
        self.at, self.is_chosen = at, True

    def next(self) -> bool:
        """Go to the next task that does not pass, from the current one on and round; say whether there is one."""
        count = len(self.spots)
        for index in (i % count for i in range(self.at + 1, self.at + count)):
            if not self.passes(self.spots[index]):
                self.choose(index)
                return True
        return False

    def follow(self, lesson: str) -> None:
        """Go where the student works: to a lesson just saved, at its first task that does not pass."""
        if self.current.key == lesson:
            self.is_chosen = True
            return
        there = [index for index, spot in enumerate(self.spots) if spot.key == lesson]
        self.choose(next((index for index in there if not self.passes(self.spots[index])), there[0]))

    def siblings(self) -> list[Spot]:
        """List the tasks of the current lesson."""
        return [spot for spot in self.spots if spot.key == self.current.key]

    def job(self, lesson: str) -> Job:
        """Plan the check of a lesson: first the tasks that failed, and in each the test that did."""
        spots = [spot for spot in self.spots if spot.key == lesson]
        spots.sort(key=lambda spot: (not self._failed(spot), spot != self.current))
        tests = frozenset(verdict.test for spot in spots if (verdict := self.verdicts.get(spot.address)))
        return Job(spots[0].exercises, spots[0].lesson, tuple(spot.task for spot in spots), tests)

    def jobs(self) -> list[Job]:
        """Plan the check of all lessons, the current one first."""
        keys = list(dict.fromkeys(spot.key for spot in self.spots))
        keys.sort(key=lambda key: key != self.current.key)
        return [self.job(key) for key in keys]

    def _failed(self, spot: Spot) -> bool:
        verdict = self.verdicts.get(spot.address)
        return verdict is not None and not verdict.passes and not verdict.is_unwritten
