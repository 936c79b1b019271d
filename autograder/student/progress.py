"""How far a student is: a bar and a count for each assignment, and for all of them."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from rich.text import Text

from autograder.student.exercises import Spot, find_spots
from autograder.student.memory import file_digests, read_state

BAR = 30
SMALL_BARS = (8, 6, 4)
ALL = "all"


@dataclass(frozen=True)
class Progress:
    """How many tasks of an assignment, or of all, pass."""

    name: str
    passing: int
    total: int


def progress_of(spots: Sequence[Spot], passes: Callable[[Spot], bool]) -> list[Progress]:
    """Count for each assignment; where there are several, for all of them last."""
    found = []
    for name, own in groupby(spots, key=lambda spot: spot.lesson.assignment):
        passing = [passes(spot) for spot in own]
        found.append(Progress(name, sum(passing), len(passing)))
    if len(found) > 1:
        found.append(Progress(ALL, sum(one.passing for one in found), len(spots)))
    return found


def known_progress(root: Path, names: Collection[str], just_found: Mapping[str, bool]) -> list[Progress]:
    """Count what is known to pass in a folder, for some of its assignments and for all.

    Args:
        just_found: whether a task passes, by its address, where that was found just now.
    """
    spots = find_spots(root, "")
    state, digests = read_state(root), file_digests(spots)

    def passes(spot: Spot) -> bool:
        return just_found.get(spot.address, state.passes(spot.address, digests[spot.key]))

    return [one for one in progress_of(spots, passes) if one.name in (*names, ALL)]


def progress_lines(found: Sequence[Progress], width: int) -> Iterator[Text]:
    """Draw a line for each, one below the other."""
    name = max((len(one.name) for one in found), default=0)
    digits = len(str(max((one.total for one in found), default=0)))
    for one in found:
        words = f"{one.passing:>{digits}} of {one.total:>{digits}} tasks pass"
        yield Text(f"{one.name:<{name}}  ").append(bar_and_words(one, words, width - name - 2))


def bar_and_words(one: Progress, words: str, width: int) -> Text:
    """Draw a bar, as long as there is room for it beside the words."""
    size = min(BAR, width - len(words) - len("[]  "))
    return _bar(one, size).append(f"  {words}") if size > 0 else Text(words)


def small_bars(found: Sequence[Progress], width: int) -> Text:
    """Draw all of them into one line, with bars as long as there is room for."""
    for size in (*SMALL_BARS, 0):
        line = Text("  ").join(_small(one, size) for one in found)
        if len(line) <= width:
            return line
    return line


def _small(one: Progress, size: int) -> Text:
    bar = Text(" ").append(_bar(one, size)) if size else Text()
    return Text(one.name).append(bar).append(f" {one.passing}/{one.total}")


def _bar(one: Progress, size: int) -> Text:
    full = round(size * one.passing / one.total) if one.total else 0
    return Text.assemble("[", ("#" * full, "green"), "-" * (size - full), "]")
