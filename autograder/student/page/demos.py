"""Run the cells that show what a lesson does, with the student's own code, and say what is to be written first."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from autograder.errors import StudentError, WorkerGone
from autograder.exam.shown import Shown, clean_shown
from autograder.isolation.inside.names import names_of
from autograder.isolation.inside.source import statements
from autograder.student.page.parts import STUB, Written
from autograder.student.plotting.panels import Asks

FIRST = 1001  # a number that no cell of the student's has
DPI = 144  # twice what a page shows, for sharp screens
LONGEST = 20_000  # characters of one output
NO_NAME = re.compile(r"^name '(\w+)' is not defined")
NEEDS = "This needs a cell above that did not run to its end."
NOT_RUN = "This was not run, because a cell above ended the process."


@dataclass(frozen=True)
class Demo:
    """What a cell showed.

    Args:
        shown: prints, values, pictures and an error, in their order.
        words: what is to be done first, or why the cell did not run; "" where there is nothing to say.
    """

    shown: Shown = field(default_factory=list)
    words: str = ""

    @property
    def is_fine(self) -> bool:
        return not self.words and not any(one["kind"] == "error" for one in self.shown)


class Demos:
    """Runs the cells of one lesson after each other, as a notebook does.

    Args:
        written: what the student's file has of each task; None for a task that it does not define.
        cells: the student's source; a `.py` file is one cell.
        module: the student's lesson.
    """

    def __init__(self, written: Mapping[str, Written | None], cells: Sequence[str], module: Asks) -> None:
        self._written = written
        self._module = module
        self._reads = dict(_reads(cells))
        self._lost: dict[str, str] = {}
        self._number = count(FIRST)
        self._is_gone = False

    def run(self, text: str) -> Demo:
        """Run the next cell."""
        if self._is_gone:
            return Demo(words=NOT_RUN)
        self._reads |= dict(_reads([text]))
        try:
            shown = self._module.ask("show", {"text": text, "number": next(self._number), "dpi": DPI})
        except (WorkerGone, StudentError) as error:
            self._is_gone = True
            return Demo(words=str(error))
        return self._judged(text, clean_shown(shown, LONGEST))

    def _judged(self, text: str, shown: Shown) -> Demo:
        """Say what is to be written first in place of an error that only says so; remember what was not made."""
        error = next((one for one in shown if one["kind"] == "error"), None)
        if error is None:
            return Demo(shown)
        words = self._first(text, error["name"], error["text"])
        self._lost |= dict.fromkeys(_bound(text), words or NEEDS)
        return Demo([one for one in shown if one is not error], words) if words else Demo(shown)

    def _first(self, text: str, kind: str, said: str) -> str:
        missing = NO_NAME.match(said)
        if kind == "NameError" and missing:
            absent = missing[1] in self._written and self._written[missing[1]] is None
            return _write_first([missing[1]]) if absent else self._lost.get(missing[1], "")
        stubs = [name for name, found in self._written.items() if found is not None and found.is_stub]
        needed = self._needed(text) if kind == STUB else set()
        return _write_first([name for name in stubs if name in needed])

    def _needed(self, text: str) -> set[str]:
        """Collect the names that a cell uses, and those that these use."""
        todo, found = set().union(*(names_of(one).read for one in statements(text))), set[str]()
        while todo:
            found |= todo
            todo = set().union(*(self._reads.get(name, set()) for name in todo)) - found
        return found


def _write_first(names: Sequence[str]) -> str:
    return f"Write {' and '.join(names)} first." if names else ""


def _reads(cells: Sequence[str]) -> Iterator[tuple[str, set[str]]]:
    """Go through what each definition reads."""
    for text in cells:
        for statement in statements(text):
            name = getattr(statement, "name", "")
            if name:
                yield name, names_of(statement).read


def _bound(text: str) -> set[str]:
    return set().union(*(names_of(statement).bound for statement in statements(text)))
