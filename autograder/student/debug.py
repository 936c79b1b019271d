"""`unroll debug`: the call of a public check that fails, on the terminal, in this very process, with pdb."""

import contextlib
import copy
import inspect
import os
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from autograder.errors import UsageError
from autograder.intake import Source, read_one
from autograder.isolation.inside.loader import Loader, Siblings
from autograder.isolation.limits import Limits
from autograder.student.check import check_here
from autograder.student.exercises import Spot
from autograder.student.explain import the_only_spot
from autograder.student.memory import file_digests, note_outcomes
from autograder.student.show import place, sentences
from autograder.student.stepping import look_back, step_through
from autograder.student.verdict import Verdict
from autograder.student.where import find_typed
from autograder.text.clean import one_line
from autograder.text.console import own_console

if TYPE_CHECKING:
    from autograder.exam.module import Request

NO_TERMINAL = "`unroll debug` needs a terminal, where you type what pdb shall do."
BEGIN = (
    "This runs the call of the public checks that fails, here and with pdb. It is not locked in: your code may do what "
    "you may. q and Enter leave at any time."
)
KEYS = "a arguments   p NAME a value   l lines   w where   n next line   s into a call   c go on   q leave"
NOT_HERE = "Here nothing is raised: a check is locked in, this is not."


def debug(start: Path, where: str) -> None:
    """Run the public call that shows what is wrong with a task, with pdb.

    Where it raises, pdb opens at that line. Else it stops at the first line of the function, with its arguments.

    Args:
        where: what the student typed, see `where`; one task.

    Raises:
        UsageError: there is no terminal, or no call that fails.
    """
    if not is_terminal():
        raise UsageError(NO_TERMINAL)
    root, spots = find_typed(start, where)
    spot = the_only_spot(spots)
    console = own_console()
    _say(console, BEGIN)
    verdict = _verdict(console, root, spot)
    _refuse(verdict)
    from autograder.isolation.inside.eager import eagerly

    with eagerly():
        _open(console, load(spot, verdict), verdict)


def _open(console: Console, failing: "Failing", verdict: Verdict) -> None:
    console.print("", Text.assemble((verdict.address, "bold"), "  ", place(verdict)), sep="\n")
    for line, style in sentences(verdict):
        _say(console, line, style, indent=2)
    console.print("", Text(KEYS, style="dim"), sep="\n")
    _run(console, failing, verdict)


def is_terminal() -> bool:
    """Tell whether somebody types here and reads what comes."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def _say(console: Console, text: str, style: str = "", indent: int = 0) -> None:
    margin = " " * indent
    console.print(Text(fill(text, console.width, initial_indent=margin, subsequent_indent=margin), style=style))


def _verdict(console: Console, root: Path, spot: Spot) -> Verdict:
    """Check the task as it now stands, locked in as ever."""
    digests = file_digests([spot])
    (verdict,) = (checked := check_here(console, root, [spot])).verdicts
    note_outcomes(root, checked.results, digests)
    return verdict


def _refuse(verdict: Verdict) -> None:
    if verdict.passes:
        raise UsageError(f"{verdict.address} passes its public checks, so no call fails. There is nothing to debug.")
    fact = one_line(verdict.fact, 500)
    if verdict.is_unwritten or verdict.needs:
        raise UsageError(f"{verdict.address}: {fact} There is no call to debug yet.")
    if not verdict.requests:
        raise UsageError(f"{verdict.address}: {fact} There is no call to debug.")


@dataclass(frozen=True)
class Failing:
    """A lesson in this process, and what the test that fails asks of it.

    Args:
        module: the lesson's.
        name: of the task.
        files: the names that the student's own code has in tracebacks.
        requests: the last one fails; a lesson may remember those before it.
    """

    module: types.ModuleType
    name: str
    files: frozenset[str]
    requests: "tuple[Request, ...]"

    def is_own(self, frame: types.FrameType) -> bool:
        """Recognise a frame of the student's code."""
        return frame.f_code.co_filename in self.files

    def is_task(self, frame: types.FrameType) -> bool:
        """Recognise a frame of the task: of its function, or of a method of its class."""
        code = frame.f_code
        named = self.is_own(frame) and code.co_qualname.split(".")[0] == self.name
        return named or code is getattr(inspect.unwrap(self.module.__dict__[self.name]), "__code__", None)


