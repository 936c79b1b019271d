"""The grader processes, seen from the process that started them: a channel, and how to end it."""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Protocol

from autograder.errors import LINUX_ONLY, GradingError
from autograder.grading.request import ExaminerRequest, say
from autograder.isolation.environment import environment, program
from autograder.isolation.open import need_sandbox

CLOSE_SECONDS = 10.0


class ExaminerProcess(Protocol):
    """What is asked of an examiner's process; `subprocess.Popen` has it."""

    def kill(self) -> None: ...

    def wait(self, timeout: float | None = None) -> int: ...


class Examiner:
    """One grader process, and the hand-in that it is at."""

    def __init__(self, channel: Connection, process: ExaminerProcess) -> None:
        self.channel = channel
        self._process = process
        self.request: ExaminerRequest | None = None
        self.is_asleep = False

    @property
    def computes(self) -> bool:
        """Tell whether it needs a processor."""
        return self.request is not None and not self.is_asleep

    def send(self, message: dict[str, Any]) -> None:
        """Send one message; a process that has ended is noticed when it is asked."""
        with contextlib.suppress(ConnectionError):
            say(self.channel, message)

    def receive(self) -> dict[str, Any]:
        """Read one message.

        Raises:
            EOFError: the process has ended.
        """
        try:
            message: dict[str, Any] = json.loads(self.channel.recv_bytes())
        except ConnectionError:
            raise EOFError from None
        return message

    @property
    def was_killed(self) -> bool:
        """Tell whether a signal has ended the process, which has said nothing more."""
        try:
            return self._process.wait(CLOSE_SECONDS) < 0
        except subprocess.TimeoutExpired:
            return False

    def close(self) -> None:
        """End the process; its zygote and workers end with it."""
        self.channel.close()
        try:
            self._process.wait(CLOSE_SECONDS if self.request is None else 0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def start(settings: dict[str, Any], module: str) -> Examiner:
    """Start a process of its own.

    Args:
        module: what it runs.

    Raises:
        GradingError: this system has no sandbox.
    """
    need_sandbox()
    ours, theirs = socket.socketpair()
    process = subprocess.Popen(
        program(module, str(theirs.fileno())),
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env=environment(),
        start_new_session=True,
    )
    theirs.close()
    started = Examiner(Connection(ours.detach()), process)
    started.send(settings)
    return started


def fork_examiner(chief: Examiner) -> Examiner:
    """Have a chief fork an examiner.

    Raises:
        EOFError, OSError: the chief has ended.
    """
    if sys.platform != "linux":
        raise GradingError(LINUX_ONLY)
    ours, theirs = socket.socketpair()
    with theirs, socket.socket(fileno=os.dup(chief.channel.fileno())) as line:
        socket.send_fds(line, [b"+"], [theirs.fileno()])
    channel = Connection(ours.detach())
    return Examiner(channel, ForkedExaminer(os.pidfd_open(json.loads(channel.recv_bytes())["pid"])))


@dataclass(frozen=True)
class ForkedExaminer:
    """A process that another one has forked."""

    pidfd: int

    def kill(self) -> None:
        """End it."""
        if sys.platform == "linux":
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended."""
        if not select.select([self.pidfd], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired("examiner", timeout or 0.0)
        os.close(self.pidfd)
        return 0
