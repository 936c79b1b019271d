"""Check that no stand-in repeats the answer: stand-ins run beside a student's code."""

import ast
from collections.abc import Iterator

from autograder.course.model import Lesson

SHORTEST = 12  # characters; a shorter statement, such as `h = h0`, gives nothing away


def check_copies(lesson: Lesson, answers: str, stub: str) -> Iterator[str]:
    """Make a line for each definition of `stand_ins.py` that is the answer, or has a statement of it.

    Args:
        answers: the cells that hold the answers.
        stub: what students are given, which is no secret.
    """
    path = lesson.folder / "stand_ins.py"
    mine = _parsed(path.read_text(encoding="utf-8") if path.is_file() else "")
    bodies = {_shape(function) for function in _functions(_parsed(answers))}
    statements = set(_statements(_parsed(answers))) - set(_statements(_parsed(stub)))
    for node in mine.body:
        copied = sorted(statements & set(_statements(node)))
        if copied or any(_shape(function) in bodies for function in _functions(node)):
            what = f"{copied[0]!r}" if copied else "its code, with other names"
            yield (
                f"{path}:{node.lineno}: {getattr(node, 'name', 'this')} repeats the answer: {what}. "
                "It runs beside students' code: make it of torch's own."
            )


def _parsed(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except SyntaxError:  # which is said elsewhere
        return ast.Module([], [])


def _functions(tree: ast.AST) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def _statements(tree: ast.AST) -> Iterator[str]:
    """Go through the simple statements, each as `ast` writes it."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.stmt)
            and not hasattr(node, "body")
            and not isinstance(node, ast.Import | ast.ImportFrom)
        ):
            text = ast.unparse(node)
            if len(text) >= SHORTEST and not _is_text(node):
                yield text


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _shape(function: ast.FunctionDef) -> str:
    """Write a function's body with its own names numbered in the order of their use."""
    body = [node for node in function.body if not _is_text(node)]
    tree = ast.parse(ast.unparse(ast.Module(body, [])))
    own = [argument.arg for argument in ast.walk(function.args) if isinstance(argument, ast.arg)]
    own += [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    numbers: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in own:
            node.id = numbers.setdefault(node.id, f"v{len(numbers)}")
    return ast.unparse(tree)
