"""`unroll grade --scheduler`: the crew of a class that machines of a dask cluster grade.

It is asked like a crew on one machine. A process here reads the hand-ins; those that are graded already go nowhere. The
others travel as text in chunks, mostly of one, so that each result comes as soon as it is there. A chunk whose machine
was lost is done again by dask; one that ends its machines is done again hand-in by hand-in. Answers come as JSON, and
none is unpickled.
"""

import contextlib
import json
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue
from typing import Any, Self

from autograder.course.model import Course
from autograder.errors import GradingError
from autograder.grading.cluster_course import pack_course
from autograder.grading.cluster_worker import grade_chunk, release
from autograder.grading.crew import Crew, Event
from autograder.grading.dask_address import OPEN, read_address, safe_address
from autograder.grading.dask_client import connect
from autograder.grading.request import ExaminerRequest
from autograder.isolation.inside.sandbox import tier
from autograder.text.clean import one_line

READER = "autograder.grading.reader"
MOST_A_CHUNK, CHUNKS_A_WORKER, AHEAD = 8, 4, 2  # hand-ins; chunks of a small class; chunks that wait for each worker
WORKERS_SERVED = 16  # whose hand-ins can surely travel one by one: a chunk more costs this process some 4 ms
ASKED_SECONDS, ALONE_SECONDS, END_SECONDS = 1.0, 300.0, 20.0
TRIES = 2
KILLED = "KilledWorker"  # what dask says of a task that has ended so many workers as the scheduler allows
ENDED = "The machine that graded this hand-in ended it, or was ended."
GONE = "The scheduler at {address} is gone. Run the same command again: what is graded is kept."
NO_WORKER = "No worker of dask is at {address}. Start some, then run the same command again: what is graded is kept."
REFUSED = "The worker {worker} cannot grade. {why}"


@dataclass(frozen=True)
class Chunk:
    """Some hand-ins that travel together; none only warms a machine up.

    Args:
        worker: the only one that may take it, or "".
        has_course: whether the course travels with it.
    """

    requests: tuple[ExaminerRequest, ...] = ()
    worker: str = ""
    has_course: bool = False


@dataclass
class Flying:
    """The chunks that are under way, by dask's key, and their ends as they come."""

    chunks: dict[str, tuple[Chunk, Any]] = field(default_factory=dict)
    ended: SimpleQueue[Any] = field(default_factory=SimpleQueue)


