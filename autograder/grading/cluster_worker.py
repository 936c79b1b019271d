"""What a worker of dask runs: it hands chunks of hand-ins to a process of ours beside it, and sends back bytes.

Texts and bytes come in, bytes go out, and nothing is raised: dask would pickle an exception. The worker of dask itself
reads no hand-in and runs no student's code.

A client that was killed says nothing. But dask cancels its chunks, and sends no more. So a chunk ends as soon as it is
cancelled, and a machine that is idle for a while leaves the class. If it is asked again, it gets the course again.
"""

import base64
import contextlib
import importlib
import json
import os
import shutil
import socket
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.grading.processes import Examiner, start

HOST = "autograder.grading.cluster_host"
IDLE_SECONDS = 45.0  # until a machine that nobody asks any more is left as it was
ASKED_SECONDS = 1.0
MOST_RUNS = 100  # that have ended and are remembered
ONE_THREAD = "It has {count} threads, and one hand-in at a time is graded. Start it with --nthreads 1."


@dataclass
class Host:
    """The process beside a worker of dask.

    Args:
        place: its folder, which it removes at its end, unless it is killed.
        greeting: what it says of this machine; None until it has said so.
        used: when it was last asked.
    """

    process: Examiner
    place: Path
    greeting: dict[str, Any] | None = None
    used: float = field(default_factory=time.monotonic)


@dataclass
class Machine:
    """What this worker of dask has started, by the run; and the runs that have ended."""

    hosts: dict[str, Host] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


MACHINE = Machine()  # a worker of dask is a process, and all its tasks share what runs beside it


def grade_chunk(run: str, settings: str, packed: bytes, chunk: str) -> bytes:
    """Grade some hand-ins on this machine.

    Args:
        run: names the run of `unroll grade`.
        settings: what it grades with, as JSON.
        packed: the course, or b"" where this machine may have it.
        chunk: the requests as JSON; "" only warms up and says what holds here.

    Returns: JSON. It has `answers`, or `want` for the course. Or it has `died`, with the reason if one is known, where
        another try may do better. Or it has `refused` with the reason, where none will.
    """
    try:
        with MACHINE.lock:
            answer = _answer(run, settings, packed, chunk)
    except Exception as error:
        answer = {"refused": f"{type(error).__name__}: {error}"}
    return json.dumps({**answer, "worker": _place()[0]}).encode()


def _answer(run: str, settings: str, packed: bytes, chunk: str) -> dict[str, Any]:
    if run in MACHINE.ended:
        return {"died": True}
    _, scratch, threads = _place()
    if threads != 1:
        return {"refused": ONE_THREAD.format(count=threads)}
    host = MACHINE.hosts.get(run)
    if host is None and not packed:
        return {"want": True}
    try:
        if host is None:
            place = Path(scratch) / f"unroll-{run}"
            host = _started(run, {**json.loads(settings), "packed": _text(packed)}, place)
        if host.greeting is None:
            host.greeting = _heard(host)
        answer = {**host.greeting, **(_graded(host, chunk) if chunk and "layers" in host.greeting else {})}
    except EOFError:
        answer = {"failed": ""}
    if "failed" in answer or "refused" in answer:
        _drop(run)
    return {"died": True, "why": answer["failed"]} if "failed" in answer else answer


def _text(packed: bytes) -> str:
    return base64.b64encode(packed).decode("ascii")


def _started(run: str, settings: dict[str, Any], place: Path) -> Host:
    host = MACHINE.hosts[run] = Host(start({**settings, "place": str(place)}, HOST), place)
    threading.Thread(target=_leave_when_idle, args=[run, host], daemon=True).start()
    return host


def _graded(host: Host, chunk: str) -> dict[str, Any]:
    """Hand a chunk over and wait for its answers.

    Raises:
        EOFError: the process has ended, or nobody wants the answers.
    """
    host.process.send(json.loads(chunk))
    return _heard(host)


def _heard(host: Host) -> dict[str, Any]:
    """Wait for what the process says.

    Raises:
        EOFError: it has ended, or nobody wants to hear it.
    """
    try:
        while not host.process.channel.poll(ASKED_SECONDS):
            if _is_cancelled():
                raise EOFError
        return host.process.receive()
    finally:
        host.used = time.monotonic()


def _is_cancelled() -> bool:
    """Tell whether dask has let go of the task of this thread, as it does when a client is gone."""
    worker = _worker()
    task = worker.state.tasks.get(worker.get_current_task())
    return task is not None and task.state == "cancelled"


def _leave_when_idle(run: str, host: Host) -> None:
    """End a process that nobody has asked for a while."""
    while True:
        time.sleep(max(0.0, host.used + IDLE_SECONDS - time.monotonic()))
        with MACHINE.lock:  # no chunk is under way
            if MACHINE.hosts.get(run) is not host:
                return
            if time.monotonic() - host.used >= IDLE_SECONDS:
                _drop(run)
                return


def _drop(run: str) -> None:
    host = MACHINE.hosts.pop(run, None)
    if host:
        host.process.close()
        shutil.rmtree(host.place, ignore_errors=True)


def release(run: str) -> None:
    """End what runs here for a run, at once, also in the middle of a chunk."""
    MACHINE.ended = [*MACHINE.ended, run][-MOST_RUNS:]
    if host := MACHINE.hosts.get(run):
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(host.process.channel.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)  # both sides see the end, whoever reads
        threading.Thread(target=_reap, args=[run], daemon=True).start()


def _reap(run: str) -> None:
    """Wait for the process, once no chunk of it is under way."""
    with MACHINE.lock:
        _drop(run)


def _place() -> tuple[str, str, int]:
    """Say what this worker of dask is called, where it may write, and how many threads it has."""
    worker = _worker()
    return worker.address, worker.local_directory, worker.state.nthreads


def _worker() -> Any:
    return importlib.import_module("distributed").get_worker()
