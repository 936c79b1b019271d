"""Of several attempts of a student, the newest finished version of each file.

Task names say what a file is about: where the newest attempt leaves a task unwritten that an older one has, the older
file stays. So does an older file whose tasks are in no newer one.
"""

import ast
import io
import json
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

from autograder.collect.attempt import Attempt
from autograder.collect.download import Download, ZipDownload
from autograder.intake.hand_in import Unfit
from autograder.intake.names import name_key, printable_name
from autograder.intake.tree import FolderPath
from autograder.isolation.limits import Limits

MAGIC = re.compile(r"^\s*[%!].*$", re.MULTILINE)
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError, KeyError, TypeError)


@dataclass(frozen=True)
class Kept:
    """One file of a student's folder.

    Args:
        done, undone: the tasks that it defines, written and unwritten.
        attempt: of which attempt, counted from 1.
        source: where it stands in the download.
    """

    target: FolderPath
    data: bytes
    done: frozenset[str] = frozenset()
    undone: frozenset[str] = frozenset()
    attempt: int = 1
    source: FolderPath = ()

    @property
    def key(self) -> str:
        return name_key(self.target[-1])


@dataclass(frozen=True)
class Merged:
    """What goes into a student's folder, and what has to be said."""

    files: tuple[Kept, ...]
    notes: tuple[str, ...] = ()


def read_attempt(download: Download, attempt: Attempt, limits: Limits, number: int = 1) -> Merged:
    """Read the files of an attempt, as far as the limits allow; name what is left out."""
    files: list[Kept] = []
    notes = [attempt.note] if attempt.note else []
    kinds = {file.path: file.kind for file in download.files}
    left = limits.archive_bytes
    for item in sorted(attempt.items, key=lambda one: not _is_work(one.target[-1])):
        name, kind = printable_name(item.target[-1]), kinds.get(item.source, "special")
        if kind == "folder":
            continue
        try:
            if kind != "file":
                notes.append(f"{name} is a link, a device or no plain member, and was left out.")
                continue
            data = download.read(item.source, min(left, limits.archive_bytes))
        except (Unfit, OSError) as error:
            notes.append(f"{name} was left out: {error}")
            continue
        left -= len(data)
        files.append(Kept(item.target, data, attempt=number, source=item.source))
    return Merged(tuple(files), tuple(notes[:20]))


def _is_work(name: str) -> bool:
    return name_key(name).endswith((".py", ".ipynb", ".zip", ".gz", ".tgz"))


def newest_finished(attempts: Sequence[Merged], tasks: frozenset[str], limits: Limits) -> Merged:
    """Choose among attempts that stand in order, the newest last."""
    newest = attempts[-1]
    if len(attempts) == 1:
        return newest
    opened = [[one for file in attempt.files for one in _opened(file, tasks, limits)] for attempt in attempts]
    result, notes = list(opened[-1]), []
    for older in reversed(opened[:-1]):
        for file in older:
            if said := _take_over(result, file):
                notes.append(said)
    unchanged = not notes and all(file.attempt == len(attempts) for file in result)
    said = f"Of {len(attempts)} attempts the newest counts."
    files = newest.files if unchanged else tuple(result)
    return Merged(files, (*newest.notes, said, *dict.fromkeys(notes)))


def _take_over(result: list[Kept], file: Kept) -> str:
    """Put an older file into the result if the newer ones lack its work; say so, or "" where it is not needed."""
    rivals = [one for one in result if one.key == file.key]
    done = frozenset[str]().union(*(one.done for one in result))
    needed = file.done - done
    name = printable_name(file.target[-1])
    if not needed and (file.done or file.undone or rivals or not _is_work(file.target[-1])):
        return ""
    if rivals and file.done and all(one.done <= file.done for one in rivals):
        for one in rivals:
            result.remove(one)
        result.append(file)
        return f"{name} is that of attempt {file.attempt}: a later one leaves it unwritten or unreadable."
    result.append(replace(file, target=_beside(result, file)))
    return f"{name} of attempt {file.attempt} was added: a later one does not have it."


def _beside(result: Sequence[Kept], file: Kept) -> FolderPath:
    """Find a free place for an older file in the folder of the newer work, where lessons are looked for first."""
    homes = sorted((one.target[:-1] for one in result if _is_work(one.target[-1])), key=len)
    place, name = homes[0] if homes else (), file.target[-1]
    taken = {tuple(map(name_key, one.target)) for one in result}
    free = tuple(map(name_key, (*place, name))) not in taken
    return (*place, name if free else f"attempt-{file.attempt}-{name}")


def _opened(file: Kept, tasks: frozenset[str], limits: Limits) -> list[Kept]:
    """Take a .zip apart, so that its files can be compared; whatever cannot be opened stays as it is."""
    if not file.key.endswith(".zip"):
        return [_looked_into(file, tasks, limits)]
    try:
        with ZipDownload(io.BytesIO(file.data)) as archive:
            names = [one.path for one in archive.files if one.kind == "file"]
            odd = archive.refused or any(one.kind not in ("file", "folder") for one in archive.files)
            if odd or len(names) > limits.archive_members:
                return [file]
            left, files = limits.archive_bytes, []
            for path in names:
                data = archive.read(path, left)
                left -= len(data)
                files.append(replace(file, target=(*file.target[:-1], *path), data=data))
    except Unfit:
        return [file]
    return [_looked_into(one, tasks, limits) for one in files]


def _looked_into(file: Kept, tasks: frozenset[str], limits: Limits) -> Kept:
    most = limits.notebook_bytes if file.key.endswith(".ipynb") else limits.source_bytes
    if not file.key.endswith((".py", ".ipynb")) or len(file.data) > most:
        return file
    nodes = [node for text in _texts(file) for node in _parsed(text)]
    named = {node.name: _is_unwritten(node) for node in nodes if node.name in tasks}  # the last definition counts
    undone = frozenset(name for name, unwritten in named.items() if unwritten)
    return replace(file, done=frozenset(named) - undone, undone=undone)


def _texts(file: Kept) -> list[str]:
    """Return a file's text, or those of its code cells; only names are looked for, so comments may be misread."""
    wide = file.data[:2] in (b"\xff\xfe", b"\xfe\xff")
    code = "utf-16" if wide else "utf-16-le" if b"\0" in file.data[:100] else "utf-8-sig"
    text = file.data.decode(code, "replace")
    if not file.key.endswith(".ipynb"):
        return [text]
    try:
        cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
        return [MAGIC.sub("", "".join(cell["source"])) for cell in cells]
    except UNREADABLE:
        return []


Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _parsed(text: str) -> list[Definition]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return [node for node in ast.parse(text).body if isinstance(node, Definition)]
    except UNREADABLE:
        return []


def _is_unwritten(node: Definition) -> bool:
    """Say whether a body, or that of a method, still ends in `raise NotImplementedError`."""
    inner = [one for one in node.body if isinstance(one, Definition)] if isinstance(node, ast.ClassDef) else []
    return any(map(_is_stub, node.body)) or any(_is_unwritten(one) for one in inner)


def _is_stub(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Raise) or statement.exc is None:
        return False
    raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
