"""Causes by frequency: what the class did wrong, how many, how many points, and what to say about it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from autograder.reports.class_page.entry import Entry, Loss

COUNTED = ("failed", "rejected")
STOPPED = ("crashed", "timeout", "overflow")


@dataclass
class Cause:
    """Something that several did wrong.

    Args:
        mistake: the id of the known mistake, or "".
        says: the sentence to say in class: the mistake's, or what was found.
        tasks: where it was seen, such as `cell:rnn_cell`.
        students: who is concerned, in the order of the class.
        points: what it cost all of them together.
        line: a wrong line of one of them, or "".
    """

    mistake: str
    says: str
    outcome: str
    tasks: dict[str, None] = field(default_factory=dict)
    students: dict[str, None] = field(default_factory=dict)
    points: float = 0.0
    line: str = ""

    def add(self, student: str, loss: Loss) -> None:
        """Count one task of one student."""
        self.tasks[f"{loss.lesson.rpartition('/')[2]}:{loss.task}"] = None
        self.students[student] = None
        self.points += loss.points
        self.line = self.line or loss.line


def causes(entries: Iterable[Entry], outcomes: Iterable[str] = COUNTED) -> list[Cause]:
    """Group what was lost by the known mistake, else by what was found in which task; the most frequent first."""
    found: dict[tuple[str, ...], Cause] = {}
    wanted = frozenset(outcomes)
    for entry in entries:
        for loss in entry.losses:
            if loss.outcome in wanted:
                cause = found.setdefault(_key(loss), Cause(loss.mistake, loss.cause or loss.fact, loss.outcome))
                cause.add(entry.student, loss)
    return sorted(found.values(), key=lambda one: (-len(one.students), -one.points))


def _key(loss: Loss) -> tuple[str, ...]:
    if loss.mistake and loss.cause:
        return loss.mistake, loss.cause
    return "", loss.lesson, loss.task, loss.outcome, loss.kind
