"""Name what a person has to look at: in the autograded notebook, in the last lines of a run, and in the tables."""

import atexit
import html
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.nbgrader.fresh import markdown
from autograder.text.clean import one_line

KEY, LOOK = "unroll", "look"
ARRIVAL = "unroll_arrival"  # only while a notebook is on its way through the kit
HEADING = "**For a person to look at**"
READ = "**How this was read**"
MARKUP = re.compile(r"([\\`*_{}\[\]()#!|$~])")
_said: list[tuple[Any, str]] = []


@dataclass(frozen=True)
class Absence:
    """Why a lesson has no notebook of the student's.

    Args:
        waits: whether an answer to a question may be in what was handed in, so that its mark waits for a person.
        look: whether a person should look, with or without a question.
    """

    said: str
    waits: bool
    look: bool


def flag(nb: Any, sentences: Iterable[str]) -> None:
    """Note in a notebook what is to be looked at, for people at its top and for programs in its metadata."""
    found = list(sentences)
    if found:
        nb.metadata[KEY] = {LOOK: found}
        lines = "\n".join(f"- {literal(sentence)}" for sentence in found)
        nb.cells.insert(0, markdown(f"{HEADING}\n\n{lines}"))


def tell(nb: Any, sentences: Iterable[str]) -> None:
    """Say at the top of a notebook what was done to find it among what was handed in."""
    lines = "\n".join(f"- {literal(sentence)}" for sentence in sentences)
    if lines:
        nb.cells.insert(0, markdown(f"{READ}\n\n{lines}"))


def literal(text: str) -> str:
    """Write a text as Markdown that shows it as it is; it may hold the name of a student's file."""
    return MARKUP.sub(r"\\\1", html.escape(text, quote=False))


def flags(autograded: Path) -> list[str]:
    """List what is to be looked at in a student's autograded folder, as `lesson: sentence`."""
    return [f"{path.stem}: {said}" for path in sorted(autograded.glob("*.ipynb")) for said in _flags(path)]


def _flags(path: Path) -> list[str]:
    try:
        data = path.read_bytes()
        # Most notebooks have none, and need not be parsed.
        noted = json.loads(data)["metadata"].get(KEY, {}) if f'"{LOOK}": ['.encode() in data else {}
        return [str(said) for said in noted.get(LOOK, [])]
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return []


def announce(log: Any, student: str, lesson: str, sentences: Iterable[str]) -> None:
    """Log what is to be looked at, now and once more when the process ends: by then, much else has been logged."""
    for sentence in sentences:
        line = f"{one_line(student, 60)}: {lesson}: {one_line(sentence, 300)}"
        log.warning("For a person to look at: %s", line)
        _said.append((log, line))


@atexit.register
def _repeat() -> None:
    for log, line in _said:
        log.warning("For a person to look at: %s", line)
