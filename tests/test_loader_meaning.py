"""What Python runs, runs here with the same meaning: each text is imported by Python, and run by a locked worker."""

import importlib.util
import sys
import types
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from autograder.errors import StudentError, StudentMissing
from autograder.exam.local import Local
from autograder.exam.remote import Clock, Remote
from autograder.grading.shown import Notebook
from autograder.isolation.child import Workers
from autograder.isolation.forked import Zygote
from autograder.isolation.inside.loader import Loader, Siblings
from autograder.isolation.limits import Limits
from autograder.isolation.plain import Spares
from autograder.student.notebook.kernel import Kernel

COMPILED = {
    "compile, bare decorator": "@torch.compile\ndef double(x):\n    return 2 * x\n",
    "compile, decorator with options": """
@torch.compile(fullgraph=True, mode='reduce-overhead')
def double(x):
    return 2 * x
""",
    "compile, a function": "def slow(x):\n    return 2 * x\ndouble = torch.compile(slow, dynamic=True)\n",
    "compile, its own name": "def double(x):\n    return 2 * x\ndouble = torch.compile(double)\n",
    "compile, imported by name": "from torch import compile\n@compile\ndef double(x):\n    return 2 * x\n",
    "compile, of torch.compiler": "double = torch.compiler.compile(lambda x: 2 * x)\n",
    "compile, when called": "def double(x):\n    return torch.compile(lambda y: 2 * y)(x)\n",
    "compile, with a method": """
class Twice(torch.nn.Module):
    @torch.compile
    def forward(self, x):
        return 2 * x
def double(x):
    return Twice()(x)
""",
    "compile, a class": """
@torch.compile
class Twice(torch.nn.Module):
    def forward(self, x):
        return 2 * x
def double(x):
    return Twice()(x)
""",
    "compile, a module": """
class Twice(torch.nn.Module):
    def forward(self, x):
        return 2 * x
def double(x):
    return torch.compile(Twice())(x)
""",
    "compile, in place": """
class Twice(torch.nn.Module):
    def forward(self, x):
        return 2 * x
def double(x):
    net = Twice()
    net.compile(fullgraph=True)
    return net(x)
""",
    "compile, beside its switches": """
@torch.compiler.disable
def helper(x):
    return x if torch.compiler.is_compiling() else 2 * x
@torch.compile
def double(x):
    return helper(x)
""",
}
SCRIPTED = {
    "script, a decorator": """
@torch.jit.script
def double(x: torch.Tensor) -> torch.Tensor:
    return 2 * x
""",
    "script, when called": """
def twice(x: torch.Tensor, n: int = 2) -> torch.Tensor:
    y = torch.zeros_like(x)
    for _ in range(n):
        y = y + x
    return y
def double(x):
    return torch.jit.script(twice)(x)
""",
    "script, a module": """
class Twice(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.factor = 2.0
    def forward(self, x):
        return self.factor * x
def double(x):
    return torch.jit.script(Twice())(x)
""",
    "script, a class": """
@torch.jit.script
class Factor:
    def __init__(self, value: float):
        self.value = value
    def times(self, x: torch.Tensor) -> torch.Tensor:
        return self.value * x
@torch.jit.script
def double(x: torch.Tensor) -> torch.Tensor:
    return Factor(2.0).times(x)
""",
    "trace": "double = torch.jit.trace(lambda x: 2 * x, torch.zeros(3))\n",
    "trace, a module": """
class Twice(torch.nn.Module):
    def forward(self, x):
        return 2 * x
def double(x):
    return torch.jit.trace(Twice(), x)(x)
""",
    "source of a function": """
import inspect
def twice(x):
    return 2 * x
def double(x):
    scope = {}
    exec(inspect.getsource(twice), scope)
    return scope["twice"](x)
""",
    "source of a class": """
import inspect
class Twice:
    factor = 2
def double(x):
    assert inspect.getsource(Twice) == "class Twice:\\n    factor = 2\\n"
    return Twice.factor * x
""",
}
PYTHON = {
    "annotations of later names": """
from __future__ import annotations
import typing
def double(x: Number, *more: "Other") -> Number:
    assert typing.get_type_hints(double)["return"] is Number
    return 2 * x
class Number: ...
class Other: ...
""",
    "annotations in a dataclass": """
from __future__ import annotations
import dataclasses, typing
@dataclasses.dataclass(frozen=True, slots=True)
class Twice:
    factor: float = 2.0
    after: Twice | None = None
    count: typing.ClassVar[int] = 3
def double(x):
    assert [one.name for one in dataclasses.fields(Twice)] == ["factor", "after"]
    return dataclasses.replace(Twice(), after=Twice()).after.factor * x
""",
    "the docstring of a file": """
'Twice.'
from __future__ import annotations
def double(x: Any):
    return len(__doc__) // 3 * x
""",
    "no docstring": "def double(x):\n    return x * (2 if __doc__ is None else 3)\n",
    "a guard": "FACTOR = 2\nif __name__ == '__main__':\n    FACTOR = 3\ndef double(x):\n    return FACTOR * x\n",
    "a guard turned round": """
FACTOR = 3
if __name__ != '__main__':
    FACTOR = 2
def double(x):
    return FACTOR * x
""",
    "a guard with an else": """
if __name__ == '__main__':
    FACTOR = 3
else:
    FACTOR = 2
def double(x):
    return FACTOR * x
""",
    "the file's name": """
from pathlib import Path
def double(x):
    return x * len(Path(__file__).stem) / 3 if Path(__file__).suffix else x
""",
    "a walrus": "(factor := 2)\ndef double(x):\n    return factor * x\n",
    "match": """
match torch.zeros(2).shape:
    case [n]:
        FACTOR = n
def double(x):
    return FACTOR * x
""",
    "with": """
with torch.no_grad():
    FACTOR = torch.ones(1) * 2
def double(x):
    return FACTOR * x
""",
    "del, assert and pass": "factor = 3\ndef double(x):\n    return 2 * x\nassert factor == 3\ndel factor\npass\n",
    "typed tuples": """
import typing
class Pair(typing.NamedTuple):
    a: float
    b: float = 2.0
def double(x):
    return Pair(1.0).b * x
""",
    "copies and pickles of own classes": """
import copy, pickle
class Twice(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.factor = torch.nn.Parameter(torch.tensor(2.0))
    def forward(self, x):
        return self.factor * x
def double(x):
    net = pickle.loads(pickle.dumps(copy.deepcopy(Twice())))
    assert type(net) is Twice
    return net(x).detach()
""",
    "super in nested classes": """
class Outer:
    class Base:
        def run(self, x):
            return x
    class Twice(Base):
        def run(self, x):
            return super().run(x) + super().run(x)
def double(x):
    return Outer.Twice().run(x)
""",
    "nonlocal and global": """
CALLS = []
COUNT = 0
def double(x):
    global COUNT
    total = 0 * x
    def add():
        nonlocal total
        total = total + x
    add(), add()
    COUNT += 1
    return total
""",
    "decorators in a chain": """
import functools
def plus(n):
    def decorate(f):
        @functools.wraps(f)
        def wrapped(x):
            return f(x) + n * x
        return wrapped
    return decorate
@plus(1)
@plus(1)
def double(x):
    return 0 * x
""",
    "a cache": """
import functools
@functools.cache
def factor(n: int) -> int:
    return n + 1
double = lambda x: factor(1) * x
""",
    "a coroutine": """
async def twice(x):
    return 2 * x
def double(x):
    try:
        twice(x).send(None)
    except StopIteration as done:
        return done.value
""",
    "a star import": "from math import *\n__all__ = ['double']\ndef double(x):\n    return sqrt(4) * x\n",
    "single dispatch": """
import functools
@functools.singledispatch
def double(x):
    return 3 * x
@double.register
def _(x: torch.Tensor):
    return 2 * x
""",
    "a call's result bound to its own name": """
def factors():
    return {"two": 2}
factors = factors()
def double(x):
    return factors["two"] * x
""",
    "a partial under its own name": """
import functools
def times(x, n):
    return n * x
times = functools.partial(times, n=2)
def double(x):
    return times(x)
""",
    "an enumeration and a protocol": """
import enum, typing
class Factor(enum.IntEnum):
    TWO = 2
class Doubles(typing.Protocol):
    def __call__(self, x: torch.Tensor) -> torch.Tensor: ...
def double(x):
    return Factor.TWO * x
""",
}
if sys.version_info >= (3, 12):
    PYTHON["a type alias"] = "type Number = torch.Tensor\ndef double(x: Number) -> Number:\n    return 2 * x\n"
