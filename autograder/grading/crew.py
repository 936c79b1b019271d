"""The grader processes of a class: they get hand-ins and send results. A process that dies is replaced.

The number of jobs says how many hand-ins are graded at a time. A hand-in whose code sleeps needs no processor. Another
examiner then begins the next hand-in beside it. If too many sleep, the others are graded first.
"""

import time
from collections.abc import Iterator, Sequence
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, Self

from autograder.errors import GradingError
from autograder.grading.processes import Examiner, fork_examiner, start
from autograder.grading.request import ExaminerRequest
from autograder.isolation.descriptors import ENOUGH, need_descriptors
from autograder.isolation.inside.sandbox import tier, weakness

CHIEF = "autograder.grading.chief"
ASLEEP_PER_JOB = 12
SPARE_BYTES = 2 << 30  # what the worker of one more examiner may take
OPEN_WAITS = (0.0, 1.0, 5.0)
NOT_STARTED = "A grader process could not be started; its own message stands above."
KILLED = "A grader process was killed while it started. Free some memory, then run the same command again."

Event = tuple[str, ExaminerRequest, dict[str, Any]]


class Queue:
    """The hand-ins that wait: first those that are new, then those that were set aside because they sleep."""

    def __init__(self, requests: Sequence[ExaminerRequest]) -> None:
        self._new = list(reversed(requests))
        self._aside: list[ExaminerRequest] = []
        self._seen: set[tuple[str, str]] = set()

    def __bool__(self) -> bool:
        return bool(self._new or self._aside)

    def next(self) -> ExaminerRequest:
        """Take one out."""
        return self._new.pop() if self._new else self._aside.pop(0)

    def retry(self, request: ExaminerRequest) -> bool:
        """Put one back that could not be graded; tell whether it is the first time."""
        return self._put("retried", request, self._new)

    def set_aside(self, request: ExaminerRequest) -> bool:
        """Put one behind all others, at most once, as long as there are new ones; tell whether that was done."""
        return bool(self._new) and self._put("aside", request, self._aside)

    def _put(self, why: str, request: ExaminerRequest, where: list[ExaminerRequest]) -> bool:
        """Put one back, unless that was done before for the same reason."""
        if (why, request.folder) in self._seen:
            return False
        self._seen.add((why, request.folder))
        where.append(request)
        return True


