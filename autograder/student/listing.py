"""`unroll list`: all lessons and tasks, how each stands, and what it is worth. Nothing is checked for it."""

from collections.abc import Mapping
from itertools import groupby
from pathlib import Path

from rich import box
from rich.table import Table
from rich.text import Text

from autograder.intake.contents import contents
from autograder.student.exercises import Spot
from autograder.student.memory import State, file_digests, notebook_code, read_state
from autograder.student.progress import known_progress, progress_lines
from autograder.student.verdict import COLOURS, STATES
from autograder.student.where import find_typed
from autograder.text.clean import one_line
from autograder.text.console import own_console
from autograder.text.words import points

NOT_CHECKED = "not checked"
OLD = ", old"
LEGEND = "old: the file has changed since it was checked. To check it again: unroll check"
WITH_TITLES = 80


def show_list(start: Path, where: str) -> None:
    """Show the tasks that are meant, and how many pass.

    Args:
        where: what the student typed, see `where`.
    """
    root, spots = find_typed(start, where)
    state, digests = read_state(root), file_digests(spots)
    standing = {spot.address: stands(spot, state, digests[spot.key]) for spot in spots}
    console = own_console()
    console.print(_table(spots, standing, console.width))
    names = {spot.lesson.assignment for spot in spots}
    for line in progress_lines(known_progress(root, names, {}), console.width):
        console.print(line)
    if any(text.plain.endswith(OLD) for text in standing.values()):
        console.print(Text(LEGEND, style="dim"))


def stands(spot: Spot, state: State, digest: str) -> Text:
    """Say how a task stood when it was checked last, and whether its file has changed since.

    Args:
        digest: of its file as it is now.
    """
    last = state.last.get(spot.address)
    if last is None:
        is_stub = digest in ("none", spot.exercises.stub_digest(spot.lesson)) or _is_unwritten_notebook(spot)
        return Text(STATES["missing"] if is_stub else NOT_CHECKED, style="dim")
    found = Text(STATES[last.outcome], style=COLOURS.get(last.outcome, "red"))
    return found if last.digest == digest else found.append(OLD, style="dim")


def _is_unwritten_notebook(spot: Spot) -> bool:
    """Say whether nothing of a lesson is written; running a notebook changes its file without that."""
    try:
        cells = notebook_code(spot.file)
    except OSError:
        return False
    return cells is not None and not contents(cells, [task.name for task in spot.lesson.tasks]).begun


def _table(spots: list[Spot], standing: Mapping[str, Text], width: int) -> Table:
    """Make a row for each lesson, and one for each of its tasks."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    made.add_column("task", no_wrap=True, min_width=max(len(text) for spot in spots for text in _names(spot)))
    made.add_column("state", no_wrap=True, min_width=max(len("state"), *map(len, standing.values())))
    made.add_column("points", justify="right", no_wrap=True, min_width=len("points"))
    made.add_column("minutes", justify="right", no_wrap=True, min_width=len("minutes"))
    titles = width >= WITH_TITLES
    if titles:
        made.add_column("title", no_wrap=True, overflow="ellipsis")
    for _, group in groupby(spots, key=lambda spot: spot.key):
        own = list(group)
        lesson = own[0].lesson
        total = points(sum(spot.task.points for spot in own))
        title = [Text(one_line(lesson.title))] if titles else []
        made.add_row(Text(lesson.key, style="bold"), "", total, str(lesson.minutes), *title)
        for spot in own:
            made.add_row(Text(_names(spot)[1]), standing[spot.address], points(spot.task.points), "")
    return made


def _names(spot: Spot) -> tuple[str, str]:
    return spot.key, f"  {spot.task.name}"
