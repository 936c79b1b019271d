"""One member of an archive, and its name: whatever kind of archive it is in, the same checks hold."""

from collections.abc import Callable
from dataclasses import dataclass

from autograder.intake.hand_in import Refused
from autograder.intake.names import is_misleading, printable_name
from autograder.intake.tree import FolderPath, Kind


@dataclass(frozen=True)
class Member:
    """One member of an archive.

    Args:
        kind: a folder, or a file; nothing else gets this far.
        time: when it was changed, in seconds, or None.
        read: returns at most so many bytes, or raises `Damaged`.
    """

    parts: FolderPath
    kind: Kind
    size: int
    time: float | None
    read: Callable[[int], bytes]


class Damaged(Exception):
    """A member cannot be unpacked."""


def plain_parts(archive: str, name: str) -> FolderPath:
    """Split a member's name into folders and file, or refuse a name that leads elsewhere."""
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    elsewhere = not name or name.startswith("/") or "\\" in name or ".." in parts or name[1:2] == ":"
    if elsewhere or is_misleading(name) or len(name) > 1000 or any(len(part) > 255 for part in parts):
        raise Refused(
            f"{archive} has a member named {printable_name(name)}, which is no plain relative path; rename it."
        )
    return parts


def name_of_bytes(raw: bytes) -> str:
    """Decode the name of a member that does not say how it is encoded: UTF-8, Korean Windows, or DOS."""
    for encoding in ("utf-8", "euc_kr"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("cp437")
