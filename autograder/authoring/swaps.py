"""The operators of the mutants: what replaces each piece of an answer."""

import ast
from collections.abc import Callable, Iterator
from typing import Any

ARITHMETIC: dict[type, type] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Add,
    ast.Pow: ast.Mult,
}
COMPARISON: dict[type, type] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
NAMES = {
    "tanh": ("sigmoid", "relu"),
    "sigmoid": ("tanh",),
    "sin": ("cos",),
    "cos": ("sin",),
    "mean": ("sum",),
    "sum": ("mean",),
    "std": ("var",),
    "zeros": ("ones",),
    "ones": ("zeros",),
    "new_zeros": ("new_ones",),
    "zeros_like": ("ones_like",),
    "argmax": ("argmin",),
    "stack": ("cat",),
    "MSELoss": ("L1Loss",),
    "mse_loss": ("l1_loss",),
    "Adam": ("SGD", "AdamW"),
    "RNN": ("GRU",),
    "GRU": ("RNN",),
    "no_grad": ("enable_grad",),
    "eval": ("train",),
    "train": ("eval",),
    "float64": ("float32",),
    "float32": ("float64",),
    "min": ("max",),
    "max": ("min",),
}
# Methods that give back nearly what they are called on.
LIKE_ITSELF = {
    *("detach", "clone", "contiguous", "to", "item", "tolist"),
    *("unsqueeze", "squeeze", "flatten", "transpose", "permute", "reshape", "view", "expand", "flip"),
    *("float", "double", "long", "cumsum", "softmax", "exp", "log", "sqrt", "abs", "clamp"),
}
ALIKE = ("T", "mT")

Swap = Callable[[Any], Iterator[ast.AST]]


def swaps(parent: ast.AST, field: str, node: ast.AST) -> Iterator[ast.AST]:
    """Give everything that may replace a node.

    Args:
        parent, field: where the node hangs.
    """
    if isinstance(parent, ast.FormattedValue) and field == "format_spec":
        return
    for kind, swap in SWAPS:
        if isinstance(node, kind):
            yield from swap(node)


def _constant(node: ast.Constant) -> Iterator[ast.AST]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, (int, float)):
        yield ast.Constant(value + 1)
        yield ast.Constant(value - 1) if isinstance(value, int) else ast.Constant(value / 2)
    elif isinstance(value, str):
        yield ast.Constant("XX" + value)


def _operation(node: ast.BinOp) -> Iterator[ast.AST]:
    if type(node.op) in ARITHMETIC:
        yield ast.BinOp(node.left, ARITHMETIC[type(node.op)](), node.right)
    if isinstance(node.op, (ast.MatMult, ast.Sub, ast.Div)):
        yield ast.BinOp(node.right, node.op, node.left)
    yield node.left
    yield node.right


def _sign(node: ast.UnaryOp) -> Iterator[ast.AST]:
    yield node.operand


def _comparison(node: ast.Compare) -> Iterator[ast.AST]:
    for index, operator in enumerate(node.ops):
        other = [*node.ops[:index], COMPARISON[type(operator)](), *node.ops[index + 1 :]]
        yield ast.Compare(node.left, other, node.comparators)


def _logic(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    yield from node.values


def _condition(node: ast.If) -> Iterator[ast.AST]:
    yield ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)


def _choice(node: ast.IfExp) -> Iterator[ast.AST]:
    yield node.body
    yield node.orelse


def _call(node: ast.Call) -> Iterator[ast.AST]:
    for index in range(len(node.keywords)):
        yield ast.Call(node.func, node.args, node.keywords[:index] + node.keywords[index + 1 :])
    for index in range(len(node.args) - 1):
        order = [*node.args[:index], node.args[index + 1], node.args[index], *node.args[index + 2 :]]
        yield ast.Call(node.func, order, node.keywords)
    if isinstance(node.func, ast.Attribute):
        yield from _method(node, node.func)
    if isinstance(node.func, ast.Name) and node.func.id == "range":
        yield from _range(node)


def _method(node: ast.Call, function: ast.Attribute) -> Iterator[ast.AST]:
    if function.attr in LIKE_ITSELF:
        yield function.value
    if len(node.args) == 1 and not node.keywords and function.attr in NAMES:
        yield node.args[0]  # without the function at all, such as tanh


def _range(node: ast.Call) -> Iterator[ast.AST]:
    last = ast.BinOp(node.args[-1], ast.Sub(), ast.Constant(1))
    yield ast.Call(node.func, [*node.args[:-1], last], [])
    if len(node.args) == 1:
        yield ast.Call(node.func, [ast.Constant(1), node.args[0]], [])
    yield ast.Call(ast.Name("reversed"), [node], [])


def _attribute(node: ast.Attribute) -> Iterator[ast.AST]:
    if node.attr in ALIKE:
        yield node.value
    for name in NAMES.get(node.attr, ()):
        yield ast.Attribute(node.value, name, node.ctx)


def _slice(node: ast.Slice) -> Iterator[ast.AST]:
    one = ast.Constant(1)
    if node.lower is not None:
        yield ast.Slice(None, node.upper, node.step)
        yield ast.Slice(ast.BinOp(node.lower, ast.Add(), one), node.upper, node.step)
    if node.upper is not None:
        yield ast.Slice(node.lower, None, node.step)
        yield ast.Slice(node.lower, ast.BinOp(node.upper, ast.Sub(), one), node.step)


def _subscript(node: ast.Subscript) -> Iterator[ast.AST]:
    """Take the value of a step earlier where a loop's step is read."""
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    for index, part in enumerate(parts):
        if isinstance(part, ast.Name) and isinstance(node.ctx, ast.Load):
            earlier = [*parts[:index], ast.BinOp(part, ast.Sub(), ast.Constant(1)), *parts[index + 1 :]]
            place = ast.Tuple(earlier, ast.Load()) if isinstance(node.slice, ast.Tuple) else earlier[0]
            yield ast.Subscript(node.value, place, node.ctx)


def _update(node: ast.AugAssign) -> Iterator[ast.AST]:
    if type(node.op) in ARITHMETIC:
        yield ast.AugAssign(node.target, ARITHMETIC[type(node.op)](), node.value)


def _with(node: ast.With) -> Iterator[ast.AST]:
    yield ast.If(ast.Constant(True), node.body, [])


def _answer(node: ast.Return) -> Iterator[ast.AST]:
    if isinstance(node.value, ast.Tuple):
        yield ast.Return(ast.Tuple(node.value.elts[::-1], ast.Load()))
        yield ast.Return(node.value.elts[0])
    yield ast.Return(ast.Constant(None))


SWAPS: tuple[tuple[type | tuple[type, ...], Swap], ...] = (
    (ast.Constant, _constant),
    (ast.BinOp, _operation),
    (ast.UnaryOp, _sign),
    (ast.Compare, _comparison),
    (ast.BoolOp, _logic),
    (ast.If, _condition),
    (ast.IfExp, _choice),
    (ast.Call, _call),
    (ast.Attribute, _attribute),
    (ast.Slice, _slice),
    (ast.Subscript, _subscript),
    (ast.AugAssign, _update),
    (ast.With, _with),
    (ast.Return, _answer),
)
