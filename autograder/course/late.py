"""Deadlines: what a hand-in keeps of its marks when it is late. Nothing here looks at a file or a clock."""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from autograder.course.times import moment

LENGTH = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(s|sec|m|min|minutes?|h|hours?|d|days?|w|weeks?)\s*")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
DAY = timedelta(days=1)
NO_TIME = "When it was handed in is not known, so the deadline costs nothing."


@dataclass(frozen=True)
class LatePolicy:
    """What it costs to be late.

    Args:
        grace: how much later than the deadline is not late yet.
        per_day: which share of the marks each day costs that has begun.
        floor: which share is kept however late it is.
    """

    grace: timedelta = timedelta()
    per_day: float = 0.0
    floor: float = 0.0

    def kept(self, over: timedelta) -> float:
        """Return the share of the marks that is kept, from 0 to 1.

        Args:
            over: how long after the deadline it was handed in.
        """
        if over <= self.grace:
            return 1.0
        days = math.ceil(over / DAY)
        return min(1.0, max(self.floor, round(1.0 - self.per_day * days, 9)))


@dataclass(frozen=True)
class Lateness:
    """What a deadline does to one hand-in.

    Args:
        kept: the share of the marks that is kept.
        said: a sentence for the student, or "" where there is nothing to say.
    """

    kept: float = 1.0
    said: str = ""


def lateness(policy: LatePolicy, due: datetime | None, handed_in: datetime | None) -> Lateness:
    """Compare a hand-in with its deadline; both are moments with a zone. Without a time there is no penalty."""
    if due is None:
        return Lateness()
    if handed_in is None:
        return Lateness(1.0, NO_TIME)
    # Two moments of one zone would be subtracted as clocks show them, also across a change to summer time.
    over = handed_in.astimezone(UTC) - due.astimezone(UTC)
    if over <= timedelta():
        return Lateness()
    kept = policy.kept(over)
    late = f"It was handed in {length(over)} after the deadline of {due:%Y-%m-%d %H:%M %Z}"
    if over <= policy.grace:
        return Lateness(1.0, f"{late}, within the {length(policy.grace)} of grace.")
    return Lateness(kept, f"{late}: {kept:.0%} of the points are kept.")


def length(span: timedelta) -> str:
    """Say how long something is, in its two largest units."""
    minutes = max(1, math.ceil(span.total_seconds() / 60))
    days, rest = divmod(minutes, 1440)
    hours, minutes = divmod(rest, 60)
    parts = [f"{days} d" if days else "", f"{hours} h" if hours else "", f"{minutes} min" if minutes else ""]
    return " ".join([part for part in parts if part][:2])


def read_length(text: str) -> timedelta:
    """Read a length such as `15min`, `2 h` or `1 d`.

    Raises:
        ValueError: it is none.
    """
    match = LENGTH.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is no length of time such as 15min, 2h or 1d")
    return timedelta(seconds=float(match[1]) * SECONDS[match[2][0]])


def read_policy(data: object) -> LatePolicy:
    """Read `late` of `course.toml`.

    Raises:
        ValueError: what is wrong with it.
    """
    if not isinstance(data, dict):
        raise ValueError('late is a table, such as late = { grace = "15min", per_day = 0.1, floor = 0.5 }')
    if unknown := sorted(set(data) - {"grace", "per_day", "floor"}):
        raise ValueError(f"late has an unknown key {unknown[0]!r}. There is: grace, per_day, floor")
    grace, per_day, floor = data.get("grace", "0 s"), data.get("per_day", 0.0), data.get("floor", 0.0)
    if not isinstance(grace, str):
        raise ValueError('grace is a text such as "15min"')
    for name, share in (("per_day", per_day), ("floor", floor)):
        if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0 <= share <= 1:
            raise ValueError(f"{name} is a share from 0 to 1, and not {share!r}")
    return LatePolicy(read_length(grace), float(per_day), float(floor))


def read_zone(name: object) -> tzinfo:
    """Find a time zone by its name, such as `Asia/Seoul`.

    Raises:
        ValueError: there is none of this name.
    """
    if name == "UTC":
        return UTC  # also on Windows, which has no table of zones
    from zoneinfo import ZoneInfo  # costs time: only for a course that names one

    try:
        return ZoneInfo(str(name))
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone of this machine, such as Asia/Seoul or UTC") from None


def read_due(text: str, zone: tzinfo) -> datetime:
    """Read a deadline such as `2025-03-01 23:59`, in the course's zone unless it names its own; a day alone is its end.

    Raises:
        ValueError: it is no time.
    """
    text = text.strip()
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        text = f"{text} 23:59:59"
    if (when := moment(text, zone)) is not None:
        # An hour that comes twice, or never, as clocks change: the later reading, in the student's favour.
        return max(when, when.replace(fold=1), key=lambda one: one.astimezone(UTC))
    raise ValueError(f"{text!r} is no time such as 2025-03-01 23:59")


def own_due(text: str, due: datetime | None, zone: tzinfo) -> datetime | None:
    """Read a student's own deadline: a time, or a length such as `48h` that is added to the class's.

    Raises:
        ValueError: it is neither.
    """
    if not text.strip():
        return due
    if LENGTH.fullmatch(text):
        return (due.astimezone(UTC) + read_length(text)).astimezone(due.tzinfo) if due else None
    return read_due(text, zone)
