"""What is exported: files by their names, written as a zip that is always the same, or into a folder."""

import io
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UsageError
from autograder.text.files import real_folder, write_atomically
from autograder.text.ours import NOBODY_ELSE

FIRST_MOMENT = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say: its bytes depend on no clock
UNIX = 3
REGULAR = 0o100000
ADVICE = "Free space or choose another -o, then run the same command again."
TEMPLATE = Path(__file__).with_name("template")


@dataclass(frozen=True)
class File:
    """One file of what is exported."""

    data: bytes
    is_program: bool = False


Files = dict[str, File]


def plain(contents: Mapping[str, bytes]) -> Files:
    """Make files that are no programs."""
    return {name: File(data) for name, data in contents.items()}


def filled(template: str, words: Mapping[str, str], is_program: bool = False) -> File:
    """Read a template and put words in place of `@NAME@`.

    Raises:
        KeyError: it has a word that is not given.
    """
    text = (TEMPLATE / f"{template}.txt").read_text(encoding="utf-8")
    for word, value in words.items():
        text = text.replace(f"@{word}@", value)
    return File(text.encode(), is_program)


def zipped(files: Files) -> bytes:
    """Pack files into a zip: in the order of their names, without the times and owners of this machine."""
    with zipfile.ZipFile(buffer := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in sorted(files.items()):
            entry = zipfile.ZipInfo(name, FIRST_MOMENT)
            entry.create_system = UNIX
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (REGULAR | (0o755 if file.is_program else 0o644)) << 16
            archive.writestr(entry, file.data)
    return buffer.getvalue()


def write_new(path: Path, content: str | bytes, force: bool) -> None:
    """Write a file that nobody else may read: it holds solutions, or marks.

    Args:
        force: replace a file that stands there.

    Raises:
        UsageError: something stands there.
        GradingError: it cannot be written.
    """
    if path.is_dir():
        raise UsageError(f"{path} is a folder. Give the name of a file with -o.")
    if (path.exists() or path.is_symlink()) and not force:
        raise UsageError(f"{path} is there already. Choose another -o, or add --force to replace it.")
    real_folder(path.parent)
    write_atomically(path, content, ADVICE, mode=NOBODY_ELSE)


def write_folder(folder: Path, files: Files, force: bool) -> None:
    """Write files below a folder, which nobody else may read.

    Args:
        force: replace files of the same names that stand there; all others stay.

    Raises:
        UsageError: the folder holds something.
        GradingError: it cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file. Give a folder with -o.")
    if folder.is_dir() and any(folder.iterdir()) and not force:
        raise UsageError(
            f"{folder} is not empty. Choose another -o, or add --force to replace files of the same names."
        )
    for name, file in files.items():
        path = folder / name
        real_folder(path.parent)
        write_atomically(path, file.data, ADVICE, mode=NOBODY_ELSE)
        if file.is_program and os.name == "posix":
            path.chmod(0o700)
