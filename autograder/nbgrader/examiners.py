"""The examiners of this process: one for each assignment, warm from the first student to the last."""

import atexit
import contextlib
import os
import secrets
import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.course.model import Course
from autograder.errors import GradingError, TooWeak
from autograder.exam.results import HandInResult
from autograder.grading.crew import Crew
from autograder.grading.fingerprint import fingerprint
from autograder.grading.request import ExaminerRequest
from autograder.isolation.environment import must_be_fit
from autograder.isolation.inside.sandbox import WEAK_ACCEPTED
from autograder.nbgrader.lessons import StudentLesson
from autograder.text.ours import read_own

SEED_FILE = ".unroll-seed"


class ExaminerPool:
    """Asks one examiner about one assignment, one question at a time; `last` is the result that it found last."""

    def __init__(self, course: Course, assignment: str, seed: str, kit: str) -> None:
        must_be_fit()
        self.kit = kit
        settings = {"course": str(course.root), "assignment": assignment, "seed": seed, "fingerprint": kit}
        # Feedback shows what the notebook's own cells draw, and none of the course's pictures.
        self._crew = Crew({**settings, "pictures": False}, 1)
        self.last: HandInResult | None = None
        self._crew.wait_until_warm()
        if self._crew.weakness and not os.environ.get(WEAK_ACCEPTED):
            self.close()
            raise TooWeak(
                f"{self._crew.weakness} autograde on Linux with Landlock and seccomp, or set {WEAK_ACCEPTED}=1."
            )

    def result(self, place: StudentLesson) -> HandInResult:
        """Judge all lessons that a student handed in; the same hand-in is judged once."""
        last = self.last if self.last and self.last.student == place.student else None
        answer = self._ask(replace(_request(place), known=last.digest if last else ""))
        if last is None or not answer.get("same"):
            if "result" not in answer:
                raise GradingError(f"The grader ended twice while it graded {place.student}. Autograde it again.")
            self.last = last = HandInResult.from_json(answer["result"])
        return last

    def shown(self, place: StudentLesson, cells: list[str]) -> list[list[dict[str, Any]]]:
        """Run the cells of a student's notebook for what they show."""
        answer = self._ask(replace(_request(place), lesson=place.lesson.name, cells=cells))
        shown: list[list[dict[str, Any]]] = answer.get("shown", [[] for _ in cells])
        return shown

    def _ask(self, request: ExaminerRequest) -> dict[str, Any]:
        (answer,) = [answer for event, _, answer in self._crew.grade([request]) if event == "done"]
        return answer

    def close(self) -> None:
        """End the examiner."""
        self._crew.__exit__()


def _request(place: StudentLesson) -> ExaminerRequest:
    return ExaminerRequest(place.student, place.student, str(place.handed_in))


_pools: dict[tuple[Path, str], ExaminerPool] = {}
_lock = threading.RLock()


@contextlib.contextmanager
def pool_for(place: StudentLesson) -> Any:
    """Lend the pool of an assignment; a course that has changed since gets a new one."""
    key = (place.course.root, place.assignment.name)
    with _lock:
        seed = course_seed(place.course.root)
        kit = fingerprint(place.course, place.assignment.name, seed)
        if key in _pools and _pools[key].kit != kit:
            _pools.pop(key).close()
        if key not in _pools:
            _pools[key] = ExaminerPool(place.course, place.assignment.name, seed, kit)
        try:
            yield _pools[key]
        except BaseException:
            # An answer may still be under way; the next question must not be taken for it.
            _pools.pop(key).close()
            raise


def last_result(root: Path, assignment: str, student: str) -> HandInResult | None:
    """Return what the pool of an assignment found out last, if that was about this student."""
    with _lock:
        pool = _pools.get((root, assignment))
        return pool.last if pool and pool.last and pool.last.student == student else None


def course_seed(root: Path) -> str:
    """Return the course's secret, which makes the hidden inputs; made at the first use, readable by its owner alone."""
    path = root / SEED_FILE
    if not path.exists():
        with contextlib.suppress(OSError):
            _make_seed(path)
    try:
        return read_own(path, private=False).strip() or "unroll"  # while it is made it has two names
    except OSError as error:
        raise GradingError(f"{path}: {error.strerror}. Make the course folder writable for whoever grades.") from None


def _make_seed(path: Path) -> None:
    """Put a whole secret in its place, or leave the one that another process has put there meanwhile."""
    handle, part = tempfile.mkstemp(prefix=SEED_FILE, dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(secrets.token_hex(16))
        with contextlib.suppress(FileExistsError):
            os.link(part, path)
    finally:
        Path(part).unlink()


@atexit.register
def close_desks() -> None:
    """End all examiners."""
    while _pools:
        _pools.popitem()[1].close()
