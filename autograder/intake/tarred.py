"""The members of a .tar or .tar.gz archive: plain files and folders, and nothing else."""

import io
import tarfile
import zlib
from functools import partial

from autograder.intake.hand_in import Refused, Unreadable
from autograder.intake.members import Damaged, Member, name_of_bytes, plain_parts
from autograder.intake.names import printable_name
from autograder.intake.room import Room

GZIP, GZIP_WINDOW = b"\x1f\x8b", 31
USTAR, USTAR_AT = b"ustar", 257
BLOCK = 512
HEADERS = 4 * BLOCK  # of one member, with long names
BROKEN = (tarfile.TarError, zlib.error, ValueError, OverflowError, EOFError, OSError, MemoryError, RecursionError)


def is_tar(data: bytes) -> bool:
    """Tell a tar archive, packed with gzip or not, by its bytes."""
    return data.startswith(GZIP) or data[USTAR_AT : USTAR_AT + len(USTAR)] == USTAR


def tar_members(name: str, data: bytes, room: Room) -> list[Member]:
    """List the members of a tar archive, or refuse it."""
    plain = _unpacked(name, data, room) if data.startswith(GZIP) else data
    members: list[Member] = []
    try:
        with tarfile.open(fileobj=io.BytesIO(plain), mode="r:", encoding="utf-8") as archive:
            for info in archive:
                room.refuse_records(name, len(members) + 1)
                members.append(_member(name, plain, info))
    except BROKEN:
        raise Unreadable(f"{name} is no tar archive, or not all of it; make it again.") from None
    return members


def _unpacked(name: str, data: bytes, room: Room) -> bytes:
    """Unpack gzip, and stop where it is more than it may be."""
    most = room.limits.archive_bytes + HEADERS * room.most_records
    parts: list[bytes] = []
    while data and most >= 0:
        unpacker = zlib.decompressobj(GZIP_WINDOW)
        try:
            parts.append(unpacker.decompress(data, most + 1))
        except BROKEN:
            raise Unreadable(f"{name} is no tar archive, or not all of it; make it again.") from None
        most -= len(parts[-1])
        if most >= 0 and not unpacker.eof:
            raise Unreadable(f"{name} is no tar archive, or not all of it; make it again.")
        data = unpacker.unused_data.lstrip(b"\0")
    if most < 0:
        room.take(name, 0, room.limits.archive_bytes + 1)
    return b"".join(parts)


def _member(archive: str, plain: bytes, info: tarfile.TarInfo) -> Member:
    name = name_of_bytes(info.name.encode("utf-8", "surrogateescape"))
    parts = plain_parts(archive, name + ("/" if info.isdir() else ""))
    shown = printable_name(name)
    if not (info.isreg() or info.isdir()):
        raise Refused(f"{archive}: {shown} is a link or a device; put the file itself into the archive.")
    if info.issparse():
        raise Refused(f"{archive}: {shown} is packed in an unusual way; make an ordinary archive.")
    size = info.size if info.isreg() else 0
    if size < 0:
        raise Refused(f"{archive}: {shown} is damaged inside the archive; make the archive again.")
    time = float(info.mtime) if info.mtime > 0 else None
    return Member(parts, "folder" if info.isdir() else "file", size, time, partial(_read, plain, info))


def _read(plain: bytes, info: tarfile.TarInfo, most: int) -> bytes:
    data = plain[info.offset_data : info.offset_data + min(info.size, most)]
    if len(data) < min(info.size, most):
        raise Damaged
    return data
