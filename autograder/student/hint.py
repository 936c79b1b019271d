"""`unroll hint`: the next hint of a task each time, from a question to a nudge."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill

from rich.text import Text

from autograder.student.exercises import Spot, read_address
from autograder.student.memory import State, change_state, file_digests, read_state
from autograder.student.where import find_typed, locate
from autograder.text.console import own_console

NOT_KEPT = "This could not be noted down, so the next call shows the same hint; --all shows all of them."


@dataclass(frozen=True)
class Hints:
    """What is to be shown of one task's hints.

    Args:
        address: of the task.
        numbered: the hints to show, with their numbers from 1.
        total: how many there are.
        note: a quiet line below them, or "".
    """

    address: str
    numbered: tuple[tuple[int, str], ...]
    total: int
    note: str = ""


def next_hint(start: Path, address: str, again: bool = False, everything: bool = False) -> Hints | None:
    """Choose a task's next hint, and remember that it was given; after the last, all of them.

    Args:
        address: of a task, see `where`; of a lesson or "", the first task there that is not known to pass.
        again: only those that were given before.
        everything: all of them, which counts none as given.

    Returns: None where all tasks of a lesson, or of "", are known to pass.

    Raises:
        UsageError: there is no such task.
    """
    root, spots = find_typed(start, address)
    state = read_state(root)
    is_named = read_address(locate(start, address)[1]).task
    spot = spots[0] if is_named else first_open(spots, state)
    if spot is None:
        return None
    wanted, task = spot.address, spot.task
    given = min(state.hints.get(wanted, 0), len(task.hints))
    if everything or again:
        return _some(wanted, task.hints, range(len(task.hints) if everything else given))
    if given == len(task.hints):
        return _some(wanted, task.hints, range(given))
    kept = change_state(root, lambda state: state.hints.update({wanted: given + 1}))
    return _some(wanted, task.hints, range(given, given + 1), "" if kept else NOT_KEPT)


def _some(address: str, hints: Sequence[str], which: range, note: str = "") -> Hints:
    return Hints(address, tuple((number + 1, hints[number]) for number in which), len(hints), note)


def first_open(spots: Sequence[Spot], state: State) -> Spot | None:
    """Find the first task that is not known to pass as its file stands; None if all do."""
    digests = file_digests(spots)
    return next((spot for spot in spots if not state.passes(spot.address, digests[spot.key])), None)


def show_hint(start: Path, address: str, again: bool, everything: bool) -> None:
    """Show the next hint of a task, and how to go on."""
    hints = next_hint(start, address, again, everything)
    console = own_console()
    if hints is None:
        console.print("All tasks here pass their public checks. Name one for its hints.")
        return
    console.print(Text(_title(hints), style="bold"))
    for number, hint in hints.numbered:
        first = "  " if len(hints.numbered) == 1 else f"  {number}. "
        wrapped = fill(hint, console.width, initial_indent=first, subsequent_indent=" " * len(first))
        console.print("", Text(wrapped), sep="\n")
    console.print("", Text(_onward(hints), style="dim"), sep="\n")
    if hints.note:
        console.print(Text(hints.note, style="dim"))


def _title(hints: Hints) -> str:
    if len(hints.numbered) == 1:
        return f"{hints.address}, hint {hints.numbered[0][0]} of {hints.total}"
    if len(hints.numbered) == hints.total:
        return f"{hints.address}, all {hints.total} hints; there are no more"
    return f"{hints.address}, {len(hints.numbered) or 'none'} of {hints.total} hints given so far"


def _onward(hints: Hints) -> str:
    if hints.numbered and hints.numbered[-1][0] == hints.total:
        return f"To try it: unroll check {hints.address}"
    return f"One more: unroll hint {hints.address}"
