"""Try what a worker must not do: this file is sent to a worker and runs there like a hand-in.

Each function returns its result, or raises because it was refused. `outside` is a file that the grader can read;
`parent` is the process that the worker comes from.
"""

import contextlib
import ctypes
import mmap
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

REFUSALS = (OSError, MemoryError)


def read_a_file_outside(outside: str, parent: int) -> object:
    return Path(outside).read_bytes()[:20]


def see_a_file_outside(outside: str, parent: int) -> object:
    return f"{Path(outside).stat().st_size} bytes"


def to_be_written(outside: str, parent: int) -> list[Path]:
    """List the files that are tried; whoever has them tried removes them, for a worker may not."""
    return [Path(folder, f"unroll-{parent}") for folder in ("/tmp", "/dev/shm", "/", str(Path(outside).parent))]


def write_a_file(outside: str, parent: int) -> object:
    for path in to_be_written(outside, parent):
        with contextlib.suppress(OSError):
            path.write_text("written", encoding="ascii")
            return str(path)
    raise PermissionError("nowhere")


def open_a_socket(outside: str, parent: int) -> object:
    return socket.socket().fileno()


def reach_the_network(outside: str, parent: int) -> object:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.connect(("127.0.0.1", 9))  # sends nothing, but wants a way to go
        return one.getsockname()


def start_a_process(outside: str, parent: int) -> object:
    if sys.platform == "win32":
        raise OSError("no fork")
    pid = os.fork()
    if not pid:
        os._exit(0)
    return pid


def start_a_thread(outside: str, parent: int) -> object:
    libc = ctypes.CDLL(None)  # not by Python, which refuses by itself
    number = libc.pthread_create(ctypes.byref(ctypes.c_ulong()), None, libc.getpid, None)
    if number:
        raise OSError(number, os.strerror(number))
    return "a thread"


def run_a_program(outside: str, parent: int) -> object:
    os.execv("/bin/true", ["true"])


def kill_its_parent(outside: str, parent: int) -> object:
    os.kill(parent, 0)
    return "a signal was sent"


def trace_its_parent(outside: str, parent: int) -> object:
    if ctypes.CDLL(None, use_errno=True).ptrace(16, parent, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return "attached"


def read_its_parents_memory(outside: str, parent: int) -> object:
    return Path(f"/proc/{parent}/mem").open("rb").fileno()


def take_three_gigabytes(outside: str, parent: int) -> object:
    return len(mmap.mmap(-1, 3 << 30))


def loop_for_ever(outside: str, parent: int) -> object:
    while True:
        pass


def tried(names: Sequence[str], outside: str, parent: int) -> dict[str, list[object]]:
    """Try some of these; say for each whether it was refused, and what came of it."""
    return {name: _tried(name, outside, parent) for name in names}


def _tried(name: str, outside: str, parent: int) -> list[object]:
    try:
        return [False, f"it worked: {globals()[name](outside, parent)!r}"[:80]]
    except REFUSALS as error:
        return [True, f"{type(error).__name__}: {error}"[:200]]
