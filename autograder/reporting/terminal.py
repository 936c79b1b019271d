"""What a terminal shows: a class as a table, one student's tasks, and a progress bar with names and time left."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from autograder.grading.records import HandInResult
from autograder.reporting.clean import cell

NAME_WIDTH = 28


def class_table(results: Sequence[HandInResult]) -> Table:
    """Make a row per student: points by lesson, the total, and what stands out."""
    table = Table(title=f"{len(results)} hand-ins", title_justify="left")
    lessons = list(dict.fromkeys(task.lesson for result in results for task in result.tasks))
    table.add_column("student", overflow="fold")
    for lesson in lessons:
        table.add_column(lesson.split("/")[-1], justify="right")
    table.add_column("total", justify="right")
    table.add_column("what stands out", overflow="fold")
    for result in results:
        marks = [_points(result, lesson) for lesson in lessons]
        total = Text(f"{result.score:g}/{result.max_score:g}", style="bold")
        table.add_row(Text(short(result.student)), *marks, total, Text(stands_out(result)))
    return table


def short(name: str) -> str:
    """Make a name safe and short enough for a table."""
    shown = cell(name)
    return shown if len(shown) <= NAME_WIDTH else f"{shown[: NAME_WIDTH - 1]}…"


def _points(result: HandInResult, lesson: str) -> Text:
    tasks = [task for task in result.tasks if task.lesson == lesson]
    score, best = sum(task.score for task in tasks), sum(task.max_score for task in tasks)
    return Text(f"{score:g}/{best:g}", style="green" if score == best else "yellow" if score else "red")


def stands_out(result: HandInResult) -> str:
    """Name the recognised mistakes, then the outcomes that are neither passed nor explained by one."""
    ids = sorted({task.mistake for task in result.tasks if task.mistake})
    others = Counter(t.outcome for t in result.tasks if t.outcome != "passed" and not t.mistake)
    return ", ".join([*ids, *(f"{count} {outcome}" for outcome, count in others.items())])


def print_table(table: Table) -> None:
    """Print to the terminal, 100 columns wide where there is none."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=100)
    console.print(table)


class Watcher(Protocol):
    """What `progress` yields."""

    def start(self, name: str) -> None:
        """A hand-in is begun."""

    def done(self, name: str, score: float, max_score: float) -> None:
        """A hand-in is graded."""


@contextmanager
def progress(total: int) -> Iterator[Watcher]:
    """Show a bar with the current name and the time left; plain lines where there is no terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines(total)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        yield _Bar(bar, total)


class _Lines:
    def __init__(self, total: int) -> None:
        self._total = total
        self._count = 0

    def start(self, name: str) -> None:
        return

    def done(self, name: str, score: float, max_score: float) -> None:
        self._count += 1
        width = len(str(self._total))
        print(f"[{self._count:>{width}}/{self._total}] {short(name)} {score:g}/{max_score:g}", flush=True)


class _Bar:
    def __init__(self, bar: Progress, total: int) -> None:
        self._bar = bar
        self._task = bar.add_task("warming up", total=total)

    def start(self, name: str) -> None:
        self._bar.update(self._task, description=Text(short(name)).plain.replace("[", r"\["))

    def done(self, name: str, score: float, max_score: float) -> None:
        self._bar.advance(self._task)
