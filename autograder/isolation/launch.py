"""Start a zygote and go on at once: a program of its own, or a fork of this process, which has torch already."""

import gc
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from autograder.errors import LINUX_ONLY, GradingError
from autograder.isolation.descriptors import need_descriptors
from autograder.isolation.environment import FIXED, THREADS
from autograder.isolation.inside.sandbox import LAYERS

# A worker must compute with the kernels of the process that judges it.
KERNELS = (
    "ATEN_CPU_CAPABILITY",
    "MKL_CBWR",
    "MKL_ENABLE_INSTRUCTIONS",
    "OPENBLAS_CORETYPE",
    "NPY_DISABLE_CPU_FEATURES",
)
KEPT = ("LD_LIBRARY_PATH", "SYSTEMROOT", *KERNELS)


class Process(Protocol):
    """What is asked of a process; `subprocess.Popen` has it."""

    @property
    def pid(self) -> int: ...

    def kill(self) -> None: ...

    def wait(self) -> int: ...


@dataclass(frozen=True)
class Launched:
    """A zygote that warms up.

    Args:
        process: its process.
        control: our end of the channel to it.
        log: a file that holds what it says.
    """

    process: Process
    control: socket.socket
    log: int


def launch(layers: Sequence[str] = LAYERS) -> Launched:
    """Start a zygote as a program of its own; it knows nothing of what this process knows."""
    if sys.platform != "linux":
        raise GradingError(LINUX_ONLY)
    need_descriptors()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    log = os.memfd_create("zygote")
    program = str(Path(__file__).with_name("inside") / "zygote.py")
    process = subprocess.Popen(
        [sys.executable, "-P", "-B", "-X", "utf8", program, str(theirs.fileno()), ",".join(layers)],
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        cwd="/",
        env=_environment(),
    )
    theirs.close()
    return Launched(process, ours, log)


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    fonts = {"MPLCONFIGDIR": _font_cache()}
    return {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "1", **fonts, **FIXED, **kept}


def _font_cache() -> str:
    """Let matplotlib read its own cache of fonts, where there is one; a zygote writes none."""
    import matplotlib

    return matplotlib.get_cachedir()


def launch_from_here(quick: bool) -> Launched:
    """Make a zygote by forking this process, so that torch is imported once instead of twice.

    Only for people's own code on their own machine: the fork knows what this process knows. Where a fork is not safe,
    because there are other threads or this is no Linux, a program of its own is started.

    Args:
        quick: do not import matplotlib; code that uses it cannot be run then.
    """
    if sys.platform != "linux" or not _has_one_thread():
        return launch()
    need_descriptors()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    log = os.memfd_create("zygote")
    for stream in (sys.stdout, sys.stderr):
        stream.flush()  # text that waits here would be written twice
    pid = os.fork()
    if not pid:
        ours.close()
        _become_zygote(theirs, log, quick)
    theirs.close()
    return Launched(Forked(pid), ours, log)


def _has_one_thread() -> bool:
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) == 1


def one_thread() -> None:
    """Have the libraries below torch start no threads; only a process with one thread may be forked."""
    os.environ.update(dict.fromkeys(THREADS, "1"))


def _become_zygote(control: socket.socket, log: int, quick: bool) -> None:
    if sys.platform != "linux":
        return
    gc.enable()  # who imported torch may have done so without
    try:
        sys.path[:] = [path for path in sys.path if "site-packages" in path or path.startswith(sys.base_prefix)]
        from autograder.isolation.inside import zygote

        for descriptor, name in ((1, "stdout"), (2, "stderr")):
            os.dup2(log, descriptor)
            setattr(sys, name, os.fdopen(descriptor, "w", buffering=1, encoding="utf-8", closefd=False))
        os.chdir("/")
        zygote.serve(control, frozenset(LAYERS), quick)
    except BaseException as error:
        os.write(log, repr(error).encode())
    finally:
        os._exit(1)


@dataclass(frozen=True)
class Forked:
    """A child of this process."""

    pid: int

    def kill(self) -> None:
        """End it."""
        if sys.platform != "win32":
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """Take its status."""
        return os.waitpid(self.pid, 0)[1]
