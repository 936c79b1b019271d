"""Choose the tasks for `unroll mutate`: those of lessons that changed since a commit, and a sample of the rest.

The current commit decides the sample, so everybody who has the commit can repeat the run.
"""

import hashlib
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course.model import Course, Lesson
from autograder.errors import CourseError

MAKERS = tuple(Path(__file__).resolve().with_name(name) for name in ("mutants.py", "swaps.py"))


@dataclass(frozen=True)
class Sample:
    """What is to be mutated, by address such as `sine/cell:rnn_cell`.

    Args:
        said: how it was chosen, in one line.
    """

    tasks: frozenset[str]
    said: str


def choose_sample(course: Course, lessons: Sequence[Lesson], since: str, count: int) -> Sample:
    """Choose the tasks of changed lessons, and as many others.

    Args:
        since: a revision of git; "" takes no lesson for changed.
        count: how many tasks are drawn of the lessons that have not changed.

    Raises:
        CourseError: the course is in no git repository, or there is no such revision.
    """
    commit = _git(course.root, "rev-parse", "HEAD")[0]
    changed = _changed(course.root, lessons, since) if since else []
    rest = [address for lesson in lessons if lesson not in changed for address in _addresses(lesson)]
    drawn = sorted(rest, key=lambda address: hashlib.sha256(f"{commit} {address}".encode()).digest())[:count]
    whole = [address for lesson in changed for address in _addresses(lesson)]
    why = f"{len(whole)} of lessons that changed since {since}, {len(drawn)}" if since else f"{len(drawn)}"
    return Sample(frozenset([*whole, *drawn]), f"{why} of {len(rest)} drawn by commit {commit[:12]}.")


def _addresses(lesson: Lesson) -> list[str]:
    return [lesson.address(task) for task in lesson.tasks]


def _changed(root: Path, lessons: Sequence[Lesson], since: str) -> list[Lesson]:
    """List the lessons with a file that is changed or new; all lessons, if the code that makes mutants has changed."""
    top = Path(_git(root, "rev-parse", "--show-toplevel")[0]).resolve()
    known = _git(root, "diff", "--name-only", "-z", "--end-of-options", since, "--")
    new = _git(top, "ls-files", "--others", "--exclude-standard", "-z")
    files = [top / name for name in (*known, *new) if "__pycache__" not in Path(name).parts]
    if any(file in MAKERS for file in files):
        return list(lessons)
    return [lesson for lesson in lessons if any(lesson.folder.resolve() in file.parents for file in files)]


def _git(where: Path, *command: str) -> list[str]:
    """Run git and return its lines, or with `-z` its names."""
    try:
        done = subprocess.run(["git", "-C", str(where), *command], capture_output=True, text=True)
    except OSError as error:
        raise CourseError(
            f"git cannot be started: {error.strerror}. Run without --changed-since and --sample."
        ) from None
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"status {done.returncode}"]
        raise CourseError(f"git {command[0]} in {where}: {said[0]} Name a commit that is there, or run without it.")
    return [name for name in done.stdout.split("\0" if "-z" in command else "\n") if name]