ALL = {**SCRIPTED, **PYTHON, **COMPILED}
X = torch.arange(3.0)
CALL = {"name": "double", "args": [X], "kwargs": {}}


def text(name: str) -> str:
    future = "from __future__" in ALL[name]
    return f"{ALL[name].lstrip()}import torch\n" if future else f"import torch\n{ALL[name]}"


@contextmanager
def remote(workers: Workers, *cells: str) -> Iterator[Remote]:
    lesson = Remote(workers, Limits(), Clock(Limits()), "double", {"double": list(cells)})
    try:
        yield lesson
    finally:
        lesson.end()


def asked(workers: Workers, *cells: str) -> torch.Tensor:
    with remote(workers, *cells) as lesson:
        found: torch.Tensor = lesson.ask("call", CALL)
        assert not lesson.notes
        return found


@pytest.mark.parametrize("name", [*SCRIPTED, *PYTHON])
def test_python_itself_imports_it(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "double.py").write_text(text(name), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("double", tmp_path / "double.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "double", module)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        spec.loader.exec_module(module)

        assert torch.equal(module.double(X), 2 * X)


@pytest.mark.parametrize("name", ALL)
def test_a_locked_worker_runs_it(name: str, zygote: Zygote) -> None:
    assert torch.equal(asked(zygote, text(name)), 2 * X)


@pytest.mark.parametrize("name", [*COMPILED, *SCRIPTED])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_grader_runs_it_in_its_own_process(name: str) -> None:
    found = Local("double", text(name)).ask("call", CALL)

    assert torch.equal(found, 2 * X)


def test_afterwards_the_compiler_is_the_graders_own_again() -> None:
    before = torch.compile

    Local("double", text("compile, bare decorator")).ask("call", CALL)

    assert torch.compile is before


@pytest.fixture(scope="module")
def plain() -> Iterator[Spares]:
    with Spares() as spares:
        yield spares


@pytest.mark.parametrize("name", ["compile, when called", "script, a decorator", "annotations of later names"])
def test_a_plain_process_runs_it(name: str, plain: Spares) -> None:
    assert torch.equal(asked(plain, text(name)), 2 * X)


def test_in_a_notebook_a_future_import_holds_for_the_cells_below(zygote: Zygote) -> None:
    cells = ["from __future__ import annotations\n", "def double(x: Later):\n    return 2 * x\n", "class Later: ...\n"]

    assert torch.equal(asked(zygote, *cells), 2 * X)


def test_above_a_future_import_annotations_are_evaluated_as_ever(zygote: Zygote) -> None:
    cells = ["def double(x: Later):\n    return 2 * x\n", "from __future__ import annotations\n"]

    with remote(zygote, *cells) as lesson, pytest.raises(StudentMissing):
        lesson.ask("call", CALL)

    assert [(note.kind, note.cell) for note in lesson.notes] == [("NameError", 1)]


def test_what_a_notebook_shows_keeps_what_a_cell_has_switched_on(zygote: Zygote) -> None:
    notebook = Notebook(zygote, Limits(), "double", {}, seconds=60.0)

    shown = notebook.run(["from __future__ import annotations", "def f(x: Later): ...\nf.__annotations__"])

    assert shown[1] == [{"kind": "value", "text": "{'x': 'Later'}", "lines": []}]


def test_an_option_that_torch_compile_lacks_is_an_error(zygote: Zygote) -> None:
    text = "import torch\ndef double(x):\n    return torch.compile(lambda y: y, moed='max')(x)\n"

    with remote(zygote, text) as lesson, pytest.raises(StudentError, match="unexpected keyword argument 'moed'"):
        lesson.ask("call", CALL)


def test_an_error_in_a_compiled_function_has_the_line_of_the_file(zygote: Zygote) -> None:
    text = "import torch\n\n@torch.compile\ndef double(x):\n    return x @ x[:1]\n"

    with remote(zygote, text) as lesson, pytest.raises(StudentError) as raised:
        lesson.ask("call", CALL)

    assert (raised.value.line, raised.value.source) == (5, "    return x @ x[:1]")


def test_the_light_way_keeps_switches_and_imports_with_a_way_out() -> None:
    text = (
        "from __future__ import annotations\n"
        "try:\n    import nosuchpackage as fast\nexcept ImportError:\n    fast = None\n"
        "if fast is None:\n    FACTOR = 2\ndef double(x: Later):\n    return FACTOR * x\n"
    )
    lesson = Loader("double", light=True)

    lesson.run([text])

    assert lesson.module.double(3) == 6
    assert not lesson.notes


def test_a_mark_at_the_begin_of_a_file_is_no_error() -> None:
    lesson = Loader("double")

    lesson.run(["\ufeffFACTOR = 2\n"])

    assert (lesson.module.FACTOR, lesson.notes) == (2, [])


def test_a_lesson_is_imported_from_beside_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "meta_path", [Siblings({"beside": ["FACTOR = 2\n"]}, light=False), *sys.meta_path])
    lesson = Loader("double")

    lesson.run(["from .beside import FACTOR\n"])

    assert (lesson.module.FACTOR, lesson.notes) == (2, [])


def test_a_notebook_check_runs_what_was_compiled_as_it_was_written() -> None:
    def broken(graph: object, inputs: object) -> None:
        raise RuntimeError("there is no compiler")

    module = types.ModuleType("__main__")
    exec("import torch\ndef twice(x):\n    return 2 * x\n", module.__dict__)
    module.__dict__["double"] = torch.compile(module.twice, backend=broken)

    found = Kernel(module, Limits()).ask("call", CALL)

    assert torch.equal(found, 2 * X)


def test_a_name_that_holds_a_value_in_a_notebook_is_said_to() -> None:
    module = types.ModuleType("__main__")
    module.__dict__["double"] = 2.0

    with pytest.raises(StudentError, match="double is no function or class here, but a value of type float"):
        Kernel(module, Limits()).ask("call", CALL)
