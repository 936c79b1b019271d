"""What lesser answers earn: a slip at an edge costs less than half of a task; who misses its point earns less."""

from collections.abc import Iterator

import pytest
from classroom import REPOSITORY
from lesser_answers import EDGES, MISSES

from autograder.course.model import Course, Lesson
from autograder.exam.exam import Exam, course_exam, run_session
from autograder.exam.local import Local

pytestmark = pytest.mark.proofs

KINDS = {"edge": EDGES, "miss": MISSES}
LESSONS = sorted(EDGES)


def parts(exam: Exam, lesson: Lesson, programs: dict[str, dict[str, str]]) -> Iterator[tuple[str, float]]:
    """Say of each program the part of its task's points that it earns."""
    answer = (lesson.folder / "lesson.py").read_text(encoding="utf-8")
    for task, texts in programs.items():
        plans = [plan for plan in exam.lessons[lesson.key].plans if plan.task.name == task]
        for name, text in texts.items():
            local = Local(lesson.name, f"{answer}\n\nbefore = {task}\n\n{text}")
            passed = {id(plan): exam.run(plan, local.ask).error is None for plan in plans}
            lost = any(plan.core and not passed[id(plan)] for plan in plans)
            earned = sum(plan.weight for plan in plans if passed[id(plan)])
            yield f"{task}, {name}", 0.0 if lost else earned / sum(plan.weight for plan in plans)


@pytest.fixture(scope="module", params=LESSONS)
def earned(request: pytest.FixtureRequest, course: Course) -> dict[str, dict[str, float]]:
    """What all programs of one lesson earn, by kind."""
    assignment, name = request.param.split("/")
    lesson = next(one for one in course.assignment(assignment).lessons if one.name == name)
    found: dict[str, dict[str, float]] = {}

    def work(exam: Exam) -> None:
        found.update({kind: dict(parts(exam, lesson, table[lesson.key])) for kind, table in KINDS.items()})

    run_session(course_exam([lesson], "a secret", work))
    return found


def test_a_slip_at_an_edge_costs_something_and_less_than_half(earned: dict[str, dict[str, float]]) -> None:
    assert {name: part for name, part in earned["edge"].items() if not 0.5 < part < 1} == {}


def test_who_misses_the_point_earns_less_than_half(earned: dict[str, dict[str, float]]) -> None:
    assert {name: part for name, part in earned["miss"].items() if not part < 0.5} == {}


def test_every_task_of_these_lessons_has_programs_of_both_kinds(course: Course) -> None:
    for key in LESSONS:
        assignment, name = key.split("/")
        lesson = next(one for one in course.assignment(assignment).lessons if one.name == name)
        assert {task.name for task in lesson.tasks} == EDGES[key].keys() == MISSES[key].keys()
        assert (REPOSITORY / "solutions" / key).is_dir()
