"""Let torch run without what nobody here asks for.

Its compiler takes as long as torch itself to import, and a third of its memory. torch says of some of its own functions
that its compiler must not look into them: optimizers are among them, and what computes on the device `meta`. It imports
the compiler to tell it so, when such a function is first called. Where nothing is compiled, nobody needs to be told. A
program that asks for the compiler itself gets it.

`torch.manual_seed` remembers the seed for each kind of device that may be used later, with the stack as a text, in case
that fails. That takes a millisecond, and lessons set seeds often. So the seed is remembered alone.
"""

import gc
import traceback
import types
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch._compile import _disable_dynamo as disable
from torch.optim import optimizer

# Under this name torch keeps what is to be called once the compiler has been told (torch/_compile.py).
TOLD = "__dynamo_disable"
DEVICES = ("cuda", "xpu", "mtia")
# What torch's wrapper of a step uses, where `_step_of` does the same as it (torch/optim/optimizer.py).
USED_BY_STEP = {
    *("torch._dynamo", "_dynamo", "graph_break"),
    *("cast", "Optimizer", "is_grad_enabled", "set_grad_enabled", "defaults"),
}


def without_compiler() -> None:
    """Have those functions that exist by now run as they are, in this process and its forks.

    A torch that does this in another way imports its compiler as ever.
    """
    disabled, step = disable(_nothing).__code__, _code_of_steps()
    for one in gc.get_objects():
        if type(one) is types.FunctionType:
            if one.__code__ is disabled:
                for function in _wrapped(one):
                    function.__dict__.setdefault(TOLD, function)
            elif one.__code__ is step:
                one.__code__ = _step_of(_nothing).__code__


def without_stacks() -> None:
    """Have no stack written down for devices that are not used yet, in this process and its forks."""
    quiet = types.ModuleType(traceback.__name__)
    quiet.__dict__.update(traceback.__dict__, format_stack=list)
    for name in DEVICES:
        module: Any = getattr(torch, name, None)
        if getattr(module, "traceback", None) is traceback:
            module.traceback = quiet


def _wrapped(one: types.FunctionType) -> Iterator[types.FunctionType]:
    """Find the function that torch has wrapped; `__wrapped__` may name another one by now."""
    for cell in one.__closure__ or ():
        if type(cell.cell_contents) is types.FunctionType:
            yield cell.cell_contents


def _code_of_steps() -> types.CodeType | None:
    """Return what torch wraps the step of every optimizer in, if it is what we know."""
    make: Any = getattr(optimizer, "_use_grad_for_differentiable", lambda function: function)
    code: types.CodeType = make(_nothing).__code__
    return code if set(code.co_names) == USED_BY_STEP and code.co_freevars == ("func",) else None


def _step_of(func: Callable[..., Any]) -> Any:
    def step(*args: Any, **kwargs: Any) -> Any:
        import torch  # a second name from outside would not fit where this code is put

        before = torch.is_grad_enabled()
        try:
            torch.set_grad_enabled(args[0].defaults["differentiable"])
            return func(*args, **kwargs)
        finally:
            torch.set_grad_enabled(before)

    return step


def _nothing() -> None:
    """Be an example."""
