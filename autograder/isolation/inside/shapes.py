"""Let torch compute the shapes of plain tensors without sympy, which takes as long to import as a check of a lesson.

What computes on the device `meta` asks whether sizes are symbols. The module of torch that knows imports sympy first.
Others import sympy only to ask whether something is one of its objects. So both modules are put in place without being
run, with what is right as long as there are only numbers. Whoever wants more of one has it run, as an import would.
"""

import importlib.util
import sys
import types
from collections.abc import Callable
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from typing import Any

SYMBOLS, SHAPES = "sympy", "torch.fx.experimental.symbolic_shapes"
PROBED = {"__path__", "__warningregistry__", "__wrapped__"}  # Python asks any module for these, and neither has them
Answer = Callable[..., Any]


class Light(types.ModuleType):
    """A module that is run when a name is asked for that it does not have."""

    def __getattr__(self, name: str) -> Any:
        if name in PROBED:
            raise AttributeError(name)
        run(self)
        return getattr(self, name)


def run(module: types.ModuleType) -> None:
    """Run a module that is in place, if it has not been run; it is like any other then."""
    spec = module.__spec__
    if isinstance(module, Light) and spec is not None and spec.loader is not None:
        module.__class__ = types.ModuleType  # type: ignore[assignment]
        spec.loader.exec_module(module)


class Below:
    """Has a module run when one of the modules below it is imported: it imports them in the right order."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Say where a module is that was imported just now; leave all others to the usual finders."""
        above = sys.modules.get(name.partition(".")[0])
        if not isinstance(above, Light) or above.__name__ == name:
            return None
        run(above)
        return ModuleSpec(name, Imported(sys.modules[name])) if name in sys.modules else None


class Imported(Loader):
    """Loads a module that is there, and leaves it as it is."""

    def __init__(self, module: types.ModuleType) -> None:
        self._module, self._spec = module, module.__spec__
        module.__spec__ = None  # else importlib would take that one, and load the module again

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        """Take the one that is there."""
        return self._module

    def exec_module(self, module: types.ModuleType) -> None:
        """Undo what the import has changed."""
        module.__spec__ = self._spec


def without_symbols() -> None:
    """Put both in place, unless they are there already; in this process and its forks."""
    _put(SHAPES, {name: _of_numbers(name, answer) for name, answer in ANSWERS.items()})
    _put(SYMBOLS, {"Basic": type("Basic", (), {})})  # nothing can be one before sympy is run


def _put(name: str, content: dict[str, Any]) -> None:
    spec = None if name in sys.modules else importlib.util.find_spec(name)
    if spec is not None:
        light = Light(name)
        light.__dict__.update(content, __spec__=spec, __file__=spec.origin, __loader__=spec.loader)
        light.__package__ = spec.parent
        if spec.submodule_search_locations is not None:
            light.__path__ = spec.submodule_search_locations
            sys.meta_path.insert(0, Below)
        sys.modules[name] = light


def _of_numbers(name: str, answer: Answer) -> Answer:
    """Make a function that gives the answer for numbers, and has the real one answer for everything else."""

    def function(*args: Any, **named: Any) -> Any:
        found = answer(*args)
        if found is not NotImplemented:
            return found
        module = sys.modules[SHAPES]
        run(module)
        return getattr(module, name)(*args, **named)

    return function


def _flag(value: Any) -> Any:
    return value if type(value) is bool else NotImplemented


def _number(value: Any) -> Any:
    return value if type(value) in (bool, int) else NotImplemented


def _all(*flags: Any) -> Any:
    return all(flags) if {type(flag) for flag in flags} == {bool} else NotImplemented


def _any(*flags: Any) -> Any:
    return any(flags) if {type(flag) for flag in flags} == {bool} else NotImplemented


def _equal(one: Any, other: Any) -> Any:
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        one, other = tuple(one), tuple(other)
        return one == other if {type(size) for size in (*one, *other)} <= {int} else NotImplemented
    return one == other if type(one) is type(other) is int else NotImplemented


def _if_number(value: Any, answer: bool) -> Any:
    return answer if type(value) in (bool, int, float) else NotImplemented


ANSWERS: dict[str, Answer] = {
    **dict.fromkeys(("guard_or_false", "guard_or_true", "guard_size_oblivious", "statically_known_true"), _flag),
    "expect_true": lambda value, skip=0: _flag(value),
    "guarding_hint_or_throw": _number,
    "has_guarding_hint": lambda value: _if_number(value, True),
    "is_nested_int": lambda value: _if_number(value, False),
    "sym_and": _all,
    "sym_or": _any,
    "sym_eq": _equal,
}
