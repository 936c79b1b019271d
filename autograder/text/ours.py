"""Open files and folders that must be our own: refuse what somebody else has put in their place.

Otherwise a person who prepares the folder of the results could do harm. A link could overwrite a file of ours. A pipe
could make the grading wait for ever. A seed could choose the hidden inputs.
"""

import contextlib
import os
import stat
import sys
from pathlib import Path

from autograder.errors import UsageError

OTHERS_WRITE = 0o022
NOBODY_ELSE = 0o600
NEVER_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


def own_folder(folder: Path) -> None:
    """Make a folder that we alone can enter, or see that the one that is there is ours and nobody else can write in it.

    Raises:
        UsageError: it belongs to somebody else, or is no folder.
        OSError: it cannot be made.
    """
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700, parents=True)
    for path in {folder, folder.resolve()}:  # of a link, its owner and that of where it leads
        _refuse_others(path, path.lstat(), "Choose a new folder with -o.")
    mode = folder.stat().st_mode
    if not stat.S_ISDIR(mode):
        raise UsageError(f"{folder} is a file. Choose another folder with -o.")
    if mode & OTHERS_WRITE and sys.platform != "win32":
        folder.chmod(stat.S_IMODE(mode) & ~OTHERS_WRITE)


def open_own(path: Path, flags: int, private: bool = True) -> int:
    """Open a file that is ours; return its descriptor.

    Args:
        flags: those of `os.open`; with O_CREAT it is made where it is missing.
        private: let nobody else read it from now on, and refuse one that has a second name elsewhere.

    Raises:
        UsageError: a link, a pipe, a folder or somebody else's file stands there.
        OSError: it is not there, or cannot be opened.
    """
    _refuse_special(path)
    descriptor = os.open(path, flags | NEVER_FOLLOW, NOBODY_ELSE)
    try:
        found = os.fstat(descriptor)
        _refuse_others(path, found, _remove(path))
        if not stat.S_ISREG(found.st_mode) or (private and found.st_nlink != 1):
            raise UsageError(f"{path} is no plain file of its own. {_remove(path)}")
        if sys.platform != "win32" and private and stat.S_IMODE(found.st_mode) & ~NOBODY_ELSE:
            os.fchmod(descriptor, NOBODY_ELSE)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def read_own(path: Path, private: bool = True) -> str:
    """Read a text file that is ours; see `open_own`."""
    with os.fdopen(open_own(path, os.O_RDONLY, private), encoding="utf-8") as file:
        return file.read()


def _refuse_special(path: Path) -> None:
    """Say what stands there before it is opened: to open a pipe for writing would wait, or fail in other words."""
    with contextlib.suppress(FileNotFoundError):
        mode = path.lstat().st_mode
        if not stat.S_ISREG(mode):
            what = "a link" if stat.S_ISLNK(mode) else "a folder" if stat.S_ISDIR(mode) else "a pipe or a device"
            raise UsageError(f"{path} is {what}, and the kit puts a plain file there. {_remove(path)}")


def _refuse_others(path: Path, found: os.stat_result, advice: str) -> None:
    if sys.platform != "win32" and found.st_uid != os.geteuid():
        raise UsageError(f"{path} belongs to another user. {advice}")


def _remove(path: Path) -> str:
    return f"Remove it if nobody needs it, or choose a new folder: {path.name} in it decides how the grading goes on."
