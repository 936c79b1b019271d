"""The members of a zip archive: nothing that leads elsewhere, has a password or is packed in an unusual way."""

import calendar
import io
import stat
import zipfile
import zlib
from functools import partial

from autograder.intake.folder import kind_of
from autograder.intake.hand_in import Refused, Unreadable
from autograder.intake.members import Damaged, Member, name_of_bytes, plain_parts
from autograder.intake.names import printable_name
from autograder.intake.room import Room

DIRECTORY_RECORD = b"PK\x01\x02"
ENCRYPTED, UTF_8 = 0x1, 0x800
NO_TIME = (1980, 1, 1, 0, 0, 0)
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


def zip_members(name: str, data: bytes, room: Room) -> list[Member]:
    """List the members of a zip archive, or refuse it."""
    room.refuse_records(name, data.count(DIRECTORY_RECORD))
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except BROKEN:
        raise Unreadable(f"{name} is no zip archive, or not all of it; make it again.") from None
    members = [_member(name, archive, info) for info in archive.infolist()]
    for info in archive.infolist():
        _refuse_member(name, info)
    return members


def _member(name: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member:
    parts = plain_parts(name, member_name(info))
    is_folder = info.is_dir()
    return Member(parts, "folder" if is_folder else "file", info.file_size, _time(info), partial(_read, archive, info))


def member_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name; without the mark of UTF-8, zipfile takes every name for one of DOS."""
    name = info.orig_filename
    if info.flag_bits & UTF_8 or name.isascii():
        return name
    try:
        return name_of_bytes(name.encode("cp437"))
    except UnicodeEncodeError:
        return name


def _time(info: zipfile.ZipInfo) -> float | None:
    try:
        return None if info.date_time <= NO_TIME else float(calendar.timegm((*info.date_time, 0, 0, 0)))
    except ValueError:  # month 0
        return None


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes:
    try:
        with archive.open(info) as member:
            return member.read(most)
    except BROKEN:
        raise Damaged from None


def _refuse_member(archive: str, info: zipfile.ZipInfo) -> None:
    name = printable_name(info.filename)
    mode = info.external_attr >> 16
    if stat.S_IFMT(mode) and kind_of(mode) in ("link", "special"):
        raise Refused(f"{archive}: {name} is a link or a device; put the file itself into the archive.")
    if info.flag_bits & ENCRYPTED:
        raise Refused(f"{archive}: {name} has a password; make the archive without one.")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused(f"{archive}: {name} is packed in an unusual way; make an ordinary zip archive.")
