"""Run a hand-in's definitions: imports, definitions, assignments, `if` and `try`, top to bottom.

Bare calls and loops at the top level are experiments and are left out. If a statement raises, its line is noted and the
next one is run: one broken cell costs no other. If a task needs a statement that was left out or raised, its verdict
says so.
"""

import ast
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder.isolation.inside import toplevel
from autograder.isolation.inside.advice import advice
from autograder.isolation.inside.names import EVERYTHING, names_of
from autograder.isolation.inside.relevance import Location, RunStatement, is_taken, said_about, said_inside
from autograder.isolation.inside.source import Compiler, remember, statements

LoadNote = dict[str, Any]


def load(name: str, cells: Sequence[str], light: bool = False) -> tuple[types.ModuleType, list[LoadNote]]:
    """Make a module of a hand-in's cells.

    Args:
        name: the module's name, such as `cell`.
        cells: source texts; a `.py` file is one cell.
        light: run imports, definitions and constants alone.

    Returns: the module, and a note for each statement that raised.
    """
    loaded = Loader(name, light)
    loaded.run(cells)
    return loaded.module, loaded.notes


class Loader:
    """One lesson's module while its cells are run, and what happened to each statement.

    Args:
        name: the module's name.
        light: run imports, definitions and constants alone.
    """

    def __init__(self, name: str, light: bool = False) -> None:
        self.module = types.ModuleType(name)
        self._name = name
        self.compile = Compiler()
        self.notes: list[LoadNote] = []
        self.bound_by_notes: list[set[str] | None] = []
        self.remarks: list[str] = []
        self._light = light
        self._steps: list[RunStatement] = []
        self._defined: dict[str, tuple[Any, Location]] = {}
        self._again: dict[str, RunStatement] = {}

    def run(self, cells: Sequence[str]) -> None:
        """Run all cells, then give back to a definition the name that an experiment has taken."""
        sys.modules[self._name] = self.module
        self._make_a_file("\n".join(cells))
        for number, text in enumerate(cells, 1):
            self._run_cell(text, number if len(cells) > 1 else None)
        for name in list(self._again):
            self._settle(name)

    def said_about(self, name: str) -> list[str]:
        """Say which statements that a definition needs were not run, raised, or took a name away.

        Of a name that is missing the note that explains it is said anyway.
        """
        if name in self.module.__dict__:
            return said_about(name, self._steps)
        known = self._note_on(name)
        steps = [replace(step, said="") if (step.said, step.place) == known else step for step in self._steps]
        return said_about(name, steps) or said_inside(name, steps)

    def _note_on(self, name: str) -> tuple[str, Location] | None:
        for note, names in zip(self.notes, self.bound_by_notes, strict=True):
            if names is None or name in names:
                return _raised(note), _place(note)
        return None

    @property
    def bound(self) -> set[str]:
        """The names that statements which raised or were not run would have given a value to."""
        return {name for step in self._steps if step.said for name in names_of(step.statement).bound}

    def filename(self, cell: int | None) -> str:
        """Name a cell in tracebacks; a `.py` file has no cells."""
        return f"<{self._name}>" if cell is None else f"<{self._name} cell {cell}>"

    def _make_a_file(self, text: str) -> None:
        """Give the module what a module has that was imported from a file; there is no such file."""
        self.module.__file__ = str(_folder() / f"{self._name}.py")
        remember(text, self.module.__file__)

    def _run_cell(self, text: str, cell: int | None) -> None:
        filename = self.filename(cell)
        remember(text, filename)

        def broken(error: BaseException, line: int) -> None:
            self._note(error, Location(line, cell))

        for number, statement in enumerate(statements(text, broken)):
            if number == 0 and cell in (None, 1):
                self.module.__doc__ = _docstring(statement)
            place = Location(statement.lineno, cell)
            why = toplevel.why_not(statement, self._light)
            if why:
                self._steps.append(RunStatement(statement, place, f"is not run: {why}"))
            else:
                self._steps.append(self._execute(statement, filename, place))
                self._watch_names(statement, place)

    def _execute(self, statement: ast.stmt, filename: str, place: Location) -> RunStatement:
        """Run one statement, or say what it raised, and in which line."""
        try:
            exec(self.compile(ast.Module([statement], []), filename), self.module.__dict__)
        except BaseException as error:
            place = Location(_line_in(error, filename) or place.line, place.cell)
            return RunStatement(statement, place, _raised(self._note(error, place, names_of(statement).bound)))
        return RunStatement(statement, place, "")

    def _note(self, error: BaseException, place: Location, bound: set[str] | None = None) -> LoadNote:
        """Note an exception.

        Args:
            bound: the names that would have got a value; None where they may be any.
        """
        text = str(error.msg if isinstance(error, SyntaxError) else _text(error))[:300]
        said = advice(error, self.module, self.bound)
        text = f"{text.rstrip('.')}. {said.rstrip('.')}"[:300] if said else text
        note = {"kind": type(error).__name__[:100], "text": text, "line": place.line, "cell": place.cell}
        self.notes.append(note)
        self.bound_by_notes.append(None if bound is None or EVERYTHING in bound else bound)
        return note

    def _watch_names(self, statement: ast.stmt, place: Location) -> None:
        """Notice where a name that a definition has is given to something else."""
        if isinstance(statement, toplevel.DEFINITIONS):
            self._again.pop(statement.name, None)
            self._defined[statement.name] = self.module.__dict__.get(statement.name), place
            return
        if isinstance(statement, toplevel.IMPORTS):
            self._watch_imports(statement, place)
            return
        for name, (value, _) in self._defined.items():
            now = self.module.__dict__.get(name, value)
            if now is not value and (callable(value) or isinstance(value, types.ModuleType)):
                self._note_change(name, now, RunStatement(statement, place, self._given_away(name, now)))

    def _watch_imports(self, statement: ast.stmt, place: Location) -> None:
        for name in names_of(statement).bound & self.module.__dict__.keys():
            self._again.pop(name, None)
            self._defined[name] = self.module.__dict__[name], place

    def _given_away(self, name: str, now: Any) -> str:
        _, defined = self._defined[name]
        return f"gives the name {name}, which {defined} defines, to {_kind_of(now)}. Use another name there."

    def _note_change(self, name: str, now: Any, step: RunStatement) -> None:
        value, defined = self._defined[name]
        if not _takes_the_place(now, value):
            self._again.setdefault(name, step)
            return
        self._again.pop(name, None)
        self._defined[name] = now, defined
        if type(now) is not type(value) and name not in names_of(step.statement).read:
            self._steps.append(step)

    def _settle(self, name: str) -> None:
        """Decide who has a name: the definition, unless other definitions use what the experiment made of it."""
        value, defined = self._defined[name]
        if is_taken(name, isinstance(value, type), self._steps):
            self._steps.append(self._again[name])
            return
        kind = _kind_of(self.module.__dict__.get(name))
        self.module.__dict__[name] = value
        self.remarks.append(
            f"{self._again[name].place} gives the name {name} to {kind}; what {defined} defines counts."
        )


