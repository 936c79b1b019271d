"""Choose the kind of worker that runs a student's own code on this system."""

import importlib
import os
import sys

from autograder.errors import LINUX_ONLY, GradingError
from autograder.isolation.child import Workers

CHOICE = "UNROLL_BACKEND"  # "plain": as if this were a system without fork and sandbox
PLAIN = "plain"


def is_plain() -> bool:
    """Tell whether workers are plain processes here."""
    return sys.platform != "linux" or os.environ.get(CHOICE) == PLAIN


def need_sandbox() -> None:
    """Refuse to go on where hand-ins cannot be locked in.

    Raises:
        GradingError: this is no Linux.
    """
    if sys.platform != "linux":
        raise GradingError(LINUX_ONLY)


def open_workers() -> Workers:
    """Start what workers come from, and import torch here while it does the same."""
    if is_plain():
        from autograder.isolation.plain import Spares

        return Spares()
    from autograder.isolation.launch import launch

    launched = launch()
    from autograder.isolation.forked import Zygote

    return Zygote(launched=launched)


def open_workers_from_here(quick: bool) -> Workers:
    """Start what workers come from for one short use: where it can be, a fork of this process, once it has torch.

    Args:
        quick: do not import matplotlib before somebody wants it.
    """
    from autograder.isolation.launch import launch_from_here, one_thread

    one_thread()
    if is_plain():
        from autograder.isolation.plain import Spares

        return Spares(quick)
    importlib.import_module("torch")
    launched = launch_from_here(quick)
    from autograder.isolation.forked import Zygote

    return Zygote(launched=launched)
