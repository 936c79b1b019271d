"""Every mistake of the catalogue is some lesson's wrong answer, or the author's guide says why it cannot be."""

import re
from collections import Counter

import pytest
from classroom import REPOSITORY
from secret_lines import LESSONS

from autograder.course import Lesson
from autograder.grading.variants import alternatives, mistakes

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
