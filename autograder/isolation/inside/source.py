"""From the text of a cell or file to statements that can be run, one by one, with the meaning of the whole."""

import __future__

import ast
import io
import linecache
import re
import types
from collections.abc import Callable, Iterator
from itertools import pairwise

MAGIC = re.compile(r"^(\s*)(?:[%!?].*|\S+\?{1,2}\s*)$")
KEPT_CELL_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun", "%%python3", "%%python")
PERCENT = re.compile(r"^# ?%%", re.MULTILINE)
RELATIVE = re.compile(r"\bfrom[ \t]+\.")
BROKEN = (SyntaxError, ValueError, RecursionError, MemoryError)
FUTURE = {getattr(__future__, name).compiler_flag for name in __future__.all_feature_names}


class Compiler:
    """Compiles statements one by one.

    What `from __future__ import ...` switches on holds for what comes after it: to the end of a file, and in all later
    cells of a notebook.
    """

    def __init__(self) -> None:
        self._flags = 0

    def __call__(self, tree: ast.Module | ast.Expression, filename: str, mode: str = "exec") -> types.CodeType:
        """Compile a tree, as `compile` does."""
        code: types.CodeType = compile(tree, filename, mode, self._flags, dont_inherit=True)
        for flag in FUTURE:
            self._flags |= code.co_flags & flag
        return code


def remember(text: str, filename: str) -> None:
    """Let `inspect`, TorchScript and tracebacks find a text that stands in no file."""
    lines = [*io.StringIO(text if text.endswith("\n") else f"{text}\n", newline=None)]
    linecache.cache[filename] = (len(text), None, lines, filename)


def statements(text: str, broken: Callable[[Exception, int], None] = lambda error, line: None) -> Iterator[ast.stmt]:
    """Parse a text; where that fails, each of its percent cells by itself.

    Args:
        broken: called with each syntax error and its line.
    """
    try:
        yield from parse(text).body
        return
    except BROKEN as error:
        pieces = list(_pieces(text))
        if len(pieces) < 2:
            broken(error, getattr(error, "lineno", None) or 1)
            return
    for line, piece in pieces:
        try:
            yield from ast.increment_lineno(parse(piece), line - 1).body
        except BROKEN as error:
            broken(error, (getattr(error, "lineno", None) or 1) + line - 1)


def parse(text: str) -> ast.Module:
    """Parse Python; where that fails, once more without IPython's magics and shell lines."""
    text = text.removeprefix("\ufeff")
    try:
        return _beside_each_other(ast.parse(text), text)
    except SyntaxError as error:
        plain = without_magics(text)
        if plain == text:
            raise
        try:
            return _beside_each_other(ast.parse(plain), plain)
        except SyntaxError:
            raise error from None


def _beside_each_other(tree: ast.Module, text: str) -> ast.Module:
    """Take the lessons of a folder for neighbours without a package: `from .a import b` means `from a import b`."""
    if RELATIVE.search(text):
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module:
                node.level = 0
    return tree


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
