"""What a terminal shows of the public checks: a line for each task, grouped by lesson."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.grading.records import TaskResult
from autograder.isolation.worker import Zygote
from autograder.reporting.clean import one_line, printable
from autograder.reporting.terminal import COLOURS, WIDTH
from autograder.reporting.words import WORDS, fact_and_cause
from autograder.student.home import Checked, check_files, find_chosen


def show_checks(start: Path, address: str) -> bool:
    """Check the exercises of a folder, and show what was found.

    Returns: whether all checks pass.
    """
    find_chosen(start, address)  # wrong use is said before anything is started
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    with _status(console) as say, Zygote() as zygote:
        checked = check_files(start, address, zygote, say)
    console.print(check_table(checked.results))
    for line in _remarks(checked):
        console.print(line)
    console.print(summary(checked.results))
    return checked.all_pass


@contextmanager
def _status(console: Console) -> Iterator[Callable[[str], None]]:
    """Say what is being checked, where there is a terminal."""
    if not console.is_terminal:
        yield lambda lesson: None
        return
    with console.status("Warming up ...") as status:
        yield lambda lesson: status.update(f"Checking {lesson} ...")


def check_table(results: Sequence[TaskResult]) -> Table:
    """Make a row for each task: its name, its outcome, what was found and the likely cause."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("task", no_wrap=True)
    table.add_column("public checks", no_wrap=True)
    table.add_column("what was found", overflow="fold")
    for lesson, tasks in groupby(results, key=lambda result: result.lesson):
        table.add_row(Text(lesson, style="bold"))
        for result in tasks:
            table.add_row(Text(f"  {result.task}"), _outcome(result), _found(result))
    return table


def _outcome(result: TaskResult) -> Text:
    return Text(WORDS[result.outcome], style=COLOURS.get(result.outcome, "red"))


def _found(result: TaskResult) -> Text:
    fact, cause = fact_and_cause(result)
    lines = [one_line(fact, 500)] + ([f"Likely cause: {one_line(cause, 500)}"] if cause else [])
    return Text("\n".join(line for line in lines if line))


def _remarks(checked: Checked) -> Iterator[Text]:
    for note in checked.notes:
        yield Text(one_line(note, 500), style="dim")
    for lesson, text in checked.output.items():
        yield Text(f"{lesson} printed:\n{printable(text).rstrip()}", style="dim")


def summary(results: Sequence[TaskResult]) -> str:
    """Say in a line how many tasks pass."""
    passed = sum(result.outcome == "passed" for result in results)
    return "All public checks pass." if passed == len(results) else f"{passed} of {len(results)} tasks pass."
