"""Write the table of weights in the author's guide: the weight of each hidden test of a task, and what it finds."""

import inspect
from collections.abc import Iterator, Sequence
from pathlib import Path

from autograder.course.model import Course, Lesson, Task
from autograder.errors import CourseError
from autograder.exam.exam import Exam, course_exam, run_session
from autograder.exam.lesson_tests import LessonTests
from autograder.exam.session import PlannedTest

BEGIN = "<!-- weights: written by `unroll verify --weights`, from here -->"
END = "<!-- weights: to here -->"
HEAD = "| task | test | points | | what it finds |\n|---|---|---|---|---|"
SLIPS = {
    "little": "Slips at an edge, each less than half of the points",
    "most": "Beside the point, less than half earned",
}


def write_weights(course: Course, page: Path) -> None:
    """Put the tables of all lessons between the two marks of a Markdown page.

    Raises:
        CourseError: the page has no such marks.
    """
    page.write_text(rewritten(page.read_text(encoding="utf-8"), tables(course), page), encoding="utf-8")


def rewritten(text: str, made: str, page: Path) -> str:
    """Return a page with other tables between its marks.

    Raises:
        CourseError: the page has no such marks.
    """
    above, begin, rest = text.partition(BEGIN)
    _, end, below = rest.partition(END)
    if not (begin and end):
        raise CourseError(f"{page}: there is no place for the weights. Write these two lines: {BEGIN} and {END}")
    return f"{above}{begin}\n{made}\n{end}{below}"


def tables(course: Course) -> str:
    """Write what every hidden test of every lesson weighs."""
    made: list[str] = []

    def work(exam: Exam) -> None:
        made.extend(_table(lesson, exam.lessons[lesson.key]) for lesson in course.lessons())

    run_session(course_exam(list(course.lessons()), "", work))
    return "\n\n".join(made)


def _table(lesson: Lesson, room: LessonTests) -> str:
    rows = [row for task in lesson.tasks for row in _rows(task, [plan for plan in room.plans if plan.task == task])]
    return "\n".join([f"### {lesson.key}", "", HEAD, *rows, *_slips(room)])


def _rows(task: Task, plans: Sequence[PlannedTest]) -> Iterator[str]:
    total = sum(plan.weight for plan in plans)
    for number, plan in enumerate(plans):
        name = "" if number else f"`{task.name}`, {task.points:g}"
        points = f"{task.points * plan.weight / total:.2f}"
        yield f"| {name} | {plan.name} | {points} | {'core' if plan.core else ''} | {_finds(plan)} |"


def _finds(plan: PlannedTest) -> str:
    """Read what a test finds: the first line of its docstring."""
    return (inspect.getdoc(plan.item.function) or "").partition("\n")[0].replace("|", "\\|")


def _slips(room: LessonTests) -> Iterator[str]:
    for costs, what in SLIPS.items():
        found = dict.fromkeys(f"{wrong.id} ({wrong.task})" for wrong in room.mistakes if wrong.costs == costs)
        if found:
            yield f"\n{what}: {', '.join(found)}."
