"""Show a hand-in on a terminal: its lessons, the files that do not count, what to look at, and what to do next."""

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.student.packing.left import Left
from autograder.student.packing.rows import NO_FILE, LessonRow
from autograder.student.place import place_text
from autograder.text.clean import one_line

MOST_LEFT = 12


def show_packed(console: Console, rows: Sequence[LessonRow], left: Left, sentences: Sequence[str]) -> None:
    """Show what is in a hand-in, what is not, and what is to be said of it."""
    console.print(_lessons(rows))
    if left:
        console.print(_left(left))
    for sentence in sentences:
        console.print(Text(fill(one_line(sentence, 500), console.width, subsequent_indent="  ")))


def show_written(
    console: Console, path: Path, size: int, before: Path | None, is_dry: bool, rows: Sequence[LessonRow]
) -> None:
    """Say where the hand-in is, how large, and what to do next."""
    written = sum(len(row.written) for row in rows)
    total = sum(len(row.lesson.tasks) for row in rows)
    console.print(Text(f"{written} of {total} tasks are written; hidden checks look at them when you hand in."))
    name, weight = place_text(path), _weight(size)
    if is_dry:
        console.print(Text(f"Nothing was packed: {name} would have {weight}. Without --dry-run it is made."))
        return
    console.print(Text(f"{name}, {weight}"))
    if before:
        console.print(Text(f"The hand-in that was there is now {place_text(before)}."))
    console.print(Text(f"Next: hand in {name}, as your instructor asks. To see it again: unroll pack --dry-run"))


def _lessons(rows: Sequence[LessonRow]) -> Table:
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    made.add_column("lesson", no_wrap=True)
    for name in ("file", "written", "open", "public checks"):
        made.add_column(name, overflow="fold")
    for row in rows:
        gone = [f"{name} (not there)" for name in row.gone]
        cells = (row.file or NO_FILE, _named(row.written), _named([*row.left, *gone]), row.checks)
        made.add_row(Text(row.lesson.name, style="bold"), *(Text(one_line(cell)) for cell in cells))
    return made


def _left(left: Left) -> Table:
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    made.add_column("does not count", overflow="fold", min_width=len("does not count"))
    made.add_column("why", overflow="fold")
    for name, why in list(left.items())[:MOST_LEFT]:
        made.add_row(Text(one_line(name)), Text(one_line(why, 300)))
    if len(left) > MOST_LEFT:
        made.add_row(Text(f"... and {len(left) - MOST_LEFT} more"), Text())
    return made


def _named(tasks: Sequence[str]) -> str:
    return ", ".join(tasks) or NO_FILE


def _weight(size: int) -> str:
    return f"{size / 1000:.1f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"
