"""A hand-in that is a zip archive: checked as a whole, then read member by member, never extracted."""

import io
import stat
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from autograder.intake.folder import kind_of, open_plainly
from autograder.intake.hand_in import Refused
from autograder.intake.names import is_ignored, is_misleading, name_key, printable_name
from autograder.intake.tree import DEEPEST, FileEntry, FolderPath, megabytes, too_large
from autograder.isolation.limits import Limits

MOST_RECORDS = 20  # per member that counts: folders, and what macOS adds, do not
DIRECTORY_RECORD = b"PK\x01\x02"
ARCHIVES = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz", ".7z", ".rar")
ENCRYPTED = 0x1
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
    IndexError,
    EOFError,
    OSError,
    MemoryError,
)


class ArchiveTree:
    """The members of a sound archive, held in memory."""

    def __init__(self, name: str, data: bytes, limits: Limits) -> None:
        _refuse_crowd(name, data.count(DIRECTORY_RECORD), MOST_RECORDS * limits.archive_members)
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except BROKEN:
            raise Refused(f"{name} is no zip archive, or not all of it; make it again.") from None
        members = [(_parts(name, info), info) for info in self._archive.infolist()]
        _refuse_whole(name, members, limits)
        self._name = name
        self._files: dict[FolderPath, zipfile.ZipInfo] = {}
        self._listing: dict[FolderPath, dict[str, FileEntry]] = {}
        for parts, info in members:
            self._add(parts, info)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def entries(self, place: FolderPath, wanted: Iterable[str] = ()) -> list[FileEntry]:
        return [entry for _, entry in sorted(self._listing.get(place, {}).items())]

    def notes(self) -> tuple[str, ...]:
        return ()

    def read(self, entry: FileEntry, limit: int) -> bytes:
        name = printable_name(entry.name)
        if entry.kind != "file":
            raise Refused(f"{name} is a folder; hand in the file itself.")
        try:
            with self._archive.open(self._files[*entry.place, entry.name]) as member:
                data = member.read(limit + 1)
        except BROKEN:
            raise Refused(f"{name} is damaged inside the archive; make the archive again.") from None
        if len(data) > limit:
            raise too_large(name, limit)
        return data

    def _add(self, parts: FolderPath, info: zipfile.ZipInfo) -> None:
        if len(parts) > DEEPEST + 1 or any(is_ignored(part) for part in parts):
            return
        for depth, part in enumerate(parts):
            is_file = depth == len(parts) - 1 and not info.is_dir()
            self._list(FileEntry(parts[:depth], part, "file" if is_file else "folder"))
        self._files[parts] = info

    def _list(self, entry: FileEntry) -> None:
        listed = self._listing.setdefault(entry.place, {}).setdefault(entry.name, entry)
        if listed != entry:
            raise Refused(f"{self._name}: {printable_name(entry.name)} is both a file and a folder; keep one of them.")


def open_archive(path: Path, limits: Limits) -> ArchiveTree:
    """Read an archive into memory and check it, or raise `Refused`."""
    name = printable_name(path.name)
    try:
        with open_plainly(path) as file:
            data = file.read(limits.archive_bytes + 1)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise Refused(f"{name} could not be read ({why}); check its permissions.") from None
    if len(data) > limits.archive_bytes:
        raise too_large(name, limits.archive_bytes)
    return ArchiveTree(name, data, limits)


def _parts(archive: str, info: zipfile.ZipInfo) -> FolderPath:
    """Split a member's name into folders and file, or refuse a name that leads elsewhere."""
    name = info.orig_filename
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    elsewhere = not name or name.startswith("/") or "\\" in name or ".." in parts or name[1:2] == ":"
    if elsewhere or is_misleading(name) or len(name) > 1000 or any(len(part) > 255 for part in parts):
        raise Refused(
            f"{archive} has a member named {printable_name(name)}, which is no plain relative path; rename it."
        )
    return parts


def _refuse_whole(archive: str, members: list[tuple[FolderPath, zipfile.ZipInfo]], limits: Limits) -> None:
    """Refuse an archive that two people could read differently, or that is not what it seems."""
    files = [(parts, info) for parts, info in members if not info.is_dir()]
    counted = [info for parts, info in files if not any(is_ignored(part) for part in parts)]
    _refuse_crowd(archive, len(counted), limits.archive_members)
    if sum(info.file_size for _, info in files) > limits.archive_bytes:
        raise Refused(f"{archive} unpacks to more than {megabytes(limits.archive_bytes)}; leave large files out.")
    seen: dict[str, FolderPath] = {}
    for _, info in members:
        _refuse_member(archive, info)
    for parts, _ in files:
        if seen.setdefault(name_key("/".join(parts)), parts) is not parts:
            raise Refused(
                f"{archive} has two members named {printable_name('/'.join(parts))}, or alike; keep one of them."
            )


def _refuse_member(archive: str, info: zipfile.ZipInfo) -> None:
    name = printable_name(info.filename)
    mode = info.external_attr >> 16
    if stat.S_IFMT(mode) and kind_of(mode) in ("link", "special"):
        raise Refused(f"{archive}: {name} is a link or a device; put the file itself into the archive.")
    if info.flag_bits & ENCRYPTED:
        raise Refused(f"{archive}: {name} has a password; make the archive without one.")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused(f"{archive}: {name} is packed in an unusual way; make an ordinary zip archive.")
    if name_key(name).endswith(ARCHIVES):
        raise Refused(f"{archive}: {name} is an archive in an archive; pack the files themselves.")


def _refuse_crowd(archive: str, members: int, most: int) -> None:
    if members > most:
        raise Refused(f"{archive} has {members} members, and {most} are the most; pack only your lessons.")
