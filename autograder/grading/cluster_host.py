"""The grading on one machine of a cluster: a process with a crew of its own, beside the worker of dask.

It is started as: python -m autograder.grading.cluster_host FD. It unpacks the course, makes sure that kit and versions
are those of the machine that asks, and proves the sandbox here. Then it grades chunks of hand-ins. It ends when the
worker of dask closes the channel or dies, and leaves no process and no file.
"""

import base64
import contextlib
import json
import select
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from autograder.course.model import Course, load_course
from autograder.errors import LINUX_ONLY, GradingError, UnrollError
from autograder.grading.cluster_course import unpack_course
from autograder.grading.crew import Crew
from autograder.grading.fingerprint import fingerprint, parts
from autograder.grading.request import GONE, ExaminerRequest, say, say_at_last
from autograder.isolation.inside.endings import end_with_parent
from autograder.reports.class_page.changes import other_parts

OTHERS = "It has another one of {what} than the machine that asks. Install the same version of everything on both."


def main() -> None:
    """Grade until the other side closes."""
    if sys.platform == "win32":
        raise GradingError(LINUX_ONLY)
    end_with_parent()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # until there is something to be interrupted
    channel = Connection(int(sys.argv[1]))
    threading.Thread(target=_watch, args=[channel.fileno()], daemon=True).start()
    try:
        settings = json.loads(channel.recv_bytes())
        with fresh_folder(Path(settings["place"])) as place:
            serve(channel, settings, place)
    except GONE:
        return
    except (UnrollError, OSError) as error:
        say_at_last(channel, {"failed": str(error)})


@contextlib.contextmanager
def fresh_folder(place: Path) -> Iterator[Path]:
    """Make a folder for as long as it is needed."""
    try:
        place.mkdir(mode=0o700)
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Let the end of the worker of dask interrupt what takes long, and nothing of what cleans up after it."""
    if sys.platform == "win32":
        raise GradingError(LINUX_ONLY)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def _watch(fd: int) -> None:
    """Interrupt the grading as Ctrl-C does once the worker of dask is gone."""
    if sys.platform != "linux":
        raise GradingError(LINUX_ONLY)
    poll = select.poll()
    poll.register(fd, select.POLLRDHUP)
    poll.poll()
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def serve(channel: Connection, settings: dict[str, Any], place: Path) -> None:
    """Say what holds here, or why this machine must not grade; then answer each chunk.

    Raises:
        EOFError: the worker of dask has closed the channel.
        UnrollError: nothing can be graded here now; another machine, or another try, may do better.
    """
    unpack_course(base64.b64decode(settings["packed"]), place)
    course = load_course(place)
    if why := others_here(course, settings):
        say(channel, {"refused": why})
        return
    names = ("assignment", "seed", "fingerprint")
    with Crew({"course": str(place), **{name: settings[name] for name in names}}, 1) as crew:
        with interruptible():
            crew.wait_until_warm()
        say(channel, {"layers": crew.layers, "weakness": crew.weakness, "budget": crew.budget})
        if crew.weakness and not settings["accept_weak"]:
            return
        while True:
            requests = [ExaminerRequest.from_json(one) for one in json.loads(channel.recv_bytes())]
            say(channel, {"answers": graded(crew, requests)})


def others_here(course: Course, settings: dict[str, Any]) -> str:
    """Say what is another one here, so that verdicts could be others: the kit, versions or a lesson; "" for nothing."""
    if fingerprint(course, settings["assignment"], settings["seed"]) == settings["fingerprint"]:
        return ""
    others = other_parts(settings["parts"], parts(course, settings["assignment"]))
    return OTHERS.format(what=", ".join(others) or "the kit")


def graded(crew: Crew, requests: list[ExaminerRequest]) -> dict[str, dict[str, Any]]:
    """Grade some hand-ins; return the answers by the folder of the report."""
    with interruptible():
        return {request.folder: answer for event, request, answer in crew.grade(requests) if event == "done"}


if __name__ == "__main__":
    main()
