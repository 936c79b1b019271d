"""`unroll plot`: what a student's own code learns and computes, as pictures."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from autograder.course.model import Lesson
from autograder.exam.clock import Clock
from autograder.exam.examine import sources_of
from autograder.exam.remote import Remote
from autograder.intake import read_one
from autograder.isolation.child import Workers
from autograder.isolation.open import open_workers
from autograder.student.exercises import Exercises
from autograder.student.home import passed_over
from autograder.student.plotting.draw import draw
from autograder.student.plotting.panels import LIMITS, Panel, describe, drawable, panels
from autograder.student.where import find_typed
from autograder.text.console import own_console
from autograder.text.files import cannot_write, write_atomically

FOLDER = "plots"
ADVICE = "Free space, or make the folder writable."


def plot(start: Path, where: str) -> bool:
    """Draw what the lessons of a folder can show, as PNG and SVG, and say where.

    Args:
        where: what the student typed, see `where`.

    Returns: whether every panel could be drawn.

    Raises:
        UsageError: the lesson has nothing to draw.
    """
    root, spots = find_typed(start, where)
    folder, console, fine = root / FOLDER, own_console(), True
    wanted = drawable(spots)
    with open_workers() as workers:
        for exercises, lesson in wanted:
            found, notes = _ask(console, exercises, lesson, workers)
            console.print(Text(lesson.key, style="bold"))
            for line in [*notes, *map(describe, found)]:
                console.print(Text(f"  {line}"))
            if any(panel.lines for panel in found):
                _save(console, folder, lesson, found)
            fine = fine and not any(panel.failed for panel in found)
    return fine


def _ask(console: Console, exercises: Exercises, lesson: Lesson, workers: Workers) -> tuple[list[Panel], list[str]]:
    """Return the panels of a lesson, and notes on what could not be read."""
    hand_in = read_one(exercises.folder, exercises.assignment, LIMITS)
    source = hand_in.sources.get(lesson.name)
    drawn = exercises.pictures[lesson.name]
    if source is None or source.problem or hand_in.problem:
        problem = hand_in.problem or (source.problem if source else f"There is no {lesson.name}.py here.")
        return [Panel(one, words=problem, failed=True) for one in drawn], []
    clock = Clock(LIMITS)
    clock.next_lesson()
    remote = Remote(workers, LIMITS, clock, lesson.name, sources_of(hand_in))
    try:
        found = list(_with_progress(console, lesson, panels(drawn, remote), len(drawn)))
        return found, list(passed_over(exercises.folder / source.file, remote.notes))
    finally:
        remote.end()


def _with_progress(console: Console, lesson: Lesson, found: Iterator[Panel], count: int) -> Iterator[Panel]:
    """Say which panel is being computed, where there is a terminal."""
    if not console.is_terminal:
        yield from found
        return
    with console.status(f"{lesson.key}: picture 1 of {count} ...") as status:
        for number, panel in enumerate(found, 1):
            yield panel
            status.update(f"{lesson.key}: picture {min(number + 1, count)} of {count} ...")


def _save(console: Console, folder: Path, lesson: Lesson, found: Sequence[Panel]) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error, ADVICE) from None
    for form in ("png", "svg"):
        path = folder / f"{lesson.assignment}-{lesson.name}.{form}"
        write_atomically(path, draw(lesson.title, found, form), ADVICE)
        console.print(Text(f"  {path}"), soft_wrap=True)
