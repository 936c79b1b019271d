"""What a function does in a cell of a notebook: find its tasks, show the richest form, fail in one sentence."""

import contextlib
import sys
import types
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from autograder.errors import UnrollError, UsageError
from autograder.student.addresses import complete
from autograder.student.exercises import Spot, find_spots, shipped_exercises
from autograder.student.folder.manifest import is_made_by_init
from autograder.text.clean import one_line


class CheckFailed(Exception):
    """A public check did not pass, or nothing can be shown. Jupyter shows the sentence, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


@contextlib.contextmanager
def in_a_sentence(interrupted: str) -> Iterator[None]:
    """Let an error of ours, or an interrupt, end the cell in one sentence.

    Raises:
        CheckFailed: with that sentence.
    """
    try:
        yield
    except UnrollError as error:
        raise CheckFailed(one_line(str(error))) from None
    except KeyboardInterrupt:
        raise CheckFailed(interrupted) from None


def notebook() -> types.ModuleType:
    """The namespace of the notebook."""
    return sys.modules["__main__"]


def spots_for(address: str) -> list[Spot]:
    """List the tasks that an address means, or a part of one.

    A folder that `unroll init` has made has its own exercises; anywhere else, those that came with the kit count.

    Raises:
        UsageError: there are none.
    """
    root = _folder_here() or shipped_exercises()
    return find_spots(root, complete(root, str(address)))


def _folder_here() -> Path | None:
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if is_made_by_init(folder)), None)


def task_for(address: str) -> Spot:
    """Find the one task that an address means.

    Raises:
        UsageError: there is none, or there are several.
    """
    spots = spots_for(address)
    if len(spots) > 1:
        raise UsageError(f"Which task? Name one of: {', '.join(spot.address for spot in spots)}.")
    return spots[0]


def display(rich: dict[str, str | bytes], text: str) -> None:
    """Show the richest form that is understood; outside Jupyter, the text."""
    ipython = sys.modules.get("IPython")
    if ipython is None or ipython.get_ipython() is None:
        print(text)
        return
    ipython.display.display({**rich, "text/plain": text}, raw=True)


def lines_html(lines: Sequence[str]) -> str:
    """Write lines below each other as they stand."""
    return f'<pre style="white-space: pre-wrap; margin: 4px 0">{escape(chr(10).join(lines))}</pre>'
