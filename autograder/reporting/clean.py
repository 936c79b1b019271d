"""Make text that a student's side produced safe to show: in a terminal, in a page, in a spreadsheet."""

import unicodedata

INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
FORMULA = ("=", "+", "-", "@")


def printable(text: str, limit: int = 4096) -> str:
    """Replace control, bidirectional and invisible characters by their escapes, and cut what is too long."""
    shown = "".join(_visible(character) for character in text[:limit])
    rest = len(text) - limit
    return shown if rest <= 0 else f"{shown} ... ({rest} more characters)"


def _visible(character: str) -> str:
    if character in "\n\t" or unicodedata.category(character) not in INVISIBLE:
        return character
    return character.encode("unicode_escape").decode("ascii")


def cell(text: str) -> str:
    """Make a text safe for a spreadsheet: on one line, and never a formula."""
    shown = printable(text).replace("\n", "\\n").replace("\t", "\\t")
    return f"'{shown}" if shown.lstrip().startswith(FORMULA) else shown
