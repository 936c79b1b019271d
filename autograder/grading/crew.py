"""The grader processes of a class: hand-ins go out to them, results come back, and one that dies is replaced."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any, Self

from autograder.errors import GradingError
from autograder.isolation.backend import need_sandbox
from autograder.isolation.launch import THREADS
from autograder.isolation.sandbox import tier, weakness

Request = dict[str, Any]
CLOSE_SECONDS = 10.0
EXAMINER = "autograder.grading.examiner"
QUIET = {**dict.fromkeys(THREADS, "1"), "PYTHONDONTWRITEBYTECODE": "1"}


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
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", module, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={**environment, **QUIET},
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
    """

    def __init__(self, settings: dict[str, Any], jobs: int, module: str = EXAMINER) -> None:
        self._settings = settings
        self._module = module
        self._examiners = [Examiner(settings, module) for _ in range(jobs)]
        self.layers: dict[str, str] | None = None
        self.weakness = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for examiner in self._examiners:
            examiner.close()

    @property
    def tier(self) -> str:
        """Name what all examiners' sandboxes have proved to give."""
        return tier(frozenset(self.layers or ()))

    def wait_until_warm(self) -> None:
        """Wait until every examiner has collected its tests and tried its sandbox; note what holds."""
        for examiner in self._examiners:
            self._greet(examiner)

    def _greet(self, examiner: Examiner) -> None:
        try:
            message = examiner.receive()
        except EOFError:
            raise GradingError("A grader process could not be started; its own message stands above.") from None
        _raise_if_told(message)
        layers: dict[str, str] = message["layers"]
        self.layers = {name: layers[name] for name in layers if self.layers is None or name in self.layers}
        self.weakness = weakness(self.tier, message["allowed"]) or self.weakness

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
        before = self.weakness
        self._greet(fresh)
        if self.weakness != before:
            raise GradingError(f"{self.weakness} it was stronger when the grading began.")
        return fresh


def _raise_if_told(message: dict[str, Any]) -> None:
    if "error" in message:
        raise GradingError(message["error"])
