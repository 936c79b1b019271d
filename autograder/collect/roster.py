"""A roster: who is in the class, read from a table as Canvas, Moodle or nbgrader export it."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.collect.attempt import Person
from autograder.errors import UsageError
from autograder.intake.names import printable_name

MOST_BYTES = 20 << 20
# In the order in which they are believed; the first that is there is the student's id in tables.
IDS = (
    "sis login id",
    "login id",
    "login",
    "username",
    "user name",
    "student id",
    "id number",
    "sis user id",
    "orgdefinedid",
    "sid",
    "id",
    "identifier",
    "학번",
    "matrikelnummer",
)
NAMES = ("student", "student name", "full name", "name", "display name", "이름", "성명", "姓名", "氏名")
FIRST = ("first name", "firstname", "given name", "vorname")
LAST = ("last name", "lastname", "surname", "family name", "nachname")
EMAILS = ("email", "e mail", "email address", "e mail address", "mail", "이메일", "e mail adresse")
DUE = ("extension", "due", "deadline")
SUBMITTED = ("last modified (submission)",)
NOBODY = ("points possible", "student, test", "test student")


@dataclass(frozen=True)
class Entry:
    """One student of a roster.

    Args:
        ids: all that the tables call them, in small letters.
        due: their own deadline, as written, or "".
        submitted: when the platform has their hand-in, as written, or "".
    """

    person: Person
    ids: frozenset[str] = frozenset()
    due: str = ""
    submitted: str = ""


def read_roster(path: Path) -> list[Entry]:
    """Read a table of students.

    Raises:
        UsageError: it cannot be read, or no column says who they are.
    """
    rows = [row for row in _rows(path) if any(cell.strip() for cell in row)]
    if not rows:
        raise UsageError(f"{path}: the table is empty. Export the roster once more.")
    columns = [_title(cell) for cell in rows[0]]
    if not {*IDS, *NAMES, *LAST, *EMAILS} & set(columns):
        shown = ", ".join(printable_name(cell) for cell in rows[0][:6])
        raise UsageError(f"{path}: no column is named as an id, a name or an e-mail. Its first line is: {shown}.")
    entries = [_entry(columns, row) for row in rows[1:]]
    return [one for one in entries if one.person.name and not one.person.name.lower().startswith(NOBODY)]


def _rows(path: Path) -> list[list[str]]:
    try:
        data = path.read_bytes()[: MOST_BYTES + 1]
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        return [row for _, row in split_rows(text)]
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}. Give the roster's file.") from None
    except (UnicodeDecodeError, csv.Error):
        raise UsageError(f"{path}: this is no CSV in UTF-8. Save the table as CSV in UTF-8.") from None


def split_rows(text: str) -> list[tuple[int, list[str]]]:
    """Split a table at commas, semicolons or tabs, whichever its first line has most of; number the lines from 1.

    Raises:
        csv.Error: it is no such table.
    """
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader, rows, first = csv.reader(text.splitlines(), delimiter=delimiter), [], 1
    for row in reader:
        rows.append((first, row))
        first = reader.line_num + 1
    return rows


def _title(cell: str) -> str:
    return re.sub(r"[\s_-]+", " ", cell.strip().strip("\ufeff").lower())


def _entry(columns: Sequence[str], row: Sequence[str]) -> Entry:
    cells = {title: cell.strip() for title, cell in zip(columns, row, strict=False) if cell.strip()}
    ids = [cells[title].removeprefix("Participant ") for title in IDS if title in cells]
    email = _first(cells, EMAILS)
    name = " ".join(filter(None, (_first(cells, FIRST), _first(cells, LAST)))) or _first(cells, NAMES)
    person = Person(name or (ids[0] if ids else email), ids[0] if ids else email, email)
    known = frozenset(one.casefold() for one in (*ids, email, email.partition("@")[0]) if one)
    return Entry(person, known, _first(cells, DUE), _first(cells, SUBMITTED))


def _first(cells: dict[str, str], titles: Sequence[str]) -> str:
    return next((cells[title] for title in titles if title in cells), "")


def match(people: Iterable[Person], roster: Sequence[Entry]) -> dict[Person, Entry]:
    """Find people in a roster, by id, then by e-mail, then by name; whoever is not clear is left out."""
    found: dict[Person, Entry] = {}
    by_name: dict[int, list[Person]] = {}
    ids, names = _numbered(one.ids for one in roster), _numbered(name_forms(one.person.name) for one in roster)
    for person in people:
        entry = _only(ids, {one.casefold() for one in (person.id, person.email) if one})
        if entry is not None:
            found[person] = roster[entry]
        elif (named := _only(names, name_forms(person.name))) is not None:
            by_name.setdefault(named, []).append(person)
    taken = {id(entry) for entry in found.values()}
    for number, same in by_name.items():  # two people of one name are not one person
        if len(same) == 1 and id(roster[number]) not in taken:
            found[same[0]] = roster[number]
    return found


def _numbered(texts: Iterable[Iterable[str]]) -> dict[str, list[int]]:
    """Say of each text which entries have it; a look at every entry for every person takes minutes in a large class."""
    found: dict[str, list[int]] = {}
    for number, some in enumerate(texts):
        for one in some:
            found.setdefault(one, []).append(number)
    return found


def _only(numbers: Mapping[str, Sequence[int]], wanted: Iterable[str]) -> int | None:
    """Return the entry that has one of some texts; None where none has, or several have."""
    having = {number for one in wanted for number in numbers.get(one, ())}
    return having.pop() if len(having) == 1 else None


def name_forms(name: str) -> frozenset[str]:
    """Write a name in the ways that platforms do: `Doe, Jane`, `Jane Doe` and `doejane` have one form in common."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    last, comma, first = plain.partition(",")
    words = _words(f"{first} {last}" if comma else plain)
    turned = [words[-1:] + words[:-1], words, words[1:] + words[:1]]
    return frozenset("".join(form) for form in turned if form)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.replace("_", " "))
