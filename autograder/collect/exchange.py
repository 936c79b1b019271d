"""nbgrader and JupyterHub: the exchange, the folder `submitted`, and the homes of a hub.

- `COURSE/inbound/LOGIN+ASSIGNMENT+2015-02-02 15:58:23.948203 UTC[+SECRET]/` (source: `exchange/default/submit.py` and
  `collect.py` of jupyter/nbgrader; a login may have a `+`). The course may stand around `inbound`.
- `submitted/LOGIN/ASSIGNMENT/` with a `timestamp.txt` each, as `nbgrader collect` leaves it.
- `jupyter-LOGIN/ASSIGNMENT/`, or `home/LOGIN/ASSIGNMENT/` with Jupyter's hidden folders: the homes of The Littlest
  JupyterHub and of others. They say nothing of a time.
"""

import re
from collections.abc import Sequence
from datetime import datetime, tzinfo
from pathlib import Path

from autograder.collect.attempt import Asked, Attempt, Found, Item, Person, the_one
from autograder.collect.download import File, Listing
from autograder.course.times import moment
from autograder.intake.folder import FolderTree
from autograder.intake.hand_in import Unfit
from autograder.intake.tree import FileEntry

INBOUND = re.compile(r"(?P<login>.+?)\+(?P<assignment>[^+]+)\+(?P<when>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[^+]*)(?:\+.+)?")
STAMP = "timestamp.txt"
HOME = "jupyter-"


def recognise_inbound(listing: Listing, asked: Asked) -> Found | None:
    """Find what was submitted through nbgrader's exchange."""
    matches = {name: match for name in listing.folders if (match := INBOUND.fullmatch(name))}
    if not matches:
        return recognise_inbound(listing.below("inbound"), asked) if "inbound" in listing.folders else None
    wanted = the_one({match["assignment"] for match in matches.values()}, asked.only)
    own = {name: match for name, match in matches.items() if match["assignment"] == wanted}
    attempts = (
        Attempt(_named(match["login"]), _items(listing, name, 1), moment(match["when"], asked.zone))
        for name, match in own.items()
    )
    over = [name for name in listing.folders if name not in matches]
    return Found("nbgrader's exchange", tuple(attempts), tuple(over + [one.path[0] for one in listing.loose]))


def recognise_submitted(listing: Listing, asked: Asked) -> Found | None:
    """Find what nbgrader has collected."""
    if listing.name != "submitted" and "submitted" in listing.folders and len(listing.folders) < 3:
        return recognise_submitted(listing.below("submitted"), asked)
    stamped = {one.path[:2] for one in listing.files if len(one.path) == 3 and one.path[2] == STAMP}
    if not stamped:
        return None
    wanted = the_one({assignment for _, assignment in stamped}, asked.only)
    logins = {one.path[0] for one in listing.files if len(one.path) == 2 and one.path[1] == wanted}
    attempts = (
        Attempt(_named(login), _items(listing, login, 2, wanted), _stamp(listing, login, wanted, asked))
        for login in sorted(logins)
    )
    over = [name for name in listing.folders if name not in logins] + [one.path[0] for one in listing.loose]
    return Found("nbgrader's submitted folder", tuple(attempts), tuple(over))


def recognise_homes(listing: Listing, asked: Asked) -> Found | None:
    """Find the homes of a hub's users."""
    if "home" in listing.folders and len(listing.folders) == 1:
        return recognise_homes(listing.below("home"), asked)
    homes = [name for name in listing.folders if name.startswith(HOME) or _is_home(listing, name)]
    if not homes:
        return None
    there = {one.path[1] for one in listing.files if len(one.path) == 2 and one.kind == "folder"}
    wanted = the_one(there, asked.only) if asked.only or len(there) == 1 else ""
    attempts = (
        Attempt(_named(name.removeprefix(HOME)), _items(listing, name, 2 if wanted else 1, wanted)) for name in homes
    )
    over = [name for name in listing.folders if name not in homes] + [one.path[0] for one in listing.loose]
    return Found("JupyterHub", tuple(attempts), tuple(over))


def _is_home(listing: Listing, name: str) -> bool:
    return listing.name == "home" and any(listing.has(name, own) for own in (".jupyter", ".ipython", ".local"))


def stamps(submitted: Path, students: Sequence[str], assignment: str, zone: tzinfo) -> dict[str, datetime]:
    """Read nbgrader's times in its folder `submitted`, by student.

    A student may put such a file into a folder, so they count only if most students have one.
    """
    found: dict[str, datetime] = {}
    for student in students:
        try:
            with FolderTree(submitted / student) as tree:
                text = tree.read(FileEntry((assignment,), STAMP, "file"), 100).decode("utf-8")
        except (Unfit, UnicodeDecodeError, OSError):
            continue
        if when := moment(text, zone):
            found[student] = when
    return found if len(found) > len(students) / 2 else {}


def _named(login: str) -> tuple[Person]:
    return (Person(login, login),)


def _items(listing: Listing, name: str, depth: int, within: str = "") -> tuple[Item, ...]:
    files = (one for one in listing.folders[name] if not within or _is_within(one, within))
    kept = (one for one in files if one.path[depth:] not in ((), (STAMP,)))
    return tuple(Item((*listing.base, *one.path), one.path[depth:]) for one in kept)


def _is_within(file: File, folder: str) -> bool:
    return len(file.path) > 2 and file.path[1] == folder


def _stamp(listing: Listing, login: str, assignment: str, asked: Asked) -> datetime | None:
    """Read the time that nbgrader wrote beside the work when it collected."""
    try:
        return moment(listing.read((login, assignment, STAMP), 100).decode("utf-8"), asked.zone)
    except (Unfit, UnicodeDecodeError, OSError):
        return None
