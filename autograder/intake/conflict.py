"""Merge-conflict markers, as git leaves them in a file: each side of the conflict is a version of its own."""

import re
from collections.abc import Iterator

START, BASE, MIDDLE, END = "<<<<<<<", "|||||||", "=======", ">>>>>>>"
MARKED = re.compile(rf"^{START}(?: .*)?$", re.MULTILINE)
FIRST, SECOND = "the first side of its merge conflict", "the second side of its merge conflict"


def sides(text: str) -> Iterator[tuple[str, str]]:
    """Yield a text and what it is: itself, or each side of its conflicts; the number of every line stays.

    Markers that do not belong together leave a text as it is.
    """
    first, second = _side(text, FIRST), _side(text, SECOND)
    if first is None or second is None:
        yield "", text
    else:
        yield FIRST, first
        yield SECOND, second


def _side(text: str, wanted: str) -> str | None:
    if START not in text or not MARKED.search(text):  # most texts need no look at each line
        return None
    kept: list[str] = []
    state = ""
    for line in text.split("\n"):
        mark = line[:7] if line[:7] in (START, BASE, MIDDLE, END) and line[7:8] in ("", " ") else ""
        following = _next_state(state, mark)
        if following is None:
            return None
        is_left_out = following != state or state not in ("", wanted)  # only a marker changes the state
        kept.append("" if is_left_out else line)
        state = following
    return None if state else "\n".join(kept)


def _next_state(state: str, mark: str) -> str | None:
    """Say on which side the next line stands; None where a marker stands where it may not."""
    if not mark or (mark == MIDDLE and not state):  # a line of = signs may be anything
        return state
    moves = {
        ("", START): FIRST,
        (FIRST, BASE): BASE,
        (FIRST, MIDDLE): SECOND,
        (BASE, MIDDLE): SECOND,
        (SECOND, END): "",
    }
    return moves.get((state, mark))
