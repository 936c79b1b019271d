"""A hand-in that is a folder: no link is followed, nothing that could block is opened."""

import os
import stat
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import IO

from autograder.grading.intake.hand_in import Refused, Unreadable
from autograder.grading.intake.names import is_ignored, shown
from autograder.grading.intake.tree import Entry, Kind, Place, too_large

MOST_ENTRIES = 20_000
OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
WHAT = {"link": "a link", "folder": "a folder", "special": "a pipe or a device"}


class FolderTree:
    """The entries below a real folder; a very full one is listed in part."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._left = MOST_ENTRIES

    def entries(self, place: Place, wanted: Iterable[str] = ()) -> list[Entry]:
        folder = self._root.joinpath(*place)
        if _kind(folder) != "folder":
            return []
        with os.scandir(folder) as scan:
            names = [entry.name for entry in islice(scan, self._left)]
        self._left -= len(names)
        if not self._left:
            names = list({*names, *(name for name in wanted if os.path.lexists(folder / name))})
        return [Entry(place, name, _kind(folder / name)) for name in sorted(names) if not is_ignored(name)]

    def notes(self) -> tuple[str, ...]:
        full = f"More than {MOST_ENTRIES} files are here, so lessons were looked for by their exact names alone."
        return () if self._left else (full,)

    def read(self, entry: Entry, limit: int) -> bytes:
        name = shown(entry.name)
        try:
            self._refuse_links(entry)
            with open_plainly(self._root.joinpath(*entry.place, entry.name)) as file:
                data = file.read(limit + 1)
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise Unreadable(f"{name} could not be read ({why}); check its permissions.") from None
        if len(data) > limit:
            raise too_large(name, limit)
        return data

    def _refuse_links(self, entry: Entry) -> None:
        path = self._root
        for name in entry.place:
            path /= name
            if _kind(path) != "folder":
                raise Refused(f"{shown(name)} is no plain folder; hand in the folder itself.")


def open_plainly(path: Path) -> IO[bytes]:
    """Open a regular file; refuse a link, a folder, a pipe or a device without waiting for it."""
    _refuse_unless_file(path.name, path.lstat().st_mode)
    descriptor = os.open(path, OPEN_FLAGS)
    try:
        _refuse_unless_file(path.name, os.fstat(descriptor).st_mode)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _refuse_unless_file(name: str, mode: int) -> None:
    kind = kind_of(mode)
    if kind != "file":
        raise Refused(f"{shown(name)} is {WHAT[kind]}; hand in the file itself.")


def kind_of(mode: int) -> Kind:
    """Tell a file's kind from its mode."""
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "folder"
    return "link" if stat.S_ISLNK(mode) else "special"


def _kind(path: Path) -> Kind:
    try:
        return kind_of(path.lstat().st_mode)
    except OSError:
        return "special"
