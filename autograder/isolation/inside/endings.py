"""End our processes: a person's signals go to the process that the person started, and it ends the others."""

import contextlib
import signal
import sys
from collections.abc import Iterator
from typing import Any

# Of a job that is cancelled, a machine that shuts down, a terminal that is closed. Windows has no SIGHUP.
ENDINGS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


def end_as_by_ctrl_c() -> None:
    """Let those signals interrupt this process as Ctrl-C does; one that is ignored, as under `nohup`, stays ignored."""
    for number in ENDINGS:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _interrupt)


def _interrupt(number: int, _frame: Any) -> None:
    signal.signal(number, signal.SIG_IGN)  # once is enough: what is graded is being written
    raise KeyboardInterrupt


def end_with_parent() -> None:
    """Let only the process that started this one end it, even if all of them get a signal at once.

    A process that is started from here gets such signals as usual.
    """
    for number in ENDINGS:
        signal.signal(number, _pass)


def _pass(_number: int, _frame: Any) -> None:
    pass


def end_as_usual() -> None:
    """Undo that."""
    for number in ENDINGS:
        signal.signal(number, signal.SIG_DFL)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Delay an interrupt until something is done."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, *ENDINGS})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
