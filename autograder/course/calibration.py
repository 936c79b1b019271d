"""The calibrated thresholds of a lesson, as `unroll calibrate` stored them."""

import json
from typing import Any

from autograder.course.model import Lesson
from autograder.errors import CourseError

FILE = "calibration.json"


def read(lesson: Lesson) -> dict[str, Any]:
    """Read a lesson's calibration; an empty one where the lesson has none."""
    path = lesson.folder / FILE
    if not path.exists():
        return {"checks": {}}
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found
    except ValueError as error:
        raise CourseError(f"{path}: {error}. Run `unroll calibrate {lesson.key}`.") from None


def thresholds(lesson: Lesson) -> dict[str, float]:
    """Return the largest loss that each trained check lets pass."""
    return {name: float(check["threshold"]) for name, check in read(lesson)["checks"].items()}
