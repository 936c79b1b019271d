"""Say once in each folder which protection this system lacks for a student's own code."""

from pathlib import Path

from autograder.isolation.child import Workers
from autograder.student.memory import change_state, read_state

NOTE = (
    "This system has no {missing}: your code runs as a process of its own, ended by a clock, and may do what you may."
)


def unprotected(root: Path, workers: Workers) -> list[str]:
    """Say what is missing, if something is and was not said before.

    Args:
        root: the student's folder, which remembers it.
    """
    missing = workers.missing
    if not missing or missing in read_state(root).said:
        return []
    change_state(root, lambda state: state.said.add(missing))
    return [NOTE.format(missing=missing)]
