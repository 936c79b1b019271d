"""Cut probes out of a file: the functions asked for, and the imports and top-level names that they use."""

import ast
from collections.abc import Iterable, Iterator
from functools import lru_cache

from autograder.errors import CourseError

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)


def probe_source(text: str, names: Iterable[str]) -> str:
    """Return the source of some probes and of everything they need, in the order of the file.

    Args:
        text: a file with probes among other things.
        names: the probes.

    Raises:
        CourseError: the file has no such probe.
    """
    return _cut(text, tuple(names))


@lru_cache(maxsize=1024)
def _cut(text: str, wanted: tuple[str, ...]) -> str:
    tree = ast.parse(text)
    found = _by_name(tree)
    for name in wanted:
        if not any(isinstance(node, DEFINITIONS) for node in found.get(name, ())):
            raise CourseError(f"There is no probe {name!r} in probes.py. Write it, or mend the name in the test.")
    needed = _needed(found, wanted)
    kept = [node for node in tree.body if node in needed or _is_future(node)]
    return _joined(text, [node for node in kept if not _is_ours(node)])


def defined(text: str) -> set[str]:
    """List the functions and classes that a file defines."""
    return {node.name for node in ast.parse(text).body if isinstance(node, DEFINITIONS)}


def bound_names(node: ast.stmt) -> list[str]:
    """List the names that a top-level statement gives a value to."""
    if isinstance(node, DEFINITIONS):
        return [node.name]
    if isinstance(node, IMPORTS):
        return [alias.asname or alias.name.split(".")[0] for alias in node.names]
    return [name for part in ast.walk(node) if part is not node for name in _bound_inside(part)]


def _bound_inside(part: ast.AST) -> list[str]:
    if isinstance(part, (*DEFINITIONS, *IMPORTS)):
        return bound_names(part)
    return [part.id] if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store) else []


def _by_name(tree: ast.Module) -> dict[str, list[ast.stmt]]:
    found: dict[str, list[ast.stmt]] = {}
    for node in tree.body:
        for name in bound_names(node):
            found.setdefault(name, []).append(node)
    return found


def _needed(found: dict[str, list[ast.stmt]], names: Iterable[str]) -> set[ast.stmt]:
    needed: set[ast.stmt] = set()
    todo = list(names)
    while todo:
        for node in found.get(todo.pop(), ()):
            if node not in needed:
                needed.add(node)
                todo += _used_names(node)
    return needed


def _used_names(node: ast.stmt) -> Iterator[str]:
    """List what a statement reads; a quoted annotation counts as what it says."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value.isidentifier():
            yield part.value


def _joined(text: str, nodes: list[ast.stmt]) -> str:
    lines = text.split("\n")
    made = ""
    for before, node in zip([None, *nodes], nodes, strict=False):
        made += _gap(before, node) + _segment(lines, node)
    return made + "\n"


def _gap(before: ast.stmt | None, node: ast.stmt) -> str:
    if before is None:
        return ""
    return "\n\n\n" if isinstance(before, DEFINITIONS) or isinstance(node, DEFINITIONS) else "\n"


def _segment(lines: list[str], node: ast.stmt) -> str:
    first = min([node.lineno, *(mark.lineno for mark in getattr(node, "decorator_list", ()))])
    return "\n".join(lines[first - 1 : node.end_lineno])


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _is_ours(node: ast.stmt) -> bool:
    """Say whether a worker cannot import something: it has no module of the kit."""
    names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
    names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    return any(name.split(".")[0] == "autograder" for name in names)
