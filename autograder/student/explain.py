"""`unroll explain`: why a task's answer works and another way to write it, for those whose own answer passes."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown
from rich.syntax import Syntax
from rich.text import Text

from autograder.errors import UsageError
from autograder.exam.results import TaskResult
from autograder.isolation.child import Workers
from autograder.isolation.open import open_workers
from autograder.student.exercises import Spot
from autograder.student.home import check_spots
from autograder.student.memory import file_digests, note_outcomes
from autograder.student.unlock import other_way
from autograder.student.where import find_typed
from autograder.text.clean import one_line
from autograder.text.console import WIDTH, own_console
from autograder.text.sealed import Explanation, unseal


@dataclass(frozen=True)
class Explained:
    """The answer to a request for an explanation.

    Args:
        address: of the task.
        result: what its public checks found just now.
        explanation: None where they do not pass; without another way where that does not open.
        said: why there is no other way, or "".
    """

    address: str
    result: TaskResult
    explanation: Explanation | None
    said: str = ""


def explain(start: Path, address: str, workers: Workers) -> Explained:
    """Check one task as its file now stands, and open its explanation if it passes.

    Another way of writing it is locked with what right programs return; the student's own is run to open it.

    Raises:
        UsageError: there is no such task, or the explanation is damaged.
    """
    root, spots = find_typed(start, address)
    spot = the_only_spot(spots)
    digests = file_digests(spots)
    (result,) = check_spots(spots, workers).results
    note_outcomes(root, [result], digests)
    if result.outcome != "passed":
        return Explained(spot.address, result, None)
    why = why_of(spot).why
    another, said = other_way(spot, workers)
    return Explained(spot.address, result, Explanation(why, another), said)


def the_only_spot(spots: Sequence[Spot]) -> Spot:
    """Return the one task that was asked for.

    Raises:
        UsageError: there are several.
    """
    if len(spots) > 1:
        raise UsageError(f"Which task? Name one of: {', '.join(spot.address for spot in spots)}.")
    return spots[0]


def why_of(spot: Spot) -> Explanation:
    """Uncover why the answer of a task works.

    Raises:
        UsageError: it is damaged.
    """
    try:
        return Explanation(unseal(spot.address, spot.exercises.sealed[spot.address]).why, "")
    except (KeyError, ValueError):
        raise UsageError(
            f"{spot.exercises.folder}: the explanation of {spot.address} is damaged. `unroll init` puts it back."
        ) from None


def show_explanation(start: Path, address: str) -> bool:
    """Show the explanation of a task that passes; else say what to do first.

    Returns: whether the task passes.
    """
    the_only_spot(find_typed(start, address)[1])  # wrong use is said before anything is started
    console = own_console()
    with open_workers() as workers:
        explained = explain(start, address, workers)
    if explained.explanation is None:
        console.print(Text(one_line(f"{explained.address}: {explained.result.message}", 500)))
        console.print(Text(f"The explanation opens when its public checks pass: unroll check {explained.address}"))
        return False
    _show(console, explained.address, explained.explanation)
    if explained.said:
        print(f"\n{_wrapped(explained.said)}")
    return True


def _show(console: Console, address: str, explanation: Explanation) -> None:
    """Show text and code with colours in a terminal, and as they are elsewhere."""
    title = f"{address} passes all public checks. Why it works:"
    if console.is_terminal:
        console.print(Text(title, style="bold"), "", Markdown(explanation.why), "", sep="\n")
    else:
        print(f"{title}\n\n{_wrapped(explanation.why)}")
    if explanation.another:
        _show_code(console, "Another way to write it:", explanation.another)


def _show_code(console: Console, title: str, code: str) -> None:
    if not console.is_terminal:
        print(f"\n{title}\n\n{code}")
        return
    shown = Syntax(code, "python", theme="ansi_dark", background_color="default", word_wrap=True)
    console.print(Text(title, style="bold"), "", shown, "", sep="\n")


def _wrapped(text: str) -> str:
    return "\n\n".join(textwrap.fill(paragraph, WIDTH) for paragraph in text.split("\n\n"))
