"""The table of the last whole run: grades.csv, and grades.previous.csv once another one takes its place.

While tables are being replaced, and after a run that was stopped, a mark stands in OUT. Then no whole run stands behind
grades.csv, so it does not become the previous table. The one before it is kept already.
"""

import hashlib
import os
from pathlib import Path

from autograder.errors import UsageError
from autograder.text.files import write_atomically
from autograder.text.ours import open_own

GRADES, PREVIOUS, UNFINISHED = "grades.csv", "grades.previous.csv", ".unfinished"
WHY = "The tables here are not those of a whole run. The next run that ends by itself removes this file.\n"


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file of ours; "" where there is none."""
    found = own_bytes(path)
    return "" if found is None else hashlib.sha256(found).hexdigest()


def keep_previous(out: Path, whole: str) -> None:
    """Keep grades.csv, if it is a whole run's, before another one takes its place.

    Args:
        whole: SHA-256 of the table of the last run, if that was a whole one; otherwise "".

    Raises:
        GradingError: OUT cannot be written.
    """
    table = own_bytes(out / GRADES)
    if table is not None and is_whole(out, whole):
        write_atomically(out / PREVIOUS, table)
    write_atomically(out / UNFINISHED, WHY)


def is_whole(out: Path, whole: str) -> bool:
    """Say whether the tables are a whole run's; one that was killed after its last table has left the mark too."""
    return not (out / UNFINISHED).exists() or (whole != "" and digest_of(out / GRADES) == whole)


def settle(out: Path) -> None:
    """Say that the tables are those of a whole run."""
    (out / UNFINISHED).unlink(missing_ok=True)


def own_bytes(path: Path) -> bytes | None:
    """Read a file of ours; None where there is none, or something else stands there."""
    try:
        with os.fdopen(open_own(path, os.O_RDONLY, private=False), "rb") as file:
            return file.read()
    except (OSError, UsageError):
        return None
