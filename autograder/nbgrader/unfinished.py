"""Remember submissions that were begun and not finished: after a crash they are graded again.

For nbgrader a student is graded when the autograded folder exists, even if a crash left it half done. So a mark stands
in the course from the first to the last step of each submission. The process that works on it holds a lock on the mark.
"""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from autograder.nbgrader.lessons import course_at
from autograder.text.locks import lock
from autograder.text.ours import NEVER_FOLLOW

FOLDER = ".unroll-nbgrade"
_held: dict[Path, int] = {}


def begin(submitted: Path) -> None:
    """Mark a submission as begun; wait while another process is at it. A course that cannot be written has no marks."""
    release()
    mark = _mark(submitted)
    if mark is not None:
        with suppress(OSError):
            mark.parent.mkdir(exist_ok=True)
            _held[mark] = _open(mark)
            lock(_held[mark], wait=True)
            os.close(_open(mark))  # whoever was waited for has taken it away


def _open(mark: Path) -> int:
    return os.open(mark, os.O_RDWR | os.O_CREAT | NEVER_FOLLOW, 0o600)


def finish(submitted: Path) -> None:
    """Take the mark away."""
    mark = _mark(submitted)
    if mark is not None:
        mark.unlink(missing_ok=True)
    release()


def release() -> None:
    """Be at no submission any more; the mark of one that failed stays."""
    while _held:
        os.close(_held.popitem()[1])


def is_unfinished(submitted: Path) -> bool:
    """Say whether a submission was begun and not finished."""
    mark = _mark(submitted)
    return mark is not None and mark.exists()


def is_busy(submitted: Path) -> bool:
    """Say whether another process is at a submission now."""
    mark = _mark(submitted)
    try:
        with (mark or submitted).open("rb") as file:
            lock(file, shared=True)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _mark(submitted: Path) -> Path | None:
    """Name the mark of a submitted folder; its own name may hold anything, so the mark's is a digest."""
    course = course_at(submitted)
    digest = hashlib.sha256(str(submitted.absolute()).encode(errors="surrogateescape")).hexdigest()
    return course.root / FOLDER / digest[:24] if course else None
