"""What the graders that are compared have in common."""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from autograder.course.model import Lesson
from peers.checks import ROOT, Check
from peers.environments import Environment, own_folders
from peers.hand_ins import HandIn


@dataclass(frozen=True)
class Job:
    """What is to be graded.

    Args:
        lessons: those of one assignment.
        checks: all of theirs.
        helpers: the folder that `write_checks` has written.
        environments: those of the graders, by name; "" is that of the kit.
    """

    lessons: tuple[Lesson, ...]
    checks: tuple[Check, ...]
    helpers: Path
    environments: Mapping[str, Environment]

    @property
    def assignment(self) -> str:
        return self.lessons[0].assignment

    def python(self, environment: str) -> Path:
        """Return the Python of a grader."""
        return self.environments[environment].python

    def variables(self, environment: str, **more: str) -> dict[str, str]:
        """Return the environment variables of a grader's commands."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PYTHON"))}
        path = f"{self.python(environment).parent}{os.pathsep}{kept['PATH']}"
        given = {"OMP_NUM_THREADS": "1", "NO_COLOR": "1", "MPLBACKEND": "Agg", "PATH": path}
        place = self.environments[environment].place
        own = own_folders(place) if place else {}
        return {**kept, **given, "PYTHONPATH": str(self.helpers if environment else ROOT), **own, **more}


class Grader(Protocol):
    """One of those that are compared.

    Args:
        environment: the name of its environment; "" for the kit's.
        few: the size of a small class, whose cost is nearly all start-up; 0 where each hand-in is a process of its own.
    """

    name: str
    environment: str
    few: int

    def set_up(self, place: Path, job: Job) -> None:
        """Write what the grader needs for the assignment into an empty folder."""

    def hand_in(self, place: Path, job: Job, hand_in: HandIn) -> None:
        """Write one hand-in in the grader's own format."""

    def grade(self, place: Path, job: Job, hand_ins: Sequence[HandIn]) -> float:
        """Grade the class; return the CPU."""

    def passed(self, place: Path, job: Job, hand_in: HandIn) -> dict[str, bool]:
        """Say of each task of a hand-in whether all of its checks passed, as `lesson:task`."""


def by_task(checks: Sequence[Check], passed: Collection[tuple[str, str]]) -> dict[str, bool]:
    """Say of each task whether all of its checks are among those that passed, as (lesson, name)."""
    found: dict[str, bool] = {}
    for check in checks:
        task = f"{check.lesson}:{check.task}"
        found[task] = found.get(task, True) and (check.lesson, check.name) in passed
    return found
