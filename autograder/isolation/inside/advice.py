"""What a student should know about an exception beside its own words: what is not there here, or what is near.

It is said in the process that ran the code, where the exception and its objects are. In doubt nothing is said.
"""

import difflib
import importlib.util
import linecache
import re
import sys
import traceback
import types
from collections.abc import Collection, Iterator
from pathlib import PurePath
from typing import Any

from autograder.isolation.inside.calls import PROBE

PACKAGES = ("torch", "numpy", "matplotlib", "scipy", "pandas", "sklearn", "einops", "tqdm")
IMPORTS = {
    "torch": "import torch",
    "nn": "from torch import nn",
    "F": "import torch.nn.functional as F",
    "optim": "from torch import optim",
    "np": "import numpy as np",
    "numpy": "import numpy",
    "plt": "import matplotlib.pyplot as plt",
    **{name: f"import {name}" for name in ("math", "random", "copy", "time", "os", "sys", "itertools", "functools")},
}
NETWORK = {"urllib", "urllib3", "http", "socket", "ssl", "requests"}
PROCESSES = {"subprocess", "multiprocessing", "concurrent"}
NO_FORWARD = re.compile(r'^Module \[(\w+)\] is missing the required "forward" function')
CALLED = re.compile(r"^(\w+)[\w.]*\(\) (?:got|takes|missing)\b")
NO_GPU = re.compile(r"not compiled with CUDA|No CUDA GPUs|NVIDIA driver|not linked with support for mps")
TORCH_FILE = re.compile(r"inline_container|^Parent directory .* does not exist|^File .* cannot be opened")
NO_FILES = "Code that is checked can neither read nor write files{}. Take that out."
NO_PROCESS = "Code that is checked can start no other process; a DataLoader needs num_workers=0."
NO_NETWORK = "Code that is checked has no network. Take that out."
NO_INPUT = "Nobody answers here: take input() out."
NO_DEBUGGER = "Nobody answers a debugger here: take it out."
NO_EXIT = "A function should return instead of ending the program."
ON_CPU = "There is no GPU here: take the device from an argument, such as x.device."
OWN_FILES = "Of your own files only the lessons can be imported."
SIGNATURE = "It is called as the lesson says: compare its parameters."
NO_RETURN = "Is a `return` missing?"
NO_BRANCH = "This branch is not written yet; the rest is."
BRANCH = re.compile(r"(?:if|elif|else|for|while|case|except)\b")
ALMOST = 0.75


def advice(error: BaseException, module: types.ModuleType, bound: Collection[str] = ()) -> str:
    """Say in a sentence or two what helps with an exception; "" where nothing is known.

    Args:
        module: the student's.
        bound: the names that its top level should have given a value to.
    """
    try:
        return next(_found(error, module, bound), "")
    except Exception:  # a student's own objects were asked
        return ""


def _found(error: BaseException, module: types.ModuleType, bound: Collection[str]) -> Iterator[str]:
    text = str(error)
    if isinstance(error, ModuleNotFoundError):
        yield f"Installed here are {', '.join(_installed())} and Python's own library. {OWN_FILES}"
    elif isinstance(error, OSError) or TORCH_FILE.search(text):
        yield _about_system(error)
    elif isinstance(error, EOFError) and "reading a line" in text:
        yield NO_INPUT
    elif type(error).__name__ == "BdbQuit":
        yield NO_DEBUGGER
    elif isinstance(error, SystemExit):
        yield NO_EXIT
    elif NO_GPU.search(text):
        yield ON_CPU
    elif isinstance(error, TypeError) and _is_called_from_outside(error, module):
        yield SIGNATURE
    elif match := NO_FORWARD.match(text):
        yield _about_forward(match[1], module)
    elif isinstance(error, NotImplementedError) and _is_in_a_branch(error, module):
        yield NO_BRANCH
    elif "NoneType" in text and _frames(error)[-1].f_code.co_filename == PROBE:
        yield NO_RETURN
    elif type(error) is NameError and error.name not in bound:
        yield _about_name(error)
    elif isinstance(error, AttributeError) and error.obj is not None:
        yield _near(error.name, dir(error.obj))


