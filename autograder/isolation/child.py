"""The grader's interface to a worker of any kind: a process that runs one lesson."""

import socket
from dataclasses import dataclass
from typing import Protocol, Self

from autograder.isolation.inside.sandbox import Ceiling
from autograder.isolation.stopwatch import Used


@dataclass(frozen=True)
class Ended:
    """How a worker ended: wait status and seconds of CPU."""

    status: int
    cpu_seconds: float


class Child(Protocol):
    """A worker's process."""

    channel: socket.socket

    def used(self) -> Used:
        """Say how much processor time it has used, as far as this system tells."""

    def printed(self) -> int:
        """Count the bytes that it has printed."""

    def output(self, size: int, start: int) -> bytes:
        """Read what it has printed, from some byte on."""

    def kill(self) -> None:
        """Kill it at once, whoever else asks it at this moment."""

    def let_end(self, seconds: float) -> bool:
        """Give it some seconds to end by itself; tell whether it has."""

    def reap(self) -> Ended:
        """Wait for it, once it has ended or been killed, and close the channel."""

    def discard_output(self) -> None:
        """Discard what it has printed."""


class Workers(Protocol):
    """Where workers come from."""

    @property
    def missing(self) -> str:
        """Name the protection that they lack; "" if none."""

    def start(self, ceiling: Ceiling, reply_bytes: int) -> Child:
        """Start a worker.

        Raises:
            NotStarted: that cannot be done now.
            GradingError: that cannot be done at all.
        """

    def close(self) -> None:
        """End all of them."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...
