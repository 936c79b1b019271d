"""`submission_metadata.json`: what Gradescope says of a hand-in."""

import json
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from autograder.course.times import moment

MOST_BYTES = 200 << 20  # it holds the results of all earlier attempts
NOBODY = "the hand-in"


@dataclass(frozen=True)
class Metadata:
    """Who handed in, and when.

    Args:
        people: names and e-mails; a team has several.
        handed_in, due: moments with a zone; None where they are not known.
    """

    people: tuple[tuple[str, str], ...] = ()
    handed_in: datetime | None = None
    due: datetime | None = None

    @property
    def student(self) -> str:
        """Name who handed in; of a team, all."""
        return ", ".join(filter(None, (name or email for name, email in self.people))) or NOBODY


def read_metadata(path: Path, zone: tzinfo) -> Metadata:
    """Read the file; what is not there, or not as Gradescope writes it, is not known.

    A deadline of their own, which Gradescope writes at a person, counts instead of the class's. Of a team the latest
    counts.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            return Metadata()
        data = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return Metadata()
    users = [user for user in _list(data, "users") if isinstance(user, dict)]
    people = tuple((_text(user, "name"), _text(user, "email")) for user in users)
    own = [due for user in users if (due := _moment(user.get("assignment"), "due_date", zone))]
    everybodys = _moment(_of(data, "assignment"), "due_date", zone)
    return Metadata(people, _moment(data, "created_at", zone), max(own, default=everybodys))


def _of(data: Any, key: str) -> Any:
    return data.get(key) if isinstance(data, dict) else None


def _list(data: Any, key: str) -> list[Any]:
    found = _of(data, key)
    return found if isinstance(found, list) else []


def _text(data: Any, key: str) -> str:
    found = _of(data, key)
    return found.strip() if isinstance(found, str) else ""


def _moment(data: Any, key: str, zone: tzinfo) -> datetime | None:
    return moment(text, zone) if (text := _text(data, key)) else None
