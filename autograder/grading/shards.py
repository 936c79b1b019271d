"""`unroll grade --shard 3/8`: one part of a class. OUT/.shard.json keeps what `unroll merge` needs beside the reports.

Every job finds the whole class and comes to the same parts. The students are put in the order of a digest of their
names and cut into blocks. So no two parts differ by more than one student, and a late hand-in moves few others.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from autograder.errors import UsageError
from autograder.intake import Student
from autograder.text.clean import as_text, one_line
from autograder.text.files import write_atomically
from autograder.text.ours import NOBODY_ELSE, read_own

FILE, VERSION = ".shard.json", 1
RUN, KEY = "run.json", "shard"
WRITTEN = re.compile(r"(\d{1,6})/(\d{1,6})", re.ASCII)
NO_SHARD = "--shard: '{text}' is no part of a class. Give its number, from 1, and how many there are, such as 3/8."
NO_SEED = "--shard needs --seed SECRET, the same for all shards: each would ask other hidden inputs otherwise."
HOLDS = "{out} holds {there}, and this run would write {wanted}. Choose another folder with -o."
WHOLE = "a whole class"
CROOKED = "--shard grades all hand-ins of a part. Leave --student and --task out."


@dataclass(frozen=True)
class Shard:
    """One of several parts of a class, counted from 1."""

    number: int
    count: int

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def part(self, students: Sequence[Student]) -> list[Student]:
        """Return the students of this part, in the order of the class."""
        ordered = sorted(students, key=lambda one: (_digest(one.student), one.folder))
        first, last = ((number * len(ordered)) // self.count for number in (self.number - 1, self.number))
        own = {one.folder for one in ordered[first:last]}
        return [one for one in students if one.folder in own]


def _digest(name: str) -> bytes:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()


def read_shard(text: str) -> Shard:
    """Read what `str` of a shard makes.

    Raises:
        UsageError: it is something else.
    """
    found = WRITTEN.fullmatch(text)
    shard = Shard(*map(int, found.groups())) if found else Shard(0, 0)
    if not 1 <= shard.number <= shard.count:
        raise UsageError(NO_SHARD.format(text=one_line(text, 40)))
    return shard


def check_shard(out: Path, wanted: str) -> None:
    """Refuse to mix parts of a class, or a part and a whole, in one folder.

    Args:
        wanted: the shard as `str` writes it; "" for a whole class.

    Raises:
        UsageError: OUT holds another one.
    """
    try:
        there = str(json.loads(read_own(out / RUN)).get(KEY, ""))
    except (FileNotFoundError, ValueError, AttributeError, RecursionError):
        return
    if there != wanted:
        raise UsageError(HOLDS.format(out=out, there=_said(there), wanted=_said(wanted)))


def _said(shard: str) -> str:
    return f"shard {one_line(shard, 20)}" if shard else WHOLE


@dataclass(frozen=True)
class Part:
    """What a part of a class is a part of, with what no report of it says.

    Args:
        course: SHA-256 of course.toml.
        students: the whole class in its order: each name, and the folder of the report.
        codes: the digests of the code of each lesson of this part, by the folder.
        people: id, name and e-mail elsewhere of those of this part, likewise.
        loose: names of what looks like work and is no student's.
    """

    shard: Shard
    course: str
    students: tuple[tuple[str, str], ...]
    codes: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    people: Mapping[str, Sequence[str]] = field(default_factory=dict)
    loose: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read what `keep_part` wrote.

        Raises:
            ValueError, LookupError, TypeError, AttributeError: it is something else.
        """
        students = tuple((as_text(name), as_text(folder)) for name, folder in data["students"])
        codes = {
            as_text(folder): {as_text(lesson): tuple(map(as_text, some)) for lesson, some in own.items()}
            for folder, own in data["codes"].items()
        }
        people = {as_text(folder): tuple(map(as_text, who)) for folder, who in data["people"].items()}
        if any(len(who) != 3 for who in people.values()):
            raise ValueError("nobody has so many names")
        shard = Shard(int(data["shard"]["number"]), int(data["shard"]["count"]))
        return cls(shard, as_text(data["course"]), students, codes, people, tuple(map(as_text, data["loose"])))


def forget_part(out: Path) -> None:
    """Take away what an earlier run kept: until this one has ended, its reports are no whole part."""
    (out / FILE).unlink(missing_ok=True)


def keep_part(out: Path, part: Part) -> None:
    """Keep a part that was graded to its end.

    Raises:
        GradingError: OUT cannot be written.
    """
    text = json.dumps({"version": VERSION, **asdict(part)}, indent=0)
    write_atomically(out / FILE, text + "\n", mode=NOBODY_ELSE)


def read_part(out: Path) -> Part | None:
    """Read what `keep_part` kept; None where there is nothing that can be used."""
    try:
        data = json.loads(read_own(out / FILE))
        return Part.from_json(data) if data["version"] == VERSION else None
    except (OSError, UsageError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
