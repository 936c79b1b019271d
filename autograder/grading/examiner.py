"""Grader processes: a chief that holds the exam, and examiners forked off it that grade with it.

The chief, which `chief.py` starts, times the right answers and says what holds; then it makes an examiner of each
channel that is sent to it. An examiner is sent a request for each hand-in, as JSON, and answers with its result. With
`cells` it answers with what the cells of a notebook show, with `why` with why a task does not pass. With `alone` the
path may be a single file too.
"""

import gc
import json
import os
import socket
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, NoReturn

from autograder.course.model import MANIFEST, Assignment, Course, Lesson, load_course
from autograder.errors import LINUX_ONLY, GradingError, NotStarted
from autograder.exam.clock import Budget
from autograder.exam.exam import Exam, course_exam, run_session
from autograder.exam.examine import examine, sources_of
from autograder.exam.why import explain
from autograder.grading.fingerprint import with_kit_digest
from autograder.grading.pace import measured
from autograder.grading.request import ExaminerRequest, say, until_gone
from autograder.grading.shown import Notebook
from autograder.intake import HandIn, Student, read_hand_in, read_one
from autograder.intake.alike import code_digests
from autograder.isolation.forked import Zygote
from autograder.isolation.launch import Launched, Process
from autograder.isolation.proof import prove_layers


def serve(channel: Connection, settings: dict[str, Any], launched: Launched) -> None:
    """Collect the tests, time the right answers, and fork an examiner whenever one is wanted.

    Args:
        launched: a zygote that warms up.
    """
    with Zygote(launched=launched) as zygote:
        course = load_course(Path(settings["course"]))
        assignment = course.assignment(settings["assignment"])

        def work(exam: Exam) -> None:
            allowed = prove_layers(zygote, course.root / MANIFEST)
            budget = measured(exam, _to_time(assignment, settings), zygote, course.limits)
            _clear_up()
            pictures = course.has_pictures and settings.get("pictures", True)
            bench = ExaminerBench(exam, course, assignment, settings["fingerprint"], budget, pictures)
            say(channel, {"layers": zygote.layers, "allowed": allowed, "budget": budget.seconds})
            forked: dict[int, Forked] = {}
            try:
                while True:
                    _fork(bench, zygote, channel, _next_channel(channel, forked, zygote), forked)
            finally:
                for pidfd in list(forked):
                    _take_end(pidfd, forked, zygote)

        run_session(course_exam(assignment.lessons, settings["seed"], work, has_public=course.has_pictures))


def _clear_up() -> None:
    """Leave alone from now on what every examiner has: looking through it would copy it for each."""
    gc.collect()
    gc.freeze()
    gc.enable()


def _to_time(assignment: Assignment, settings: dict[str, Any]) -> list[Lesson]:
    """List the lessons whose right answers are timed: all of them, or the one that is asked about."""
    return [one for one in assignment.lessons if one.name == settings.get("only", one.name)]


@dataclass(frozen=True)
class Forked:
    """An examiner that was forked, by its pid, and its zygote."""

    examiner: int
    zygote: Process


def _next_channel(channel: Connection, forked: dict[int, Forked], zygote: Zygote) -> int:
    """Wait for a channel to make an examiner of; meanwhile take the ends of the examiners that have ended.

    Args:
        forked: the examiners, by their pidfds.

    Raises:
        EOFError: the other side has closed.
    """
    while True:
        ready = wait([channel.fileno(), *forked])
        for pidfd in forked.keys() & ready:
            _take_end(int(pidfd), forked, zygote)
        if channel.fileno() in ready:
            return _receive_channel(channel)


def _receive_channel(channel: Connection) -> int:
    if sys.platform != "linux":
        raise GradingError(LINUX_ONLY)
    with socket.socket(fileno=os.dup(channel.fileno())) as line:
        message, fds, *_ = socket.recv_fds(line, 1, 1)
    if not message:
        raise EOFError
    return int(fds[0])