def _installed() -> list[str]:
    return [name for name in PACKAGES if name in sys.modules or importlib.util.find_spec(name)]


def _about_system(error: BaseException) -> str:
    """Say that there are no files, processes and sockets, whichever of them was wanted."""
    frames = _frames(error)
    modules = {str(frame.f_globals.get("__name__", "")).split(".")[0] for frame in frames}
    file = getattr(error, "filename", None) or _torch_file(frames)
    if type(error).__module__.split(".")[0] in NETWORK or (not file and modules & NETWORK):
        return NO_NETWORK
    if not file and modules & PROCESSES:
        return NO_PROCESS
    if not file and not TORCH_FILE.search(str(error)):
        return ""
    return NO_FILES.format(f" ({PurePath(str(file)).name[:60]})" if isinstance(file, (str, PurePath)) else "")


def _torch_file(frames: list[types.FrameType]) -> Any:
    """Find what `torch.save` or `torch.load` was told to open."""
    found = [frame.f_locals.get("f") for frame in frames if frame.f_globals.get("__name__") == "torch.serialization"]
    return next((file for file in found if isinstance(file, (str, PurePath))), None)


def _frames(error: BaseException) -> list[types.FrameType]:
    return [frame for frame, _ in traceback.walk_tb(error.__traceback__)]


def _is_called_from_outside(error: TypeError, module: types.ModuleType) -> bool:
    """Say whether a check called a function or class of the student's with what it does not take."""
    called = CALLED.match(str(error))
    if called is None or called[1] not in module.__dict__:
        return False
    return not any(frame.f_globals is module.__dict__ for frame in _frames(error))


def _is_in_a_branch(error: BaseException, module: types.ModuleType) -> bool:
    """Say whether a student's own `raise` stands in an `if` or the like; that of the stub is the whole body."""
    *_, (frame, number) = traceback.walk_tb(error.__traceback__)
    if frame.f_globals is not module.__dict__:
        return False
    *above, line = linecache.getlines(frame.f_code.co_filename)[:number]
    outer = (one for one in reversed(above) if one.strip() and one.strip()[0] != "#" and _indent(one) < _indent(line))
    head = next(outer, "") if line.strip().startswith("raise") else line
    return bool(BRANCH.match(head.strip()))


def _indent(line: str) -> int:
    return len(line.expandtabs(8)) - len(line.expandtabs(8).lstrip())


def _about_forward(name: str, module: types.ModuleType) -> str:
    """Say why a model has no forward: it is misspelt, or stands one step too deep or too shallow."""
    found = f"{name} has no method forward."
    methods = vars(module.__dict__.get(name, object))
    near = difflib.get_close_matches("forward", methods, 1, 0.6)
    if near:
        return f"{found} There is {near[0]}: is it that?"
    for method, function in methods.items():
        code = getattr(function, "__code__", None)
        if any(getattr(part, "co_name", "") == "forward" for part in getattr(code, "co_consts", ())):
            return f"{found} One is defined inside of {method}: its indentation is one step too deep."
    if isinstance(module.__dict__.get("forward"), types.FunctionType):
        return f"{found} A function forward stands outside of the class: its indentation is one step too shallow."
    return found


def _about_name(error: NameError) -> str:
    if error.name in IMPORTS:
        return f"`{IMPORTS[error.name]}` is missing."
    last = _frames(error)[-1]
    return _near(error.name, [*last.f_locals, *last.f_globals])


def _near(name: str | None, names: Collection[str]) -> str:
    others = [one for one in names if one[:1] != "_" and one != name]
    near = difflib.get_close_matches(name or "", others, 1, ALMOST)
    return f"There is {near[0]}: is it that?" if near else ""
