"""Read `mistakes.toml`: wrong answers that differ from a right one in a few places, each written as that edit.

[[rnn_cell]]
id = "M17"
says = "PyTorch adds both biases, b_ih and b_hh; yours adds one."
b_hh_is_forgotten = { " + b_hh" = "" }
"""

import re
import tomllib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.course.model import Lesson
from autograder.errors import CourseError

FILE = "mistakes.toml"
COSTS = ("", "little", "most")
KEYS = ("id", "says", "costs", "worth", "of", "home")
ANSWER = "answer"


@dataclass(frozen=True)
class Edit:
    """One wrong answer.

    Args:
        id: catalogue id.
        name: a name of its own in the lesson.
        line: where it stands in the file.
        of: the right program that is edited: "answer", or "alternatives." and a name.
        texts: old texts of that program, each with the new one.
        home: why no public test fails it, "" where one does.
    """

    task: str
    id: str
    says: str
    name: str
    line: int
    of: str
    texts: dict[str, str]
    worth: float | None = None
    costs: str = ""
    home: str = ""


@dataclass
class Read:
    """What the file says, and a line for each thing that is wrong with it."""

    path: Path
    edits: list[Edit] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def refuse(self, line: int, what: str) -> None:
        """Note what is wrong with a line."""
        self.wrong.append(f"{self.path}:{line}: {what}")


def read_mistakes_file(lesson: Lesson) -> Read:
    """Read a lesson's `mistakes.toml`; a lesson without one has no such mistakes.

    Raises:
        CourseError: it is no TOML.
    """
    read = Read(lesson.folder / FILE)
    if not read.path.is_file():
        return read
    try:
        text = read.path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{read.path}: {error}. Mend the TOML.") from None
    lines = _Lines(text)
    for task, entries in data.items():
        _read_task(read, lesson, lines, task, entries)
    _refuse_two_sentences(read, lesson.families)
    return read


class _Lines:
    """Where tables and keys stand in a TOML text."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")

    def table(self, task: str, number: int) -> int:
        """Find the line of the table of a task with that number; the last one that is there before it."""
        found = [line for line, text in enumerate(self._lines, 1) if re.match(rf"\s*\[\[?\s*[\"']?{task}\b", text)]
        return found[min(number, len(found) - 1)] if found else 1

    def key(self, name: str, start: int) -> int:
        """Find the line of a key below a line, or that line."""
        pattern = re.compile(rf"\s*(\[.*\.\s*)?[\"']?{re.escape(name)}[\"']?\s*[=\].]")
        return next(
            (line for line in range(start, len(self._lines) + 1) if pattern.match(self._lines[line - 1])), start
        )


def _read_task(read: Read, lesson: Lesson, lines: _Lines, task: str, entries: Any) -> None:
    names = [one.name for one in lesson.tasks]
    if task not in names:
        read.refuse(lines.table(task, 0), f"{task!r} is no task of {lesson.key}. There is: {', '.join(names)}.")
    elif not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        read.refuse(lines.table(task, 0), f"{task} is no list of tables. Write [[{task}]] above each mistake.")
    else:
        for number, entry in enumerate(entries):
            _read_entry(read, lines, task, entry, lines.table(task, number))


def _read_entry(read: Read, lines: _Lines, task: str, entry: dict[str, Any], line: int) -> None:
    found = len(read.wrong)
    for key, what in _slips(entry):
        read.refuse(lines.key(key, line) if key else line, what)
    names = [key for key in entry if key not in KEYS]
    if not names:
        read.refuse(line, 'this mistake has no edit. Add one: a_name = { "old text" = "new text" }.')
    if len(read.wrong) > found:
        return
    worth = entry.get("worth")
    shared = (None if worth is None else float(worth), entry.get("costs", ""), entry.get("home", ""))
    for name in names:
        place, of = lines.key(name, line), entry.get("of", ANSWER)
        read.edits.append(Edit(task, entry["id"], entry["says"], name, place, of, entry[name], *shared))


def _slips(entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Make a key and a sentence for each thing that is wrong with a table."""
    for key in ("id", "says"):
        if not (isinstance(entry.get(key), str) and entry[key].strip()):
            yield key if key in entry else "", f'this mistake has no {key}. Add {key} = "...".'
    if not (isinstance(entry.get("home", "-"), str) and entry.get("home", "-").strip()):
        yield "home", 'home is no sentence. Say what the public tests leave out: home = "...".'
    if entry.get("costs", "little") not in COSTS[1:]:
        yield "costs", f'costs is {entry["costs"]!r}. Write "little" or "most", or leave it out.'
    if not _is_part(entry.get("worth", 0)):
        yield "worth", f"worth is {entry['worth']!r}. Give a part, 0 to 1."
    for key, value in entry.items():
        if key not in KEYS:
            yield from ((key, what) for what in _edit_slips(key, value))


def _edit_slips(name: str, value: Any) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f'{name!r} is no key of a mistake ({", ".join(KEYS)}), and no edit: {{ "old text" = "new text" }}.'
    elif not name.isidentifier():
        yield f"{name!r} is no name for an edit. Use letters, digits and underscores."
    elif not value or not all(isinstance(new, str) for new in value.values()):
        yield f'{name} should hold texts, each with a text: {{ "old text" = "new text" }}.'


def _is_part(worth: Any) -> bool:
    return isinstance(worth, (int, float)) and not isinstance(worth, bool) and 0 <= worth <= 1


def _refuse_two_sentences(read: Read, families: Collection[str]) -> None:
    said: dict[tuple[str, str], Edit] = {}
    for edit in read.edits:
        first = said.setdefault((edit.task, edit.id), edit)
        if first.says != edit.says and edit.id not in families:
            what = f"{edit.id} says another sentence in line {first.line}. Write the same, or give it an id of its own."
            read.refuse(edit.line, what)
