"""Find the statements that a task needs and that did not run. The task's verdict names them."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.isolation.inside.names import EVERYTHING, Names, changes_of, names_of
from autograder.isolation.inside.toplevel import DEFINITIONS, IMPORTS

MOST = 2


@dataclass(frozen=True)
class Location:
    """A line of a hand-in, and its cell in a notebook, both counted from 1."""

    line: int
    cell: int | None

    def __str__(self) -> str:
        return f"cell {self.cell}, line {self.line}" if self.cell else f"line {self.line}"


@dataclass(frozen=True)
class RunStatement:
    """A statement of the top level.

    Args:
        said: why it did not do its work, such as `raised NameError: ...`; "" if it did.
    """

    statement: ast.stmt
    place: Location
    said: str


def said_about(name: str, steps: Sequence[RunStatement]) -> list[str]:
    """Say why statements that a definition needs, directly or through others, did not do their work.

    Args:
        name: a name of the top level.
        steps: all statements, in order.

    Returns: at most two sentences.
    """
    if not any(step.said for step in steps):
        return []
    pairs = [(step, names_of(step.statement)) for step in steps]
    needed = _needed(name, [names for _, names in pairs])
    definitions = {step.statement.name: step.statement for step in steps if isinstance(step.statement, DEFINITIONS)}
    modules = {one for step, names in pairs if isinstance(step.statement, IMPORTS) for one in names.bound}
    found = [
        f"{str(step.place).capitalize()} {step.said}"
        for step, names in pairs
        if step.said and _touched(names, definitions, modules) & needed
    ]
    return list(dict.fromkeys(found))[:MOST]


def said_inside(name: str, steps: Sequence[RunStatement]) -> list[str]:
    """Say in which definition a name that is missing at the top level is defined, as a list of one or no sentence."""
    for step in steps:
        if not isinstance(step.statement, DEFINITIONS):
            continue
        for node in ast.walk(step.statement):
            if isinstance(node, DEFINITIONS) and node.name == name and node is not step.statement:
                place = str(Location(node.lineno, step.place.cell)).capitalize()
                return [f"{place} defines it inside of {step.statement.name}: move it out, to the left edge."]
    return []


def _needed(name: str, statements: Sequence[Names]) -> set[str]:
    needed, todo = {EVERYTHING}, [name]
    while todo:
        one = todo.pop()
        if one not in needed:
            needed.add(one)
            todo += [read for names in statements if one in names.bound | names.changed for read in names.read]
    return needed


def _touched(names: Names, definitions: Mapping[str, ast.stmt], modules: set[str]) -> set[str]:
    """List what a statement would have bound or changed; functions are not changed by being passed on."""
    functions = {name for name, node in definitions.items() if not isinstance(node, ast.ClassDef)}
    called = [changes_of(definitions[name]) for name in names.called if name in definitions]
    return names.bound | (names.changed - modules) | (names.passed - functions - modules).union(*called)


def is_taken(name: str, is_class: bool, steps: Sequence[RunStatement]) -> bool:
    """Say whether another definition uses what an experiment has made of a name.

    A function that others only call can be given its name back. A class cannot: its instance may be called as well.
    """
    others = [
        step.statement for step in steps if isinstance(step.statement, DEFINITIONS) and step.statement.name != name
    ]
    found = map(names_of, others)
    return any(name in (names.read if is_class else names.as_value) for names in found)
