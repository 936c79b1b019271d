"""Check a worker's replies: only this file knows the type, the length and the count of every field.

A student's code can write to the grader's channel itself. If a text is too long, that is `TextTooLong`, and the task
overflows. If a type or a count is wrong, that is a `FrameError`, and the worker has crashed.
"""

from collections.abc import Callable
from typing import Any

from autograder.isolation.inside.wire import FrameError, TextTooLong

Check = Callable[[Any], None]
LARGEST_NUMBER = 10_000_000  # of a line, of a cell
EACH = 1000  # bytes that the smallest tensor takes, with the copy that a test gets


def text(longest: int) -> Check:
    """Take a text of at most so many characters."""

    def check(value: Any) -> None:
        _hold(type(value) is str)
        if len(value) > longest:
            raise TextTooLong(f"a text of {len(value)} characters")

    return check


def count(value: Any) -> None:
    """Take a count: of a line, of a cell."""
    _hold(type(value) is int and 0 <= value <= LARGEST_NUMBER)


def anything(value: Any) -> None:
    """Take any plain data: what a student's function returns is for the tests to judge, in the limits of `wire`."""


def optional(check: Check) -> Check:
    """Take None, too."""
    return lambda value: None if value is None else check(value)


def listed(check: Check, most: int) -> Check:
    """Take a list of at most so many values."""

    def check_all(value: Any) -> None:
        _hold(type(value) is list and len(value) <= most)
        for one in value:
            check(one)

    return check_all


def mapped(check: Check, most: int) -> Check:
    """Take a mapping of at most so many names."""
    keys = text(200)

    def check_all(value: Any) -> None:
        _hold(type(value) is dict and len(value) <= most)
        for key, one in value.items():
            keys(key)
            check(one)

    return check_all


def mapping(needed: dict[str, Check], others: dict[str, Check] | None = None) -> Check:
    """Take a mapping that has all that is needed, and nothing but that and the others."""
    known = {**(others or {}), **needed}

    def check_all(value: Any) -> None:
        _hold(type(value) is dict and needed.keys() <= value.keys() <= known.keys())
        for key, one in value.items():
            known[key](one)

    return check_all


def _hold(holds: bool) -> None:
    if not holds:
        raise FrameError("a field has another type or count than it may have")


def _flag(value: Any) -> None:
    _hold(type(value) is bool)


def _png(value: Any) -> None:
    _hold(hasattr(value, "dtype") and hasattr(value, "numel") and value.ndim == 1)
    _hold(value.numel() <= 4 << 20)


PLACE = {"where": text(200), "line": optional(count), "cell": optional(count), "source": text(200)}
FRAME = mapping({"lesson": text(200), **PLACE})
ERROR = mapping(
    {"kind": text(100), "text": text(1000)},
    {
        **{"kinds": listed(text(100), 20), "lesson": text(200), **PLACE, "frames": listed(FRAME, 6)},
        **{"advice": text(600), "in_probe": _flag},
    },
)
NOTE = mapping({"kind": text(100), "text": text(300), "line": count, "cell": optional(count)})
SHOWN = mapping(
    {"kind": text(10)}, {"text": text(30_000), "name": text(100), "lines": listed(text(400), 5), "data": _png}
)
HEAD = mapping({"id": count, "ok": _flag}, {"large": _flag})
ANSWERS = {
    "load": mapping(
        {"notes": listed(NOTE, 20), "names": listed(text(200), 1000), "remarks": listed(text(600), 20)},
        {"bound": listed(optional(listed(text(200), 100)), 20)},
    ),
    "said_about": listed(text(600), 20),
    "names": mapped(listed(text(200), 2000), 2000),
    "show": listed(SHOWN, 20),
    "follows_device": _flag,
}


def weight_of(value: Any) -> int:
    """Estimate the bytes of memory that an answer takes here: its numbers and texts, and `EACH` for every value."""
    if isinstance(value, (list, tuple)):
        return EACH + sum(map(weight_of, value))
    if isinstance(value, dict):
        return EACH + sum(EACH + weight_of(one) for one in value.values())
    return EACH + int(getattr(value, "nbytes", 0)) + (4 * len(value) if isinstance(value, str) else 0)


def check_reply(op: str, head: dict[str, Any], value: Any) -> None:
    """Check all that came back for one request.

    Raises:
        TextTooLong: a text is longer than it may be.
        FrameError: a field is missing, unknown, or of another type or count.
    """
    HEAD(head)
    if head["ok"]:
        ANSWERS.get(op, anything)(value)
    elif not head.get("large"):
        ERROR(value)
