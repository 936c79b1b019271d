"""The common interface of a folder and an archive: entries to list, files to read."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol, Self

from autograder.intake.hand_in import Refused

Kind = Literal["file", "folder", "link", "special"]
FolderPath = tuple[str, ...]
DEEPEST = 5


@dataclass(frozen=True)
class FileEntry:
    """One name in a folder.

    Args:
        place: the names of the folders above it, below the student's own.
        kind: `special` is a FIFO, a device or a socket.
        time: when it was changed, in seconds, as an archive says; None in a folder, where copying changes it.
    """

    place: FolderPath
    name: str
    kind: Kind
    time: float | None = None


class Tree(Protocol):
    """A hand-in to look through, and to close. Dot files and `__MACOSX` are not in it."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def entries(self, place: FolderPath, wanted: Iterable[str] = ()) -> list[FileEntry]:
        """List a folder; the wanted names are found however full the folder is."""
        ...

    def notes(self) -> tuple[str, ...]:
        """Say what could not be looked at."""
        ...

    def read(self, entry: FileEntry, limit: int) -> bytes:
        """Read a file of at most `limit` bytes, or raise `Unfit`."""
        ...


def too_large(name: str, limit: int) -> Refused:
    """Say that a file has more bytes than it may."""
    return Refused(f"{name} is larger than {megabytes(limit)}; take out what the lesson does not need.")


def megabytes(size: int) -> str:
    """Write a number of bytes for people."""
    return f"{size / 2**20:.3g} MB"
