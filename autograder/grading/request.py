"""What an examiner is asked: one hand-in to grade, one task of it to explain, or cells of its notebook to show.

Requests and answers are messages of JSON.
"""

import contextlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from typing import Any, Self

from autograder.errors import UnrollError
from autograder.isolation.descriptors import ERRORS, TOO_FEW

GONE = (EOFError, BrokenPipeError, ConnectionResetError, KeyboardInterrupt)  # the other side, or the whole run


def say(channel: Connection, message: dict[str, Any]) -> None:
    """Send one message."""
    channel.send_bytes(json.dumps(message).encode())


def say_at_last(channel: Connection, message: dict[str, Any]) -> None:
    """Send one message before the end, if the other side is still there to hear it."""
    with contextlib.suppress(*GONE):
        say(channel, message)


def until_gone(channel: Connection, work: Callable[[], None]) -> None:
    """Work until the other side closes; say in one message why where that cannot be done."""
    try:
        work()
    except GONE:
        return
    except UnrollError as error:
        say_at_last(channel, {"error": str(error)})
    except OSError as error:
        if error.errno not in ERRORS:
            raise
        say_at_last(channel, {"error": TOO_FEW})


@dataclass(frozen=True)
class ExaminerRequest:
    """One request, on its way from a run to an examiner.

    Args:
        folder: the folder of the student's report; no two of a class have the same.
        path: where the hand-in stands.
        known: the digest of the hand-in that is graded already, or "".
        alone: whether the path is the hand-in itself, and not a student's folder.
        lesson: the lesson whose notebook is shown, or "".
        cells: the cells to show; None asks for marks.
        why: the address of a task to be explained to the instructor, or "".
        hand_in: the hand-in itself as plain data, where the path says nothing here.
    """

    student: str
    folder: str
    path: str = ""
    known: str = ""
    alone: bool = False
    lesson: str = ""
    cells: list[str] | None = None
    why: str = ""
    hand_in: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """Turn into plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        return cls(**data)
