"""What a student types to say what is meant: an address such as `sine/cell:rnn_cell`, or a lesson's file."""

import os
from pathlib import Path

from autograder.errors import UsageError
from autograder.student.addresses import all_addresses, complete, did_you_mean
from autograder.student.exercises import KNOWN, SUFFIXES, Spot, assignment_of, assignments_in, find_home, find_spots


def find_typed(start: Path, where: str) -> tuple[Path, list[Spot]]:
    """Find the folder of exercises and the tasks that are meant.

    Args:
        start: the folder that one stands in.
        where: see `locate`; "" means the assignment one stands in, or all there is.

    Raises:
        UsageError: there are no such tasks; it says which have nearly such a name.
    """
    root, address = locate(start, where)
    address = address if where.strip() else assignment_of(root, start)
    try:
        return root, find_spots(root, address)
    except UsageError as error:
        raise UsageError(f"{error}{did_you_mean(address, all_addresses(root))}") from None


def locate(start: Path, where: str) -> tuple[Path, str]:
    """Turn what was typed into a folder of exercises and an address there.

    Args:
        start: the folder that one stands in.
        where: an address, whole or short; the path of a folder of exercises or of a lesson's file, which `:` and a
            task or a line may follow; "" for all there is.

    Raises:
        UsageError: no lesson stands there, or a short address fits several or none.
    """
    text, task = _without_task(where.strip())
    place = text.replace(os.sep, "/")
    if not _is_path(start, place):
        root = find_home(start)
        return root, complete(root, f"{place}:{task}", assignment_of(root, start))
    root, place = _from_path(start, place)
    return root, f"{place}:{task}" if task and not task.isdecimal() else place


def _without_task(text: str) -> tuple[str, str]:
    """Cut the task off; what stands behind the colon of a drive's letter is none."""
    place, colon, task = text.rpartition(":")
    return (place, task) if colon and "/" not in task and "\\" not in task else (text, "")


def _is_path(start: Path, place: str) -> bool:
    """Tell a path from an address; a folder of the student's own may be called like a lesson."""
    if place.endswith(SUFFIXES) or place.startswith((".", "/")):
        return True
    folder = start / place
    return bool(place) and folder.is_dir() and ("/" in place or _holds_exercises(folder))


def _holds_exercises(folder: Path) -> bool:
    return (folder / KNOWN).is_file() or any(folder.glob(f"*/{KNOWN}")) or any(folder.glob(f"exercises/*/{KNOWN}"))


def _from_path(start: Path, place: str) -> tuple[Path, str]:
    path = start / place
    path = path.resolve() if path.is_dir() else path.parent.resolve() / path.name
    home = find_home(path if path.is_dir() else path.parent)
    parts = path.relative_to(home).parts if path.is_relative_to(home) else ("",) * 3
    if len(parts) > 2 or (len(parts) == 1 and parts[0] not in assignments_in(home)):
        raise UsageError(f"{place}: no lesson stands there. Give an address, such as those that `unroll list` shows.")
    lesson = [Path(parts[1]).stem] if len(parts) == 2 else []
    return home, "/".join([*parts[:1], *lesson])
