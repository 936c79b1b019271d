"""Seccomp by raw BPF: an allow-list of system calls, enough for torch, too little for harm.

No new process, no thread, no exec, no socket, no ptrace, no mount, no signal to others.
Source: the kernel's documentation, userspace-api/seccomp_filter; numbers from asm/unistd_64.h and asm-generic/unistd.h.
"""

import ctypes
import errno
import platform
import struct
from dataclasses import dataclass
from functools import cache

from autograder.isolation.inside.landlock import checked, libc, no_new_privileges

LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
ALLOW, KILL = 0x7FFF0000, 0x80000000
NUMBER, ARCH, FIRST_ARG, SECOND_ARG = 0, 4, 16, 24
TCGETS, FIOCLEX = 0x5401, 0x5451
F_DUPFD_CLOEXEC = 1030
PR_SET_SECCOMP, MODE_FILTER = 22, 2
SECOND_ABI = 0x40000000  # x86_64 knows every call by a second number from here on


@dataclass(frozen=True)
class Table:
    """The numbers of one architecture."""

    arch: int
    forks: tuple[int, ...]
    tgkill: int
    prlimit64: int
    ioctl: int
    fcntl: int
    allowed: tuple[int, ...]


X86_64 = Table(
    arch=0xC000003E, forks=(56, 57, 58, 435), tgkill=234, prlimit64=302, ioctl=16, fcntl=72,
    allowed=(
        # read write close fstat poll lseek mmap mprotect munmap brk sigaction sigprocmask sigreturn pread64 readv ..
        0, 1, 3, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 19, 20,
        # access select sched_yield mremap madvise nanosleep getpid sendto recvfrom exit uname getcwd readlink
        21, 23, 24, 25, 28, 35, 39, 44, 45, 60, 63, 79, 89,
        # gettimeofday getrlimit getrusage sysinfo times getuid getgid geteuid getegid sigaltstack getpriority gettid
        96, 97, 98, 99, 100, 102, 104, 107, 108, 131, 140, 186,
        # futex sched_getaffinity getdents64 set_tid_address restart_syscall clock_gettime clock_getres clock_nanosleep
        202, 204, 217, 218, 219, 228, 229, 230,
        # exit_group mbind get_mempolicy openat newfstatat readlinkat faccessat pselect6 ppoll set_robust_list
        231, 237, 239, 257, 262, 267, 269, 270, 271, 273,
        # getrandom membarrier statx rseq faccessat2
        318, 324, 332, 334, 439,
    ),
)  # fmt: skip

AARCH64 = Table(
    arch=0xC00000B7, forks=(220, 435), tgkill=131, prlimit64=261, ioctl=29, fcntl=25,
    allowed=(
        # getcwd faccessat openat close getdents64 lseek read write readv writev pread64 pselect6 ppoll readlinkat
        17, 48, 56, 57, 61, 62, 63, 64, 65, 66, 67, 72, 73, 78,
        # newfstatat fstat exit exit_group set_tid_address futex set_robust_list nanosleep clock_gettime
        79, 80, 93, 94, 96, 98, 99, 101, 113,
        # clock_getres clock_nanosleep sched_getaffinity sched_yield restart_syscall sigaltstack sigaction sigprocmask
        114, 115, 123, 124, 128, 132, 134, 135,
        # sigreturn getpriority times uname getrlimit getrusage gettimeofday getpid getuid geteuid getgid getegid gettid
        139, 141, 153, 160, 163, 165, 169, 172, 174, 175, 176, 177, 178,
        # sysinfo sendto recvfrom brk munmap mremap mmap mprotect madvise mbind get_mempolicy
        179, 206, 207, 214, 215, 216, 222, 226, 233, 235, 236,
        # getrandom membarrier statx rseq faccessat2
        278, 283, 291, 293, 439,
    ),
)  # fmt: skip

TABLES = {"x86_64": X86_64, "aarch64": AARCH64}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def _op(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)


def _refuse(number: int) -> bytes:
    return _op(RETURN, 0x00050000 | number)


def _when(syscall: int, body: bytes) -> bytes:
    return _op(EQUAL, syscall, 0, len(body) // 8) + body


def _only_if(argument: int, code: int, value: int, otherwise: int) -> bytes:
    """Allow the call where its argument fulfils one condition."""
    return _op(LOAD, argument) + _op(code, value, 1, 0) + _refuse(otherwise) + _op(RETURN, ALLOW)


def filter_program(table: Table, pid: int) -> bytes:
    """Write the filter of one process."""
    return b"".join(
        [
            _op(LOAD, ARCH) + _op(EQUAL, table.arch, 1) + _op(RETURN, KILL) + _op(LOAD, NUMBER),
            _when(table.tgkill, _only_if(FIRST_ARG, EQUAL, pid, errno.EPERM)),
            _rest(table),
        ]
    )


@cache
def _rest(table: Table) -> bytes:
    """Write what is the same for every process; a zygote does so once."""
    allow = _op(RETURN, ALLOW)
    ioctl = _op(LOAD, SECOND_ARG) + _op(EQUAL, TCGETS, 2) + _op(EQUAL, FIOCLEX, 1) + _refuse(errno.ENOTTY) + allow
    dup = _op(LOAD, SECOND_ARG) + _op(AT_LEAST, 5, 0, 2) + _op(EQUAL, F_DUPFD_CLOEXEC, 1) + _refuse(errno.EPERM) + allow
    return b"".join(
        [
            *(_when(number, _refuse(errno.EAGAIN)) for number in table.forks),
            _when(table.prlimit64, _only_if(FIRST_ARG, EQUAL, 0, errno.EPERM)),
            _when(table.ioctl, ioctl),
            _when(table.fcntl, dup),
            *(_when(number, allow) for number in table.allowed),
            _refuse(errno.EPERM),
        ]
    )


def program_against_tasks(table: Table) -> bytes:
    """Write a filter that refuses new threads and processes, and nothing else."""
    return b"".join(
        [
            _op(LOAD, ARCH) + _op(EQUAL, table.arch, 1) + _op(RETURN, KILL) + _op(LOAD, NUMBER),
            _op(AT_LEAST, SECOND_ABI, 0, 1) + _refuse(errno.ENOSYS),
            *(_when(number, _refuse(errno.EAGAIN)) for number in table.forks),
            _op(RETURN, ALLOW),
        ]
    )


def forbid_calls(pid: int) -> None:
    """Install the filter on this process.

    Raises:
        OSError: this architecture or kernel has no filter.
    """
    _install(filter_program(_table(), pid))


def refuse_tasks() -> None:
    """Let this process start no thread and no process, whatever else it may do.

    Raises:
        OSError: this architecture or kernel has no filter.
    """
    _install(program_against_tasks(_table()))


def _table() -> Table:
    table = TABLES.get(platform.machine())
    if table is None:
        raise OSError(errno.ENOSYS, f"no table of system calls for {platform.machine()}")
    return table


def _install(code: bytes) -> None:
    buffer = ctypes.create_string_buffer(code, len(code))
    loaded = _Program(len(code) // 8, ctypes.addressof(buffer))
    no_new_privileges()
    checked(
        libc.prctl(PR_SET_SECCOMP, ctypes.c_ulong(MODE_FILTER), ctypes.byref(loaded), 0, 0),
        "seccomp",
    )
