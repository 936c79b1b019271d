"""Give a hand-in one thread: Python refuses more in a sentence, and torch starts no more.

The kernel refuses other threads (`sandbox.lock_worker`). torch would end the process if it could not have the threads
that a hand-in asks for. So a call that asks torch for more threads does nothing.
"""

import _thread
import threading
from typing import NoReturn

STARTERS = ("start_new_thread", "start_new", "start_joinable_thread")  # the last one since Python 3.13
REFUSAL = "Threads are not available here: a hand-in runs in one thread. Call the function itself instead."


def keep_one_thread() -> None:
    """Answer whoever wants more threads, in this process and in those that are forked from it."""
    import torch

    for name in STARTERS:
        for module, starter in ((_thread, name), (threading, f"_{name}")):
            if hasattr(module, starter):
                setattr(module, starter, _refuse)
    for name in ("set_num_threads", "set_num_interop_threads"):
        setattr(torch, name, _stay_at_one)


def _refuse(*_: object, **__: object) -> NoReturn:
    raise RuntimeError(REFUSAL)


def _stay_at_one(number: int) -> None:
    """Take the number of threads that somebody wishes for; there is one, and results are the same."""
