"""Folders that are shared: Google Drive (Forms and Classroom) and Microsoft Teams.

- Google Forms names what is uploaded `WHAT - NAME.py`, in a folder `... (File responses)`. Google Classroom's folder
  has `NAME - WHAT.py`, or a folder for each student.
- Teams synchronises `Student Work/Submitted files/NAME/ASSIGNMENT/Version 2/WHAT` (older: without a version, or its
  number alone). `Working files` is what is not handed in.
"""

import re
from collections import defaultdict
from pathlib import PurePosixPath

from autograder.collect.attempt import Asked, Attempt, Found, Item, Person, the_one
from autograder.collect.download import Listing

SUBMITTED = "submitted files"
VERSION = re.compile(r"(?:\w+\s*)?(?<!\d)(\d{1,3})")  # "Version" is written in the school's language
AGAIN = re.compile(r"(?P<name>.+?) \((?P<number>\d{1,3})\)")
RESPONSES = re.compile(r".*\(File responses\).*", re.IGNORECASE)
TWO = " - "


def recognise_teams(listing: Listing, asked: Asked) -> Found | None:
    """Find the hand-ins of a library of Teams."""
    if listing.name.lower() != SUBMITTED:
        inner = next((name for name in listing.folders if name.lower() == SUBMITTED), "")
        return recognise_teams(listing.below(inner), asked) if inner else None
    there = {one.path[1] for one in listing.files if len(one.path) == 2 and one.kind == "folder"}
    wanted = the_one({name for name in there if not VERSION.fullmatch(name)}, asked.only)
    attempts = [one for name in listing.folders for one in _versions(listing, name, wanted)]
    return Found("Microsoft Teams", tuple(attempts), tuple(one.path[0] for one in listing.loose))


def _versions(listing: Listing, name: str, wanted: str) -> list[Attempt]:
    numbered: dict[int, list[Item]] = defaultdict(list)
    for file in listing.folders[name]:
        if wanted and file.path[1] != wanted:
            continue
        inner = file.path[2:] if wanted else file.path[1:]
        match = VERSION.fullmatch(inner[0]) if len(inner) > 1 else None
        number, target = (int(match[1]), inner[1:]) if match else (0, inner)
        numbered[number].append(Item((*listing.base, *file.path), target))
    person = (Person(name),)
    return [Attempt(person, tuple(items), None, number) for number, items in numbered.items()] or [Attempt(person, ())]


def recognise_drive(listing: Listing, asked: Asked) -> Found | None:
    """Find the hand-ins of a folder of Google Drive, in which names stand in the files' names."""
    forms = bool(RESPONSES.fullmatch(listing.name)) or any(RESPONSES.fullmatch(name) for name in listing.folders)
    files = [one for one in listing.files if one.kind != "folder"] if forms else list(listing.loose)
    parted = {one: PurePosixPath(one.path[-1]).stem.split(TWO) for one in files}
    named = {one: parts for one, parts in parted.items() if len(parts) > 1}
    if not named or len(named) < len(files) / 2 or (not forms and len(named) < 2):
        return None
    by_name: dict[tuple[str, int], list[Item]] = defaultdict(list)
    last = forms or _is_last(list(named.values()))
    for file, parts in named.items():
        who, what = (parts[-1], TWO.join(parts[:-1])) if last else (parts[0], TWO.join(parts[1:]))
        target = what.strip() + PurePosixPath(file.path[-1]).suffix
        again = AGAIN.fullmatch(who.strip())
        key = (again["name"], int(again["number"])) if again else (who.strip(), 0)
        by_name[key].append(Item((*listing.base, *file.path), (target,)))
    over = [name for name in listing.folders if not forms] + [one.path[-1] for one in files if one not in named]
    attempts = (Attempt((Person(who),), tuple(items), None, number) for (who, number), items in by_name.items())
    return Found("Google Drive", tuple(attempts), tuple(over))


def _is_last(parted: list[list[str]]) -> bool:
    """Say whether the people stand behind: a class has fewer names of files than names of people, who have spaces."""
    first, last = {parts[0] for parts in parted}, {parts[-1] for parts in parted}
    spaced = sum(" " in name.strip() for name in first), sum(" " in name.strip() for name in last)
    if spaced[0] != spaced[1]:
        return spaced[1] > spaced[0]
    return len(last) > len(first)
