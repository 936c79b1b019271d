"""Canvas: *Download Submissions*, one flat folder.

Source: `lib/content_zipper.rb` of instructure/canvas-lms. A file is `NAME[_LATE]_USER_FILE_WHAT`, the name in one word
and small letters; where names are hidden it is `[LATE_]anon_USER_FILE_WHAT`. A text is `..._text.html`, an address
`..._link.html`. A file that is handed in again gets `-1`, `-2` before its ending.
"""

import re
from collections import defaultdict
from pathlib import PurePosixPath

from autograder.collect.attempt import Asked, Attempt, Found, Item, Person
from autograder.collect.download import File, Listing

KNOWN = re.compile(
    r"(?P<name>\w+?)(?P<late>_(?:LATE|late))?_(?P<user>\d+)_(?:(?P<file>\d+)_(?P<what>.+)|(?:text|link)\.html)"
)
HIDDEN = re.compile(r"(?P<late>LATE_)?anon_(?P<user>[A-Za-z0-9]+)_(?:(?P<file>\d+)_(?P<what>.+)|(?:text|link)\.html)")
AGAIN = re.compile(r"(?P<stem>.+?)-(?P<number>\d{1,3})")


def recognise(listing: Listing, asked: Asked) -> Found | None:
    """Find the students of a download by Canvas."""
    by_person: dict[Person, list[tuple[re.Match[str], File]]] = defaultdict(list)
    over = list(listing.folders)
    for file in listing.loose:
        match = HIDDEN.fullmatch(file.path[0]) or KNOWN.fullmatch(file.path[0])
        if match:
            by_person[_person(match)].append((match, file))
        else:
            over.append(file.path[0])
    if not by_person:
        return None
    attempts = (one for person, own in by_person.items() for one in _attempts(listing, person, own))
    return Found("Canvas", tuple(attempts), tuple(over))


def _person(match: re.Match[str]) -> Person:
    name = match.groupdict().get("name") or f"anon {match['user']}"
    return Person(name, match["user"])


def _attempts(listing: Listing, person: Person, own: list[tuple[re.Match[str], File]]) -> list[Attempt]:
    """Make an attempt of all files that have the same number before their ending."""
    late = any(match["late"] for match, _ in own)
    numbered: dict[int, list[Item]] = defaultdict(list)
    for match, file in sorted(own, key=lambda pair: int(pair[0]["file"] or 0)):
        name, number = _without_number(match["what"] or file.path[0])
        numbered[number].append(Item((*listing.base, *file.path), (name,)))
    return [
        Attempt((person,), tuple(items), None, number, late, "Canvas says: late." if late else "")
        for number, items in sorted(numbered.items())
    ]


def _without_number(name: str) -> tuple[str, int]:
    path = PurePosixPath(name)
    again = AGAIN.fullmatch(path.stem)
    return (again["stem"] + path.suffix, int(again["number"])) if again else (name, 0)
