"""A class as a table on the terminal."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from autograder.exam.results import HandInResult, TaskResult
from autograder.text.console import short
from autograder.text.words import LOOK, score

LESSONS_WIDTH = 52


def class_table(results: Sequence[HandInResult]) -> Table:
    """Make a row per student: points by lesson, the total, and what stands out.

    Lessons that do not fit beside the names into 100 columns are left out together; the total stays.
    """
    table = Table(title=_title(results), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    lessons = _that_fit(list(dict.fromkeys(task.lesson for result in results for task in result.tasks)))
    table.add_column("student", overflow="fold")
    for lesson in lessons:
        table.add_column(lesson.split("/")[-1], justify="right", no_wrap=True)
    table.add_column("total", justify="right", no_wrap=True)
    table.add_column("what stands out", overflow="fold", max_width=30)
    for result in results:
        marks = [_marks([task for task in result.tasks if task.lesson == lesson]) for lesson in lessons]
        total = Text(score(result.score, result.max_score), style="bold")
        table.add_row(Text(short(result.student)), *marks, total, Text(stands_out(result)))
    return table


def _title(results: Sequence[HandInResult]) -> str:
    return f"{len(results)} hand-in{'' if len(results) == 1 else 's'}"


def _that_fit(lessons: list[str]) -> list[str]:
    width = sum(max(len(lesson.split("/")[-1]), len("9.75/12")) + 2 for lesson in lessons)
    return lessons if width <= LESSONS_WIDTH else []


def _marks(tasks: Sequence[TaskResult]) -> Text:
    earned, best = sum(task.score for task in tasks), sum(task.max_score for task in tasks)
    if not tasks:
        return Text("-", style="dim")
    return Text(score(earned, best), style="green" if earned >= best else "yellow" if earned else "red")


def stands_out(result: HandInResult) -> str:
    """Name the recognised mistakes, then the outcomes that are neither passed nor explained by one."""
    ids = sorted({task.mistake for task in result.tasks if task.mistake})
    others = Counter(t.outcome for t in result.tasks if t.outcome != "passed" and not t.mistake)
    late = [f"late, {result.kept:.0%} kept"] if result.kept < 1 else []
    look = ["look by hand"] if any(to_look_at(result)) else []
    count = sum(bool(task.by_hand) for task in result.tasks)
    hand = [f"{count} by hand"] if count else []
    return ", ".join([*look, *hand, *ids, *(f"{count} {outcome}" for outcome, count in others.items()), *late])


def to_look_at(result: HandInResult) -> Iterator[str]:
    """Yield what a person has to look at, in a sentence each."""
    yield from (said[said.find(LOOK) :] for said in (result.collected, *result.arrival) if LOOK in said)