def _fork(bench: "ExaminerBench", zygote: Zygote, chief: Connection, fd: int, forked: dict[int, Forked]) -> None:
    """Fork an examiner, with a zygote of its own; note both.

    Args:
        forked: the others, by their pidfds.
    """
    if sys.platform != "linux":
        raise GradingError(LINUX_ONLY)
    launched = zygote.branch()
    pid = os.fork()
    if not pid:
        chief.close()
        zygote.leave()
        for other in forked:
            os.close(other)
        _become_examiner(bench, Connection(fd), Zygote(launched=launched))
    launched.control.close()
    os.close(launched.log)
    os.close(fd)
    forked[os.pidfd_open(pid)] = Forked(pid, launched.process)


def _take_end(pidfd: int, forked: dict[int, Forked], zygote: Zygote) -> None:
    """Wait for an examiner, then end its zygote, so that no zombie is left and the run is charged for both."""
    ended = forked.pop(pidfd)
    os.waitpid(ended.examiner, 0)
    os.close(pidfd)
    ended.zygote.kill()
    ended.zygote.wait()
    zygote.reap(ended.zygote.pid)


def _become_examiner(bench: "ExaminerBench", channel: Connection, zygote: Zygote) -> NoReturn:
    try:
        say(channel, {"pid": os.getpid()})
        until_gone(channel, lambda: bench.grade_all(channel, zygote))
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


@dataclass
class ExaminerBench:
    """What an examiner grades with.

    Args:
        fingerprint: names the kit that grades.
        budget: what each hand-in may take.
        has_pictures: whether the course has pictures, and anybody looks at them.
        shown: the hand-in whose cells were run last, and the seconds that are left for it.
    """

    exam: Exam
    course: Course
    assignment: Assignment
    fingerprint: str
    budget: Budget
    has_pictures: bool = True
    shown: tuple[str, float] = field(default=("", 0.0))

    def grade_all(self, channel: Connection, zygote: Zygote) -> None:
        """Answer requests until the other side closes."""
        while True:
            request = ExaminerRequest.from_json(json.loads(channel.recv_bytes()))
            student = Student(request.student, request.folder, Path(request.path))
            sent = request.hand_in
            read = HandIn.from_json(sent) if sent else self._read(student, request.alone)
            hand_in = with_kit_digest(read, self.fingerprint)
            if request.cells is not None:
                say(channel, {"shown": self._show(hand_in, request.lesson, request.cells, zygote)})
                continue
            if request.why:
                say(channel, self._explain(hand_in, request.why, zygote))
                continue
            codes = {"codes": code_digests(hand_in, self.assignment)}
            if hand_in.digest == request.known:
                say(channel, {"same": True, **codes})
            else:
                found = self._grade(hand_in, read.digest, zygote, lambda: say(channel, {"asleep": True}))
                say(channel, {**found, **codes})

    def _read(self, student: Student, alone: bool) -> HandIn:
        if alone:
            return read_one(student.path, self.assignment, self.course.limits)
        return read_hand_in(student, self.assignment, self.course.limits)

    def _grade(self, hand_in: HandIn, alone: str, zygote: Zygote, asleep: Callable[[], None]) -> dict[str, Any]:
        """Grade a hand-in; its digest has the kit in it, and `alone` is that of the hand-in alone."""
        limits, kinds = self.course.limits, (self.course.has_pictures, self.has_pictures)
        try:
            result = examine(self.exam, self.assignment, hand_in, zygote, limits, self.budget, asleep, *kinds)
        except NotStarted as error:
            return {"lost": str(error)}
        return {"result": replace(result, hand_in=alone).to_json()}

    def _explain(self, hand_in: HandIn, address: str, zygote: Zygote) -> dict[str, Any]:
        limits = self.course.limits
        try:
            found = explain(self.exam, self.assignment, address, hand_in, zygote, limits, self.budget)
        except NotStarted as error:
            return {"lost": str(error)}
        return {"why": found.to_json()}

    def _show(self, hand_in: HandIn, lesson: str, cells: list[str], zygote: Zygote) -> Any:
        """Run a notebook's cells; all notebooks of a hand-in share one budget."""
        left = self.shown[1] if self.shown[0] == hand_in.digest else self.budget.seconds
        others = {name: texts for name, texts in sources_of(hand_in).items() if name != lesson}
        notebook = Notebook(zygote, self.course.limits, lesson, others, left)
        shown = notebook.run(cells)
        self.shown = hand_in.digest, left - notebook.spent
        return shown
