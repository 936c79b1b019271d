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

KEY, LOOK, NOTES = "unroll", "look", "notes"
ARRIVAL = "unroll_arrival"  # only while a notebook is on its way through the kit
HEADING = "**For a person to look at**"
READ = "**How this was read**"
MARKUP = re.compile(r"([\\`*_{}\[\]()#!|$~])")
FOR_A_PERSON, OTHERWISE = "For a person to look at: %s", "Handed in otherwise than handed out: %s"
_said: dict[str, dict[str, Any]] = {OTHERWISE: {}, FOR_A_PERSON: {}}  # what is for a person comes last


@dataclass(frozen=True)
class Absence:
    """Why a lesson has no notebook of the student's, or not all of it.

    Args:
        waits: whether an answer to a question may be in what was handed in, so that its mark waits for a person.
        look: whether a person should look, with or without a question.
    """

    said: str
    waits: bool
    look: bool


def flag(nb: Any, sentences: Iterable[str]) -> None:
    """Note in a notebook what is to be looked at, for people at its top and for programs in its metadata."""
    _note(nb, HEADING, LOOK, list(sentences))


def tell(nb: Any, sentences: Iterable[str]) -> None:
    """Say at the top of a notebook what was done to find it among what was handed in, likewise."""
    _note(nb, READ, NOTES, list(sentences))


def _note(nb: Any, heading: str, key: str, found: list[str]) -> None:
    if found:
        nb.metadata.setdefault(KEY, {})[key] = found
        lines = "\n".join(f"- {literal(sentence)}" for sentence in found)
        nb.cells.insert(0, markdown(f"{heading}\n\n{lines}"))


def literal(text: str) -> str:
    """Write a text as Markdown that shows it as it is; it may hold the name of a student's file."""
    return MARKUP.sub(r"\\\1", html.escape(text, quote=False))


def flags(autograded: Path) -> list[str]:
    """List what is to be looked at in a student's autograded folder, as `lesson: sentence`."""
    return [f"{path.stem}: {said}" for path in sorted(autograded.glob("*.ipynb")) for said in _noted(path, LOOK)]


def notes(autograded: Path) -> list[str]:
    """List what was done to read what a student handed in, once each."""
    found = (said for path in sorted(autograded.glob("*.ipynb")) for said in _noted(path, NOTES))
    return list(dict.fromkeys(found))


def _noted(path: Path, key: str) -> list[str]:
    try:
        data = path.read_bytes()
        # Most notebooks have none, and need not be parsed.
        noted = json.loads(data)["metadata"].get(KEY, {}) if f'"{key}": ['.encode() in data else {}
        return [str(said) for said in noted.get(key, [])]
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return []


def announce(log: Any, student: str, lesson: str, sentences: Iterable[str]) -> None:
    """Log what is to be looked at, now and once more when the process ends: by then, much else has been logged."""
    for sentence in sentences:
        _say(log, FOR_A_PERSON, f"{one_line(student, 60)}: {lesson}: {one_line(sentence, 300)}")


def report(log: Any, student: str, sentences: Iterable[str]) -> None:
    """Log what was done to read a hand-in, likewise; at the end, what holds for several lessons stands once."""
    for sentence in sentences:
        _say(log, OTHERWISE, f"{one_line(student, 60)}: {one_line(sentence, 300)}")


def _say(log: Any, form: str, line: str) -> None:
    log.warning(form, line)
    _said[form][line] = log


@atexit.register
def _repeat() -> None:
    for form, lines in _said.items():
        for line, log in lines.items():
            log.warning(form, line)
