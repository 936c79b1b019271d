"""What stands outside of functions in a lesson: prints, which are shown, and lines that no check runs.

A check runs no bare call, so that no experiment costs a mark. A bare `print` is what a student wants to see, though. So
the lesson is run once more, in a worker of its own, with its prints; no verdict depends on that run.
"""

import ast
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import Note, StudentError, WorkerGone
from autograder.exam.remote import Remote
from autograder.isolation.inside.source import statements
from autograder.isolation.inside.toplevel import is_guard, why_not
from autograder.student.place import place_text

MOST_RANGES = 8
OF_KIT = {"check", "explain", "hint", "plot", "shapes"}
Cells = Sequence[str]
Range = tuple[int | None, int, int]  # the cell, the first and the last line


@dataclass(frozen=True)
class Outside:
    """What was found outside of functions.

    Args:
        printed: by the top level.
        notes: sentences about its lines.
    """

    printed: str
    notes: list[str]


def look_outside(
    file: Path,
    cells: Cells,
    loaded: Remote,
    again: Callable[[list[str]], Remote],
    given: Container[int | None] = (),
) -> Outside:
    """Say what a lesson prints outside of functions, and which lines were not run.

    Args:
        cells: its source; a `.py` file is one cell.
        loaded: what has run it for the checks.
        again: makes what runs other cells in the place of these.
        given: the numbers of the cells that were handed out so, of which nothing is to be said.
    """
    left = [one for one in _not_run(cells, loaded.is_light) if one.range[0] not in given]
    prints = [one for one in left if one.is_print]
    if not prints:
        return Outside(loaded.printed_at_load, _counted(file, [one.range for one in left]))
    printed, notes = _run(again([text if n in given else _with_prints(text) for n, text in enumerate(cells, 1)]))
    broken = [note for note in notes if any(one.holds(note) for one in prints)]
    if len(prints) == len(left):
        return Outside(printed, [raised(file, note) for note in broken])
    # What a print needs may stand in a line that was not run. Then it counts as one more of them.
    missed = [one.range for one in left if not one.is_print or any(map(one.holds, broken))]
    return Outside(printed, _counted(file, missed))


@dataclass(frozen=True)
class _Left:
    """A statement that is not run."""

    range: Range
    is_print: bool

    def holds(self, note: Note) -> bool:
        """Tell whether this is the statement that raised."""
        cell, first, last = self.range
        return note.cell == cell and first <= note.line <= last


def _not_run(cells: Cells, light: bool) -> Iterator[_Left]:
    for number, text in enumerate(cells, 1):
        for statement in statements(text):
            if why_not(statement, light) and not _is_idle(statement):
                place = number if len(cells) > 1 else None
                last = statement.end_lineno or statement.lineno
                yield _Left((place, statement.lineno, last), _is_print(statement))


def _is_idle(statement: ast.stmt) -> bool:
    """Recognise what does nothing, or what Python itself does not run when a file is imported."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, (ast.Constant, ast.Name)) or _is_of_kit(statement.value)
    return isinstance(statement, ast.Pass) or is_guard(statement)


def _is_of_kit(value: ast.expr) -> bool:
    """Recognise a call of what a notebook has from the kit, such as `check("...")`."""
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in OF_KIT


def _is_print(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(ast.Call(ast.Name("print"))):
            return True
    return False


def _with_prints(text: str) -> str:
    """Make assignments of the prints at the top level: these are run."""
    lines = text.split("\n")
    for statement in reversed([one for one in statements(text) if _is_print(one)]):
        line = lines[statement.lineno - 1].encode()
        before, after = line[: statement.col_offset], line[statement.col_offset :]
        if after.startswith(b"print"):
            lines[statement.lineno - 1] = (before + b"_ = " + after).decode()
    return "\n".join(lines)


def _run(remote: Remote) -> tuple[str, list[Note]]:
    try:
        remote.start()
    except (StudentError, WorkerGone):
        pass  # the checks have said so themselves, or will
    finally:
        remote.end()
    return remote.output, remote.notes


def raised(file: Path, note: Note) -> str:
    """Say in a sentence which statement of a file could not be run."""
    said = f"{note.kind}: {note.text}".removesuffix(": ").rstrip(".")
    return f"{place_text(file, note.line, note.cell)} raised {said}{'' if said.endswith('?') else '.'}"


def _counted(file: Path, ranges: Sequence[Range]) -> list[str]:
    """Count the lines that were not run, and name them."""
    if not ranges:
        return []
    count = sum(last - first + 1 for _, first, last in ranges)
    lines = "1 line outside of functions was" if count == 1 else f"{count} lines outside of functions were"
    named = list(map(_named, _joined(ranges)))
    shown = [*named[:MOST_RANGES], *(["..."] if named[MOST_RANGES:] else [])]
    return [f"{place_text(file)}: {lines} not run: {', '.join(shown)}."]


def _joined(ranges: Sequence[Range]) -> list[Range]:
    """Join ranges that follow each other."""
    joined: list[Range] = []
    for cell, first, last in ranges:
        if joined and joined[-1][0] == cell and first <= joined[-1][2] + 1:
            joined[-1] = cell, joined[-1][1], max(last, joined[-1][2])
        else:
            joined.append((cell, first, last))
    return joined


def _named(place: Range) -> str:
    cell, first, last = place
    lines = str(first) if first == last else f"{first}-{last}"
    return f"cell {cell}, line {lines}" if cell else lines
