"""Make small wrong versions of an answer by machine: a test that looks at everything must notice each.

General mutants change a constant, an operator, a comparison, an argument or a statement. Tensor mutants make the
mistakes that students make, and that general tools do not make. They take another axis, a step too early, a sum for a
mean, or another dtype. They leave a weight untransposed, detach or drop a state, or change an argument.
"""

import ast
import copy
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from autograder.authoring.swaps import swaps

AFTERWARDS = """

_inner = {task}


def {task}(*args, **kwargs):
    result = _inner(*args, **kwargs)
{lines}
"""
EACH = """\
    change = lambda one: {change}
    if type(result) is dict:
        return dict(zip(result, map(change, result.values())))
    return type(result)(map(change, result)) if type(result) in (tuple, list) else change(result)"""
IN_PLACE = """\
    if len(args) > {number} and torch.is_tensor(args[{number}]):
        args[{number}].data.add_(1)
    elif len(args) > {number} and hasattr(args[{number}], "setflags"):
        args[{number}][...] += 1
    return result"""
SHAPE = re.compile(r",? shape \(")  # so the docstrings of tensors and arrays say it
CAST = "one.{0}() if torch.is_tensor(one) else one.astype('{1}') if hasattr(one, 'astype') else one"
CHANGES = {
    "the result is detached": "one.detach() if torch.is_tensor(one) else one",
    "the result is float32": CAST.format("float", "float32"),
    "the result is float64": CAST.format("double", "float64"),
    "the result is off by 1e-3": "one + 1e-3 if hasattr(one, 'ndim') or type(one) is float else one",
    "the result is its first row alone": "one[:1] if hasattr(one, 'ndim') and one.ndim else one",
}


@dataclass(frozen=True)
class Mutant:
    """An answer with one change.

    Args:
        task: the task whose answer is changed.
        what: the change, as an author reads it; no two of a task are the same.
        source: the whole lesson.
    """

    task: str
    what: str
    source: str


def mutants(answer: str, task: str) -> Iterator[Mutant]:
    """Make all mutants of one task's answer.

    Args:
        answer: the text of the lesson.
    """
    tree = ast.parse(answer)
    found = next(node for node in tree.body if getattr(node, "name", "") == task)
    seen = {ast.unparse(found)}
    counts: dict[str, int] = {}
    for what in chain(_changed(found), _without_a_statement(found)):
        text = ast.unparse(found)
        if text not in seen:
            seen.add(text)
            counts[what] = counts.get(what, 0) + 1
            number = f" ({counts[what]})" if counts[what] > 1 else ""
            yield Mutant(task, what + number, f"{answer}\n\n{text}\n")
    if isinstance(found, ast.FunctionDef):
        yield from _afterwards(answer, found)


def _afterwards(answer: str, function: ast.FunctionDef) -> Iterator[Mutant]:
    """Change what a function returns, or one of its arguments after it has computed."""
    arguments, result = _said(function)
    changes = CHANGES if SHAPE.search(result.split("\n\n")[0]) else {}
    bodies = {what: EACH.format(change=change) for what, change in changes.items()}
    for number, argument in enumerate(function.args.args):
        if re.search(rf"^{argument.arg}\b[^:]*:.*{SHAPE.pattern}", arguments, re.MULTILINE):
            bodies[f"{argument.arg} is changed"] = IN_PLACE.format(number=number)
    for what, lines in bodies.items():
        extra = AFTERWARDS.format(task=function.name, lines=lines)
        yield Mutant(function.name, what, f"{answer}\n\nimport torch\n{extra}")


def _said(function: ast.FunctionDef) -> tuple[str, str]:
    """Split a docstring into what it says of the arguments, a line each, and of the result."""
    said = inspect.cleandoc(ast.get_docstring(function) or "")
    arguments, _, result = said.partition("Returns:")
    # An argument's text may go on, further in, on the next line.
    lines = re.sub(r"\n {5,}", " ", arguments)
    return inspect.cleandoc(re.sub(r"\n +", "\n", lines)), result


def _changed(found: ast.AST) -> Iterator[str]:
    """Put every swap into its place, one at a time. At each `yield` the tree holds one swap."""
    for parent, field, index, node in list(_places(found)):
        for new in list(swaps(parent, field, node)):
            before = _line(_statement(found, node))
            _put(parent, field, index, new)
            yield f"{_short(node)} -> {_short(new)} in `{before}`"
            _put(parent, field, index, node)


def _without_a_statement(found: ast.AST) -> Iterator[str]:
    for parent in list(ast.walk(found)):
        for field in ("body", "orelse"):
            block = getattr(parent, field, None)
            if not isinstance(block, list):
                continue
            for index, statement in enumerate(list(block)):
                if _is_plain(statement):
                    block[index] = ast.Pass()
                    yield f"without `{_line(statement)}`"
                    block[index] = statement


def _is_plain(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr):
        return not isinstance(statement.value, ast.Constant)
    return isinstance(statement, (ast.Assign, ast.AugAssign, ast.If, ast.Raise, ast.For, ast.While))


def _places(found: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Go through all nodes below one, with where they hang; what only people read is left out."""
    for field, value in ast.iter_fields(found):
        if field in ("decorator_list", "returns", "annotation") or isinstance(found, ast.Raise):
            continue
        for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(node, ast.AST) and not _is_docstring(node):
                yield found, field, index, node
                yield from _places(node)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _put(parent: ast.AST, field: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def _statement(found: ast.AST, node: ast.AST) -> ast.AST:
    """Find the innermost statement that a node is part of."""
    around = [
        one for one in ast.walk(found) if isinstance(one, ast.stmt) and any(part is node for part in ast.walk(one))
    ]
    return around[-1] if around else found


def _line(statement: ast.AST) -> str:
    head = copy.copy(statement)
    if isinstance(head, (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.If, ast.With)):
        head.body = [ast.Pass()]
        if isinstance(head, (ast.For, ast.While, ast.If)):
            head.orelse = []
    return ast.unparse(head).split("\n")[0]


def _short(node: ast.AST) -> str:
    return ast.unparse(node).split("\n")[0] or type(node).__name__
