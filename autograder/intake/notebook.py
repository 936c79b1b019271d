"""Take a notebook's code cells from plain JSON; nothing else in it is trusted."""

import json
from typing import Any

from autograder.intake.hand_in import Refused, Unreadable
from autograder.intake.text import check_source, decode, plain_lines

MOST_PARTS = 5_000_000  # what 50 MB of brackets would take in memory is a hundred times that of 50 MB of outputs
MOST_CELLS = 10_000


def code_cells(name: str, data: bytes, limit: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Take the code cells without the test cells, top to bottom.

    Args:
        limit: most bytes of code.

    Returns: the cells, and a note for each cell that was passed over as unreadable.
    """
    texts: list[str] = []
    notes: list[str] = []
    for number, cell in enumerate(plain_cells(name, data), 1):
        if not _is_code(cell) or _is_test(cell):
            continue
        source = cell_source(cell)
        if source is None:
            notes.append(f"{name}: cell {number} has no readable source and is passed over.")
        else:
            texts.append(check_source(f"{name}, cell {number},", source))
    _refuse_bulk(name, texts, limit)
    return tuple(texts), _shortened(notes)


def plain_cells(name: str, data: bytes) -> list[Any]:
    """Return the list of cells as it stands there, or say why there is none."""
    notebook = _json(name, data)
    if not isinstance(notebook, dict):
        raise Unreadable(f"{name} is no notebook; open it in Jupyter and save it again.")
    version = notebook.get("nbformat")
    if "worksheets" in notebook or (isinstance(version, int) and version < 4):
        raise Unreadable(f"{name} has an old notebook format; open it in Jupyter and save it again.")
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        raise Unreadable(f"{name} has no list of cells; open it in Jupyter and save it again.")
    return cells


def _json(name: str, data: bytes) -> Any:
    if not data.strip():
        raise Unreadable(f"{name} is empty; save the notebook and hand it in again.")
    if sum(data.count(mark) for mark in (b"[", b"{", b",")) > MOST_PARTS:
        raise Refused(f"{name} has too many parts; clear its outputs and save it again.")
    try:
        return json.loads(decode(name, data))
    except json.JSONDecodeError as error:
        line = error.lineno
        raise Unreadable(f"{name} is damaged or cut off (line {line}); open it in Jupyter and save it again.") from None
    except (ValueError, RecursionError, MemoryError):
        raise Unreadable(f"{name} is no notebook Jupyter would write; open it there and save it again.") from None


def _is_code(cell: Any) -> bool:
    return isinstance(cell, dict) and cell.get("cell_type") == "code"


def _is_test(cell: dict[str, Any]) -> bool:
    """Say whether nbgrader calls it a test: graded, and not the student's to write."""
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return isinstance(marks, dict) and marks.get("grade") is True and marks.get("solution") is not True


def cell_source(cell: dict[str, Any]) -> str | None:
    """Return the text of a cell; None if it has no readable one."""
    source = cell.get("source")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    return plain_lines(source) if isinstance(source, str) else None


def _refuse_bulk(name: str, texts: list[str], limit: int) -> None:
    if len(texts) > MOST_CELLS or sum(len(text.encode()) for text in texts) > limit:
        raise Refused(f"{name} has too much code; keep only the lesson's cells.")


def _shortened(notes: list[str], most: int = 5) -> tuple[str, ...]:
    more = [f"... and {len(notes) - most} cells more."] if len(notes) > most else []
    return (*notes[:most], *more)
