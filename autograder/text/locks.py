"""Locks on files, which keep one run out of another's way."""

import sys
from typing import Any

from autograder.errors import LINUX_ONLY, GradingError


def lock(file: Any, shared: bool = False, wait: bool = False) -> None:
    """Lock an open file until it is closed.

    Args:
        file: a file or its descriptor.
        shared: others may lock it in the same way.

    Raises:
        BlockingIOError: another process holds it, and `wait` is false.
        GradingError: this system has no such locks.
    """
    if sys.platform == "win32":
        raise GradingError(LINUX_ONLY)
    import fcntl

    fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
