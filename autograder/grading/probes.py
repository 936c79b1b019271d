"""Cut probes out of a file: the functions asked for, the imports, and the top-level names that they use."""

import ast
from collections.abc import Iterable
from functools import lru_cache

from autograder.errors import CourseError

Definition = ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign


def probe_source(text: str, names: Iterable[str]) -> str:
    """Return the source of some probes with all they need, in the order of the file.

    Args:
        text: a file with probes among other things.
        names: the probes.

    Raises:
        CourseError: the file has no such probe.
    """
    return _cut(text, tuple(names))


@lru_cache(maxsize=1024)
def _cut(text: str, names: tuple[str, ...]) -> str:
    tree = ast.parse(text)
    defined = {name: node for node in tree.body for name in _names(node)}
    needed: set[ast.stmt] = set()
    todo = list(names)
    for name in todo:
        if name not in defined:
            raise CourseError(f"There is no probe {name!r} in probes.py. Write it, or mend the name in the test.")
    while todo:
        node = defined[todo.pop()]
        if node not in needed:
            needed.add(node)
            todo += [part.id for part in ast.walk(node) if isinstance(part, ast.Name) and part.id in defined]
    kept = [node for node in tree.body if node in needed or isinstance(node, (ast.Import, ast.ImportFrom))]
    return "\n\n".join(_segment(text, node) for node in kept if not _is_ours(node)) + "\n"


def _names(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _segment(text: str, node: ast.stmt) -> str:
    first = min([node.lineno, *(mark.lineno for mark in getattr(node, "decorator_list", ()))])
    return "\n".join(text.split("\n")[first - 1 : node.end_lineno])


def _is_ours(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "autograder"
