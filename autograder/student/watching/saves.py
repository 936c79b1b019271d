"""Find the lessons that were saved: look at a few files several times a second.

This is simpler than inotify, and works everywhere. inotify and similar services report nothing on network drives and in
many containers. They also miss editors that put a new file in the place of the old one. A dozen `stat` calls take a
tenth of a millisecond; on a slow drive the pauses grow. Every second the files are opened too. A network drive may
answer `stat` from memory for some time, but it looks again when a file is opened.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course.model import Lesson
from autograder.student.exercises import SUFFIXES, Exercises

SHARE = 0.1  # of the time may be spent on looking
OPEN_EVERY = 1.0  # seconds
PATIENCE = 1.5  # seconds that a file may be half written before it is taken as it is

Mark = tuple[tuple[int, int, int] | None, ...]


@dataclass
class _Seen:
    """What is known of one lesson's files.

    Args:
        taken: how they were when they were last reported.
        last: how they were when they were last looked at.
        since: when they began to differ from `taken`.
    """

    taken: Mark
    last: Mark
    since: float = 0.0


class Saves:
    """Looks at the files of some lessons.

    Args:
        lessons: each with the exercises it belongs to.
        clock: seconds; tests give their own.
    """

    def __init__(
        self, lessons: Sequence[tuple[Exercises, Lesson]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._files = {
            lesson.key: [exercises.folder / f"{lesson.name}{suffix}" for suffix in SUFFIXES]
            for exercises, lesson in lessons
        }
        self._seen = {key: _Seen(mark, mark) for key, mark in ((key, _mark(f)) for key, f in self._files.items())}
        self._next_look = self._next_open = 0.0

    @property
    def is_waiting(self) -> bool:
        """Tell whether a file has changed, and has not been reported yet."""
        return any(seen.since for seen in self._seen.values())

    def saved(self) -> list[str]:
        """Return the keys of the lessons that were saved, changed, added or removed since the last call.

        A lesson is reported when its files were twice the same, and are neither empty nor half a notebook.
        """
        now = self._clock()
        if now < self._next_look:
            return []
        if now >= self._next_open:
            self._open_all()
            self._next_open = now + OPEN_EVERY
        found = [key for key in self._files if self._is_saved(key, now)]
        self._next_look = now + (self._clock() - now) / SHARE
        return found

    def _is_saved(self, key: str, now: float) -> bool:
        seen, mark = self._seen[key], _mark(self._files[key])
        if mark == seen.taken:
            seen.last, seen.since = mark, 0.0
            return False
        seen.since = seen.since or now
        is_still, seen.last = mark == seen.last, mark
        late = now - seen.since >= PATIENCE
        if not is_still or not (late or all(map(_is_whole, self._files[key]))):
            return False
        seen.taken, seen.since = mark, 0.0
        return True

    def _open_all(self) -> None:
        for files in self._files.values():
            for file in files:
                try:
                    file.open("rb").close()
                except OSError:
                    continue


def _mark(files: Sequence[Path]) -> Mark:
    return tuple(_stat(file) for file in files)


def _stat(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _is_whole(file: Path) -> bool:
    """Tell whether a file, if it is there, was written to its end, as far as that can be seen."""
    try:
        data = file.read_bytes()
        if file.suffix == ".ipynb":
            json.loads(data)
    except FileNotFoundError:
        return True
    except (OSError, ValueError):
        return False
    return bool(data.strip())
