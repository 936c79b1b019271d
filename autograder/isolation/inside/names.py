"""Which names a statement of the top level binds, changes and reads. Nothing is run: it is a guess from the text."""

import ast
import contextlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
EVERYTHING, RANDOM = "*", "random numbers"  # no name is spelt so
SEEDS = re.compile(r"^(?:manual_)?seed(?:_all)?$")
SETTINGS = re.compile(r"^set_(?:default_|grad_enabled$)|^use_deterministic")
DRAWS = re.compile(r"^(?:rand\w*|normal_?|uniform_?|bernoulli_?|multinomial|permutation|shuffle|choices?|sample)$")
LOOK_ONLY = {"print", "display", "help", "repr", "str", "len", "type", "dir", "id", "isinstance", "sum", "min", "max"}


@dataclass
class Names:
    """What one statement does with names of the top level.

    Args:
        bound: gets a value.
        changed: its object may be changed: by a method, an item, an attribute.
        passed: its object is an argument of a call whose result is not asked for.
        called: is called so.
        read: is read, at once or when a function is called.
        as_value: is read otherwise than to be called.
    """

    bound: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    passed: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    as_value: set[str] = field(default_factory=set)

    def add(self, other: "Names", without: Iterable[str] = ()) -> None:
        """Take in what an inner scope does with names that are not its own."""
        for key, own in self.__dict__.items():
            own |= other.__dict__[key].difference(without)


def names_of(statement: ast.AST) -> Names:
    """Find the names of a statement; a definition's body counts as read, and what it changes is left out."""
    found = _Scope()
    with contextlib.suppress(RecursionError):  # what was found up to there will do
        found.visit(statement)
    return found.names


def changes_of(definition: ast.stmt) -> set[str]:
    """Find the names of the top level that a function may bind or change when it is called."""
    if not isinstance(definition, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return set()
    try:
        inner = _inside(definition)
    except RecursionError:
        return set()
    own = _own(definition, inner)
    return {name for name in inner.names.changed | inner.names.passed | inner.names.bound if name not in own}


class _Scope(ast.NodeVisitor):
    def __init__(self) -> None:
        self.names = Names()
        self.globals: set[str] = set()

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.names.read.add(node.id)
            self.names.as_value.add(node.id)
        else:
            self.names.bound.add(node.id)
        self._note_draw(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._note_draw(node.attr)
        self._visit_part(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self._visit_part(node)

    def _visit_part(self, node: ast.Attribute | ast.Subscript) -> None:
        if not isinstance(node.ctx, ast.Load):
            self.names.changed |= root(node)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name):
            self.names.read.add(node.func.id)
            self._note_draw(node.func.id)
        else:
            self.visit(node.func)
        for part in (*node.args, *node.keywords):
            self.visit(part)

    def visit_Expr(self, node: ast.Expr) -> None:
        found = [node.value] if isinstance(node.value, (ast.Call, ast.Await)) else ast.walk(node.value)
        for value in found:
            self._note_effect(value)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        self._note_effect(node.value)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.names.read |= root(node.target)
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        for part in (node.target, node.value):
            if part is not None and (part is not node.target or node.value is not None):
                self.visit(part)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.generic_visit(node)
        items = {part.id for part in ast.walk(node.target) if isinstance(part, ast.Name)}
        if items & (self.names.changed | self.names.passed):
            self.names.changed |= {part.id for part in ast.walk(node.iter) if isinstance(part, ast.Name)}

    visit_AsyncFor = visit_For

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        self.names.bound |= {alias.asname or alias.name.split(".")[0] for alias in node.names}

    visit_ImportFrom = visit_Import

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        self.names.bound |= {node.name} if node.name else set()
        self.generic_visit(node)

    def visit_MatchAs(self, node: ast.MatchAs | ast.MatchStar) -> None:
        self.names.bound |= {node.name} if node.name else set()
        self.generic_visit(node)

    visit_MatchStar = visit_MatchAs

    def visit_Global(self, node: ast.Global) -> None:
        self.globals |= set(node.names)

    def generic_visit(self, node: ast.AST) -> None:
        if isinstance(node, SCOPES):
            self._visit_scope(node)
        elif isinstance(node, COMPREHENSIONS):
            inner = _Scope()
            ast.NodeVisitor.generic_visit(inner, node)
            targets = [part for one in node.generators for part in ast.walk(one.target)]
            self.names.add(inner.names, {part.id for part in targets if isinstance(part, ast.Name)})
            self.names.bound -= inner.names.bound
        else:
            super().generic_visit(node)

    def _visit_scope(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef) -> None:
        if not isinstance(node, ast.Lambda):
            self.names.bound.add(node.name)
        for part in _outer_parts(node):
            self.visit(part)
        inner = _inside(node)
        own = _own(node, inner)
        self.names.read |= inner.names.read - own
        self.names.as_value |= inner.names.as_value - own

    def _note_effect(self, value: ast.AST) -> None:
        """Note what a call may change: the object of a method, and the objects that it is given."""
        value = value.value if isinstance(value, ast.Await) else value
        if not isinstance(value, ast.Call):
            return
        if isinstance(value.func, ast.Name):
            self.names.called.add(value.func.id)
            if value.func.id == "exec":
                self.names.changed.add(EVERYTHING)
            if value.func.id in LOOK_ONLY:
                return
        elif isinstance(value.func, ast.Attribute):
            self._note_method(value.func)
        given = [part for arg in (*value.args, *value.keywords) for part in _given(arg)]
        kept = self.names.changed if _is_setter(value) else self.names.passed
        kept |= set(given)

    def _note_method(self, method: ast.Attribute) -> None:
        if SEEDS.match(method.attr):
            self.names.changed.add(RANDOM)
        elif SETTINGS.match(method.attr) or ast.unparse(method.value) == "globals()":
            self.names.changed.add(EVERYTHING)
        else:
            self.names.changed |= root(method.value)

    def _note_draw(self, name: str) -> None:
        if DRAWS.match(name):
            self.names.read.add(RANDOM)


def is_seed(value: ast.expr) -> bool:
    """Recognise a call that sets the state of a generator, such as `torch.manual_seed(0)`."""
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and bool(SEEDS.match(value.func.attr))


def _is_setter(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id in ("setattr", "delattr")


def root(node: ast.AST) -> set[str]:
    """Find the name that a chain of attributes and items begins with, as a set of one or none."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()


def _given(node: ast.AST) -> list[str]:
    """List the names in an argument, but for those of calls inside of it."""
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, (ast.Call, ast.Lambda)):
        return []
    return [name for part in ast.iter_child_nodes(node) for name in _given(part)]


def _outer_parts(node: ast.AST) -> list[ast.AST]:
    """List what of a definition is evaluated outside of it: decorators, defaults, base classes; not annotations."""
    parts: list[ast.AST | None] = [*getattr(node, "decorator_list", ())]
    if isinstance(node, ast.ClassDef):
        parts += [*node.bases, *node.keywords]
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        parts += [*node.args.defaults, *node.args.kw_defaults]
    return [part for part in parts if part is not None]


def _inside(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef) -> _Scope:
    inner = _Scope()
    for part in [node.body] if isinstance(node, ast.Lambda) else node.body:
        inner.visit(part)
    return inner


def _own(node: ast.AST, inner: _Scope) -> set[str]:
    """List the names that are a definition's own: parameters, and what it binds unless it is declared global."""
    args = getattr(node, "args", None)
    parameters = {part.arg for part in ast.walk(args) if isinstance(part, ast.arg)} if args is not None else set()
    return parameters | (inner.names.bound - inner.globals)