class Cluster:
    """The machines that go through one list of requests; to be used as `Crew` is.

    Args:
        settings: what `Crew` takes.
        accept_weak: whether a machine may grade whose sandbox is weaker than it should be.

    Raises:
        UsageError: the address is none or not safe, or dask is not installed.
        GradingError: no scheduler answers.
    """

    def __init__(
        self, settings: dict[str, Any], address: str, course: Course, parts: dict[str, str], accept_weak: bool
    ) -> None:
        self._address = str(safe_address(address))
        self._client = connect(self._address)
        self._run = secrets.token_hex(8)
        about = {name: settings[name] for name in ("assignment", "seed", "fingerprint")}
        self._settings = json.dumps({**about, "parts": parts, "accept_weak": accept_weak})
        self._packed = pack_course(course, settings["assignment"])
        self._flying, self._tries = Flying(), dict[str, int]()
        self._count = 0
        self._last_worker = time.monotonic()
        self.layers: dict[str, str] | None = None
        self.weakness, self.budget, self._why = "", 0.0, ""
        self.machines: dict[str, str] = {}
        try:
            self._reader = Crew(settings, 1, READER)
        except BaseException:
            self._client.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End what still runs for this class on all machines, then let the scheduler go."""
        self._reader.__exit__()
        ending = threading.Thread(target=self._end, daemon=True)
        ending.start()
        ending.join(END_SECONDS)  # a network that is gone must not keep the terminal

    def _end(self) -> None:
        with contextlib.suppress(Exception):
            self._client.cancel([future for _, future in self._flying.chunks.values()], force=True)
            self._client.run(release, self._run, on_error="ignore")
        with contextlib.suppress(Exception):
            self._client.close(timeout=ASKED_SECONDS)

    @property
    def tier(self) -> str:
        """Name what the sandboxes of all machines have proved to give."""
        return tier(frozenset(self.layers or ()))

    def wait_until_warm(self) -> None:
        """Wait until each machine that is there has tried its sandbox; one that comes later does so at its first chunk.

        Raises:
            GradingError: there is none, or one must not grade.
        """
        self._reader.wait_until_warm()
        for worker in self._workers():
            self._send(Chunk(worker=worker, has_course=True))
        while self._flying.chunks:
            list(self._land())
            there = self._workers()
            for key, (chunk, future) in list(self._flying.chunks.items()):
                if chunk.worker not in there:
                    del self._flying.chunks[key]
                    self._let_go(future)
        if not self.machines:
            raise GradingError(self._why or NO_WORKER.format(address=self._address))

    def grade(self, requests: Sequence[ExaminerRequest]) -> Iterator[Event]:
        """Send out all requests; yield ("start", request, {}) and ("done", request, answer) as they happen."""
        size = chunk_size(len(requests), len(self.machines))
        known = {request.folder: request for request in requests}
        for event, request, answer in self._travel(requests, size):
            yield event, known[request.folder], answer

    def _travel(self, requests: Sequence[ExaminerRequest], size: int) -> Iterator[Event]:
        read: list[ExaminerRequest] = []
        for event, request, answer in self._reader.grade(requests):
            if event == "start":
                yield event, request, {}
            elif "hand_in" not in answer:
                yield event, request, answer
            else:
                read.append(replace(request, path="", known="", hand_in=answer["hand_in"]))
            if len(read) >= size:
                self._send(Chunk(tuple(read)))
                read = []
            while len(self._flying.chunks) > AHEAD * len(self.machines):
                yield from self._land()
            while not self._flying.ended.empty():
                yield from self._land()
        if read:
            self._send(Chunk(tuple(read)))
        while self._flying.chunks:
            yield from self._land()

    def _send(self, chunk: Chunk) -> None:
        """Hand a chunk to dask. Its call is a function of ours with texts and bytes: that alone is pickled."""
        self._count += 1
        text = json.dumps([one.to_json() for one in chunk.requests]) if chunk.requests else ""
        future = self._client.submit(
            grade_chunk,
            self._run,
            self._settings,
            self._packed if chunk.has_course else b"",
            text,
            key=f"unroll-{self._run}-{self._count}",
            workers=[chunk.worker] if chunk.worker else None,
            pure=False,
        )
        self._flying.chunks[future.key] = chunk, future
        future.add_done_callback(self._flying.ended.put)

    def _land(self) -> Iterator[Event]:
        """Wait a moment for the end of a chunk; yield what it gives."""
        try:
            future = self._flying.ended.get(timeout=ASKED_SECONDS)
        except Empty:
            self._workers()
            return
        chunk, _ = self._flying.chunks.pop(future.key, (None, None))
        answer = self._result(future) if chunk else {}
        self._let_go(future)
        if chunk:
            yield from self._take(chunk, answer)

    def _let_go(self, future: Any) -> None:
        """Release a future in dask's own thread: in its `__del__` Python would swallow a Ctrl-C."""
        self._client.loop.add_callback(future.release)

    def _result(self, future: Any) -> dict[str, Any]:
        """Read what came; a chunk that could not be done has ended its machines.

        Raises:
            GradingError: dask could not even begin it.
        """
        if future.status == "finished":
            try:
                found: dict[str, Any] = json.loads(future.result(timeout=ALONE_SECONDS))
                return found
            except Exception:  # the machine was lost with the answer, or it is no answer of ours
                return {"died": True}
        error = future.exception(timeout=ASKED_SECONDS) if future.status == "error" else None
        if error is not None and type(error).__name__ != KILLED:
            why = one_line(f"{type(error).__name__}: {error}", 200)
            raise GradingError(REFUSED.format(worker=self._address, why=f"{why}. Is the same kit installed there?"))
        self._workers()  # a scheduler that is gone cancels all
        return {"died": True}

    def _take(self, chunk: Chunk, answer: dict[str, Any]) -> Iterator[Event]:
        if "refused" in answer:
            raise GradingError(REFUSED.format(worker=answer["worker"], why=answer["refused"]))
        if "layers" in answer:
            self._greet(answer)
        if "want" in answer:
            self._send(replace(chunk, has_course=True))
        elif "died" in answer:
            yield from self._again(chunk, answer.get("why", ""))
        for request in chunk.requests if "answers" in answer else ():
            yield "done", request, answer["answers"].get(request.folder, {"lost": ENDED})

    def _greet(self, answer: dict[str, Any]) -> None:
        """Note what holds on a machine.

        Raises:
            GradingError: the way there is not safe, or it is weaker than those that came before.
        """
        worker, layers = answer["worker"], answer["layers"]
        if not read_address(worker).is_safe:
            raise GradingError(OPEN.format(text=worker))
        if worker in self.machines:
            return
        self.layers = {name: layers[name] for name in layers if self.layers is None or name in self.layers}
        self.machines[worker] = tier(frozenset(layers))
        self.budget = min(self.budget or answer["budget"], answer["budget"])
        if answer["weakness"]:
            self.weakness = f"The worker {worker}: {answer['weakness']}"
            if not json.loads(self._settings)["accept_weak"]:
                raise GradingError(f"{self.weakness} grade on machines with Landlock and seccomp.")

    def _again(self, chunk: Chunk, why: str) -> Iterator[Event]:
        """Send each hand-in of a chunk alone, unless it has ended its machines too often."""
        self._why = why or self._why
        for request in chunk.requests:
            tries = self._tries[request.folder] = self._tries.get(request.folder, 0) + 1
            if tries >= TRIES:
                yield "done", request, {"lost": why or ENDED}
            else:
                self._send(Chunk((request,)))

    def _workers(self) -> list[str]:
        """List the workers that are there.

        Raises:
            GradingError: the scheduler is gone, there was no worker for minutes, or the way to one is not safe.
        """
        if self._client.status != "running":
            raise GradingError(GONE.format(address=self._address))
        try:
            there = list(self._client.nthreads())
        except Exception:
            raise GradingError(GONE.format(address=self._address)) from None
        for worker in there:
            if not read_address(worker).is_safe:
                raise GradingError(OPEN.format(text=worker))
        if there:
            self._last_worker = time.monotonic()
        elif time.monotonic() - self._last_worker > ALONE_SECONDS:
            raise GradingError(NO_WORKER.format(address=self._address))
        return there


def chunk_size(hand_ins: int, workers: int) -> int:
    """Say how many hand-ins travel together: one, unless there are so many workers that this process would be late."""
    return max(1, min(MOST_A_CHUNK, workers // WORKERS_SERVED, hand_ins // (CHUNKS_A_WORKER * workers or 1)))
