"""Run a hand-in's definitions: imports, definitions, assignments, `if` and `try`, top to bottom.

Bare calls and loops at the top level are experiments and are left out. What raises is noted with its line and passed
over, so that one broken cell costs no other.
"""

import ast
import importlib.abc
import importlib.machinery
import re
import sys
import types
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

RUN = (
    ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef,
    ast.Assign, ast.AnnAssign, ast.AugAssign, ast.If, ast.Try, ast.TryStar,
)  # fmt: skip
DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
ASSIGNMENTS = (ast.Assign, ast.AnnAssign)
CHEAP_CALLS = {
    "float",
    "int",
    "range",
    "len",
    "math",
    "device",
    "tensor",
    "sqrt",
    "tuple",
    "list",
    "dict",
    "getLogger",
}
MAGIC = re.compile(r"^(\s*)(?:[%!?].*|\S+\?{1,2}\s*)$")
KEPT_CELL_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun", "%%python3", "%%python")
PERCENT = re.compile(r"^# ?%%", re.MULTILINE)

Note = dict[str, Any]


def load(name: str, cells: Sequence[str], light: bool = False) -> tuple[types.ModuleType, list[Note]]:
    """Make a module of a hand-in's cells.

    Args:
        name: the module's name, such as `cell`.
        cells: source texts; a `.py` file is one cell.
        light: run imports, definitions and constants alone.

    Returns: the module, and a note for each statement that raised.
    """
    module = types.ModuleType(name)
    sys.modules[name] = module
    notes: list[Note] = []
    for number, text in enumerate(cells, 1):
        filename = f"<{name}>" if len(cells) == 1 else f"<{name} cell {number}>"
        _run_cell(module, text, filename, light, notes)
    return module, notes


def _run_cell(module: types.ModuleType, text: str, filename: str, light: bool, notes: list[Note]) -> None:
    for statement in _statements(text, filename, notes):
        if not isinstance(statement, RUN) or (light and not _is_light(statement)):
            continue
        try:
            code = compile(ast.Module([statement], []), filename, "exec")
            exec(code, module.__dict__)
        except BaseException as error:
            notes.append(_note(error, filename, _line_in(error, filename) or statement.lineno))


def _statements(text: str, filename: str, notes: list[Note]) -> Iterator[ast.stmt]:
    try:
        yield from parse(text).body
        return
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        pieces = list(_pieces(text))
        if len(pieces) < 2:
            notes.append(_note(error, filename, getattr(error, "lineno", None) or 1))
            return
    for line, piece in pieces:
        try:
            yield from ast.increment_lineno(parse(piece), line - 1).body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            notes.append(_note(error, filename, (getattr(error, "lineno", None) or 1) + line - 1))


def parse(text: str) -> ast.Module:
    """Parse Python; where that fails, once more without IPython's magics and shell lines."""
    try:
        return ast.parse(text)
    except SyntaxError as error:
        plain = without_magics(text)
        if plain == text:
            raise
        try:
            return ast.parse(plain)
        except SyntaxError:
            raise error from None


def without_magics(text: str) -> str:
    """Drop magics and shell lines, and keep the number of lines."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if first.startswith("%%") and not first.startswith(KEPT_CELL_MAGICS):
        return "\n" * text.count("\n")
    return "\n".join(MAGIC.sub(r"\1pass", line) for line in text.split("\n"))


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Cut percent text into its cells, each with its first line, so that a syntax error costs one cell."""
    starts = [0, *(match.start() for match in PERCENT.finditer(text)), len(text)]
    for start, end in pairwise(starts):
        if text[start:end].strip():
            yield text.count("\n", 0, start) + 1, text[start:end]


def _is_light(statement: ast.stmt) -> bool:
    if isinstance(statement, DEFINITIONS):
        return True
    if not isinstance(statement, ASSIGNMENTS):
        return False
    calls = (node.func for node in ast.walk(statement) if isinstance(node, ast.Call))
    return all(_root_names(call) & CHEAP_CALLS for call in calls)


def _root_names(node: ast.expr) -> set[str]:
    return {part.id if isinstance(part, ast.Name) else part.attr
            for part in ast.walk(node) if isinstance(part, (ast.Name, ast.Attribute))}  # fmt: skip


def _note(error: BaseException, filename: str, line: int) -> Note:
    cell = re.search(r"cell (\d+)>$", filename)
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return {
        "kind": type(error).__name__[:100],
        "text": str(text)[:300],
        "line": int(line),
        "cell": int(cell.group(1)) if cell else None,
    }


def _line_in(error: BaseException, filename: str) -> int | None:
    frame, line = error.__traceback__, None
    while frame is not None:
        if frame.tb_frame.f_code.co_filename == filename:
            line = frame.tb_lineno
        frame = frame.tb_next
    return line


class Siblings(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Let a lesson import the other lessons of the same hand-in by name, and nothing else of it."""

    def __init__(self, sources: dict[str, list[str]], light: bool) -> None:
        self._sources = sources
        self._light = light

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        """Find a lesson by its name."""
        return importlib.machinery.ModuleSpec(name, self) if name in self._sources else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Load the lesson at once: its module is complete when the import returns."""
        return load(spec.name, self._sources[spec.name], self._light)[0]

    def exec_module(self, module: types.ModuleType) -> None:
        """Do nothing more: `create_module` has run the definitions."""
