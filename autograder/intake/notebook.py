"""Take a notebook's code cells from plain JSON; nothing else in it is trusted."""

import json
import re
from collections.abc import Iterator
from typing import Any

from autograder.intake.conflict import sides
from autograder.intake.hand_in import Refused, Unfit, Unreadable
from autograder.intake.text import check_source, decode, plain_lines
from autograder.text.words import LOOK

MOST_PARTS = 5_000_000  # what 50 MB of brackets would take in memory is a hundred times that of 50 MB of outputs
MOST_CELLS = 10_000
MOST_TRIES = 20  # to find the next cell in a damaged notebook; each may go through all of it
CELL = re.compile(r'\{\s*"(?:cell_type|id|attachments|metadata|execution_count|collapsed)"')
# Cell magics under which no Python stands; below all others stands code of the lesson.
OTHER_LANGUAGES = re.compile(
    r"%%(?:bash|sh|script|system|sx|cmd|html|HTML|svg|SVG|javascript|js|latex|markdown|perl|ruby|pypy|python2|R|sql"
    r"|cython|bigquery|!)\b|%%(?:writefile|file)\b(?!.*\.py\s*$)"
)
OLD = "{name} has the notebook format of before 2015, and was read all the same."
WRITTEN = re.compile(r"\s*%%\w.*")


def code_cells(name: str, text: str, limit: int, side: str = "") -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Take the code cells without the test cells, top to bottom.

    Args:
        limit: most bytes of code.
        side: the side of the merge conflict to read, if there is one.

    Returns: the cells, and a note for each cell that was passed over as unreadable.
    """
    cells, damage = read_cells(name, text, side)
    texts: list[str] = []
    notes: list[str] = []
    broken: Unfit | None = None
    for number, cell in enumerate(cells, 1):
        if not _is_code(cell) or _is_test(cell):
            continue
        source = cell_source(cell)
        if source is None:
            notes.append(f"{name}: cell {number} has no readable source and is passed over.")
            continue
        try:
            texts.append(check_source(f"{name}, cell {number},", _as_python(source)))
        except Unreadable as error:
            broken = broken or error
            notes.append(f"{error} The cell is passed over.")
    if broken and not texts:
        raise broken
    _refuse_bulk(name, texts, limit)
    return tuple(texts), (*([damage] if damage else []), *_shortened(notes))


def plain_cells(name: str, data: bytes, side: str = "") -> list[Any]:
    """Return the list of cells as it stands there, or say why there is none."""
    return read_cells(name, decode(name, data), side)[0]


def read_cells(name: str, text: str, side: str = "") -> tuple[list[Any], str]:
    """Return the list of cells, and a note where the notebook is damaged and they are not all."""
    _refuse_many_parts(name, text)
    versions = dict(sides(text))
    chosen = versions.get(side, next(iter(versions.values())))
    notebook, damage = _json(name, chosen)
    if not isinstance(notebook, dict):
        raise Unreadable(f"{name} is no notebook; open it in Jupyter and save it again.")
    inner = notebook.get("content")
    notebook = inner if "cells" not in notebook and isinstance(inner, dict) else notebook
    version = notebook.get("nbformat")
    if "worksheets" in notebook or (isinstance(version, int) and version < 4):
        return _old_cells(name, notebook), damage or OLD.format(name=name)
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        raise Unreadable(f"{name} has no list of cells; open it in Jupyter and save it again.")
    return cells, damage


def is_notebook_text(text: str) -> bool:
    """Say whether a text is a notebook, whatever its file is named."""
    return text.lstrip("\ufeff \t\n").startswith("{") and ('"cells"' in text or '"worksheets"' in text)


def _old_cells(name: str, notebook: dict[str, Any]) -> list[Any]:
    """Bring the cells of nbformat 2 and 3 into the form of 4."""
    sheets = notebook.get("worksheets")
    found = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)] if isinstance(sheets, list) else []
    lists = [cells for cells in found if isinstance(cells, list)]
    if not lists:
        raise Unreadable(f"{name} has an old notebook format; open it in Jupyter and save it again.")
    return [_of_today(cell) for cells in lists for cell in cells]


def _of_today(cell: Any) -> Any:
    if not isinstance(cell, dict):
        return cell
    if cell.get("cell_type") == "code":
        return {**cell, "source": cell.get("input", cell.get("source"))}
    if cell.get("cell_type") == "heading":
        level = int(cell["level"]) if cell.get("level") in range(1, 7) else 1
        return {**cell, "cell_type": "markdown", "source": f"{'#' * level} {cell_source(cell) or ''}"}
    return {**cell, "cell_type": "markdown"} if cell.get("cell_type") == "html" else cell


def _refuse_many_parts(name: str, text: str) -> None:
    if not text.strip():
        raise Unreadable(f"{name} is empty; save the notebook and hand it in again.")
    if sum(text.count(mark) for mark in "[{,") > MOST_PARTS:
        raise Refused(f"{name} has too many parts; clear its outputs and save it again.")


def _json(name: str, text: str) -> tuple[Any, str]:
    try:
        return json.loads(text), ""
    except json.JSONDecodeError as error:
        cells = list(_whole_cells(text))
        if not cells:
            said = f"{name} is damaged or cut off (line {error.lineno}); open it in Jupyter and save it again."
            raise Unreadable(said) from None
        said = f"{LOOK}: {name} is damaged or cut off (line {error.lineno})."
        return {"cells": cells}, f"{said} The {len(cells)} cells that can be read count."
    except (ValueError, RecursionError, MemoryError):
        raise Unreadable(f"{name} is no notebook Jupyter would write; open it there and save it again.") from None


def _whole_cells(text: str) -> Iterator[Any]:
    """Find the cells of a damaged notebook that are whole."""
    decoder, at, tries = json.JSONDecoder(), 0, 0
    while tries < MOST_TRIES and (found := CELL.search(text, at)):
        try:
            cell, at = decoder.raw_decode(text, found.start())
        except (ValueError, RecursionError, MemoryError):
            tries += 1
            at = found.end()
            continue
        if isinstance(cell, dict) and "cell_type" in cell:
            yield _of_today(cell) if "input" in cell else cell


def _is_code(cell: Any) -> bool:
    if not isinstance(cell, dict):
        return False
    if "cell_type" not in cell:  # a program has lost it; only code has these
        return "source" in cell and ("outputs" in cell or "execution_count" in cell)
    return bool(cell["cell_type"] == "code")


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


def _as_python(source: str) -> str:
    """Take away a magic that writes or times the code below it, and keep the number of lines."""
    lines = source.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if WRITTEN.fullmatch(lines[first]) and not OTHER_LANGUAGES.match(lines[first].strip()):
        lines[first] = ""
    return "\n".join(lines)


def _refuse_bulk(name: str, texts: list[str], limit: int) -> None:
    if len(texts) > MOST_CELLS or sum(len(text.encode()) for text in texts) > limit:
        raise Refused(f"{name} has too much code; keep only the lesson's cells.")


def _shortened(notes: list[str], most: int = 5) -> tuple[str, ...]:
    more = [f"... and {len(notes) - most} cells more."] if len(notes) > most else []
    return (*notes[:most], *more)
