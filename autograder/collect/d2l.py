"""D2L Brightspace: *Download submissions*, a folder for each attempt, or flat.

A folder is `COURSE-DROPBOX - NAME - Sep 24, 2024 926 PM`: the numbers are the same for the whole class. Beside the
folders stands an `index.html` of the platform's.
"""

import re
from collections import defaultdict
from datetime import datetime

from autograder.collect.attempt import Asked, Attempt, Found, Item, Person
from autograder.collect.download import Listing
from autograder.course.times import moment

FOLDER = re.compile(r"\d+-\d+ - (?P<name>.+?) - (?P<when>\w[\w ,.]*\d{4}[\w ,.\u202f]*)")
FLAT = re.compile(FOLDER.pattern + " - (?P<file>.+)")


def recognise(listing: Listing, asked: Asked) -> Found | None:
    """Find the attempts of a download by Brightspace."""
    attempts: dict[tuple[str, str], list[Item]] = defaultdict(list)
    over = []
    for name, files in listing.folders.items():
        if match := FOLDER.fullmatch(name):
            items = [Item((*listing.base, *one.path), one.path[1:]) for one in files]
            attempts[match["name"], match["when"]] += items
        else:
            over.append(name)
    for file in listing.loose:
        if match := FLAT.fullmatch(file.path[0]):
            attempts[match["name"], match["when"]].append(Item((*listing.base, *file.path), (match["file"],)))
        elif file.path[0] != "index.html":
            over.append(file.path[0])
    if not attempts:
        return None
    found = [_attempt(name, moment(when, asked.zone), items) for (name, when), items in attempts.items()]
    return Found("D2L Brightspace", tuple(found), tuple(over))


def _attempt(name: str, when: datetime | None, items: list[Item]) -> Attempt:
    return Attempt((Person(name),), tuple(items), when)
