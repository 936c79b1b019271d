"""The student's own code of a task, cut out as text: the grader parses nothing of a hand-in."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from autograder.course.variants import Variant
from autograder.errors import StudentError
from autograder.exam.evidence import MOST_LINES, Excerpt
from autograder.exam.lesson_tests import LessonTests
from autograder.exam.outcome import Loaded, notes_on
from autograder.exam.session import TestRun

CLOSING = (")", "]", "}")
COMMENT = re.compile(r"\s#.*$")
Place = tuple[int | None, int]  # a cell, or None; a line


def place_of(name: str, lesson: str, runs: Iterable[TestRun], loaded: Loaded) -> Place | None:
    """Find the line of the lesson that the first message names; None where it names none.

    Args:
        name: the task's.
        lesson: the lesson's.
    """
    for run in runs:
        if isinstance(run.error, StudentError) and run.error.line:
            frames = run.error.frames
            return (run.error.cell, run.error.line) if not frames or frames[-1].lesson == lesson else None
    note = next(iter(notes_on(name, loaded)), None)
    return (note.cell, note.line) if note and note.line else None


def excerpt_of(name: str, cells: Sequence[str], place: Place | None) -> Excerpt | None:
    """Cut out a task's last definition, or what stands around a line outside of it.

    Args:
        name: the task's.
        cells: source texts; a `.py` file is one cell.
        place: the line to be marked, or None.
    """
    found = _definition(name, cells)
    if place is None:
        return found and _window(found, found.first, 0)
    if found is not None and place[0] == found.cell and found.first <= place[1] < found.first + len(found.lines):
        return _window(found, place[1], place[1])
    cell, line = place
    lines = cells[(cell or 1) - 1].split("\n") if 0 < (cell or 1) <= len(cells) else []
    if not 0 < line <= len(lines):
        return found and _window(found, found.first, 0)
    return _window(_around(lines, line - 1, cell), line, line)


def with_suspect(excerpt: Excerpt, mistakes: Iterable[Variant], rights: str) -> Excerpt:
    """Find the first line that stands so in one of the recognised mistakes, and in no right program."""
    wrong = {_bare(line) for mistake in mistakes for line in mistake.source.split("\n")}
    wrong -= {_bare(line) for line in rights.split("\n")}
    lines = enumerate(excerpt.lines, excerpt.first)
    return replace(
        excerpt, suspect=next((number for number, line in lines if line.strip() and _bare(line) in wrong), 0)
    )


def of_mistake(tests: LessonTests, id: str, cause: str) -> list[Variant]:
    """List the known mistakes of an id that say a cause."""
    return [one for one in tests.mistakes if one.id == id and cause.startswith(one.says)] if id else []


def _bare(line: str) -> str:
    """Take out of a line what does not change it: spaces and a comment."""
    return "".join(COMMENT.sub("", f" {line}").split())


def _definition(name: str, cells: Sequence[str]) -> Excerpt | None:
    begin = re.compile(rf"[ \t]*(?:async[ \t]+def|def|class)[ \t]+{re.escape(name)}\b")
    found = None
    for number, text in enumerate(cells, 1):
        lines = text.split("\n")
        starts = [place for place, line in enumerate(lines) if begin.match(line)]
        if starts:
            found = _block(lines, starts[-1], number if len(cells) > 1 else None)
    return found


def _around(lines: Sequence[str], place: int, cell: int | None) -> Excerpt:
    """Cut out the definition that a line stands in, or that line alone."""
    above = (number for number in range(place, -1, -1) if re.match(r"(?:async[ \t]+def|def|class)\b", lines[number]))
    start = next(above, place)
    block = _block(lines, start, cell)
    return block if place < start + len(block.lines) else Excerpt(cell, place + 1, (lines[place],))


def _block(lines: Sequence[str], start: int, cell: int | None) -> Excerpt:
    """Cut out a definition, which ends before the next line that stands no further in."""
    depth, end = _depth(lines[start]), start + 1
    for place in range(start + 1, len(lines)):
        text = lines[place].strip()
        if text and _depth(lines[place]) <= depth and not text.startswith(CLOSING):
            break
        end = place + 1 if text else end
    return Excerpt(cell, start + 1, tuple(lines[start:end]))


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _window(found: Excerpt, centre: int, marked: int) -> Excerpt:
    """Keep at most `MOST_LINES` lines, with the marked one among them."""
    place = centre - found.first
    start = max(0, min(place - MOST_LINES // 2, len(found.lines) - MOST_LINES))
    lines = found.lines[start : start + MOST_LINES]
    return Excerpt(found.cell, found.first + start, lines, marked)
