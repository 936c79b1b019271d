"""What a source text defines, found without running it: the tasks in it, and which of them are written."""

import ast
import builtins
import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from autograder.isolation.inside.names import names_of
from autograder.isolation.inside.source import BROKEN, statements

LONGEST = 500_000  # characters that are parsed of a hand-in: a tree takes a hundred times the memory of its text
KEPT, MOST_KEPT = 32, 100_000  # texts, and characters of one: nbgrader has each hand-in read several times a notebook
BLOCK = re.compile(r"^(?:async[ \t]+def|def|class)[ \t]+(\w+)", re.MULTILINE)
TOP = re.compile(r"^(?=[^\s#)\]}])", re.MULTILINE)
BUILTINS = frozenset(dir(builtins))
UNWRITTEN = "NotImplementedError"
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
BLOCKS = (ast.If, ast.Try, ast.With)


@dataclass(frozen=True)
class Span:
    """Where a definition stands: the cell's index, and its first and last line."""

    cell: int
    first: int
    last: int


@dataclass(frozen=True)
class Contents:
    """What a file defines at its top.

    Args:
        defined: the names of tasks.
        written: those that are more than the stub.
        begun: how many functions of them are; a class may be half written.
        statements: digests of all statements; comments and layout do not count.
        stubs: where the unwritten definitions stand.
        is_whole: whether all of it could be parsed.
        bound: the names that get a value at the top.
        lacking: the names that are read and get none.
        broken: the tasks whose text is no Python.
    """

    defined: frozenset[str] = frozenset()
    written: frozenset[str] = frozenset()
    begun: int = 0
    statements: frozenset[str] = frozenset()
    stubs: tuple[Span, ...] = ()
    is_whole: bool = True
    bound: frozenset[str] = frozenset()
    lacking: frozenset[str] = frozenset()
    broken: frozenset[str] = frozenset()


NOTHING = Contents()


def contents(cells: Sequence[str], tasks: Collection[str], most: int = LONGEST) -> Contents:
    """Look through the cells of a file.

    Args:
        most: characters that are parsed; of a longer text only the lines that begin a definition are looked at.
    """
    size = sum(map(len, cells))
    look = _contents if size <= MOST_KEPT else _contents.__wrapped__
    return look(tuple(cells), frozenset(tasks), size > most)


@lru_cache(KEPT)
def _contents(cells: tuple[str, ...], tasks: frozenset[str], is_long: bool) -> Contents:
    found = _Search(tasks)
    for number, text in enumerate(cells):
        if is_long:
            found.scan(text)
        else:
            found.parse(number, text)
    return found.result()


class _Search:
    """What was found so far; of a name that is defined twice the last definition counts."""

    def __init__(self, tasks: frozenset[str]) -> None:
        self._tasks = tasks
        self._begun: dict[str, tuple[bool, int]] = {}
        self._statements: set[str] = set()
        self._stubs: list[Span] = []
        self._is_whole = True
        self._bound: set[str] = set()
        self._read: set[str] = set()
        self._broken: set[str] = set()

    def result(self) -> Contents:
        written = frozenset(name for name, (is_written, _) in self._begun.items() if is_written)
        begun = sum(count for _, count in self._begun.values())
        defined = frozenset(self._begun)
        bound, lacking = frozenset(self._bound), frozenset(self._read - self._bound - BUILTINS)
        statements, broken = frozenset(self._statements), frozenset(self._broken)
        stubs = tuple(self._stubs)
        return Contents(defined, written, begun, statements, stubs, self._is_whole, bound, lacking, broken)

    def parse(self, cell: int, text: str) -> None:
        broken: list[int] = []
        for statement in statements(text, lambda error, line: broken.append(line)):
            self._statements.add(_digest(statement, text))
            names = names_of(statement)
            self._bound |= {name for name in names.bound if name.isidentifier()}  # what is drawn from is none
            self._read |= {name for name in names.read if name.isidentifier()}
            for node in _flat(statement):
                self._take(cell, node)
        if broken:
            self.scan(text)

    def scan(self, text: str) -> None:
        """Look for definitions in a text that does not parse, or is too long for it."""
        self._is_whole = False
        self._statements.add(_sha(text))
        for name, block in _blocks(text):
            if name in self._tasks:
                node = _parsed_block(block)
                stub = node is not None and all(_is_open(leaf) for leaf in _leaves(node))
                self._begun[name] = (not stub, int(not stub))
                (self._broken.discard if node else self._broken.add)(name)

    def _take(self, cell: int, node: ast.stmt) -> None:
        if isinstance(node, Definition):
            if node.name in self._tasks:
                self._broken.discard(node.name)
                leaves = [_is_open(leaf) for leaf in _leaves(node)]
                self._begun[node.name] = (not any(leaves), leaves.count(False))
                if all(leaves):
                    first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
                    self._stubs.append(Span(cell, first, node.end_lineno or node.lineno))
            return
        for name in _assigned(node):
            if name in self._tasks:
                self._begun[name] = (True, 1)


def _flat(statement: ast.stmt) -> Iterator[ast.stmt]:
    """Go through a statement and those in its blocks, such as a function that is defined in an `if`."""
    waiting = [statement]
    while waiting:
        node = waiting.pop(0)
        yield node
        if isinstance(node, BLOCKS):
            handlers = [one for handler in getattr(node, "handlers", ()) for one in handler.body]
            rest = (*getattr(node, "orelse", ()), *getattr(node, "finalbody", ()))
            waiting += [*node.body, *handlers, *rest]


def _leaves(node: Definition) -> list[Definition]:
    """List the functions of a definition: itself, or a class's methods."""
    methods = [one for one in node.body if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return list(methods) if isinstance(node, ast.ClassDef) and methods else [node]


def _is_open(node: Definition) -> bool:
    """Say whether a function is still the stub: it does nothing, or raises NotImplementedError before it can return."""
    for one in node.body:
        if _raises_unwritten(one):
            return True
        if any(isinstance(inner, ast.Return) for inner in ast.walk(one)):
            return False
    return all(_is_nothing(one) for one in node.body)


def _raises_unwritten(node: ast.stmt) -> bool:
    error = node.exc if isinstance(node, ast.Raise) else None
    error = error.func if isinstance(error, ast.Call) else error
    return isinstance(error, ast.Name) and error.id == UNWRITTEN


def _is_nothing(node: ast.stmt) -> bool:
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def _assigned(node: ast.stmt) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _digest(node: ast.stmt, text: str) -> str:
    try:
        return _sha(ast.dump(node))
    except BROKEN:
        return _sha(f"{node.lineno}:{node.col_offset}:{text}")


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Cut out what stands below each line that begins a definition, up to the next line that is not indented."""
    for match in BLOCK.finditer(text):
        following = TOP.search(text, match.end())
        yield match[1], text[match.start() : following.start() if following else len(text)]


def _parsed_block(block: str) -> Definition | None:
    try:
        (node,) = ast.parse(block[:LONGEST]).body
    except (*BROKEN, TypeError):
        return None
    return node if isinstance(node, Definition) else None


def parses(text: str) -> bool:
    """Say whether a text is Python, but for magics."""
    broken: list[int] = []
    for _ in statements(text[:LONGEST], lambda error, line: broken.append(line)):
        pass
    return not broken


def without_stubs(cells: Sequence[str], stubs: Sequence[Span]) -> list[str]:
    """Blank out unwritten definitions, and keep the number of every line."""
    lines = [text.split("\n") for text in cells]
    for span in stubs:
        for number in range(span.first - 1, min(span.last, len(lines[span.cell]))):
            lines[span.cell][number] = ""
    return ["\n".join(some) for some in lines]
