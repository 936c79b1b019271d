"""Downloads of learning platforms, made of a few names and texts."""

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, tzinfo
from pathlib import Path

from autograder.collect.attempt import Asked
from autograder.collect.collect import Collected, understand, write
from autograder.collect.download import open_download
from autograder.collect.record import Row
from autograder.collect.roster import Entry
from autograder.isolation.limits import Limits

DONE = "def rnn_cell(x, h):\n    return x + h\n"
STUB = "def rnn_cell(x, h):\n    # YOUR CODE HERE\n    raise NotImplementedError\n"
OTHER = "def readout(h):\n    return h\n"
TASKS = frozenset({"rnn_cell", "readout"})
LIMITS = Limits()
Tree = Mapping[str, str | bytes]


def lay_out(root: Path, files: Tree) -> Path:
    """Write files below a folder; a name that ends in / is an empty folder."""
    root.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    return root


def packed(files: Tree) -> bytes:
    with zipfile.ZipFile(buffer := io.BytesIO(), "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


@contextmanager
def looked_at(
    path: Path, zone: tzinfo = UTC, only: str = "", roster: Sequence[Entry] = (), limits: Limits = LIMITS
) -> Iterator[Collected]:
    """Open a download, and find out who handed in what."""
    with open_download(path) as download:
        found = understand(download, path.name, Asked(zone, only), TASKS, limits, roster)
        assert found is not None, "the layout is not recognised"
        yield found


def collected(path: Path, out: Path, force: bool = False, **asked) -> dict[str, Row]:
    """Collect a download; return the rows by student."""
    with looked_at(path, **asked) as found:
        return {row.student: row for row in write(found, out, force)}


def files_in(folder: Path) -> dict[str, str]:
    """Read all files below a folder, by their paths from it."""
    return {
        str(one.relative_to(folder)): one.read_text(errors="replace")
        for one in sorted(folder.rglob("*"))
        if one.is_file()
    }
