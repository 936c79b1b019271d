"""The archive that is handed in: the same files make the same bytes, and no other file is ever lost for it."""

import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path

from autograder.errors import UsageError
from autograder.text.files import cannot_write

MADE_BY = b"Made by unroll pack."
NO_TIME = (1980, 1, 1, 0, 0, 0)
MODE = 0o644
ADVICE = "Free space or choose another file with -o, then run the same command again. Your lessons are as they were."
IN_THE_WAY = "{path} is there and was not made by `unroll pack`. Choose another file with -o."


def zip_bytes(members: Mapping[str, bytes]) -> bytes:
    """Make an archive; neither times nor the system are in it.

    Args:
        members: what stands in each file, by its path in the archive.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = MADE_BY
        for name, data in members.items():
            info = zipfile.ZipInfo(name, NO_TIME)
            info.create_system = 3  # with it, other systems read the mode as well
            info.external_attr = (0o100000 | MODE) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return made.getvalue()


def put(path: Path, data: bytes) -> Path | None:
    """Put an archive in its place, whole or not at all; an earlier one that differs is kept beside it.

    Returns: the name that the earlier one has now, or None where there was none.

    Raises:
        UsageError: another file is in its place.
        GradingError: it cannot be written.
    """
    try:
        return _put(path, data)
    except OSError as error:
        raise cannot_write(path, error, ADVICE) from None


def refuse_other_file(path: Path) -> None:
    """Refuse a place where something stands that `unroll pack` did not make.

    Raises:
        UsageError: that is so.
    """
    if path.is_symlink() or (path.exists() and not (path.is_file() and _is_made_by_pack(path))):
        raise UsageError(IN_THE_WAY.format(path=path))


def _put(path: Path, data: bytes) -> Path | None:
    handle, name = tempfile.mkstemp(".part", ".", path.parent)
    part = Path(name)  # of a name that no other run has
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        part.chmod(MODE)
        return _move(part, path, data)
    finally:
        part.unlink(missing_ok=True)


def _move(part: Path, path: Path, data: bytes) -> Path | None:
    if not path.is_symlink() and not path.exists() and _is_linked(part, path):
        return None
    refuse_other_file(path)
    before = _kept(path) if path.exists() and path.read_bytes() != data else None
    part.replace(path)
    return before


def _is_linked(part: Path, path: Path) -> bool:
    """Give a file its name unless something has it; some file systems cannot."""
    with suppress(OSError):
        os.link(part, path)
        return True
    return False


def _kept(path: Path) -> Path:
    names = (path.with_name(f"{path.name}.before{'' if n == 1 else f'-{n}'}") for n in count(1))
    for copy in names:
        with suppress(FileExistsError), path.open("rb") as old, copy.open("xb") as new:
            shutil.copyfileobj(old, new)
            return copy
    raise AssertionError("there are names without end")


def _is_made_by_pack(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.comment == MADE_BY
    except (zipfile.BadZipFile, OSError, ValueError):
        return False