class _OfFile(Loader):
    """A loader whose module has its real file in tracebacks, so that pdb shows and finds its lines."""

    def __init__(self, name: str, file: Path) -> None:
        super().__init__(name)
        self._file = file

    def filename(self, cell: int | None) -> str:
        """Name the file; a notebook's cell has none."""
        return str(self._file) if cell is None else super().filename(cell)


def load(spot: Spot, verdict: Verdict) -> Failing:
    """Load a student's lesson into this process, as a check does: no experiment of its top level is run.

    Raises:
        UsageError: the task is not defined there.
    """
    hand_in = read_one(spot.exercises.folder, spot.exercises.assignment, Limits())
    sources: dict[str, Source] = hand_in.sources
    cells = {name: list(source.cells) for name, source in sources.items()}
    name = spot.lesson.name
    loader = _OfFile(name, (spot.exercises.folder / sources[name].file).resolve())
    sys.meta_path.insert(0, Siblings({other: cells[other] for other in cells if other != name}, light=False))
    with _silent():
        loader.run(cells[name])
    if not callable(loader.module.__dict__.get(spot.task.name)):
        raise UsageError(f"{verdict.address}: {one_line(verdict.fact, 500)} There is no call to debug.")
    numbers = [*range(1, len(cells[name]) + 1)] if len(cells[name]) > 1 else [None]
    files = {*(loader.filename(number) for number in numbers), *(f"<{other}>" for other in cells)}
    return Failing(loader.module, spot.task.name, frozenset(files), verdict.requests)


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Keep away what was printed before: the check has shown it."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        yield


def _run(console: Console, failing: Failing, verdict: Verdict) -> None:
    with _silent():
        for request in failing.requests[:-1]:
            with contextlib.suppress(Exception, SystemExit):
                _ask(failing, request)
    if not (verdict.frames and _raised_here(console, failing, verdict)):
        _step(console, failing, verdict)


def _raised_here(console: Console, failing: Failing, verdict: Verdict) -> bool:
    """Run the call, and look back at what it raises; tell whether it did."""
    try:
        _ask(failing, failing.requests[-1])
    except (Exception, SystemExit) as error:
        _look_back(console, failing, verdict, error)
        return True
    _say(console, NOT_HERE)
    return False


def _look_back(console: Console, failing: Failing, verdict: Verdict, error: BaseException) -> None:
    if type(error).__name__ not in verdict.fact:  # else it has just been said
        _say(console, f"{type(error).__name__}: {one_line(str(error), 500)}", "red")
    if not look_back(error.__traceback__, failing.is_own):
        _say(console, "No line of yours was reached.")


def _step(console: Console, failing: Failing, verdict: Verdict) -> None:
    """Run the call up to the first line of the task."""
    try:
        reached, ended = step_through(lambda: _ask(failing, failing.requests[-1]), failing.is_task)
    except (Exception, SystemExit) as error:
        _look_back(console, failing, verdict, error)
        return
    if not reached:
        _say(console, f"The call has ended, and no line of {failing.name} was reached.")
    elif ended:
        _say(console, f"The call has ended. {one_line(verdict.fact, 500)}")


def _ask(failing: Failing, request: "Request") -> object:
    """Carry out a request with fresh arguments, from the random state that every check begins with."""
    import torch

    from autograder.isolation.inside import calls

    torch.manual_seed(0)
    return calls.__dict__[request.op](failing.module, **copy.deepcopy(request.value))
