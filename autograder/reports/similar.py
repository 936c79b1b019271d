"""The page of similar hand-ins, OUT/similar.html: the pairs, the most similar first, and both texts of each."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from autograder.errors import UsageError
from autograder.reports.record import PAGE
from autograder.text.clean import one_line, printable

if TYPE_CHECKING:
    import jinja2

SIMILAR = "similar.html"
TEMPLATE = Path(__file__).with_name("similar.html.j2")
MOST_CHARACTERS = 12_000  # that are shown of a text


@dataclass(frozen=True)
class Side:
    """One of two hand-ins.

    Args:
        folder: where its report stands in OUT.
        text: the code in pieces, and whether each of them is common to both.
    """

    student: str
    folder: str
    text: Sequence[tuple[str, bool]]

    @property
    def shown(self) -> Iterator[tuple[str, bool]]:
        """Yield as much of the text as a page has room for."""
        left = MOST_CHARACTERS
        for text, is_common in self.text:
            if left > 0:
                yield text[:left], is_common
            left -= len(text)

    @property
    def left_out(self) -> int:
        return max(0, sum(len(text) for text, _ in self.text) - MOST_CHARACTERS)


@dataclass(frozen=True)
class SharedMistake:
    """The same mistake with the same first wrong value, in both of a pair.

    Args:
        fact: what was found.
        count: how many of the class have it.
    """

    task: str
    mistake: str
    fact: str
    count: int


@dataclass(frozen=True)
class SimilarPair:
    """Two hand-ins of a lesson that are similar.

    Args:
        lesson: its key.
        share: the part of the smaller text that both have and few others, from 0 to 1.
        points: what they are ranked by.
    """

    lesson: str
    one: Side
    other: Side
    share: float
    mistakes: Sequence[SharedMistake]
    points: float

    @property
    def ids(self) -> list[str]:
        """List the ids of the mistakes that both have, each of them once."""
        return list(dict.fromkeys(one.mistake for one in self.mistakes))


@dataclass(frozen=True)
class SimilarPage:
    """All that the page shows.

    Args:
        count: how many hand-ins were compared.
        found: how many pairs are similar; not all are shown.
        changed: the students whose work is not the one that was graded.
    """

    title: str
    written: str
    count: int
    pairs: Sequence[SimilarPair]
    found: int
    changed: Sequence[str] = ()


def similar_page(page: SimilarPage) -> Iterator[str]:
    """Make the page in pieces: one file, no script, nothing fetched.

    Raises:
        UsageError: jinja2 is not installed.
    """
    return _template().generate(page=page)


@cache
def _template() -> "jinja2.Template":
    try:
        import jinja2
    except ModuleNotFoundError:
        raise UsageError("Reports need jinja2. Install it with: pip install 'unroll[instructor]'") from None
    text = TEMPLATE.read_text(encoding="utf-8")
    style = text.partition("<style>")[2].partition("</style>")[0]
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    environment.filters |= {"clean": printable, "line": one_line, "address": _address}
    environment.globals["style_hash"] = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return environment.from_string(text)


def _address(folder: str) -> str:
    return f"./{quote(folder, safe='')}/{PAGE}"
