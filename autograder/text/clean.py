"""Make text that a student's side produced safe to show: in a terminal, in a page, in a spreadsheet."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence

INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
# Letters, marks and symbols by category, yet drawn as nothing.
BLANK = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0}
BLANK |= {*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
# The second four are the full-width forms, which some spreadsheets take for the first.
FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
BOM = "\ufeff"  # at the start of a CSV; without it Excel takes UTF-8 for the script of its own country
# Where a spreadsheet splits columns at semicolons, a formula may start behind one.
AFTER_SEPARATOR = re.compile(f"(;\\s*)(?=[{re.escape(''.join(FORMULA))}])")


def printable(text: str, limit: int = 4096) -> str:
    """Replace control, bidirectional and invisible characters by their escapes, and cut what is too long.

    Args:
        limit: how many characters of the text are kept; what is cut is counted at the end.
    """
    kept = text[:limit]
    shown = kept if kept.isascii() and kept.isprintable() else "".join(map(_visible, kept))
    rest = len(text) - limit
    return shown if rest <= 0 else f"{shown} ... ({rest} more characters)"


def one_line(text: str, limit: int = 4096) -> str:
    """Do the same to line breaks and tabs as well."""
    return printable(text, limit).replace("\n", "\\n").replace("\t", "\\t")


def csv_cell(text: str) -> str:
    """Make a text safe for a spreadsheet: on one line, and never a formula."""
    shown = AFTER_SEPARATOR.sub(r"\1'", one_line(text))
    return f"'{shown}" if text.lstrip().startswith(FORMULA) else shown


def from_csv_cell(cell: str) -> str:
    """Take away the sign with which `csv_cell` keeps a spreadsheet from calculating."""
    return cell[1:] if cell.startswith("'") and cell[1:].lstrip().startswith(FORMULA) else cell


def csv_rows(rows: Iterable[Sequence[str]]) -> str:
    """Write rows of a CSV; their cells are safe already."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _visible(character: str) -> str:
    if character in "\n\t":
        return character
    if unicodedata.category(character) in INVISIBLE or ord(character) in BLANK:
        return character.encode("unicode_escape").decode("ascii")
    return character


def as_text(value: object) -> str:
    """Take a value of JSON that must be a text.

    Raises:
        TypeError: it is none.
    """
    if not isinstance(value, str):
        raise TypeError("no text")
    return value
