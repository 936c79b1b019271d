"""The times that platforms write, as moments with a time zone."""

import re
from datetime import UTC, datetime, tzinfo

ZONED = re.compile(r"(.*?)\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)$")
FORMATS = (
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S.%f",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d-%H-%M-%S",
    "%Y-%m-%d",
    "%b %d, %Y %I%M %p",
    "%B %d, %Y %I%M %p",
    "%b %d, %Y %I:%M %p",
    "%B %d, %Y %I:%M %p",
    "%d %b, %Y %H%M",
    "%d %B, %Y %H%M",
    "%d %b %Y %H%M",
    "%d %B %Y %H%M",
    "%d %B %Y, %I:%M %p",
    "%d %B %Y, %H:%M",
    "%d.%m.%Y %H:%M",
)
WEEKDAY = re.compile(r"^\w+day,\s*")
FRACTION = re.compile(r"(\.\d{6})\d+")


def moment(text: str, zone: tzinfo) -> datetime | None:
    """Read a time; one without a zone is in the course's. None where it is no time that is known here."""
    text = FRACTION.sub(r"\1", WEEKDAY.sub("", text.strip().replace("\u202f", " ")))
    if zoned := ZONED.fullmatch(text):
        plain, mark = zoned.groups()
        own = UTC if mark in ("Z", "UTC", "GMT") else datetime.strptime(mark.replace(":", ""), "%z").tzinfo
        return _plain(plain, own or UTC)
    return _plain(text, zone)


def _plain(text: str, zone: tzinfo) -> datetime | None:
    for form in FORMATS:
        try:
            return datetime.strptime(text.strip(), form).replace(tzinfo=zone)
        except ValueError:
            continue
    return None


def written(when: datetime) -> str:
    """Write a moment for a table, with its zone."""
    return when.isoformat(sep=" ", timespec="seconds")
