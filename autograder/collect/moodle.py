"""Moodle: *Download all submissions*, in folders or flat.

Source: `mod/assign/classes/downloader.php` of moodle/moodle. A prefix is `NAME_ID_assignsubmission_PLUGIN`, in which a
name has no `_`; a group that has no number is `NAME_assignsubmission_PLUGIN`. Older versions end a folder with `_`.
"""

import re
from collections import defaultdict

from autograder.collect.attempt import Asked, Attempt, Found, Item, Person
from autograder.collect.download import Listing

PREFIX = r"(?P<name>[^_]+?)(?:_(?P<id>\d+))?_assign(?P<part>submission|feedback)_(?P<plugin>[a-z0-9]+)"
FOLDER = re.compile(PREFIX + "_?")
FLAT = re.compile(PREFIX + "_(?P<file>.+)")


def recognise(listing: Listing, asked: Asked) -> Found | None:
    """Find the students of a download by Moodle."""
    parts: dict[Person, dict[str, list[Item]]] = defaultdict(lambda: defaultdict(list))
    over = []
    for name, files in listing.folders.items():
        if not (match := FOLDER.fullmatch(name)):
            over.append(name)
        elif match["part"] == "submission":
            items = [Item((*listing.base, *one.path), one.path[1:]) for one in files]
            parts[_person(match)][match["plugin"]] += items
    for file in listing.loose:
        if not (match := FLAT.fullmatch(file.path[0])):
            over.append(file.path[0])
        elif match["part"] == "submission":
            parts[_person(match)][match["plugin"]].append(Item((*listing.base, *file.path), (match["file"],)))
    if not parts:
        return None
    return Found("Moodle", tuple(_attempt(person, own) for person, own in parts.items()), tuple(over))


def _person(match: re.Match[str]) -> Person:
    return Person(match["name"], match["id"] or "")


def _attempt(person: Person, plugins: dict[str, list[Item]]) -> Attempt:
    """Take the files; the text that was typed into the page counts where there are none."""
    files = plugins.get("file") or [item for items in plugins.values() for item in items]
    return Attempt((person,), tuple(files))
