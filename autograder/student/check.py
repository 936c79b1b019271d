"""`unroll check`: torch is imported once, and the process that runs the student's code is forked from this one."""

import contextlib
import gc
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from autograder.isolation.child import Workers
from autograder.isolation.open import open_workers, open_workers_from_here
from autograder.student.editor import as_object
from autograder.student.exercises import Spot, lessons_of
from autograder.student.memory import file_digests, note_outcomes
from autograder.student.progress import known_progress, progress_lines
from autograder.student.protection import unprotected
from autograder.student.show import next_step, show_verdicts
from autograder.student.verdict import not_covered, passed_summary
from autograder.student.where import find_typed
from autograder.text.clean import one_line
from autograder.text.console import own_console

if TYPE_CHECKING:
    from autograder.student.home import Checked

SLOW_TO_IMPORT = re.compile(r"^(?!\s*#).*\b(?:matplotlib|pyplot|plt)\b", re.MULTILINE)
# What a locked process says where it should import that itself: it wants a folder to write to.
CANNOT_IMPORT = "Matplotlib requires access to a writable"


def check(
    start: Path, where: str, as_json: bool = False, about_folder: Callable[[Path], list[str]] = lambda root: []
) -> bool:
    """Check the exercises of a folder, and show what was found.

    Args:
        where: what the student typed, see `where`.
        as_json: print one object, see `editor`, and nothing else.
        about_folder: says what is wrong with the folder itself.

    Returns: whether all checks pass.
    """
    root, spots = find_typed(start, where)
    digests = file_digests(spots)
    console = Console(stderr=True) if as_json else own_console()
    with contextlib.redirect_stdout(sys.stderr):  # a test may print as well
        checked = check_here(console, root, spots)
    checked.notes += about_folder(root)
    new = note_outcomes(root, checked.results, digests)
    if as_json:
        print(json.dumps(as_object(checked.verdicts, checked.notes, checked.output, checked.outside)))
    else:
        _show(console, checked, root, new)
    return checked.all_pass


def _needs_more_than_torch(spots: Sequence[Spot]) -> bool:
    lessons = lessons_of(spots)
    files = [path for exercises, lesson in lessons for path in (exercises.file(lesson), exercises.tests(lesson))]
    return any(SLOW_TO_IMPORT.search(_text(path)) for path in files)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def check_here(console: Console, root: Path, spots: Sequence[Spot]) -> "Checked":
    """Check some tasks in a process that is forked from this one where that can be."""
    quick = not _needs_more_than_torch(spots)
    if console.is_terminal:
        console.print("Warming up ...", end="\r")
    gc.disable()  # imports make no garbage, and looking for some takes a sixth of their time
    checked = _check_with(console, root, spots, open_workers_from_here(quick))
    if quick and any(CANNOT_IMPORT in verdict.fact for verdict in checked.verdicts):
        return _check_with(console, root, spots, open_workers())
    return checked


def _check_with(console: Console, root: Path, spots: Sequence[Spot], opened: Workers) -> "Checked":
    from autograder.student.home import check_spots

    gc.freeze()
    gc.enable()
    with opened as workers, _status(console) as status:
        checked = check_spots(spots, workers, lambda lesson: status(f"Checking {lesson} ..."))
        checked.notes += unprotected(root, workers)
        return checked


@contextlib.contextmanager
def _status(console: Console) -> Iterator[Callable[[str], None]]:
    """Say what is being done, where there is a terminal."""
    if not console.is_terminal:
        yield lambda text: None
        return
    with console.status("Checking ...") as status:
        yield status.update


def _show(console: Console, checked: "Checked", root: Path, new: Sequence[str]) -> None:
    show_verdicts(console, checked.verdicts, checked.notes, checked.outside, checked.inside)
    names = {verdict.lesson.assignment for verdict in checked.verdicts}
    found = known_progress(root, names, {verdict.address: verdict.passes for verdict in checked.verdicts})
    console.print(*progress_lines(found, console.width), sep="\n")
    for line in not_covered(checked.verdicts):
        console.print(Text(one_line(line), style="dim"))
    console.print(Text(passed_summary(checked.verdicts)))
    step = next_step(checked.verdicts)
    if step:
        console.print(Text(step))
    if new:
        console.print(Text(newly_passed(new), style="dim"))


def newly_passed(addresses: Sequence[str]) -> str:
    """Name the command that explains a task after it passes."""
    more = f" (also: {', '.join(address.partition(':')[2] for address in addresses[1:])})" if addresses[1:] else ""
    return f"Why it works, and another way: unroll explain {addresses[0]}{more}"
