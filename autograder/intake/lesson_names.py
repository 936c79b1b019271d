"""What a file's name says: which lesson it is, and which of two versions is the newer."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.intake.names import name_key

SUFFIXES = (".py", ".ipynb")
# `cell.svg` is a drawing, `cell.py.new` a newer stub, `cell.py.before-reset` what a student gave up: all from the kit.
OF_THE_KIT = re.compile(r"\.(?:svg|new|before-reset(?:-\d+)?)$")
# Also `cell.py.txt` and `cell.py (1)`.
KIND = re.compile(r"\s*\.(py|ipynb)(?:(?!\.(?:new|before-reset(?:-\d+)?)$)[ ._-].*|\(\d+\)|~)?$", re.DOTALL)
WORD = re.compile(r"[a-z]+|[^\W\d_a-z]+|\d+")
EARLIER = {"old", "older", "alt", "bak", "backup", "orig", "original", "previous", "prev", "before", "draft", "entwurf"}
EARLIER |= {"first", "wip", "checkpoint", "outdated", "ancien", "vieux", "viejo", "antiguo"}
EARLIER |= {"이전", "구버전", "초안", "옛날", "원본", "旧", "旧版"}
LATER = {"new", "newer", "newest", "neu", "final", "finale"}
LATER |= {"last", "latest", "fixed", "correct", "corrected", "revised"}
LATER |= {"updated", "finished", "done", "complete", "submit", "submission", "abgabe", "fertig", "korrigiert", "nuevo"}
LATER |= {"최종", "최종본", "수정", "수정본", "완성", "완성본", "제출", "新", "最终"}
NEUTRAL = {"copy", "of", "kopie", "von", "copie", "de", "copia"}
NEUTRAL |= {"복사본", "사본", "v", "ver", "version", "rev", "revision"}
NEUTRAL |= {"no", "nr", "attempt", "try", "versuch", "take", "edit", "버전", "차"}
MOST_ALONE = 100  # a larger number in one name alone is a student's or a date, and says nothing of the other


@dataclass(frozen=True)
class Version:
    """What a path says about how new a file is.

    Args:
        rest: the words that say nothing about it; only files whose rest is the same can be compared.
        rank: words such as `final` count one up, those such as `old` one down.
    """

    rest: tuple[str, ...]
    rank: int
    numbers: tuple[int, ...]


def kind_and_stem(name: str) -> tuple[str, str]:
    """Split a file's name into `.py`, `.ipynb` or "", and what stands before it; a second ending does not count."""
    key = name_key(name)
    found = KIND.search(key)
    return (f".{found[1]}", key[: found.start()]) if found else ("", key.rpartition(".")[0] or key)


def words(text: str) -> list[str]:
    """Take a name apart: letters, digits, and letters of other scripts."""
    return WORD.findall(name_key(text))


def is_exact(name: str, lesson: str) -> bool:
    """Say whether a file has the lesson's name, but for case."""
    return name_key(name) in [name_key(lesson + suffix) for suffix in SUFFIXES]


def named_lessons(name: str, lessons: Sequence[str]) -> list[str]:
    """List the lessons that a file's name may mean, such as that of `jdoe_cell (1).py`; a test is none."""
    exact = [lesson for lesson in lessons if is_exact(name, lesson)]
    if exact:
        return exact
    found = words(kind_and_stem(name)[1])
    is_none = found[:1] == ["test"] or bool(OF_THE_KIT.search(name_key(name)))
    return [] if is_none else [lesson for lesson in lessons if _has(found, words(lesson))]


def _has(found: list[str], wanted: list[str]) -> bool:
    size = len(wanted)
    return bool(size) and any(found[at : at + size] == wanted for at in range(len(found) - size + 1))


def version(path: Sequence[str]) -> Version:
    """Read what a path says about how new a file is."""
    *folders, name = path
    found = [unicodedata.normalize("NFC", word) for part in (*folders, kind_and_stem(name)[1]) for word in words(part)]
    found += _second_ending(name)
    said = [word for word in found if not word.isdecimal()]
    rest = tuple(word for word in said if word not in EARLIER | LATER | NEUTRAL)
    numbers = tuple(int(word[:18]) for word in found if word.isdecimal())
    return Version(rest, sum((word in LATER) - (word in EARLIER) for word in said), numbers)


def _second_ending(name: str) -> list[str]:
    """List what the ending behind `.py` says of a file's age, as in `cell.py.bak`, `cell.py~` or `cell.py (1)`."""
    match = KIND.search(name_key(name))
    behind = match[0].partition(match[1])[2] if match else ""
    found = [word for word in words(behind) if word in EARLIER | LATER or word.isdecimal()]
    return ["bak", *found] if behind == "~" else found


def newer(one: Sequence[str], other: Sequence[str]) -> int:
    """Compare two paths: 1 where the first is newer by its name, -1 where the second is, 0 where nothing says so."""
    a, b = version(one), version(other)
    if a.rest != b.rest:
        return 0
    if a.rank != b.rank:
        return 1 if a.rank > b.rank else -1
    alone = a.numbers[len(b.numbers) :] or b.numbers[len(a.numbers) :]
    if a.numbers == b.numbers or any(number >= MOST_ALONE for number in alone):
        return 0
    return 1 if a.numbers > b.numbers else -1
