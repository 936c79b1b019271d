"""Graders by turns: each grades a small and a large class, and says what it found."""

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from peers.agreement import Verdicts
from peers.grader import Grader, Job
from peers.hand_ins import HandIn
from peers.spent import Failed


@dataclass(frozen=True)
class Turn:
    """One grader in one round, with its small and its large class."""

    grader: Grader
    place: Path
    few: Sequence[HandIn]
    many: Sequence[HandIn]

    def prepare(self, job: Job) -> None:
        """Write both classes; this is not measured."""
        few, many = self.place / "few", self.place / "many"
        few.mkdir(parents=True)
        self.grader.set_up(few, job)
        shutil.copytree(few, many)
        for place, hand_ins in ((few, self.few), (many, self.many)):
            for one in hand_ins:
                self.grader.hand_in(place, job, one)

    def grade(self, job: Job) -> tuple[float, float]:
        """Grade both classes; return the CPU of each."""
        small = self.grader.grade(self.place / "few", job, self.few)
        return small, self.grader.grade(self.place / "many", job, self.many)

    def verdicts(self, job: Job) -> Verdicts:
        """Read the verdicts of the large class."""
        found = ((one.student, self.grader.passed(self.place / "many", job, one)) for one in self.many)
        return {(student, task): passed for student, tasks in found for task, passed in tasks.items()}


@dataclass(frozen=True)
class Taken:
    """What came of all turns so far, by the name of the grader.

    Args:
        pairs: the CPU of the small and of the large class, once a round.
        verdicts: those of the last round.
        failed: why a grader has no more turns.
    """

    pairs: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    verdicts: dict[str, Verdicts] = field(default_factory=dict)
    failed: dict[str, Failed] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Say whether a grader has ended a turn."""
        return name in self.pairs

    def take(self, job: Job, turn: Turn) -> None:
        """Let one grader grade; one that has failed is left alone."""
        name = turn.grader.name
        if name in self.failed:
            return
        try:
            turn.prepare(job)
            pair = turn.grade(job)
            self.verdicts[name] = turn.verdicts(job)
        except Failed as failed:
            self.failed[name] = failed
            say(f"  {name}: {failed}")
            return
        self.pairs.setdefault(name, []).append(pair)
        say(f"  {name}: {len(turn.few)} and {len(turn.many)} hand-ins, {pair[0]:.1f} and {pair[1]:.1f} s")


def say(line: str) -> None:
    """Say how far it is; what is measured is printed elsewhere."""
    print(line, file=sys.stderr, flush=True)
