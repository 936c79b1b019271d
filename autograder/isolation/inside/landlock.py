"""Landlock by system call: limit what this process and its children may do with files, sockets and signals.

Source: the kernel's documentation, userspace-api/landlock. Numbers are the same on every architecture.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
READ_FILE, READ_DIR = 1 << 2, 1 << 3
FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
NET_ABI, SCOPE_ABI = 4, 6
TCP_BIND_AND_CONNECT, SCOPE_UNIX_AND_SIGNALS = 0b11, 0b11
PR_SET_NO_NEW_PRIVS = 38

libc = ctypes.CDLL(None, use_errno=True)


def checked(result: int, what: str) -> int:
    """Return the result of a libc call, or raise `OSError`."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def _syscall(number: int, *args: object) -> int:
    call = libc.syscall
    call.restype = ctypes.c_long
    return int(call(ctypes.c_long(number), *args))


def abi() -> int:
    """Ask the kernel for its Landlock version; 0 where it has none."""
    return max(0, _syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1)))


def no_new_privileges() -> None:
    """Make sure that no later exec can gain anything."""
    checked(libc.prctl(PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), 0, 0, 0), "no_new_privs")


def forbid_files(readable: Iterable[str]) -> int:
    """Allow reading below the given paths and nothing else; return the version used.

    Raises:
        OSError: the kernel has no Landlock or refuses.
    """
    version = abi()
    if not version:
        raise OSError(ctypes.get_errno(), "Landlock is not available")
    ruleset = _ruleset(version)
    for path in readable:
        _allow(ruleset, path)
    no_new_privileges()
    checked(_syscall(RESTRICT_SELF, ruleset, ctypes.c_uint32(0)), "landlock_restrict_self")
    os.close(ruleset)
    return version


def _ruleset(version: int) -> int:
    handled = struct.pack(
        "QQQ",
        FILE_RIGHTS[min(version, 5)],
        TCP_BIND_AND_CONNECT if version >= NET_ABI else 0,
        SCOPE_UNIX_AND_SIGNALS if version >= SCOPE_ABI else 0,
    )
    size = 8 if version < NET_ABI else 16 if version < SCOPE_ABI else 24
    return checked(
        _syscall(CREATE_RULESET, handled[:size], ctypes.c_size_t(size), ctypes.c_uint32(0)),
        "landlock_create_ruleset",
    )


def _allow(ruleset: int, path: str) -> None:
    if sys.platform != "linux":
        return
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    rights = READ_FILE | READ_DIR if os.path.isdir(path) else READ_FILE  # noqa: PTH112
    rule = struct.pack("=Qi", rights, fd)
    checked(_syscall(ADD_RULE, ruleset, 1, rule, 0), "landlock_add_rule")
    os.close(fd)
