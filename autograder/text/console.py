"""A console of the right width, names that fit into it, and a progress bar with names and the time left."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Protocol

import click
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from autograder.text.clean import one_line
from autograder.text.words import points

WIDTH = 100
NAME_WIDTH = 28


def print_table(table: Table) -> None:
    """Print to the terminal, 100 columns wide where there is none."""
    own_console().print(table)


def own_console() -> Console:
    """Make a console as wide as the terminal, and 100 columns wide where there is none."""
    console = Console()
    return console if console.is_terminal else Console(width=WIDTH)


def short(name: str) -> str:
    """Make a name safe and short enough for a table."""
    shown = one_line(name)
    return shown if cell_len(shown) <= NAME_WIDTH else f"{set_cell_size(shown, NAME_WIDTH - 1).rstrip()}…"


class Watcher(Protocol):
    """What `progress` yields."""

    def start(self, name: str) -> None:
        """A hand-in is begun."""

    def done(self, name: str, score: float, max_score: float) -> None:
        """A hand-in is graded."""

    def failed(self, name: str) -> None:
        """A hand-in could not be graded."""

    def ask(self, lines: Sequence[str], question: str) -> bool:
        """Show lines, ask a person, and return the answer; false where there is nobody."""


@contextmanager
def progress(total: int) -> Iterator[Watcher]:
    """Show a bar with the current name and the time left; plain lines where there is no terminal."""
    console = Console(stderr=True)
    if not console.is_interactive or console.is_dumb_terminal:
        yield _Lines(total)
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    # A hand-in may take minutes, so the speed is taken from ten minutes, not from the usual 30 seconds.
    with Progress(*columns, console=console, transient=True, speed_estimate_period=600) as bar:
        yield _Bar(bar, bar.add_task(set_cell_size("warming up", NAME_WIDTH), total=total))


class _Lines:
    """A line for each hand-in that is graded."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._count = 0

    def start(self, name: str) -> None:
        """Say nothing: one line per student is enough for a log."""

    def done(self, name: str, score: float, max_score: float) -> None:
        self._print(name, f"{points(score)}/{points(max_score)}")

    def failed(self, name: str) -> None:
        self._print(name, "could not be graded")

    def ask(self, lines: Sequence[str], question: str) -> bool:
        """Show the lines alone: nobody sits at a terminal."""
        _show_lines(lines)
        return False

    def _print(self, name: str, said: str) -> None:
        self._count += 1
        count = f"{self._count:>{len(str(self._total))}}"
        with suppress(OSError):  # whether somebody reads it does not matter to the grading
            print(f"[{count}/{self._total}] {short(name)} {said}", file=sys.stderr, flush=True)


class _Bar:
    """A bar that names what is being graded; with several at a time, the one begun last."""

    def __init__(self, bar: Progress, task: TaskID) -> None:
        self._bar = bar
        self._task = task
        self._open: list[str] = []

    def start(self, name: str) -> None:
        self._open.append(name)
        self._show()

    def done(self, name: str, score: float, max_score: float) -> None:
        self.failed(name)

    def failed(self, name: str) -> None:
        if name in self._open:
            self._open.remove(name)
        self._bar.advance(self._task)
        self._show()

    def ask(self, lines: Sequence[str], question: str) -> bool:
        self._bar.stop()  # it would be drawn over the question
        _show_lines(lines)
        return sys.stdin.isatty() and click.confirm(question, default=False, err=True)

    def _show(self) -> None:
        name = short(self._open[-1]) if self._open else ""
        self._bar.update(self._task, description=set_cell_size(name, NAME_WIDTH), refresh=True)


def _show_lines(lines: Sequence[str]) -> None:
    with suppress(OSError):
        print("\n".join(lines), file=sys.stderr, flush=True)
