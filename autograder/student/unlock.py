"""Open another way of writing a task with what the student's own program answers; what it answers stays here."""

from typing import Any

from autograder.errors import UsageError
from autograder.exam.clock import Clock
from autograder.exam.examine import sources_of
from autograder.exam.keys import digest, read_choices, secret
from autograder.exam.module import Ask
from autograder.exam.question import put
from autograder.exam.remote import Remote
from autograder.intake import read_one
from autograder.isolation.child import Workers
from autograder.isolation.limits import Limits
from autograder.student.exercises import KNOWN, Spot, read_known
from autograder.text.locked import Locked, unlock

NONE_SHIPPED = "No other way of writing it is shipped: what opens it could be guessed, or differs among right programs."
OLD_KIT = "This folder is of an earlier kit. Run `unroll init` here: then it can show another way of writing it."
CLOSED = (
    "Another way of writing it stays locked. It opens for code that returns what right programs return, "
    "also for inputs that no public check has. Yours returns something else there, or is less accurate."
)


def lock_of(spot: Spot) -> Any:
    """Find the lock of a task, as plain JSON data; None in a folder of an earlier kit."""
    lesson = read_known(spot.exercises.folder / KNOWN)["lessons"][spot.lesson.name]
    return lesson["locks"].get(spot.task.name) if isinstance(lesson.get("locks"), dict) else None


def other_way(spot: Spot, workers: Workers) -> tuple[str, str]:
    """Run a student's program in a worker, and open another way of writing its task.

    Returns: the other way, and what is to be said if there is none; one of the two is "".

    Raises:
        UsageError: the lock is damaged.
    """
    hand_in = read_one(spot.exercises.folder, spot.exercises.assignment, Limits())
    remote = Remote(workers, Limits(), Clock(Limits()), spot.lesson.name, sources_of(hand_in))
    try:
        return opened(spot, remote.ask)
    finally:
        remote.end()


def opened(spot: Spot, ask: Ask) -> tuple[str, str]:
    """Open another way of writing a task with the answers of a program; see `other_way`.

    Args:
        ask: the student's lesson.
    """
    lock = lock_of(spot)
    if lock is None:
        return "", OLD_KIT
    try:
        return _opened(spot, lock, ask)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UsageError(
            f"{spot.exercises.folder}: the other way of {spot.address} is damaged. `unroll init` puts it back."
        ) from None


def _opened(spot: Spot, lock: dict[str, Any], ask: Ask) -> tuple[str, str]:
    if "none" in lock:
        return "", NONE_SHIPPED
    if digest({key: value for key, value in lock.items() if key != "digest"}) != lock["digest"]:
        raise ValueError("another text than was built")
    answer = put(ask, lock["asks"], spot.address)
    if answer is None:
        return "", CLOSED
    found = unlock(secret(read_choices(lock["choices"]), answer), spot.address, Locked(lock["salt"], lock["text"]))
    return (found, "") if found else ("", CLOSED)
