"""How similar the code of a lesson is in each pair of a class: copydetect finds common parts, and rare ones count.

A text becomes one character for each token. Own names are all the same one, so a renamed variable changes nothing. What
was handed out counts for nothing, nor what many have. The rest counts the more, the fewer have it.
"""

import io
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any

import numpy as np
from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Token

from autograder.errors import UsageError

MISSING = "Comparing hand-ins needs copydetect. Install it with: pip install 'unroll[similarity]'"
LENGTH = 10  # tokens of a part; shorter ones are everybody's.
LEAST = 30  # parts that a text is taken to have at least: a few lines are soon the same.
FEW, SHARE = 5, 0.25  # What more than so many have, and more than this share of the class, counts for nothing.
COLUMNS = 4096  # parts that are compared at a time.
LAYOUT = frozenset("(),:.;\\")  # what a formatter adds and takes away.
OWN, TEXT = "name", "text"
Overlaps = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Piece:
    """A token, and where it stands in its text."""

    token: str
    start: int
    end: int


def pieces(code: str) -> list[Piece]:
    """Split a text into tokens: no comments, own names all alike, and a text in quotes as one; broken code too."""
    found: list[Piece] = []
    before = last = ""
    for start, kind, value in PythonLexer(ensurenl=False, stripnl=False).get_tokens_unprocessed(code):
        token = _token(kind, value, before == "." and last != "self")
        if value.strip():
            before, last = value, before
        if not token:
            continue
        if token == TEXT and found and found[-1].token == TEXT:
            found[-1] = Piece(TEXT, found[-1].start, start + len(value))
        else:
            found.append(Piece(token, start, start + len(value)))
    return found


def _token(kind: Any, value: str, is_attribute: bool) -> str:
    if kind in String:
        return "" if kind is String.Doc else TEXT
    if kind in Comment or not value.strip():
        return ""
    if kind in Name:
        return value if is_attribute or kind in Name.Builtin else OWN
    if kind in Number:
        return _number(value)
    kept = any(kind in one for one in (Keyword, Operator, Punctuation, Token.Error))
    return value if kept and value not in LAYOUT else ""


def _number(value: str) -> str:
    """Write a number in one way: 1e-3 is 0.001."""
    try:
        return repr(float(value.replace("_", "")))
    except ValueError:
        return value


class Alphabet:
    """One character for each token that was seen; the same one in all texts that are compared."""

    def __init__(self) -> None:
        self._letters: dict[str, str] = {}

    def write(self, some: Sequence[Piece]) -> str:
        """Write tokens as characters."""
        return "".join(self._letters.setdefault(one.token, self._next()) for one in some)

    def _next(self) -> str:
        return chr(0x10000 + len(self._letters) % 0xF0000)


@dataclass(frozen=True)
class Text:
    """A lesson's code of one student.

    Args:
        parts: where each run of `LENGTH` tokens stands, by its hash.
    """

    code: str
    pieces: tuple[Piece, ...]
    parts: dict[int, list[int]]


def read_texts(codes: Iterable[str]) -> list[Text]:
    """Find the parts of each text.

    Raises:
        UsageError: copydetect is not installed.
    """
    try:
        from copydetect import CodeFingerprint
    except ModuleNotFoundError:
        raise UsageError(MISSING) from None
    letters, found = Alphabet(), []
    for code in codes:
        some = pieces(code)
        # All parts and no sample of them: which ones a sample has would depend on Python's hashes of this process.
        print_of = CodeFingerprint("", LENGTH, 1, filter=False, fp=io.StringIO(letters.write(some)))
        found.append(Text(code, tuple(some), dict(print_of.hash_idx)))
    return found


@dataclass(frozen=True)
class Compared:
    """A lesson of a class, compared.

    Args:
        texts: of each student.
        rare: what each part that counts weighs, from 0 to 1.
        overlaps: what each two have in common, as a share of the smaller text.
    """

    texts: Sequence[Text]
    rare: dict[int, float]
    overlaps: Overlaps

    def common(self, one: int, other: int) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
        """Cut both texts where a common part begins or ends; say of each piece whether it is common."""
        both = self.texts[one].parts.keys() & self.texts[other].parts.keys() & self.rare.keys()
        return _cut(self.texts[one], both), _cut(self.texts[other], both)


def compare(codes: Sequence[str], given: Iterable[str] = ()) -> Compared:
    """Compare all pairs of a class.

    Args:
        codes: a lesson's code of each student.
        given: texts that were handed out.

    Raises:
        UsageError: copydetect is not installed.
    """
    handed_out = list(given)
    texts = read_texts([*codes, *handed_out])
    stub = {part for text in texts[len(codes) :] for part in text.parts}
    texts = texts[: len(codes)]
    counts = Counter(part for text in texts for part in text.parts if part not in stub)
    rare = {part: weight for part, count in counts.items() if count > 1 and (weight := rarity(count, len(texts)))}
    sizes = np.array([max(LEAST, len(text.parts.keys() - stub)) for text in texts], np.float32)
    return Compared(texts, rare, _common(texts, rare) / np.minimum.outer(sizes, sizes))


def rarity(count: int, students: int) -> float:
    """Weigh what several have in common: 1 if only two have it, 0 if many do.

    Args:
        count: how many have it.
        students: how many there are.
    """
    if count > max(FEW, SHARE * students):
        return 0.0
    size = max(students, FEW / SHARE)
    return math.log(size / count) / math.log(size / 2)


def _common(texts: Sequence[Text], rare: dict[int, float]) -> Overlaps:
    """Add up the weights of the parts that each two have, some of the parts at a time."""
    total = np.zeros((len(texts), len(texts)), np.float32)
    places = {part: place for place, part in enumerate(rare)}
    weights = np.sqrt(np.array(list(rare.values()), np.float32))
    owned = [sorted(places[part] for part in text.parts if part in places) for text in texts]
    for first in range(0, len(rare), COLUMNS):
        some = weights[first : first + COLUMNS]
        has = np.zeros((len(texts), len(some)), np.float32)
        for row, own in enumerate(owned):
            here = [place - first for place in own if first <= place < first + COLUMNS]
            has[row, here] = some[here]
        total += has @ has.T
    return total


def _cut(text: Text, common: Set[int]) -> list[tuple[str, bool]]:
    from copydetect.utils import get_copied_slices

    places = np.array(sorted(place for part in common for place in text.parts[part]), int)
    starts, ends = get_copied_slices(places, LENGTH)
    spans = [(text.pieces[int(a)].start, text.pieces[int(b) - 1].end) for a, b in zip(starts, ends, strict=True)]
    return [one for one in _alternating(text.code, spans) if one[0]]


def _alternating(code: str, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    done = 0
    for start, end in spans:
        yield code[done:start], False
        yield code[start:end], True
        done = end
    yield code[done:], False
