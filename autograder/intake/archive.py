"""A hand-in that is an archive: checked as a whole, then read member by member, never extracted."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

from autograder.intake.folder import open_plainly
from autograder.intake.foreign import foreign_kind
from autograder.intake.hand_in import Refused, Unreadable
from autograder.intake.members import Damaged, Member
from autograder.intake.names import is_ignored, is_not_own, name_key, printable_name
from autograder.intake.room import Room
from autograder.intake.tarred import is_tar, tar_members
from autograder.intake.tree import DEEPEST, FileEntry, FolderPath, Kind, too_large
from autograder.intake.zipped import zip_members

PACKED = (".zip", ".tar.gz", ".tgz", ".tar")
UNREADABLE = (".rar", ".7z", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".alz", ".egg")
SECOND = re.compile(r"(?:[ ._-]?\(\d+\)|\.(?:txt|download|bak|bin)|\s)+$")  # what programs put behind an ending
CANNOT = "{name}: a {ending} archive cannot be read; hand in a .zip."


class ArchiveTree:
    """The members of a sound archive, held in memory."""

    def __init__(self, name: str, members: Sequence[Member], room: Room) -> None:
        _refuse_whole(name, members, room)
        self._name = name
        self._files: dict[FolderPath, Member] = {}
        self._listing: dict[FolderPath, dict[str, FileEntry]] = {}
        for member in members:
            self._add(member)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._files.clear()

    def entries(self, place: FolderPath, wanted: Iterable[str] = ()) -> list[FileEntry]:
        return [entry for _, entry in sorted(self._listing.get(place, {}).items())]

    def notes(self) -> tuple[str, ...]:
        return ()

    def read(self, entry: FileEntry, limit: int) -> bytes:
        name = printable_name(entry.name)
        if entry.kind != "file":
            raise Refused(f"{name} is a folder; hand in the file itself.")
        try:
            data = self._files[*entry.place, entry.name].read(limit + 1)
        except Damaged:
            raise Refused(f"{name} is damaged inside the archive; make the archive again.") from None
        if len(data) > limit:
            raise too_large(name, limit)
        return data

    def _add(self, member: Member) -> None:
        parts = member.parts
        if len(parts) > DEEPEST + 1 or is_ignored(parts[-1] if parts else "") or any(map(is_not_own, parts[:-1])):
            return
        for depth, part in enumerate(parts):
            is_last = depth == len(parts) - 1
            kind: Kind = member.kind if is_last else "folder"
            self._list(FileEntry(parts[:depth], part, kind, member.time if kind == "file" else None))
        self._files[parts] = member

    def _list(self, entry: FileEntry) -> None:
        listed = self._listing.setdefault(entry.place, {}).setdefault(entry.name, entry)
        if listed.kind != entry.kind:
            raise Refused(f"{self._name}: {printable_name(entry.name)} is both a file and a folder; keep one of them.")


def open_archive(path: Path, room: Room) -> ArchiveTree:
    """Read an archive into memory and check it, or raise `Unfit`."""
    name = printable_name(path.name)
    try:
        with open_plainly(path) as file:
            data = file.read(room.packed_left + 1)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise Refused(f"{name} could not be read ({why}); check its permissions.") from None
    return open_packed(name, data, room)


def open_packed(name: str, data: bytes, room: Room) -> ArchiveTree:
    """Check the bytes of an archive, or raise `Unfit`."""
    if len(data) > room.packed_left:
        raise too_large(name, room.packed_left)
    room.packed_left -= len(data)
    refuse_unreadable(name)
    if not data:
        raise Unreadable(f"{name} is empty; make the archive again.")
    kind = foreign_kind(data)
    if kind.endswith("archive") and kind not in ("a zip archive", "a gzip archive"):
        raise Unreadable(f"{name} is {kind}, which cannot be read; hand in a .zip.")
    members = tar_members(name, data, room) if is_tar(data) else zip_members(name, data, room)
    return ArchiveTree(name, members, room)


def archive_ending(name: str) -> str:
    """Return the ending that makes a name one of an archive, such as `.zip` or `.zip (1)`, or ""."""
    key = name_key(name)
    for shown in (key, SECOND.sub("", key)):
        if found := next((end for end in (*PACKED, *UNREADABLE) if shown.endswith(end) and shown != end), ""):
            return key[len(shown) - len(found) :]
    return ""


def refuse_unreadable(name: str) -> None:
    """Say of an archive that another program would be needed for."""
    ending = SECOND.sub("", archive_ending(name))
    if ending in UNREADABLE:
        raise Unreadable(CANNOT.format(name=printable_name(name), ending=ending))


def _refuse_whole(archive: str, members: Sequence[Member], room: Room) -> None:
    """Refuse an archive that two people could read differently, or that is not what it seems."""
    files = [member for member in members if member.kind == "file"]
    if any(not member.parts for member in files):
        raise Refused(f"{archive} has a member without a name, which is no plain relative path; rename it.")
    counted = [one for one in files if not is_ignored(one.parts[-1]) and not any(map(is_not_own, one.parts[:-1]))]
    room.take(archive, len(counted), sum(member.size for member in files))
    seen: dict[str, FolderPath] = {}
    for member in files:
        path = "/".join(member.parts)
        if seen.setdefault(name_key(path), member.parts) is not member.parts:
            raise Refused(f"{archive} has two members named {printable_name(path)}, or alike; keep one of them.")
