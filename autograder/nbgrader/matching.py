"""Match the cells of a student's notebook with those of the released one."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any


@dataclass(frozen=True)
class Named:
    """A cell of the released notebook that nbgrader knows by name.

    Args:
        kind: code, markdown or raw.
        source: its text as it was released.
        marks: what nbgrader wants to stand in its metadata.
    """

    name: str
    kind: str
    source: str
    marks: dict[str, Any]

    @property
    def locked(self) -> bool:
        return bool(self.marks["locked"])

    @property
    def is_question(self) -> bool:
        """Whether it holds an answer that a person marks."""
        return bool(self.marks["grade"] and self.marks["solution"])

    @property
    def is_answer(self) -> bool:
        """Whether it holds an answer in code."""
        return bool(self.marks["solution"] and not self.marks["grade"])

    @property
    def is_test(self) -> bool:
        """Whether it is graded and not the student's to write."""
        return bool(self.marks["grade"] and not self.marks["solution"])

    def is_untouched(self, cell: Any) -> bool:
        """Say whether a cell is empty or still holds what was released."""
        return squeezed(cell.source) in ("", squeezed(self.source))


@dataclass(frozen=True)
class Release:
    """The released notebook.

    Args:
        named: the cells that nbgrader knows, in order.
        prose: the words of each cell of prose.
        asks: the text of each question, by the name of the cell for its answer.
    """

    named: tuple[Named, ...]
    prose: frozenset[str]
    asks: Mapping[str, str]


def match(cells: Sequence[Any], release: Release) -> dict[str, list[Any]]:
    """Find the cells of each name: cells that have it, else a cell that lost it and is recognised by its text."""
    by_name = {one.name: [cell for cell in cells if name_of(cell) == one.name] for one in release.named}
    for one in release.named:
        if not by_name[one.name]:
            taken = [id(cell) for found in by_name.values() for cell in found]
            free = [None if id(cell) in taken else cell for cell in cells]
            by_name[one.name] = _by_text(free, one, release)
    return by_name


def name_of(cell: Any) -> str:
    """Return nbgrader's name of a cell, or ""."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def squeezed(text: str) -> str:
    """Reduce a text to what is left when space does not count."""
    return " ".join(text.split())


def defines(source: str, name: str) -> bool:
    """Say whether a text has a function or a class of this name at its top."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(isinstance(one, (ast.FunctionDef, ast.ClassDef)) and one.name == name for one in body)


def _by_text(free: Sequence[Any], one: Named, release: Release) -> list[Any]:
    """Find a locked cell by its text, an answer by the name that it defines, and one in words by its question.

    Args:
        free: the cells of the notebook, with None in place of those that are known already.
    """
    if one.is_question:
        below = _below(free, squeezed(release.asks.get(one.name, "")))
        own = [cell for cell in below if one.is_untouched(cell) or squeezed(cell.source) not in release.prose]
        return [cell for cell in own if cell.cell_type == one.kind][:1]
    code = [cell for cell in free if cell is not None and cell.cell_type == "code"]
    return [cell for cell in code if _fits(cell, one)][-1:]


def _fits(cell: Any, one: Named) -> bool:
    return squeezed(cell.source) == squeezed(one.source) if one.locked else defines(cell.source, one.name)


def _below(free: Sequence[Any], ask: str) -> list[Any]:
    """Find the cells that stand below the text of a question."""
    pairs = [(cell, below) for cell, below in pairwise(free) if cell is not None and below is not None]
    return [below for cell, below in pairs if ask and squeezed(cell.source).startswith(ask)]
