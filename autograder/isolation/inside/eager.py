"""Make `torch.compile` return its argument: there is no compiler here, no folder to write to, no new process.

The code computes the same without it.
"""

import contextlib
import functools
import inspect
import sys
from collections.abc import Callable, Iterator
from typing import Any

import torch

Compile = Callable[..., Any]


def compile_nothing() -> None:
    """Have `torch.compile`, and with it `Module.compile` and `torch.compiler.compile`, compile nothing from now on."""
    setattr(torch, "compile", _pass_through(torch.compile))  # noqa: B010 (mypy knows the module's own type)


@contextlib.contextmanager
def eagerly() -> Iterator[None]:
    """Compile nothing inside of this block, and run what was compiled before it as it was written."""
    real: Compile = torch.compile
    with _stance():
        compile_nothing()
        try:
            yield
        finally:
            setattr(torch, "compile", real)  # noqa: B010


def _stance() -> contextlib.AbstractContextManager[object]:
    """Nothing can have been compiled before torch's compiler was imported, which takes a second."""
    if "torch._dynamo" not in sys.modules:
        return contextlib.nullcontext()
    found: contextlib.AbstractContextManager[object] = torch.compiler.set_stance("force_eager")
    return found


def _pass_through(real: Compile) -> Compile:
    signature = inspect.signature(real)

    @functools.wraps(real)
    def compile(model: Any = None, **options: Any) -> Any:
        signature.bind(model, **options)  # an option that there is none of is an error, as ever
        return _callable if model is None else _callable(model)

    return compile


def _callable(model: Any) -> Any:
    if not callable(model):
        raise TypeError(f"torch.compile takes a function or a module, not {type(model).__name__}")
    return model
