"""The grader processes of a class: hand-ins go out to them, results come back, and one that dies is replaced."""

import json
import socket
import subprocess
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, Self

from autograder.errors import GradingError
from autograder.isolation.backend import need_sandbox
from autograder.isolation.descriptors import ENOUGH, need_descriptors
from autograder.isolation.environment import environment, program

Request = dict[str, Any]
CLOSE_SECONDS = 10.0
EXAMINER = "autograder.grading.examiner"


class Examiner:
    """One grader process, and the hand-in that it is at.

    Args:
        module: what the process runs.

    Raises:
        GradingError: this system has no sandbox.
    """

    def __init__(self, settings: dict[str, Any], module: str = EXAMINER) -> None:
        need_sandbox()
        ours, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            program(module, str(theirs.fileno())),
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=environment(),
            start_new_session=True,
        )
        theirs.close()
        self.channel = Connection(ours.detach())
        self.request: Request | None = None
        self.send(settings)

    def send(self, message: dict[str, Any]) -> None:
        """Send one message."""
        self.channel.send_bytes(json.dumps(message).encode())

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

    def close(self) -> None:
        """End the process; its zygote and workers end with it."""
        self.channel.close()
        try:
            self._process.wait(CLOSE_SECONDS if self.request is None else 0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Crew:
    """Up to `jobs` examiners over one list of requests.

    Args:
        settings: what `examiner.serve` reads, or what the other module reads.
        module: what each process runs.

    Raises:
        GradingError: this system has no sandbox, or too few files may be open.
    """

    def __init__(self, settings: dict[str, Any], jobs: int, module: str = EXAMINER) -> None:
        need_descriptors(ENOUGH + jobs)
        self._settings = settings
        self._module = module
        self._examiners = [Examiner(settings, module) for _ in range(jobs)]
        self.layers: dict[str, str] = {}
        self.tier = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for examiner in self._examiners:
            examiner.close()

    def wait_until_warm(self) -> None:
        """Wait until every examiner has collected its tests; note the tier."""
        for examiner in self._examiners:
            self._greet(examiner)

    def _greet(self, examiner: Examiner) -> None:
        try:
            message = examiner.receive()
        except EOFError:
            raise GradingError("A grader process could not be started; its own message stands above.") from None
        _raise_if_told(message)
        self.layers, self.tier = message["layers"], message["tier"]

    def grade(self, requests: Sequence[Request]) -> Iterator[tuple[str, Request, dict[str, Any]]]:
        """Hand out all requests; yield ("start", request, {}) and ("done", request, answer) as they happen."""
        left = list(reversed(requests))
        retried: set[str] = set()
        for examiner in self._examiners:
            yield from self._give(examiner, left)
        while busy := {e.channel: e for e in self._examiners if e.request is not None}:
            for channel in wait(list(busy)):
                examiner = busy[channel]  # type: ignore[index]
                request = examiner.request
                assert request is not None
                answer = self._answer(examiner, request, retried)
                if answer is None:
                    left.append(request)
                    examiner = self._replace(examiner)
                else:
                    yield "done", request, answer
                    if answer.get("lost"):
                        examiner = self._replace(examiner)
                examiner.request = None
                yield from self._give(examiner, left)

    def _give(self, examiner: Examiner, left: list[Request]) -> Iterator[tuple[str, Request, dict[str, Any]]]:
        if left:
            examiner.request = left.pop()
            examiner.send(examiner.request)
            yield "start", examiner.request, {}

    def _answer(self, examiner: Examiner, request: Request, retried: set[str]) -> dict[str, Any] | None:
        """Read an answer; None where the examiner died and the hand-in is to be tried once more."""
        try:
            answer = examiner.receive()
        except EOFError:
            if request["folder"] in retried:
                return {"lost": True}
            retried.add(request["folder"])
            return None
        _raise_if_told(answer)
        return answer

    def _replace(self, examiner: Examiner) -> Examiner:
        examiner.close()
        fresh = Examiner(self._settings, self._module)
        self._examiners[self._examiners.index(examiner)] = fresh
        self._greet(fresh)
        return fresh


def _raise_if_told(message: dict[str, Any]) -> None:
    if "error" in message:
        raise GradingError(message["error"])
