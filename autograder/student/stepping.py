"""pdb as `unroll debug` needs it: it stops where the student's own function begins, or where a line of it raised."""

import pdb
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

IsOurs = Callable[[FrameType], bool]


class StopsInTask(pdb.Pdb):
    """Runs a call without a word until a frame of the task begins, and stops at its first line.

    Args:
        is_task: recognises such a frame.
    """

    def __init__(self, is_task: IsOurs) -> None:
        super().__init__()
        self._is_task = is_task
        self.has_arrived = False

    def stop_here(self, frame: FrameType) -> bool:
        """Trace no other frame before the task is reached: that would take long, and show what nobody asked for."""
        return super().stop_here(frame) if self.has_arrived else self._is_task(frame)

    def user_call(self, frame: FrameType, argument_list: None) -> None:
        """Wait for the first line: there the arguments have their names."""
        if self.has_arrived:
            super().user_call(frame, argument_list)

    def user_line(self, frame: FrameType) -> None:
        """Stop here, and from now on wherever the student says."""
        self.has_arrived = True
        super().user_line(frame)


def step_through(call: Callable[[], Any], is_task: IsOurs) -> tuple[bool, bool]:
    """Run a call in pdb.

    Returns: whether the task was reached, and whether the call ended by itself; it does not where the student leaves.

    Raises:
        Exception: what the call has raised.
    """
    debugger, ended = StopsInTask(is_task), []

    def run() -> None:
        call()
        ended.append(True)

    debugger.runcall(run)
    return debugger.has_arrived, bool(ended)


def look_back(traceback: TracebackType | None, is_own: IsOurs) -> bool:
    """Open pdb where something was raised: in the innermost frame of the student's.

    Returns: whether there is such a frame.
    """
    trimmed = _between_own(traceback, is_own)
    if trimmed is not None:
        pdb.post_mortem(trimmed)
    return trimmed is not None


def _between_own(traceback: TracebackType | None, is_own: IsOurs) -> TracebackType | None:
    """Cut off what led to the student's first frame, and what the last one has called."""
    entries = []
    while traceback is not None:
        entries.append(traceback)
        traceback = traceback.tb_next
    own = [index for index, entry in enumerate(entries) if is_own(entry.tb_frame)]
    trimmed = None
    for entry in reversed(entries[own[0] : own[-1] + 1] if own else []):
        trimmed = TracebackType(trimmed, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return trimmed
