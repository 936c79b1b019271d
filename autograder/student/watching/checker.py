"""The checks of `unroll watch`, in a thread beside the one that has the terminal. One warm process serves them all.

The last request is done first, and at once: a check of a lesson that was saved again has no use.
"""

import contextlib
import io
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from autograder.course.model import Lesson, Task
from autograder.errors import Cancelled, GradingError, UnrollError
from autograder.isolation.open import open_workers
from autograder.student.exercises import Exercises
from autograder.student.protection import unprotected
from autograder.student.verdict import Verdict

if TYPE_CHECKING:
    from autograder.exam.remote import Remote
    from autograder.isolation.child import Workers
    from autograder.student.home import Checked


@dataclass(frozen=True)
class Job:
    """One lesson to check.

    Args:
        tasks: in the order in which they are wanted.
        first: names of tests that are run before the others of their task.
    """

    exercises: Exercises
    lesson: Lesson
    tasks: tuple[Task, ...]
    first: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Begun:
    """A lesson is being checked."""

    lesson: str


@dataclass(frozen=True)
class Finished:
    """All tasks of a lesson were checked.

    Args:
        checked: all that was found.
    """

    lesson: str
    checked: "Checked"


@dataclass(frozen=True)
class Broken:
    """A lesson could not be checked, which is no fault of the student's code.

    Args:
        said: why, in one line.
    """

    lesson: str
    said: str


Event = Begun | Verdict | Finished | Broken | BaseException


@dataclass
class _Wanted:
    """What the two threads share, under its lock."""

    jobs: list[Job] = field(default_factory=list)
    running: Job | None = None
    remote: "Remote | None" = None
    cancelled: bool = False
    closed: bool = False
    change: threading.Condition = field(default_factory=threading.Condition)


class Checker:
    """Checks lessons in a thread of its own, and tells of it in `events`.

    Args:
        open_workers: called in the thread, before the first check.
    """

    def __init__(self, open_workers: "Callable[[], Workers]" = open_workers) -> None:
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._open_workers = open_workers
        self._workers: Workers | None = None
        self._wanted = _Wanted()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def ask(self, jobs: list[Job]) -> None:
        """Check these lessons before all others; what is being checked now waits, or is begun again."""
        wanted, asked = self._wanted, {job.lesson.key for job in jobs}
        with wanted.change:
            running = [wanted.running] if wanted.running else []
            wanted.jobs = jobs + [job for job in [*running, *wanted.jobs] if job.lesson.key not in asked]
            self._cancel()
            wanted.change.notify()

    def close(self) -> None:
        """End the thread and every process."""
        with self._wanted.change:
            self._wanted.closed = True
            self._cancel()
            self._wanted.change.notify()
        if self._workers is not None:
            self._workers.close()
        self._thread.join(timeout=2.0)

    def _cancel(self) -> None:
        self._wanted.cancelled = True
        if self._wanted.remote is not None:
            self._wanted.remote.cancel()

    def _work(self) -> None:
        try:
            # What tests and libraries print would spoil the screen.
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                while (job := self._next()) is not None:
                    self._do(job)
        except BaseException as error:  # the thread that has the terminal raises it
            self.events.put(error)

    def _next(self) -> Job | None:
        wanted = self._wanted
        with wanted.change:
            wanted.change.wait_for(lambda: wanted.jobs or wanted.closed)
            wanted.remote, wanted.cancelled = None, wanted.closed
            wanted.running = None if wanted.closed else wanted.jobs.pop(0)
            return wanted.running

    def _do(self, job: Job) -> None:
        self.events.put(Begun(job.lesson.key))
        try:
            checked = self._check_again_if_lost(job)
        except Cancelled:
            return
        except UnrollError as error:
            self.events.put(Broken(job.lesson.key, str(error)))
        else:
            self.events.put(Finished(job.lesson.key, checked))
        with self._wanted.change:
            self._wanted.running = None

    def _check_again_if_lost(self, job: Job) -> "Checked":
        """Check a lesson; where the warm process was ended from outside, for lack of memory, once more with another."""
        try:
            return self._check(job)
        except (GradingError, OSError):
            if self._wanted.closed:
                raise Cancelled from None
            if self._workers is not None:
                self._workers.close()
                self._workers = None
            return self._check(job)

    def _check(self, job: Job) -> "Checked":
        if self._workers is None:
            self._workers = self._open_workers()
        from autograder.student.home import Checked, Home

        checked = Checked(notes=unprotected(job.exercises.folder.parent, self._workers))
        home = Home(job.exercises, self._workers, self._begin)
        home.check(job.lesson, job.tasks, checked, self.events.put, job.first)
        return checked

    def _begin(self, remote: "Remote") -> None:
        """Let `ask` cancel this lesson; it may have done so before."""
        with self._wanted.change:
            self._wanted.remote = remote
            if self._wanted.cancelled:
                remote.cancel()
