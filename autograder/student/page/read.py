"""`unroll read`: a lesson as one page, with what the student's own code does in it."""

import os
import sys
import webbrowser
from collections.abc import Iterable, Iterator, Sequence
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
from autograder.student.exercises import Exercises, lessons_of
from autograder.student.home import passed_over
from autograder.student.page.demos import Demo, Demos
from autograder.student.page.html import page_html
from autograder.student.page.parts import Part, find_written, read_parts
from autograder.student.plotting.panels import LIMITS
from autograder.student.where import find_typed
from autograder.text.console import own_console
from autograder.text.files import cannot_write, write_atomically

FOLDER = "pages"
ADVICE = "Free space, or make the folder writable."


def read(start: Path, where: str, is_opened: bool) -> bool:
    """Write the page of each lesson that is meant, and say where.

    Args:
        where: what the student typed, see `where`.
        is_opened: show the first of them in a browser, where there is a terminal and a screen.

    Returns: whether all that is shown there ran to its end.

    Raises:
        UsageError: there is no such lesson.
    """
    root, spots = find_typed(start, where)
    wanted = [(exercises, lesson, read_parts(exercises, lesson)) for exercises, lesson in lessons_of(spots)]
    console, fine, paths = own_console(), True, []
    with open_workers() as workers:
        for exercises, lesson, parts in wanted:
            page, left = make_page(exercises, lesson, parts, workers, console)
            paths.append(_save(root / FOLDER, lesson, page))
            console.print(Text(str(paths[-1])), soft_wrap=True)
            for line in left:
                console.print(Text(f"  {line}"))
            fine = fine and not left
    if is_opened and _has_screen():
        webbrowser.open(paths[0].absolute().as_uri())
    return fine


def make_page(
    exercises: Exercises, lesson: Lesson, parts: Sequence[Part], workers: Workers, console: Console
) -> tuple[str, list[str]]:
    """Run what a lesson's page shows, and write the page.

    Returns: its HTML, and a line for all that is to be mended or written.
    """
    hand_in = read_one(exercises.folder, exercises.assignment, LIMITS)
    source = hand_in.sources.get(lesson.name)
    file = source.file if source else f"{lesson.name}.py"
    problem = hand_in.problem or (source.problem if source else f"There is no {file} here.")
    cells = source.cells if source and not problem else ()
    written = {task.name: find_written(task.name, cells) for task in lesson.tasks}
    texts = [part.text for part in parts if part.kind == "demo"]
    if source is None or problem:
        shown, notes = [Demo(words=problem) for _ in texts], [problem]
    else:
        clock = Clock(LIMITS)
        clock.next_lesson()
        remote = Remote(workers, LIMITS, clock, lesson.name, sources_of(hand_in))
        shown, notes = _run(
            Demos(written, cells, remote), remote, lesson.folder / source.file, _counted(console, lesson, texts)
        )
    page = page_html(exercises, lesson, parts, file, written, shown, notes)
    return page, [*notes, *_left(shown)]


def _run(demos: Demos, remote: Remote, file: Path, texts: Iterable[str]) -> tuple[list[Demo], list[str]]:
    try:
        shown = [demos.run(text) for text in texts]
        return shown, list(passed_over(file, remote.notes))
    finally:
        remote.end()


def _counted(console: Console, lesson: Lesson, texts: Sequence[str]) -> Iterator[str]:
    """Say which cell is being run, where there is a terminal."""
    if not console.is_terminal:
        yield from texts
        return
    with console.status(lesson.key) as status:
        for number, text in enumerate(texts, 1):
            status.update(f"{lesson.key}: cell {number} of {len(texts)} ...")
            yield text


def _left(shown: Sequence[Demo]) -> Iterator[str]:
    """Say what is left to do: each sentence once."""
    wrong = [demo for demo in shown if not demo.is_fine]
    yield from dict.fromkeys(demo.words or "What went wrong in a cell stands below it." for demo in wrong)


def _save(folder: Path, lesson: Lesson, page: str) -> Path:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error, ADVICE) from None
    path = folder / f"{lesson.assignment}-{lesson.name}.html"
    write_atomically(path, page, ADVICE)
    return path


def _has_screen() -> bool:
    """Tell whether somebody sits here who would see a browser; one for terminals would take the terminal away."""
    if not sys.stdout.isatty():
        return False
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
