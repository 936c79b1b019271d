"""Make a separate root: a zygote and its workers see only the paths that they may read.

Landlock keeps files from being read, but `stat` still tells whether a path exists, how large it is and how old. The
mounts belong to a namespace of the zygote's and end with it. Source: mount_namespaces(7), pivot_root(2).
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from autograder.isolation.inside.landlock import checked, libc

PLACE = "/proc"  # a folder that every system has, and below which nothing is that a worker may read
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 32, 4096, 16384, 1 << 18
MNT_DETACH = 2
MOUNT_SETATTR, ATTR_RDONLY, AT_FDCWD, AT_RECURSIVE = 442, 1, -100, 0x8000
KEPT_FLAGS = 0xC0E  # nosuid, nodev, noexec, noatime, nodiratime: who has not set them may not take them away


def show_only(readable: Iterable[str]) -> None:
    """Make a root with these paths alone, read-only, and let go of the old one; needs a mount namespace of its own.

    Raises:
        OSError: the system refuses; everything is as before then.
    """
    _mount(None, "/", None, MS_REC | MS_PRIVATE)  # nothing of this is seen elsewhere
    _mount("tmpfs", PLACE, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=1m")
    try:
        shown = list(_outermost(readable))
        for path in shown:
            _show(path)
        _make_read_only(shown)
        os.chdir(PLACE)
        checked(libc.pivot_root(b".", b"."), "pivot_root")
    except OSError:
        libc.umount2(PLACE.encode(), MNT_DETACH)
        raise
    checked(libc.umount2(b".", MNT_DETACH), "umount")
    os.chdir("/")


def _outermost(readable: Iterable[str]) -> Iterator[str]:
    """Leave out what is missing or stands below another path; a path that leads over links counts twice."""
    wanted = {str(path) for name in readable for path in (Path(name).absolute(), Path(name).resolve()) if path.exists()}
    last = None
    for path in sorted(map(Path, wanted)):
        if last is None or not path.is_relative_to(last):
            yield str(path)
            last = path


def _show(path: str) -> None:
    here = Path(PLACE + path)
    here.parent.mkdir(parents=True, exist_ok=True)
    if Path(path).is_dir():
        here.mkdir(exist_ok=True)
    else:
        here.touch()
    _mount(path, str(here), None, MS_BIND | MS_REC)


def _make_read_only(shown: Iterable[str]) -> None:
    """Make the new root read-only in one step; kernels before 5.12 do it mount by mount."""
    attributes = struct.pack("QQQQ", ATTR_RDONLY, 0, 0, 0)
    number = ctypes.c_long(MOUNT_SETATTR)
    if not libc.syscall(number, AT_FDCWD, PLACE.encode(), AT_RECURSIVE, attributes, ctypes.c_size_t(32)):
        return
    for path in (*(PLACE + path for path in shown), PLACE):
        _mount(None, path, None, MS_BIND | MS_REMOUNT | MS_RDONLY | _kept_flags(path))


def _kept_flags(path: str) -> int:
    if sys.platform == "win32":
        return 0
    return os.statvfs(path).f_flag & KEPT_FLAGS


def _mount(source: str | None, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    words = [None if word is None else word.encode() for word in (source, target, kind, data)]
    checked(libc.mount(*words[:3], ctypes.c_ulong(flags), words[3]), f"mount {target}")