class Crew:
    """The examiners that go through one list of requests.

    Args:
        settings: what `examiner.serve` reads, or what the other module reads.
        jobs: how many requests are worked on at a time, beside those that sleep.
        module: what each process runs; only the kit's own has a chief that forks the others.

    Raises:
        GradingError: this system has no sandbox, or too few files may be open.
    """

    def __init__(self, settings: dict[str, Any], jobs: int, module: str = CHIEF) -> None:
        need_descriptors(ENOUGH + jobs)
        self._settings = settings
        self._module = module
        self._jobs = jobs
        self._chief = start(settings, module) if module == CHIEF else None
        self._examiners = [] if self._chief else [start(settings, module) for _ in range(jobs)]
        self.layers: dict[str, str] | None = None
        self.weakness = ""
        self.budget = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for examiner in (*self._examiners, *([self._chief] if self._chief else [])):
            examiner.close()

    @property
    def tier(self) -> str:
        """Name what all examiners' sandboxes have proved to give."""
        return tier(frozenset(self.layers or ()))

    def wait_until_warm(self) -> None:
        """Wait until the tests are collected and the sandbox is tried; note what holds, and a hand-in's seconds.

        A process that is killed from outside meanwhile is started again, once.
        """
        for examiner in [self._chief] if self._chief else list(self._examiners):
            try:
                self._greet(examiner)
            except GradingError:
                if not examiner.was_killed:
                    raise
                self._greet(self._start_again(examiner))

    def _start_again(self, examiner: Examiner) -> Examiner:
        examiner.close()
        fresh = start(self._settings, self._module)
        if examiner is self._chief:
            self._chief = fresh
        else:
            self._examiners[self._examiners.index(examiner)] = fresh
        return fresh

    def _greet(self, examiner: Examiner) -> None:
        try:
            message = examiner.receive()
        except EOFError:
            raise GradingError(KILLED if examiner.was_killed else NOT_STARTED) from None
        _raise_if_told(message)
        layers: dict[str, str] = message["layers"]
        self.layers = {name: layers[name] for name in layers if self.layers is None or name in self.layers}
        self.weakness = weakness(self.tier, message.get("allowed", [])) or self.weakness
        self.budget = message.get("budget", 0.0)

    def grade(self, requests: Sequence[ExaminerRequest]) -> Iterator[Event]:
        """Hand out all requests; yield ("start", request, {}) and ("done", request, answer) as they happen."""
        queue = Queue(requests)
        yield from self._hand_out(queue)
        while busy := {e.channel: e for e in self._examiners if e.request is not None}:
            for channel in wait(list(busy)):
                heard = self._hear(busy[channel], queue)  # type: ignore[index]
                try:
                    started = self._hand_out(queue)  # before the caller writes what was heard
                except GradingError:
                    yield from heard
                    raise
                yield from (*heard, *started)

    def _hand_out(self, queue: Queue) -> list[Event]:
        """Send what waits to examiners, as long as there are free ones."""
        started: list[Event] = []
        while queue and (examiner := self._free()):
            examiner.request, examiner.is_asleep = queue.next(), False
            examiner.send(examiner.request.to_json())
            started.append(("start", examiner.request, {}))
        return started

    def _hear(self, examiner: Examiner, queue: Queue) -> list[Event]:
        """Take what an examiner says; a hand-in that could not be graded is tried once more by another one."""
        request = examiner.request
        assert request is not None
        answer = _answer(examiner)
        if answer.get("asleep"):
            examiner.is_asleep = True
            if self._are_many_asleep() and queue.set_aside(request):
                self._dismiss(examiner)
            return []
        examiner.request = None
        if "lost" in answer:
            self._dismiss(examiner)
            if queue.retry(request):
                return []
        return [("done", request, answer)]

    def _are_many_asleep(self) -> bool:
        asleep = sum(examiner.is_asleep for examiner in self._examiners)
        return asleep > ASLEEP_PER_JOB * self._jobs or not _has_memory()

    def _dismiss(self, examiner: Examiner) -> None:
        self._examiners.remove(examiner)
        examiner.close()

    def _free(self) -> Examiner | None:
        """Find or open an examiner for one more hand-in; None where enough are at work."""
        computing = sum(examiner.computes for examiner in self._examiners)
        if computing >= self._jobs:
            return None
        for examiner in self._examiners:
            if examiner.request is None:
                return examiner
        most = (1 + ASLEEP_PER_JOB) * self._jobs
        if len(self._examiners) >= self._jobs and (len(self._examiners) >= most or not _has_memory()):
            return None
        self._examiners.append(self._open())
        return self._examiners[-1]

    def _open(self) -> Examiner:
        """Open an examiner.

        Raises:
            GradingError: that failed several times.
        """
        for seconds in OPEN_WAITS:
            time.sleep(seconds)
            try:
                if seconds:
                    self._open_chief()
                return self._open_once()
            except (GradingError, EOFError, OSError) as error:
                said = str(error)
        raise GradingError(f"No grader process can be started. {said}".strip())

    def _open_once(self) -> Examiner:
        if self._chief:
            return fork_examiner(self._chief)
        fresh = start(self._settings, self._module)
        self._greet_again(fresh)
        return fresh

    def _open_chief(self) -> None:
        if self._chief:
            self._chief.close()
            self._chief = start(self._settings, self._module)
            self._greet_again(self._chief)

    def _greet_again(self, fresh: Examiner) -> None:
        """Greet one that takes the place of another, and whose sandbox may not be weaker."""
        before = self.weakness
        self._greet(fresh)
        if self.weakness != before:
            raise GradingError(f"{self.weakness} it was stronger when the grading began.")


def _answer(examiner: Examiner) -> dict[str, Any]:
    try:
        answer = examiner.receive()
    except EOFError:
        return {"lost": "The grader ended while it graded this hand-in."}
    _raise_if_told(answer)
    return answer


def _has_memory() -> bool:
    """Tell whether the machine can bear one more worker; where it does not say, it can."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        available = next(int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, ValueError, StopIteration):
        return True
    return available >= SPARE_BYTES


def _raise_if_told(message: dict[str, Any]) -> None:
    if "error" in message:
        raise GradingError(message["error"])
