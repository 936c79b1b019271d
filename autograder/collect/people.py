"""Put the attempts of one student together, and give each student a name and a folder."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from autograder.collect.attempt import Attempt, Person
from autograder.collect.roster import Entry, match
from autograder.intake.names import DEVICES, KIT, name_key, printable_name
from autograder.text.clean import BLANK, INVISIBLE

LONGEST_BYTES = 120
LATEST = datetime.max.replace(tzinfo=UTC)  # it may be the newest
FORBIDDEN = set('<>:"/\\|?*')


@dataclass(frozen=True)
class Student:
    """A student with all attempts, the newest last.

    Args:
        name: what stands in tables, unique in the class.
        folder: the name on disk, readable in any script and safe on every file system.
        entry: the line of the roster, or None where there is none.
    """

    name: str
    folder: str
    person: Person
    attempts: tuple[Attempt, ...] = ()
    entry: Entry | None = None


def students(attempts: Iterable[Attempt], roster: Sequence[Entry]) -> list[Student]:
    """Make a student of everybody who handed in or is on the roster, in the order of their names."""
    own: dict[Person, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        for person in dict.fromkeys(attempt.people):
            own[person].append(attempt)
    known = match(own, roster)
    grouped: dict[Person, list[Attempt]] = defaultdict(list)
    entries: dict[Person, Entry] = {}
    for person, theirs in own.items():
        entry = known.get(person)
        who = _with_what_is_known(entry.person, person) if entry else person
        who = next((one for one, other in entries.items() if entry is not None and other is entry), who)
        grouped[who] += theirs
        if entry:
            entries[who] = entry
    matched = {id(entry) for entry in entries.values()}
    for entry in roster:
        if id(entry) not in matched:
            grouped.setdefault(entry.person, [])
            entries[entry.person] = entry
    return _named(
        [(person, tuple(sorted(theirs, key=order_of)), entries.get(person)) for person, theirs in grouped.items()]
    )


def _with_what_is_known(entry: Person, person: Person) -> Person:
    return replace(entry, id=entry.id or person.id, email=entry.email or person.email)


def order_of(attempt: Attempt) -> tuple[datetime, int]:
    """Return what the attempts of a student are sorted by."""
    return attempt.when or LATEST, attempt.order


def newest_of(attempts: Sequence[Attempt]) -> tuple[Attempt, ...]:
    """Return the last of the attempts that stand in order, and those that may as well be the newest."""
    known = [one for one in attempts if one.when is not None]
    unknown = [one for one in attempts if one.when is None]
    if known and unknown:
        return (*(one for one in known if order_of(one) == order_of(known[-1])), *unknown)
    return tuple(one for one in attempts if order_of(one) == order_of(attempts[-1]))


def _named(found: list[tuple[Person, tuple[Attempt, ...], Entry | None]]) -> list[Student]:
    """Give each a name of their own: those who share one get their id behind it."""
    same = Counter(name_key(safe_name(person.name)) for person, _, _ in found)
    taken: set[str] = set()
    result = []
    for person, attempts, entry in sorted(found, key=lambda one: (name_key(one[0].name), one[0].id)):
        shared = same[name_key(safe_name(person.name))] > 1
        name = f"{person.name} ({person.id})" if shared and person.id else person.name
        folder = _free(safe_name(name), taken)
        taken.add(name_key(folder))
        name = name if safe_name(name) == folder else folder
        result.append(Student(name, folder, person, attempts, entry))
    return result


def _free(folder: str, taken: set[str], number: int = 2) -> str:
    if name_key(folder) not in taken:
        return folder
    if name_key(f"{folder} ({number})") not in taken:
        return f"{folder} ({number})"
    return _free(folder, taken, number + 1)


def safe_name(name: str, otherwise: str = "student") -> str:
    """Write a name so that every file system takes it: letters of any script stay, and spaces between them.

    Args:
        otherwise: what stands for a name of which nothing is left.
    """
    composed = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    kept = "".join("_" if one in FORBIDDEN or _is_unseen(one) else one for one in composed)
    kept = re.sub(r"\s+", " ", kept).strip(" ").rstrip(". ").lstrip(".-~ ")
    while len(kept.encode()) > LONGEST_BYTES:
        kept = kept[:-1].rstrip(". ")
    key = name_key(unicodedata.normalize("NFKC", kept))  # Windows takes COM¹ for COM1
    if key in KIT or key.split(".")[0].strip() in DEVICES:
        kept = f"_{kept}"
    return kept or otherwise


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in INVISIBLE or ord(character) in BLANK


def shown(student: Student) -> str:
    """Name a student on one line."""
    return printable_name(student.name)
