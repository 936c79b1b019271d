"""The nouns of collecting: who handed in what, and when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from autograder.errors import UsageError
from autograder.intake.tree import FolderPath


@dataclass(frozen=True)
class Person:
    """A student, as the platform or the roster names them; what is unknown is "".

    Args:
        id: what the platform calls them, such as a login or a number.
    """

    name: str
    id: str = ""
    email: str = ""


@dataclass(frozen=True)
class Item:
    """One file that was handed in.

    Args:
        source: where it stands in the download.
        target: where it stands in the student's folder: the name that the student gave it.
    """

    source: FolderPath
    target: FolderPath


@dataclass(frozen=True)
class Attempt:
    """One hand-in.

    Args:
        people: who handed it in; a team is several.
        when: by the platform's clock, with a time zone; None where the download does not say it.
        order: counts the attempts of a person where the platform does.
        late: what the platform says of it; None where it says nothing.
        note: a sentence for the person who grades, or "".
    """

    people: tuple[Person, ...]
    items: tuple[Item, ...]
    when: datetime | None = None
    order: int = 0
    late: bool | None = None
    note: str = ""


@dataclass(frozen=True)
class Found:
    """What was recognised in a download.

    Args:
        passed_over: what belongs to the platform, or to nobody.
    """

    platform: str
    attempts: tuple[Attempt, ...]
    passed_over: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """What is known before a download is looked at.

    Args:
        zone: of times that are written without one.
        only: the assignment, for platforms that hand out several at once; "" for the only one there.
    """

    zone: tzinfo = UTC
    only: str = ""


def shared_start(names: Collection[str]) -> str:
    """Return what all names begin with; of one name it is the whole."""
    first, last = min(names, default=""), max(names, default="")
    different = (n for n, (one, other) in enumerate(zip(first, last, strict=False)) if one != other)
    return first[: next(different, len(first))]


def the_one(there: Collection[str], only: str) -> str:
    """Choose the assignment; "" where a download does not tell assignments apart.

    Raises:
        UsageError: there are several, or not the one that was asked for.
    """
    if only in there or not there:
        return only if there else ""
    if len(there) == 1 and not only:
        return next(iter(there))
    some = ", ".join(sorted(there)[:10])
    what = f"There is no {only!r} in it" if only else "It holds several assignments"
    raise UsageError(f"{what}. There is: {some}. Say which with --only.")
