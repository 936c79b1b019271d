"""The numbers of a lesson's pictures, asked of a student's code: the same public probes that `unroll plot` asks.

Their inputs stand in files that every student has, so what comes of them tells nothing of hidden checks.
"""

import math
from collections.abc import Collection, Iterator
from typing import Any

import torch

from autograder.course import calibration
from autograder.course.model import Lesson
from autograder.course.probes import probe_source
from autograder.course.task import Picture
from autograder.errors import StudentError, StudentMissing, WorkerGone
from autograder.exam.evidence import Panel, numbers
from autograder.exam.remote import Remote

FILE = "pictures.py"
MOST = 100_000  # numbers of one line
MOST_LINES = 40


def panels_of(lesson: Lesson, unwritten: Collection[str], remote: Remote) -> Iterator[Panel]:
    """Ask for each picture whose tasks are all written; what cannot be drawn is left out.

    Args:
        unwritten: tasks that are not there.
        remote: a worker whose seconds cost no marks.
    """
    text = lesson.folder / FILE
    wanted = [one for one in lesson.pictures if not set(one.tasks) & set(unwritten)]
    if not wanted or not text.is_file():
        return
    source, limits = text.read_text(encoding="utf-8"), calibration.thresholds(lesson)
    try:
        for picture in wanted:
            panel = _panel(lesson, picture, _asked(picture, source, remote), limits.get(picture.threshold))
            if panel is not None:
                yield panel
    except WorkerGone:
        return  # the next pictures would take as long
    finally:
        remote.end()


def _asked(picture: Picture, source: str, remote: Remote) -> Any:
    """Ask for the numbers of a picture; None where the student's code raises."""
    request = {"source": probe_source(source, [picture.probe]), "name": picture.probe, "data": {}}
    try:
        return remote.ask("run_probe", request)
    except (StudentError, StudentMissing):
        return None


def _panel(lesson: Lesson, picture: Picture, answer: Any, limit: float | None) -> Panel | None:
    lines = lines_of(answer)
    if not lines or len(lines) > MOST_LINES or (picture.labels and len(lines) != len(picture.labels)):
        return None
    words = (lesson.key, picture.title, picture.x, picture.y, picture.labels)
    return Panel(*words, picture.log, limit, tuple(map(len, lines)), tuple(map(numbers, lines)))


def lines_of(answer: Any) -> tuple[tuple[float, ...], ...]:
    """Read the numbers of all lines; none if anything else is among them."""
    found = [_line(line) for line in answer] if type(answer) in (list, tuple) else []
    if any(line is None for line in found):
        return ()
    return tuple(line for line in found if line is not None)


def _line(line: Any) -> tuple[float, ...] | None:
    if isinstance(line, torch.Tensor):
        line = line.tolist() if line.dim() == 1 and not line.is_complex() else None
    if type(line) is not list or not 0 < len(line) <= MOST or not all(type(one) in (int, float) for one in line):
        return None
    values = tuple(map(float, line))
    return values if any(map(math.isfinite, values)) else None
