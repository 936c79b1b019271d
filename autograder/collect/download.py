"""A download as it lies there: a folder or a .zip, listed and read file by file. No link is followed."""

import os
import stat
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol, Self

from autograder.errors import UsageError
from autograder.intake.folder import FolderTree, kind_of, open_plainly
from autograder.intake.hand_in import Refused, Unfit, Unreadable
from autograder.intake.members import plain_parts
from autograder.intake.names import as_given, is_ignored, is_not_own, printable_name
from autograder.intake.tree import FileEntry, FolderPath, Kind, too_large
from autograder.intake.zipped import BROKEN, ENCRYPTED, member_name

DEEPEST = 12
OWN_BUDGET = 3  # folders so deep and deeper share one limit of entries: they belong to one student
LONGEST_NAME = 255  # bytes


@dataclass(frozen=True)
class File:
    """One name in a download; a folder is one as well."""

    path: FolderPath
    kind: Kind


class Download(Protocol):
    """All names below a download, and how to read them.

    Args:
        refused: names that lead elsewhere.
    """

    files: tuple[File, ...]
    refused: tuple[str, ...]

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def read(self, path: FolderPath, limit: int) -> bytes:
        """Read a file of at most `limit` bytes, or raise `Unfit`."""
        ...

    def has(self, path: FolderPath) -> bool:
        """Say whether a name is there, hidden ones included."""
        ...


def open_download(path: Path) -> Download:
    """List a folder or a .zip.

    Raises:
        UsageError: it is neither, or cannot be read.
    """
    try:
        return ZipDownload(open_plainly(path)) if path.is_file() else FolderDownload(path)
    except FileNotFoundError:
        raise UsageError(f"{path}: there is no such folder or .zip. Give what the platform handed out.") from None
    except (OSError, Unfit) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{path}: {why} Give the folder or the .zip that the platform handed out.") from None


class FolderDownload:
    """A download that was unpacked."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve(strict=True)
        FolderTree(self._root).__exit__()  # it is a folder that can be opened
        self.refused: tuple[str, ...] = ()
        self.files = tuple(self._walk(()))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read(self, path: FolderPath, limit: int) -> bytes:
        with FolderTree(self._root) as tree:
            return tree.read(FileEntry(path[:-1], path[-1], "file"), limit)

    def has(self, path: FolderPath) -> bool:
        with suppress(OSError):
            self._root.joinpath(*path).lstat()
            return True
        return False

    def _walk(self, place: FolderPath) -> Iterator[File]:
        """List a folder and what is below it; a folder that cannot be opened is an empty one."""
        found: list[File] = []
        with suppress(OSError, Refused), FolderTree(self._root.joinpath(*place)) as tree:
            # A student's folder has one limit of entries for all that is below it.
            found = list(_below(tree, (), place) if len(place) >= OWN_BUDGET else _entries(tree, (), place))
        for file in found:
            yield file
            if file.kind == "folder" and len(place) < OWN_BUDGET:
                yield from self._walk(file.path)


def _entries(tree: FolderTree, place: FolderPath, around: FolderPath) -> list[File]:
    try:
        found = tree.entries(place)
    except OSError:
        return []
    files = [File((*around, *place, one.name), one.kind) for one in found]
    return [one for one in files if not _is_passed_over(one.path)]


def _below(tree: FolderTree, place: FolderPath, around: FolderPath) -> Iterator[File]:
    for file in _entries(tree, place, around):
        yield file
        if file.kind == "folder" and len(file.path) < DEEPEST:
            yield from _below(tree, file.path[len(around) :], around)


class ZipDownload:
    """A download as it came; what leads elsewhere is not listed, and not read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        try:
            self._archive = zipfile.ZipFile(file)
        except BROKEN:
            file.close()
            raise Refused("This is no .zip, or not all of it.") from None
        self._members: dict[FolderPath, zipfile.ZipInfo] = {}
        self._hidden: set[FolderPath] = set()
        self.refused: tuple[str, ...] = ()
        kinds: dict[FolderPath, Kind] = {}
        for info in self._archive.infolist():
            self._add(info, kinds)
        self.files = tuple(File(path, kind) for path, kind in sorted(kinds.items()))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()
        self._file.close()

    def read(self, path: FolderPath, limit: int) -> bytes:
        name = printable_name(path[-1])
        if path not in self._members:
            raise Refused(f"{name} is no plain file of the download.")
        try:
            with self._archive.open(self._members[path]) as member:
                data = member.read(limit + 1)
        except BROKEN:
            raise Unreadable(f"{name} is damaged in the download; download it again.") from None
        if len(data) > limit:
            raise too_large(name, limit)
        return data

    def has(self, path: FolderPath) -> bool:
        return path in self._hidden

    def _add(self, info: zipfile.ZipInfo, kinds: dict[FolderPath, Kind]) -> None:
        parts = _plain_path(info)
        if parts is None:
            self.refused = (*self.refused, printable_name(member_name(info)))
            return
        self._hidden |= {parts[:depth] for depth in range(1, len(parts) + 1)}
        if not parts or _is_passed_over(parts):
            return
        for depth in range(1, len(parts)):
            kinds.setdefault(parts[:depth], "folder")
        kind = _kind(info)
        if kind == "file" and parts in self._members:  # two people could read it differently
            kinds[parts] = "special"
            del self._members[parts]
        elif parts not in kinds or kind == "folder":
            kinds[parts] = kind
            if kind == "file":
                self._members[parts] = info


