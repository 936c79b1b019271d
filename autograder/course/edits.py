"""Edits that turn a right program into a wrong one: a new text in place of an old text that occurs exactly once."""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass

ANSWER = re.compile(r"^ *# BEGIN SOLUTION\n(.*?)(?:^ *# END SOLUTION|\Z)", re.MULTILINE | re.DOTALL)
INDENT = re.compile(r"[ \t]*")


class EditError(ValueError):
    """An edit that cannot be made; its text says why, and what to do."""


@dataclass(frozen=True)
class Base:
    """A right program.

    Args:
        what: what an author calls it, such as "the answer of rnn_cell".
        text: the definition of a task.
        spans: where in the text an edit may be made: pairs of positions.
    """

    what: str
    text: str
    spans: tuple[tuple[int, int], ...]


def answer_base(lesson: str, task: str) -> Base | None:
    """Find the answer of a task in the text of a lesson: what stands between the markers can be edited."""
    text = definition(lesson, task)
    spans = tuple(found.span(1) for found in ANSWER.finditer(text or ""))
    return Base(f"the answer of {task}", text, spans) if text and spans else None


def named_base(source: str, name: str, task: str, what: str) -> Base | None:
    """Find a definition in the text of a file, and give it the name of a task: all of it can be edited."""
    text = definition(source, name)
    if text is None:
        return None
    text = re.sub(rf"^(def|class) {name}\b", rf"\1 {task}", text)
    return Base(what, text, ((0, len(text)),))


def definition(source: str, name: str) -> str | None:
    """Cut the last function or class of that name out of a text, without its decorators and the comments below it."""
    nodes = [node for node in ast.parse(source).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    found = [node for node in nodes if node.name == name]
    if not found:
        return None
    return "\n".join(source.split("\n")[found[-1].lineno - 1 : found[-1].end_lineno]) + "\n"


def edited(base: Base, edits: Mapping[str, str]) -> str:
    """Put each new text in the place of its old one.

    The lines of a text after its first one are indented as the line in which the old text begins.

    Raises:
        EditError: an old text does not stand there once, two overlap, nothing is changed, or no Python is left.
    """
    found = sorted((_place(base, old), old) for old in edits)
    text, before = base.text, len(base.text)
    for (start, end), old in reversed(found):
        if end > before:
            raise EditError(f"{old!r} overlaps another text of this edit. Make one of the two.")
        text = text[:start] + _indented(edits[old], base.text, start) + text[end:]
        before = start
    return _program(base, text)


def _place(base: Base, old: str) -> tuple[int, int]:
    """Find the one place where a text stands."""
    places = [place for span in base.spans for place in _places(base.text, old, *span)]
    if not old.strip():
        raise EditError("an empty text stands everywhere. Write one that is to be replaced.")
    if not places:
        raise EditError(f"{old!r} does not stand in {base.what}. Copy the text from there.")
    if len(places) > 1:
        raise EditError(
            f"{old!r} stands {len(places)} times in {base.what}. Write more of it, so that it is one place."
        )
    return places[0]


def _places(text: str, old: str, first: int, last: int) -> list[tuple[int, int]]:
    head = old.split("\n")[0]
    starts = [found.start() for found in re.finditer(f"(?={re.escape(head)})", text[first:last])]
    whole = [(first + start, _indented(old, text, first + start)) for start in starts]
    ends = [(start, start + len(lines)) for start, lines in whole if text.startswith(lines, start)]
    return [(start, end) for start, end in ends if end <= last]


def _indented(lines: str, text: str, start: int) -> str:
    """Indent the lines after the first one as the line of a position."""
    line = text.rfind("\n", 0, start) + 1
    indent = INDENT.match(text, line)
    return lines.replace("\n", "\n" + (indent[0] if indent else ""))


def _program(base: Base, text: str) -> str:
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise EditError(f"what the edit makes of {base.what} is no Python: {error.msg}. Mend it.") from None
    if ast.dump(tree) == ast.dump(ast.parse(base.text)):
        raise EditError(f"the edit changes nothing in {base.what} but its form. Write another, or take it out.")
    return text
