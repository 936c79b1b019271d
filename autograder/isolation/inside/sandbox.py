"""The layers of the sandbox, in two moments: what a zygote gives up for all its workers, and what each worker gives up.

Layers that a platform lacks are reported, not hidden; the grader decides whether what is left is enough.
"""

import contextlib
import ctypes
import os
import signal
import site
import struct
import sys
import sysconfig
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

WEAK_ACCEPTED = "UNROLL_ACCEPT_WEAK_ISOLATION"  # set in the environment where a command has no option for it
LAYERS = ("landlock", "seccomp", "namespaces", "mounts", "rlimits")
STRONG = frozenset({"landlock", "seccomp", "rlimits"})

NEW_USER, NEW_NET, NEW_IPC, NEW_UTS, NEW_MOUNTS = 0x10000000, 0x40000000, 0x08000000, 0x04000000, 0x00020000
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP = 1, 4, 24
CAPABILITY_VERSION_3 = 0x20080522


@dataclass(frozen=True)
class Ceiling:
    """What the kernel lets one worker use: seconds of CPU and bytes."""

    cpu_seconds: int = 20
    memory_bytes: int = 2 << 30
    file_bytes: int = 1 << 20
    open_files: int = 32


def tier(layers: frozenset[str]) -> str:
    """Name the protection that a set of layers gives."""
    if layers >= STRONG:
        return "strong"
    return "medium" if "seccomp" in layers else "process-only"


def weakness(tier: str, allowed: Sequence[str]) -> str:
    """Say why no stranger's code should be run here; "" if it may be.

    Args:
        tier: what the layers give.
        allowed: what a worker could do although a layer should have stopped it.
    """
    if tier == "strong" and not allowed:
        return ""
    is_weak = f"is only {tier} here" if tier != "strong" else "does not hold here"
    could = f" (a worker could {', '.join(allowed)})" if allowed else ""
    return f"Isolation {is_weak}{could}, so a hand-in could read or change your files. Run `unroll doctor`;"


def readable_paths() -> list[str]:
    """List what a worker may read: the interpreter's and the packages' files, and two devices."""
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    folders = {sysconfig.get_path(name) for name in names}
    folders |= {site.getusersitepackages()} if site.ENABLE_USER_SITE else set()  # `pip install --user`
    folders |= {str(Path(os.__file__).parent), *(path for path in sys.path if path.endswith("lib-dynload"))}
    return [*sorted(folders), "/usr/share/zoneinfo", "/dev/null", "/dev/urandom"]


def lock_zygote(wanted: frozenset[str]) -> dict[str, str]:
    """Give up, once and for every later worker, files, network and privileges.

    Args:
        wanted: the layers to try.

    Returns: for each layer that holds, what it is; a layer that could not be had is absent.
    """
    steps: dict[str, Callable[[], str]] = {
        "namespaces": _leave_namespaces,
        "mounts": _hide_files,
        "landlock": _lock_files,
    }
    held: dict[str, str] = {}
    for name, step in steps.items():
        if name in wanted and sys.platform == "linux":
            try:
                held[name] = step()
            except OSError:
                continue
    _drop_privileges()
    return held


def lock_worker(wanted: frozenset[str], ceiling: Ceiling) -> None:
    """Give up, in a fresh child, everything that torch does not need.

    Raises:
        OSError: a wanted layer could not be had.
    """
    if "rlimits" in wanted:
        set_ceiling(ceiling)
        _start_no_tasks("seccomp" in wanted)
    if "seccomp" in wanted:
        from autograder.isolation.inside import seccomp

        seccomp.forbid_calls(os.getpid())


def _start_no_tasks(is_filtered: bool) -> None:
    """Let this process start no thread and no process.

    Args:
        is_filtered: a filter of system calls will refuse them too. The limit alone does not bind root.
    """
    if sys.platform != "linux":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    if not is_filtered:
        from autograder.isolation.inside import seccomp

        with contextlib.suppress(OSError):
            seccomp.refuse_tasks()


def set_ceiling(ceiling: Ceiling, refused: Callable[[str], None] | None = None) -> None:
    """Set the resource limits of this process, where the system has any.

    Args:
        refused: called with a limit that cannot be set; without it that is an error.
    """
    if sys.platform == "win32":
        return
    import resource

    spent = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
    for name, value in (
        ("RLIMIT_CORE", 0),
        ("RLIMIT_CPU", spent + ceiling.cpu_seconds),
        ("RLIMIT_FSIZE", ceiling.file_bytes),
        ("RLIMIT_NOFILE", ceiling.open_files),
        ("RLIMIT_AS", ceiling.memory_bytes),
    ):
        try:
            # At the hard limit of CPU the kernel sends SIGKILL, which says nothing of time; SIGXCPU comes before it.
            hard = value + 1 if name == "RLIMIT_CPU" else value
            resource.setrlimit(getattr(resource, name), (value, hard))
        except (OSError, ValueError):
            if refused is None:
                raise
            refused(name)


def die_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process when its parent ends; end it now if that has happened.

    Args:
        parent: the pid that the parent has, or had; another process adopts whoever loses its own.
    """
    if sys.platform == "linux":
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def hide_memory() -> None:
    """Keep other processes of this user from reading this one's memory."""
    _prctl(PR_SET_DUMPABLE, 0)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, ctypes.c_ulong(value), 0, 0, 0)


def _lock_files() -> str:
    from autograder.isolation.inside import landlock

    return f"landlock {landlock.forbid_files(readable_paths())}"


def _leave_namespaces() -> str:
    _enter_user_namespace(NEW_NET | NEW_IPC | NEW_UTS)
    return "user, net, ipc and uts namespaces"


def _hide_files() -> str:
    from autograder.isolation.inside import mounts
    from autograder.isolation.inside.landlock import libc

    if libc.unshare(NEW_MOUNTS) < 0:
        _enter_user_namespace(NEW_MOUNTS)
    mounts.show_only(readable_paths())
    return "a root of its own"


def _enter_user_namespace(others: int) -> None:
    """Become somebody who may do anything, but only with namespaces of its own: a user namespace and others."""
    if sys.platform != "linux":
        raise OSError("the sandbox needs Linux")
    from autograder.isolation.inside.landlock import checked, libc

    uid, gid = os.getuid(), os.getgid()
    _prctl(PR_SET_DUMPABLE, 1)
    checked(libc.unshare(NEW_USER | others), "unshare")
    for name, text in (("setgroups", "deny"), ("uid_map", f"1000 {uid} 1"), ("gid_map", f"1000 {gid} 1")):
        Path(f"/proc/self/{name}").write_text(text, encoding="ascii")


def _drop_privileges() -> None:
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None)
    for capability in range(64):
        if libc.prctl(PR_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0) < 0:
            break
    header = ctypes.create_string_buffer(struct.pack("Ii", CAPABILITY_VERSION_3, 0))
    libc.capset(header, ctypes.create_string_buffer(24))
    hide_memory()
