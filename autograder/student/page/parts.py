"""The parts of a lesson's page as the kit ships them, and the student's own code of each task."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.course.model import Lesson
from autograder.errors import UsageError
from autograder.isolation.inside.source import parse, statements
from autograder.student.exercises import KNOWN, Exercises, read_known

STUB = "NotImplementedError"
KINDS = ("prose", "code", "task", "demo")


@dataclass(frozen=True)
class Part:
    """One part of a lesson's page.

    Args:
        kind: `prose` is Markdown, `code` and `task` stand in the student's file, `demo` shows what tasks do.
        text: Markdown or Python; of a task its stub.
        name: the task's.
    """

    kind: str
    text: str
    name: str = ""


@dataclass(frozen=True)
class Written:
    """What a student's file has of a task.

    Args:
        text: its source.
        line: where it begins, counted from 1.
        cell: in a notebook, the cell of that line.
    """

    text: str
    line: int
    cell: int | None = None

    @property
    def is_stub(self) -> bool:
        return any(map(_raises_stub, ast.walk(parse(self.text))))


def read_parts(exercises: Exercises, lesson: Lesson) -> tuple[Part, ...]:
    """Read the parts of a lesson's page.

    Raises:
        UsageError: an older kit has made this folder.
    """
    found = read_known(exercises.folder / KNOWN)["lessons"][lesson.name].get("page", ())
    try:
        parts = tuple(Part(one["kind"], one["text"], one.get("name", "")) for one in found)
    except (TypeError, KeyError, AttributeError):
        parts = ()
    if not parts or not all(part.kind in KINDS for part in parts):
        raise UsageError(f"{exercises.folder} has no page of {lesson.key}. `unroll init` brings it up to date.")
    return parts


def find_written(name: str, cells: Sequence[str]) -> Written | None:
    """Find the last definition of a task in a lesson, with its decorators.

    Args:
        cells: source texts; a `.py` file is one cell.
    """
    found = None
    for number, text in enumerate(cells, 1):
        for node in statements(text):
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
                first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
                lines = text.removeprefix("\ufeff").split("\n")[first - 1 : node.end_lineno]
                found = Written("\n".join(lines), first, number if len(cells) > 1 else None)
    return found


def _raises_stub(node: ast.AST) -> bool:
    if not isinstance(node, ast.Raise):
        return False
    raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    return isinstance(raised, ast.Name) and raised.id == STUB
