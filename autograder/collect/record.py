"""`collected.csv`: who handed in, and when, beside the folders of the students."""

import csv
import io
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from datetime import datetime, tzinfo
from pathlib import Path

from autograder.course.times import moment
from autograder.errors import UsageError
from autograder.text.clean import csv_cell

COLLECTED = "collected.csv"
NOT_HANDED_IN = "Nothing was handed in."
MOST_BYTES = 20 << 20


@dataclass(frozen=True)
class Row:
    """One student of `collected.csv`.

    Args:
        student, folder: the name in tables, and on disk.
        time: when the attempt that counts was handed in, with its zone, or "" where the platform does not say it.
        late: what the platform says: "yes", "no" or "".
        due: the student's own deadline, as the roster says it, or "".
        attempts: how many there are.
        files: how many files stand in the folder.
    """

    student: str
    id: str = ""
    name: str = ""
    email: str = ""
    folder: str = ""
    time: str = ""
    late: str = ""
    due: str = ""
    attempts: int = 0
    files: int = 0
    platform: str = ""
    note: str = ""

    def when(self, zone: tzinfo) -> datetime | None:
        """Return the time as a moment."""
        return moment(self.time, zone) if self.time else None


TITLES = tuple(field.name for field in fields(Row))


def table(rows: Iterable[Row]) -> str:
    """Write the table; no cell of it is a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(TITLES)
    writer.writerows([csv_cell(str(cell)) for cell in astuple(row)] for row in rows)
    return text.getvalue()


def read_collected(folder: Path) -> dict[str, Row]:
    """Read the table by the folders' names; {} where none is there.

    Raises:
        UsageError: it is there, and is no table of ours any more.
    """
    path = folder / COLLECTED
    if path.is_symlink() or not path.is_file():
        return {}
    try:
        text = path.read_bytes()[:MOST_BYTES].decode("utf-8-sig")
        rows = [_row(cells) for cells in csv.DictReader(io.StringIO(text))]
    except (OSError, ValueError, TypeError, KeyError, csv.Error):
        raise UsageError(
            f"{path}: this is not as `unroll collect` wrote it. Collect once more, or remove it."
        ) from None
    return {row.folder: row for row in rows}


def _row(cells: dict[str, str]) -> Row:
    texts = {title: _as_written(cells[title]) for title in TITLES if title not in ("attempts", "files")}
    return Row(**texts, attempts=int(cells["attempts"]), files=int(cells["files"]))


def _as_written(cell: str) -> str:
    """Take away the sign that keeps a spreadsheet from calculating."""
    return cell[1:] if cell.startswith("'") and csv_cell(cell[1:]) == cell else cell
