"""Blackboard: *Assignment File Download*, and the names that nbgrader's `zip_collect` reads in its manual.

A file is `ASSIGNMENT_LOGIN_attempt_2016-01-30-20-30-10_WHAT`. Beside it stands
`..._attempt_TIME.txt`, which begins with `Name: Jane Doe (jdoe)`. An assignment may have
a `_` in its name, and so may a login.
"""

import re
from collections import defaultdict
from collections.abc import Iterable

from autograder.collect.attempt import Asked, Attempt, Found, Item, Person, shared_start
from autograder.collect.download import Listing
from autograder.course.times import moment
from autograder.intake.hand_in import Unfit

FILE = re.compile(r"(?P<head>.+?)_attempt_(?P<when>\d{4}(?:-\d\d){5})(?:_(?P<what>.+)|\.txt)")
ABOUT = re.compile(r"\ufeff?Name: (?P<name>.+) \((?P<id>[^()\n]+)\)\s*$", re.MULTILINE)
MOST_BYTES = 1 << 20


def recognise(listing: Listing, asked: Asked) -> Found | None:
    """Find the attempts of a download by Blackboard."""
    attempts: dict[tuple[str, str], list[Item]] = defaultdict(list)
    names: dict[str, Person] = {}
    over = list(listing.folders)
    for file in listing.loose:
        match = FILE.fullmatch(file.path[0])
        if not match:
            over.append(file.path[0])
            continue
        own = attempts[match["head"], match["when"]]
        if match["what"]:
            own.append(Item((*listing.base, *file.path), (match["what"],)))
        elif person := _about(listing, file.path[0], match["head"]):
            names[match["head"]] = person
    if not attempts:
        return None
    logins = _logins({head for head, _ in attempts})
    made = (
        Attempt((names.get(head) or Person(logins[head], logins[head]),), tuple(items), moment(when, asked.zone))
        for (head, when), items in attempts.items()
    )
    return Found("Blackboard", tuple(made), tuple(over))


def _about(listing: Listing, name: str, head: str) -> Person | None:
    """Read who it was; believe it only where the login is the one in the file's name."""
    try:
        text = listing.read((name,), MOST_BYTES).decode("utf-8", "replace")
    except Unfit:
        return None
    match = ABOUT.match(text.lstrip())
    return Person(match["name"], match["id"]) if match and head.endswith("_" + match["id"]) else None


def _logins(heads: Iterable[str]) -> dict[str, str]:
    """Take away what all names begin with: the assignment."""
    heads = list(heads)
    cut = shared_start(heads).rfind("_") + 1
    return {head: head[cut:] for head in heads}
