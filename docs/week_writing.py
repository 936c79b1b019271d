"""How the students of `week.py` write: each task as its answer, in another right way, or with a known mistake."""

import ast
import builtins
import random
from collections.abc import Mapping, Sequence
from itertools import chain

from autograder.authoring.lesson import BEGIN, END, Cell, read_lesson
from autograder.course.model import Assignment, Lesson
from autograder.course.variants import Variant, alternatives, mistakes, other_ways

Texts = dict[str, str]
Chosen = dict[str, dict[str, Variant]]


class Writer:
    """Writes all lessons of an assignment as one student would; the same number gives the same text.

    Most write a task as the lesson's answer does, or in the other way that the lesson shows. So these two ways say
    nothing of who worked together. An unusual way belongs to one student.
    """

    def __init__(self, assignment: Assignment) -> None:
        self.lessons = assignment.lessons
        self._other = {one.name: list(other_ways(one)) for one in self.lessons}
        self._unusual = {one.name: alternatives(one) for one in self.lessons}
        self._wrong = {f"{one.name}:{wrong.name}": wrong for one in self.lessons for wrong in mistakes(one)}

    def texts(self, heading: str, number: int, wrong: Sequence[str] = (), unusual: int | None = None) -> Texts:
        """Write each lesson.

        Args:
            heading: the first line, a comment.
            wrong: known mistakes, such as `cell:h0_is_ignored`; all else is right.
            unusual: which unusual way there is in each lesson; none if None.
        """
        chosen = self._choose(number)
        if unusual is not None:
            for lesson, ways in self._unusual.items():
                one = ways[unusual % len(ways)]
                chosen[lesson][one.task] = one
        for name in wrong:
            chosen[name.partition(":")[0]][self._wrong[name].task] = self._wrong[name]
        return {one.name: f"# {heading}\n\n{_written(one, chosen[one.name])}" for one in self.lessons}

    def _choose(self, number: int) -> Chosen:
        chance = random.Random(number)
        return {
            lesson: {one.task: one for one in ways if chance.random() < 0.5} for lesson, ways in self._other.items()
        }


def _written(lesson: Lesson, chosen: Mapping[str, Variant]) -> str:
    text = read_lesson(lesson.folder / "lesson.py")
    answer = set(_last_of("\n\n".join(cell.text for cell in text.cells if cell.kind == "code")))
    tasks = {cell.line: name for name, cell in text.solutions()}
    code = [cell for cell in text.cells if cell.kind == "code"]
    pieces = [_piece(cell, chosen.get(tasks.get(cell.line, "")), answer) for cell in code]
    return "\n\n\n".join(pieces) + "\n"


def _piece(cell: Cell, variant: Variant | None, answer: set[str]) -> str:
    if variant is not None:
        return _cut_out(variant, answer)
    return "\n".join(line for line in cell.text.split("\n") if line.strip() not in (BEGIN, END))


def _cut_out(variant: Variant, answer: set[str]) -> str:
    """Cut a task out of a whole lesson, with the imports and the functions of its own that it needs."""
    last = _last_of(variant.source)
    wanted, own = [variant.task], {}
    while wanted:
        node = last[wanted.pop()]
        if node.lineno not in own:
            own[node.lineno] = node
            used = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
            wanted += sorted(name for name in used if name in last and name not in answer)
    lines = variant.source.split("\n")
    return "\n\n\n".join("\n".join(lines[_first_line(own[key]) - 1 : own[key].end_lineno]) for key in sorted(own))


def _first_line(node: ast.stmt) -> int:
    """Find where a statement begins, with its decorators."""
    return min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])


def _last_of(source: str) -> dict[str, ast.stmt]:
    """Find the last statement at the top that gives each name its meaning."""
    return {name: node for node in ast.parse(source).body for name in _bound(node)}


def _bound(node: ast.stmt) -> list[str]:
    match node:
        case ast.Import() | ast.ImportFrom():
            return [(one.asname or one.name).partition(".")[0] for one in node.names]
        case ast.Assign():
            return [one.id for one in node.targets if isinstance(one, ast.Name)]
        case ast.FunctionDef() | ast.ClassDef():
            return [node.name]
    return []


class _Renamed(ast.NodeTransformer):
    """Gives the variables of a function other names; its parameters keep theirs, since others call it by them."""

    def __init__(self, tree: ast.AST) -> None:
        names = (one for one in ast.walk(tree) if isinstance(one, ast.Name))
        stored = {one.id for one in names if isinstance(one.ctx, ast.Store)}
        arguments = {one.arg for one in ast.walk(tree) if isinstance(one, ast.arg)}
        own = sorted(stored - arguments - {*dir(builtins), "self"})
        self._names = dict(zip(own, chain(("tmp", "res", "buf", "cur"), (f"val{n}" for n in range(99))), strict=False))

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self._names.get(node.id, node.id)
        return node


def renamed(code: str) -> str:
    """Rename the variables, and drop the comments and the layout, as who copies may do."""
    tree = ast.parse(code)
    return ast.unparse(_Renamed(tree).visit(tree)) + "\n"
