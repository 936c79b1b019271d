"""A class that `unroll grade` has written: the results of its students, and who they are elsewhere."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.collect.attempt import Person
from autograder.collect.roster import Entry, match
from autograder.errors import UsageError
from autograder.exam.results import HandInResult
from autograder.reports.marks import Identity, read_people
from autograder.reports.record import read_student
from autograder.text.clean import one_line
from autograder.text.ours import read_own


@dataclass(frozen=True)
class Graded:
    """One student.

    Args:
        result: None where the record cannot be used.
    """

    student: str
    folder: str
    who: Identity
    result: HandInResult | None


@dataclass(frozen=True)
class GradedClass:
    """A class in OUT, in the order of its table."""

    out: Path
    assignment: str
    students: tuple[Graded, ...]


def read_class(out: Path, roster: Sequence[Entry] = ()) -> GradedClass:
    """Read a class; what a roster says of a student stands for what was known when they were graded.

    Raises:
        UsageError: OUT is no folder of `unroll grade`, or its table was written anew by another program.
    """
    assignment, rows = _assignment(out), read_people(out)
    known = _from_roster(rows, roster)
    students = [
        Graded(
            row["student"],
            row["folder"],
            known.get(row["folder"]) or Identity(row["id"], row["name"], row["email"]),
            read_student(out, row["folder"]) if Path(row["folder"]).name == row["folder"] else None,
        )
        for row in rows
    ]
    return GradedClass(out, assignment, tuple(students))


def _assignment(out: Path) -> str:
    try:
        return str(json.loads(read_own(out / "run.json", private=False))["assignment"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise UsageError(f"{out}: there is no run.json of `unroll grade` here. Give the folder of its -o.") from None


def _from_roster(rows: Sequence[dict[str, str]], roster: Sequence[Entry]) -> dict[str, Identity]:
    people = {Person(row["name"] or row["student"], row["id"] or row["student"], row["email"]): row for row in rows}
    found = match(people, roster)
    return {
        people[person]["folder"]: Identity(entry.person.id, entry.person.name, entry.person.email)
        for person, entry in found.items()
    }


def some(names: Sequence[str]) -> str:
    """Name at most ten."""
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return ", ".join(one_line(name, 60) for name in names[:10]) + more