def _takes_the_place(now: Any, value: Any) -> bool:
    """Say whether a new value can stand for a function or class: a wrapped one can, a result or an instance cannot."""
    return callable(now) and value not in type(now).__mro__


def _raised(note: LoadNote) -> str:
    said = f"raised {note['kind']}: {note['text']}".removesuffix(": ").rstrip(".")
    return said if said.endswith("?") else f"{said}."


def _place(note: LoadNote) -> Location:
    return Location(note["line"], note["cell"])


def _kind_of(value: Any) -> str:
    return f"a value of type {type(value).__name__[:100]}"


def _folder() -> Path:
    try:
        return Path.cwd()
    except OSError:
        return Path("/")


def _docstring(statement: ast.stmt) -> str | None:
    value = statement.value if isinstance(statement, ast.Expr) else None
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return "(an exception that cannot be printed)"


def _line_in(error: BaseException, filename: str) -> int | None:
    """Find the line of a text that raised; Python's compiler names its own."""
    if isinstance(error, SyntaxError) and error.filename == filename:
        return error.lineno
    frame, line = error.__traceback__, None
    while frame is not None:
        if frame.tb_frame.f_code.co_filename == filename:
            line = frame.tb_lineno
        frame = frame.tb_next
    return line


class Siblings(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Let a lesson import the other lessons of the same hand-in by name, and nothing else of it."""

    def __init__(self, sources: dict[str, list[str]], light: bool) -> None:
        self._sources = sources
        self._light = light

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        """Find a lesson by its name."""
        return importlib.machinery.ModuleSpec(name, self) if name in self._sources else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Load the lesson at once: its module is complete when the import returns."""
        return load(spec.name, self._sources[spec.name], self._light)[0]

    def exec_module(self, module: types.ModuleType) -> None:
        """Do nothing: `create_module` has already run the definitions."""
