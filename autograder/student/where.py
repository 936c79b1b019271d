"""What a student types to say what is meant: an address such as `sine/cell:rnn_cell`, or a lesson's file."""

import os
from pathlib import Path

from autograder.errors import UsageError
from autograder.student.exercises import SUFFIXES, Spot, assignment_of, assignments_in, find_home, find_spots


def find_typed(start: Path, where: str) -> tuple[Path, list[Spot]]:
    """Find the folder of exercises and the tasks that are meant.

    Args:
        start: the folder that one stands in.
        where: see `locate`; "" means the assignment one stands in, or all there is.

    Raises:
        UsageError: there are no such tasks.
    """
    root, address = locate(start, where)
    return root, find_spots(root, address if where.strip() else assignment_of(root, start))


def locate(start: Path, where: str) -> tuple[Path, str]:
    """Turn what was typed into a folder of exercises and an address there.

    Args:
        start: the folder that one stands in.
        where: an address; the path of a folder of exercises or of a lesson's file, which `:` and a task may follow;
            in an assignment's folder the name of a lesson alone; "" for all there is.

    Raises:
        UsageError: no lesson stands there.
    """
    text, task = _without_task(where.strip())
    place = text.replace(os.sep, "/")
    if _is_path(start, place):
        root, place = _from_path(start, place)
    else:
        root = find_home(start)
        place = _inside(root, start, place) if place and "/" not in place else place
    return root, f"{place}:{task}" if task else place


def _without_task(text: str) -> tuple[str, str]:
    """Cut the task off; what stands behind the colon of a drive's letter is none."""
    place, colon, task = text.rpartition(":")
    return (place, task) if colon and "/" not in task and "\\" not in task else (text, "")


def _is_path(start: Path, place: str) -> bool:
    if not place:
        return False
    return place.endswith(SUFFIXES) or place.startswith((".", "/")) or (start / place).is_dir()


def _from_path(start: Path, place: str) -> tuple[Path, str]:
    path = start / place
    path = path.resolve() if path.is_dir() else path.parent.resolve() / path.name
    home = find_home(path if path.is_dir() else path.parent)
    parts = path.relative_to(home).parts if path.is_relative_to(home) else ("",) * 3
    if len(parts) > 2 or (len(parts) == 1 and parts[0] not in assignments_in(home)):
        raise UsageError(f"{place}: no lesson stands there. Give an address, such as those that `unroll check` lists.")
    lesson = [Path(parts[1]).stem] if len(parts) == 2 else []
    return home, "/".join([*parts[:1], *lesson])


def _inside(root: Path, start: Path, place: str) -> str:
    """Complete the name of a lesson by the assignment whose folder one stands in."""
    inside = start.resolve().relative_to(root).parts[:1] if start.resolve().is_relative_to(root) else ()
    return place if place in assignments_in(root) else "/".join([*inside, place])
