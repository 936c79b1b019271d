"""Every mistake of the catalogue is some lesson's wrong answer, or the author's guide says why it cannot be.

And every threshold was measured as the author's guide asks for.
"""

import json
import re
from collections import Counter

import pytest
from classroom import REPOSITORY
from secret_lines import LESSONS

from autograder.course.model import Lesson
from autograder.course.variants import alternatives, mistakes

CATALOGUE = {f"M{number:02}" for number in range(1, 116)}
AUTHORS = (REPOSITORY / "docs" / "authors.md").read_text(encoding="utf-8")


def excused() -> set[str]:
    """Read the table of the author's guide: the mistakes that no test from outside can show."""
    section = AUTHORS.partition("\n## Mistakes without a test\n")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| (M\d+) \| \S.+ \|$", section, re.MULTILINE))


def test_every_mistake_runs_or_is_excused() -> None:
    running = {wrong.id for lesson in LESSONS for wrong in mistakes(lesson)}

    assert CATALOGUE - running == excused()


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_every_task_has_four_unusual_right_answers(lesson: Lesson) -> None:
    ways = Counter(right.task for right in alternatives(lesson))

    assert {task.name: ways[task.name] for task in lesson.tasks if ways[task.name] < 4} == {}


CALIBRATED = [lesson for lesson in LESSONS if "calibrated" in (lesson.folder / "test_hidden.py").read_text()]


@pytest.mark.parametrize("lesson", CALIBRATED, ids=lambda lesson: lesson.key)
def test_a_threshold_stands_on_two_hundred_seeds(lesson: Lesson) -> None:
    found = json.loads((lesson.folder / "calibration.json").read_text(encoding="utf-8"))

    assert min(found["seeds"], found["wrong_seeds"]) >= 200
    assert (lesson.folder / "calibration.png").is_file()
    for check in found["checks"].values():
        worst = max(losses["max"] for losses in check["right"].values())
        assert check["threshold"] >= 2.5 * worst
        assert all(check["unseen, but caught by"].values())


def test_the_trained_lessons_are_calibrated() -> None:
    assert {"sine/training", "sequences/language", "sequences/classification"} <= {one.key for one in CALIBRATED}
