"""Files that appear whole or not at all."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from autograder.errors import GradingError

BINARY = getattr(os, "O_BINARY", 0)  # Windows writes \r\n without it
GRADING = "Free space or choose another -o, then run the same command again: what is graded is kept."


def write_atomically(
    path: Path, content: str | bytes | Iterable[str], advice: str = GRADING, mode: int = 0o666
) -> None:
    """Write beside the destination, then put in its place; a link there is replaced, not followed.

    Args:
        content: all of it, or pieces of text for a long file.
        advice: what to do where it cannot be written.
        mode: who may read and write it, before the umask.

    Raises:
        GradingError: the disk is full or the folder cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        _write(part, [content] if isinstance(content, str | bytes) else content, mode)
        part.replace(path)
    except OSError as error:
        raise cannot_write(path, error, advice) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def real_folder(folder: Path) -> Path:
    """Make a folder if it is not there.

    Raises:
        GradingError: a link stands in its place, or it cannot be made.
    """
    if folder.is_symlink():
        raise GradingError(f"{folder} is a link. Remove it, then run the same command again: what is graded is kept.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from None
    return folder


def cannot_write(path: Path, error: OSError, advice: str = GRADING) -> GradingError:
    """Say in one line what could not be written, why, and what to do."""
    return GradingError(f"{path}: {error.strerror or error}. {advice}")


def _write(path: Path, pieces: Iterable[str | bytes], mode: int) -> None:
    # O_EXCL refuses a link that came between: what is opened here was made here.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY, mode)
    with os.fdopen(handle, "wb") as file:
        file.writelines(piece.encode() if isinstance(piece, str) else piece for piece in pieces)
