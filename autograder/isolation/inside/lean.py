"""Let torch compute on the device `meta` without importing its compiler, which takes as long as torch itself.

torch says of some of its own functions that its compiler must not look into them. It imports the compiler to tell it
so, when such a function is first called. Where nothing is compiled, nobody needs to be told.
"""

import gc
import types
from collections.abc import Iterator

from torch._compile import _disable_dynamo as disable

# Under this name torch keeps what is to be called once the compiler has been told (torch/_compile.py).
TOLD = "__dynamo_disable"


def without_compiler() -> None:
    """Have those functions that exist by now run as they are, in this process and its forks.

    A torch that keeps the answer under another name imports its compiler as ever.
    """
    code = disable(_nothing).__code__
    for one in gc.get_objects():
        if type(one) is types.FunctionType and one.__code__ is code:
            for function in _wrapped(one):
                function.__dict__.setdefault(TOLD, function)


def _wrapped(one: types.FunctionType) -> Iterator[types.FunctionType]:
    """Find the function that torch has wrapped; `__wrapped__` may name another one by now."""
    for cell in one.__closure__ or ():
        if type(cell.cell_contents) is types.FunctionType:
            yield cell.cell_contents


def _nothing() -> None:
    """Be an example."""
