"""How a place in a file is named: `sine/cell.py:35`, from the working directory on, which many terminals open."""

import os
from pathlib import Path

from rich.style import Style
from rich.text import Text

from autograder.errors import place_in
from autograder.text.clean import one_line


def place_text(file: Path, line: int | None = None, cell: int | None = None) -> str:
    """Name a file and a line of it; a notebook's line stands in a cell, which no terminal finds."""
    name = one_line(_near(file))
    if cell:
        return f"{name}, {place_in(line, cell)}"
    return f"{name}:{line}" if line else name


def place_link(file: Path, line: int | None = None, cell: int | None = None, style: str = "") -> Text:
    """Name a place, so that a click opens the file also where a terminal knows no lines."""
    link = Style(link=file.absolute().as_uri())
    return Text(place_text(file, line, cell), style=Style.parse(style) + link if style else link)


def _near(file: Path) -> str:
    """Write a path from the working directory on, unless that takes longer than from the root."""
    whole = str(file.absolute())
    try:
        near = os.path.relpath(whole)
    except (OSError, ValueError):  # another drive, or a working directory that has gone
        return whole
    return min(near, whole, key=len)