def _plain_path(info: zipfile.ZipInfo) -> FolderPath | None:
    """Return where a member stands; None where its name leads elsewhere, or no disk has room for it."""
    try:
        parts = plain_parts("The download", member_name(info))
    except Refused:
        return None
    return None if len(parts) > DEEPEST or any(len(os.fsencode(part)) > LONGEST_NAME for part in parts) else parts


def _is_passed_over(path: FolderPath) -> bool:
    """Say whether it is what programs put there; whoever stands at the top may have any name."""
    return any(map(is_ignored, path)) or any(map(is_not_own, path[1:]))


def _kind(info: zipfile.ZipInfo) -> Kind:
    mode = info.external_attr >> 16
    if info.is_dir():
        return "folder"
    if info.flag_bits & ENCRYPTED:
        return "special"
    return kind_of(mode) if stat.S_IFMT(mode) else "file"


@dataclass(frozen=True)
class Listing:
    """A folder of a download, as a layout looks at it.

    Args:
        name: the folder's own name.
        base: where it stands in the download.
        files: all that is below it, with paths from here.
    """

    name: str
    base: FolderPath
    files: tuple[File, ...]
    download: Download = field(repr=False)

    @property
    def folders(self) -> dict[str, tuple[File, ...]]:
        """The folders that stand here, each with the files below it."""
        found: dict[str, list[File]] = {one.path[0]: [] for one in self.files if self._is_folder(one)}
        for file in self.files:
            if len(file.path) > 1 and file.kind != "folder" and file.path[0] in found:
                found[file.path[0]].append(file)
        return {name: tuple(files) for name, files in found.items()}

    @property
    def loose(self) -> tuple[File, ...]:
        """What stands here and is no folder."""
        return tuple(one for one in self.files if len(one.path) == 1 and one.kind != "folder")

    def below(self, *names: str) -> "Listing":
        """Look at a folder in this one."""
        depth = len(names)
        files = (File(one.path[depth:], one.kind) for one in self.files if one.path[:depth] == names)
        return Listing(names[-1], (*self.base, *names), tuple(one for one in files if one.path), self.download)

    def read(self, path: FolderPath, limit: int) -> bytes:
        """Read a file that stands here."""
        return self.download.read((*self.base, *path), limit)

    def has(self, *path: str) -> bool:
        """Say whether a name is there, hidden ones included."""
        return self.download.has((*self.base, *path))

    @staticmethod
    def _is_folder(file: File) -> bool:
        return len(file.path) == 1 and file.kind == "folder"


def listing_of(download: Download, name: str) -> Listing:
    """Look at the whole download."""
    return Listing(as_given(name), (), download.files, download)
