"""A hand-in that is a folder: no link is followed, nothing that could block is opened."""

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Self

from autograder.intake.hand_in import Refused, Unreadable
from autograder.intake.names import is_ignored, printable_name
from autograder.intake.tree import FileEntry, FolderPath, Kind, too_large

MOST_ENTRIES = 20_000
OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
# Windows has none: there people read their own folders, and no hand-ins.
HAS_DESCRIPTORS = os.open in os.supports_dir_fd and hasattr(os, "O_DIRECTORY")
Folder = int | Path  # an open folder: its descriptor, or its path where there are none
WHAT = {"link": "a link", "folder": "a folder", "special": "a pipe or a device"}


class FolderTree:
    """The entries below a real folder; a very full one is listed in part.

    All is opened from the folder's own descriptor, name by name, so what is put in its place meanwhile is not read.

    Raises:
        Refused: it is a link.
        OSError: it cannot be opened.
    """

    def __init__(self, root: Path) -> None:
        self._left = MOST_ENTRIES
        self._root = _open_folder(root)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        _close(self._root)

    def entries(self, place: FolderPath, wanted: Iterable[str] = ()) -> list[FileEntry]:
        try:
            with self._folder(place) as folder:
                return self._list(folder, place, wanted)
        except Refused:
            return []

    def notes(self) -> tuple[str, ...]:
        full = f"More than {MOST_ENTRIES} files are here, so lessons were looked for by their exact names alone."
        return () if self._left else (full,)

    def read(self, entry: FileEntry, limit: int) -> bytes:
        name = printable_name(entry.name)
        try:
            with self._folder(entry.place) as folder, open_plainly(entry.name, folder) as file:
                data = file.read(limit + 1)
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise Unreadable(f"{name} could not be read ({why}); check its permissions.") from None
        if len(data) > limit:
            raise too_large(name, limit)
        return data

    def _list(self, folder: Folder, place: FolderPath, wanted: Iterable[str]) -> list[FileEntry]:
        with os.scandir(folder) as scan:
            names = [os.fsdecode(entry.name) for entry in islice(scan, self._left)]
        self._left -= len(names)
        if not self._left:
            names = list({*names, *(name for name in wanted if _kind(name, folder))})
        kinds = [(name, _kind(name, folder) or "special") for name in sorted(names) if not is_ignored(name)]
        return [FileEntry(place, name, kind) for name, kind in kinds]

    @contextmanager
    def _folder(self, place: FolderPath) -> Iterator[Folder]:
        """Open the folder at a place, going down name by name."""
        folder = _open_folder(".", self._root)
        try:
            for name in place:
                above, folder = folder, _open_folder(name, folder)
                _close(above)
            yield folder
        finally:
            _close(folder)


def _open_folder(name: str | Path, above: Folder | None = None) -> Folder:
    path, within = _at(name, above)
    if HAS_DESCRIPTORS:
        try:
            return os.open(path, OPEN_FLAGS | getattr(os, "O_DIRECTORY", 0), dir_fd=within)
        except OSError as error:
            if error.errno not in (errno.ELOOP, errno.ENOTDIR):  # a link, or no folder any more
                raise
    elif kind_of(os.lstat(path).st_mode) == "folder":
        return Path(path)
    raise Refused(f"{printable_name(Path(name).name)} is no plain folder; hand in the folder itself.")


def _at(name: str | Path, folder: Folder | None) -> tuple[str | Path, int | None]:
    """Say how a name in an opened folder is given to the system: a path, and the descriptor that it starts from."""
    return (folder / name, None) if isinstance(folder, Path) else (name, folder)


def _close(folder: Folder) -> None:
    if isinstance(folder, int):
        os.close(folder)


def open_plainly(name: str | Path, folder: Folder | None = None) -> IO[bytes]:
    """Open a regular file; refuse a link, a folder, a pipe or a device without waiting for it.

    Args:
        folder: the opened folder that the name is in.
    """
    shortly = Path(name).name
    path, within = _at(name, folder)
    _refuse_unless_file(shortly, os.stat(path, dir_fd=within, follow_symlinks=False).st_mode)
    descriptor = os.open(path, OPEN_FLAGS, dir_fd=within)
    try:
        _refuse_unless_file(shortly, os.fstat(descriptor).st_mode)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _refuse_unless_file(name: str, mode: int) -> None:
    kind = kind_of(mode)
    if kind != "file":
        raise Refused(f"{printable_name(name)} is {WHAT[kind]}; hand in the file itself.")


def kind_of(mode: int) -> Kind:
    """Tell a file's kind from its mode."""
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "folder"
    return "link" if stat.S_ISLNK(mode) else "special"


def _kind(name: str, folder: Folder) -> Kind | None:
    """Tell what a name in a folder is; None where it is not there."""
    path, within = _at(name, folder)
    try:
        return kind_of(os.stat(path, dir_fd=within, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return None
    except OSError:
        return "special"
