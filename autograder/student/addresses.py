"""Short addresses: what a part of an address names, such as `cell` or `cell:rnn_cell`, or what it may have meant."""

import difflib
from collections.abc import Sequence
from pathlib import Path

from autograder.errors import UsageError
from autograder.student.exercises import Spot, assignments_in, find_spots

CLOSE = 0.6
MOST = 3


def all_addresses(root: Path) -> list[str]:
    """List the whole addresses of a folder's assignments, lessons and tasks, in the order of the course."""
    return [*assignments_in(root), *addresses_of(find_spots(root, ""))]


def addresses_of(spots: Sequence[Spot]) -> list[str]:
    """List the whole addresses of some tasks and of their lessons, in order."""
    return list(dict.fromkeys(name for spot in spots for name in (spot.key, spot.address)))


def parts(address: str) -> list[str]:
    """List what may stand for a whole address: itself, without its assignment, and of a task its name alone."""
    without_assignment = address.partition("/")[2] or address
    return list(dict.fromkeys((address, without_assignment, without_assignment.rpartition(":")[2])))


def beginning_with(root: Path, text: str) -> list[str]:
    """List what a beginning may become, one level at a time: assignments, then lessons, then tasks.

    Where only one fits, what is below it comes along. Of the short addresses, those of lessons and tasks are listed.
    """
    names = all_addresses(root)
    whole = [name for name in names if name.startswith(text)]
    level = _level(text)
    found = [name for name in whole if _level(name) <= level]
    if len([name for name in found if _level(name) == level]) == 1:
        found += [name for name in whole if _level(name) == level + 1]
    short = [part for name in names for part in parts(name)[1:] if text and part.startswith(text)]
    return list(dict.fromkeys([*found, *(part for part in short if part.count(":") <= text.count(":"))]))


def _level(address: str) -> int:
    """Tell assignments, lessons and tasks apart: 0, 1, 2."""
    return 2 if ":" in address else address.count("/")


def complete(root: Path, text: str, near: str = "") -> str:
    """Complete what was typed to a whole address; it is not looked up whether a lesson or task that is named is there.

    Args:
        near: the assignment one stands in: where a short address fits several, the one there is meant.

    Raises:
        UsageError: it fits several, or nothing here has such a name.
    """
    text = text.strip("/:")
    if not text or text.partition(":")[0].partition("/")[0] in assignments_in(root):
        return text
    names = all_addresses(root)
    if found := _only(text, names, near):
        return found
    place, _, task = text.rpartition(":")
    if place and (lesson := _only(place, names, near)):
        return f"{lesson}:{task}"
    raise UsageError(f"There is no {text!r} here.{did_you_mean(text, names) or ' `unroll list` shows what there is.'}")


def _only(text: str, names: Sequence[str], near: str) -> str:
    """Return the one address that a short one fits, or "" where there is none; a lesson counts with all of its tasks.

    Raises:
        UsageError: it fits several.
    """
    fitting = [name for name in names if text in parts(name)]
    found = [name for name in fitting if not any(name.startswith((f"{one}/", f"{one}:")) for one in fitting)]
    here = [name for name in found if name.startswith(f"{near}/")]
    if len(here or found) > 1:
        raise UsageError(f"{text!r} fits several: {', '.join(here or found)}. Name one of them.")
    return (here or found or [""])[0]


def did_you_mean(text: str, names: Sequence[str]) -> str:
    """Ask for the addresses that a text is nearly spelt like, in a sentence with a space before it; "" without any."""
    whole = {part.casefold(): name for name in reversed(names) for part in parts(name)}
    close = difflib.get_close_matches(text.casefold(), whole, MOST, CLOSE)
    found = list(dict.fromkeys(whole[part] for part in close))
    return f" Did you mean {' or '.join(found)}?" if found else ""
