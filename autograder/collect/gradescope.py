"""Gradescope: *Export Submissions*, folders of numbers, and `submission_metadata.yml` says whose they are.

Each entry has `:submitters:` (`:name:`, `:email:`, `:sid:`; a team has several) and `:created_at:`.
"""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from autograder.collect.attempt import Asked, Attempt, Found, Item, Person
from autograder.collect.download import Listing
from autograder.course.times import moment
from autograder.errors import UsageError
from autograder.intake.hand_in import Unfit

METADATA = "submission_metadata.yml"
MOST_BYTES = 100 << 20  # it holds all results, with what the tests printed


def recognise(listing: Listing, asked: Asked) -> Found | None:
    """Find the submissions of an export by Gradescope.

    Raises:
        UsageError: its metadata cannot be read.
    """
    if METADATA not in {one.path[0] for one in listing.loose}:
        return None
    entries = _metadata(listing)
    attempts = tuple(_attempt(listing, name, entry, asked.zone) for name, entry in entries.items())
    over = [one.path[0] for one in listing.loose if one.path[0] not in {METADATA, *entries}]
    return Found("Gradescope", attempts, (*over, *(name for name in listing.folders if name not in entries)))


def _attempt(listing: Listing, name: str, entry: Mapping[str, Any], zone: tzinfo) -> Attempt:
    files = listing.folders.get(name, ())
    items = [Item((*listing.base, *one.path), one.path[1:]) for one in files]
    items += [Item((*listing.base, *one.path), one.path) for one in listing.loose if one.path[0] == name]
    people = tuple(_person(one) for one in _list(_of(entry, "submitters")))
    note = "" if items else f"{name} is named in {METADATA}, and is not in the download."
    created = _of(entry, "created_at")
    when = moment(created, zone) if isinstance(created, str) else None
    return Attempt(people or (Person(name),), tuple(items), when, note=note)


def _person(entry: Mapping[str, Any]) -> Person:
    name, email, sid = (str(_of(entry, key) or "") for key in ("name", "email", "sid"))
    return Person(name or email or sid, sid or email, email)


def _of(entry: Mapping[str, Any], key: str) -> Any:
    """Read a key, which Ruby writes with a colon in front."""
    return entry.get(f":{key}", entry.get(key))


def _list(entries: Any) -> list[Mapping[str, Any]]:
    return [one for one in entries if isinstance(one, Mapping)] if isinstance(entries, list) else []


def _metadata(listing: Listing) -> dict[str, Mapping[str, Any]]:
    """Read the file as texts alone, so that the number 007 stays as it is; no object is made of it."""
    import yaml

    try:
        data = yaml.load(listing.read((METADATA,), MOST_BYTES), getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    except (yaml.YAMLError, Unfit, ValueError, RecursionError) as error:
        why = " ".join(str(error).split())[:200]
        raise UsageError(f"{METADATA} cannot be read ({why}). Export the submissions once more.") from None
    if not isinstance(data, dict) or not all(isinstance(one, Mapping) for one in data.values()):
        raise UsageError(f"{METADATA} does not say who handed in what. Export the submissions once more.")
    return data
