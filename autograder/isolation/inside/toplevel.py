"""Decide which top-level statements of a hand-in are run, and say why others are not."""

import ast
import sys
from collections.abc import Iterator, Sequence

from autograder.isolation.inside.names import is_seed

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)
ASSIGNMENTS = (ast.Assign, ast.AnnAssign)
WITH = (ast.With, ast.AsyncWith)
LOOPS = (ast.For, ast.AsyncFor, ast.While)
CHOICES = (ast.If, ast.Try, ast.TryStar, ast.Match)
ALIAS: tuple[type[ast.stmt], ...] = tuple(getattr(ast, name) for name in ("TypeAlias",) if sys.version_info >= (3, 12))
RUN = (*IMPORTS, *DEFINITIONS, *ASSIGNMENTS, *ALIAS, ast.AugAssign, *CHOICES)
CHEAP_CALLS = {
    "float", "int", "range", "len", "math", "device", "tensor", "sqrt", "tuple", "list", "dict", "getLogger",
    "is_available",
}  # fmt: skip

LOOP = "loops at the top level are experiments. Put this one into a function, or write it as a comprehension."
CALL = "bare calls at the top level are experiments. Write an assignment instead, or put it into a definition."
BLOCK = "a `with` at the top level is run only if it holds no loop and no bare call. Put it into a function."
SEED = "each check sets the seeds itself."
MAIN = 'code below `if __name__ == "__main__"` is not run when the file is imported.'
OTHER = "only imports, definitions, assignments, `if` and `try` are run at the top level."
SLOW = "the top level took too long, so only imports, definitions and constants were run. Put slow work into functions."


def why_not(statement: ast.stmt, light: bool) -> str:
    """Say why a statement is not run; "" if it is.

    Args:
        light: run imports, definitions and constants alone.
    """
    if not _is_run(statement):
        return _kind(statement)
    return SLOW if light and not _is_surely_light(statement) else ""


def _is_run(statement: ast.stmt) -> bool:
    if isinstance(statement, WITH):
        return all(map(_is_run, statement.body))
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.NamedExpr)
    return isinstance(statement, RUN) and not is_guard(statement)


def _kind(statement: ast.stmt) -> str:
    if is_guard(statement):
        return MAIN
    if isinstance(statement, LOOPS):
        return LOOP
    if isinstance(statement, WITH):
        return BLOCK
    if isinstance(statement, ast.Expr):
        return SEED if is_seed(statement.value) else CALL
    return OTHER


def is_guard(statement: ast.stmt) -> bool:
    """Recognise `if __name__ == "__main__":` without an `else`."""
    if not isinstance(statement, ast.If) or statement.orelse:
        return False
    match statement.test:
        case ast.Compare(ast.Name("__name__"), [ast.Eq()], [ast.Constant("__main__")]):
            return True
        case ast.Compare(ast.Constant("__main__"), [ast.Eq()], [ast.Name("__name__")]):
            return True
    return False


def _is_surely_light(statement: ast.stmt) -> bool:
    try:
        return _is_light(statement)
    except RecursionError:
        return False


def _is_light(statement: ast.stmt) -> bool:
    if isinstance(statement, (*IMPORTS, *DEFINITIONS, *ALIAS)):
        return True
    if isinstance(statement, (*CHOICES, *WITH)):
        return _is_cheap(_heads(statement)) and all(map(_is_light_inside, _bodies(statement)))
    return isinstance(statement, ASSIGNMENTS) and _is_cheap([statement])


def _is_light_inside(statement: ast.stmt) -> bool:
    return isinstance(statement, (ast.Pass, ast.Raise)) or _is_light(statement)


def _heads(statement: ast.stmt) -> list[ast.AST]:
    """List what a compound statement computes before it enters a block."""
    return [
        part
        for child in ast.iter_child_nodes(statement)
        if not isinstance(child, ast.stmt)
        for part in ([child] if isinstance(child, (ast.expr, ast.withitem)) else _headers(child))
    ]


def _headers(block: ast.AST) -> list[ast.AST]:
    return [part for part in ast.iter_child_nodes(block) if not isinstance(part, ast.stmt)]


def _bodies(statement: ast.stmt) -> Iterator[ast.stmt]:
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, ast.stmt):
            yield child
        elif isinstance(child, (ast.ExceptHandler, ast.match_case)):
            yield from child.body


def _is_cheap(nodes: Sequence[ast.AST]) -> bool:
    calls = (part.func for node in nodes for part in ast.walk(node) if isinstance(part, ast.Call))
    return all(_root_names(call) & CHEAP_CALLS for call in calls)


def _root_names(node: ast.expr) -> set[str]:
    return {part.id if isinstance(part, ast.Name) else part.attr
            for part in ast.walk(node) if isinstance(part, (ast.Name, ast.Attribute))}  # fmt: skip
