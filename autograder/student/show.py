"""Show the public checks on a terminal: a line for each task, and below them the first one that fails."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autograder.errors import Frame
from autograder.student.place import place_link, place_text
from autograder.student.verdict import COLOURS, Verdict, to_do
from autograder.text.clean import one_line, printable

MOST_LINES = 12
BETWEEN = 7  # the margin of a table and the gaps between its three columns
STILL_THE_STUB = "is still the stub."


def show_verdicts(
    console: Console,
    verdicts: Sequence[Verdict],
    notes: Sequence[str],
    outside: Mapping[str, str],
    inside: Mapping[str, str] | None = None,
) -> None:
    """Show the table, then what is to be done first.

    Args:
        notes: sentences about the files.
        outside: what was printed outside of functions, by lesson.
        inside: what functions printed, by lesson; shown where no task fails.
    """
    console.print(table(verdicts, console.width))
    for note in notes:
        console.print(Text(one_line(note, 500), style="dim"))
    wrong = to_do(verdicts)
    if wrong is not None and not wrong.is_unwritten:
        console.print(*details(wrong), "", sep="\n")
        inside = None
    for lesson in dict.fromkeys((*outside, *(inside or ()))):
        text = outside.get(lesson, "") + (inside or {}).get(lesson, "")
        console.print(*printed(text, f"{lesson} printed:"), "", sep="\n")


def table(verdicts: Sequence[Verdict], width: int) -> Table:
    """Make a row for each task: its name, its state, and what was found, cut to one line.

    Args:
        width: of the screen, in characters.
    """
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    name = max(
        (len(text) for verdict in verdicts for text in (verdict.lesson.key, f"  {verdict.task.name}")), default=0
    )
    made.add_column("task", no_wrap=True, min_width=name)
    made.add_column("public checks", no_wrap=True, min_width=len("public checks"))
    made.add_column("what was found", no_wrap=True)
    left = max(1, width - name - len("public checks") - BETWEEN)  # rich forgets the mark of a cut beside such columns
    for lesson, tasks in groupby(verdicts, key=lambda verdict: verdict.lesson.key):
        made.add_row(Text(lesson, style="bold"))
        for verdict in tasks:
            found = _found(verdict)
            found.truncate(left, overflow="ellipsis")
            made.add_row(Text(f"  {verdict.task.name}"), state(verdict), found)
    return made


def state(verdict: Verdict) -> Text:
    """Say in a word how a task stands."""
    return Text(verdict.state, style=COLOURS.get(verdict.outcome, "red"))


def _found(verdict: Verdict) -> Text:
    """Say where to look, and what was found there."""
    fact = "" if verdict.fact.endswith(STILL_THE_STUB) else one_line(verdict.fact, 300)
    return Text("  ").join(part for part in (place(verdict, "dim"), Text(fact)) if part)


def details(verdict: Verdict) -> Iterator[RenderableType]:
    """Show one task that fails: the case, the fact, the likely cause, the student's own lines and prints."""
    yield Text.assemble((verdict.address, "bold"), "  ", place(verdict))
    yield from (Padding(Text(line, style), (0, 0, 0, 2)) for line, style in sentences(verdict))
    for frame in verdict.frames:
        yield from (Padding(Text(line), (0, 0, 0, 2)) for line in frame_lines(verdict, frame))
    if verdict.printed.strip():
        yield Padding(Group(*printed(verdict.printed, "It printed:")), (1, 0, 0, 2))


def place(verdict: Verdict, style: str = "") -> Text:
    """Name the file and the line to look at, so that a click opens them; nothing where there is no file."""
    if not verdict.file:
        return Text()
    return place_link(verdict.lesson.folder / verdict.file, verdict.line, verdict.cell, style)


def sentences(verdict: Verdict) -> Iterator[tuple[str, str]]:
    """Go through the lines that say what is wrong, each with its style; where no call shows it, name the test."""
    if verdict.case:
        yield one_line(verdict.case, 500), "dim"
    elif verdict.test and not verdict.is_unwritten:
        where = f" (test_{verdict.lesson.name}.py)" if verdict.file.endswith(".py") else ""
        yield f"{verdict.check}{where}", "dim"
    yield one_line(verdict.fact, 1000), ""
    if verdict.cause:
        yield f"Likely cause: {one_line(verdict.cause, 500)}", "yellow"


def frame_lines(verdict: Verdict, frame: Frame) -> Iterator[str]:
    """Show one line of a traceback as Python does."""
    file = verdict.file if frame.lesson == verdict.lesson.name else f"{frame.lesson}{Path(verdict.file).suffix}"
    yield f"{place_text(verdict.lesson.folder / file, frame.line, frame.cell)}, in {one_line(frame.where)}"
    yield f"    {one_line(frame.source.strip())}"


def printed(text: str, title: str, most: int = MOST_LINES) -> Iterator[Text]:
    """Show what was printed: its last lines, if it is long."""
    lines = printable(text, len(text)).rstrip().split("\n")
    yield Text(title, style="dim")
    if len(lines) > most:
        yield Text(f"  [{len(lines) - most} lines before these]", style="dim")
    yield from (Text(f"  {line.expandtabs(4)[:300]}", style="dim") for line in lines[-most:])


def next_step(verdicts: Sequence[Verdict]) -> str:
    """Name the next command to type, or "" where all tasks pass."""
    wrong = to_do(verdicts)
    if wrong is None:
        return ""
    if wrong.is_unwritten:
        file = f"{wrong.lesson.assignment}/{one_line(wrong.file or wrong.lesson.name + '.py')}"
        return f"Next: write {wrong.task.name} in {file}. For a hint: unroll hint {wrong.address}"
    if wrong.needs:
        return f"Next: write {wrong.needs.rpartition(':')[2]} first. For a hint: unroll hint {wrong.needs}"
    return f"Next: unroll hint {wrong.address}"
