"""All files of an archive, also of those in it, for whoever sorts hand-ins before they are graded."""

from collections.abc import Collection, Iterator

from autograder.intake.archive import archive_ending, open_packed
from autograder.intake.conflict import sides
from autograder.intake.contents import NOTHING, Contents, contents
from autograder.intake.drafts import is_notebook
from autograder.intake.hand_in import Unfit
from autograder.intake.lesson_names import kind_and_stem
from autograder.intake.notebook import code_cells
from autograder.intake.room import Room
from autograder.intake.text import check_source, decode_with_note
from autograder.intake.tree import FolderPath, Tree
from autograder.isolation.limits import Limits


def unpacked(name: str, data: bytes, room: Room, depth: int = 1) -> Iterator[tuple[FolderPath, bytes]]:
    """Yield the path and the bytes of each file in an archive; one in it becomes a folder.

    Args:
        room: what the archives of this hand-in may still hold.

    Raises:
        Unfit: the archive, or one in it, is not plain.
    """
    room.refuse_depth(name, depth)
    with open_packed(name, data, room) as tree:
        for path, inner in _files(tree, room.limits):
            if ending := archive_ending(path[-1]):
                around = (*path[:-1], path[-1][: -len(ending)])
                yield from (((*around, *deeper), own) for deeper, own in unpacked(path[-1], inner, room, depth + 1))
            else:
                yield path, inner


def _files(tree: Tree, limits: Limits) -> Iterator[tuple[FolderPath, bytes]]:
    waiting: list[FolderPath] = [()]
    while waiting:
        for entry in tree.entries(waiting.pop()):
            path = (*entry.place, entry.name)
            if entry.kind == "folder":
                waiting.append(path)
            else:
                yield path, tree.read(entry, limits.archive_bytes)


def contents_of(name: str, data: bytes, tasks: Collection[str], limits: Limits) -> Contents:
    """Find which tasks a file defines; nothing where it is neither Python nor a notebook, or cannot be read."""
    kind, _ = kind_and_stem(name)
    most = limits.notebook_bytes if kind == ".ipynb" else limits.source_bytes
    if not kind or len(data) > most:
        return NOTHING
    try:
        text, _ = decode_with_note(name, data)
        if is_notebook(name, text):
            cells, _ = code_cells(name, text, limits.source_bytes)
        else:
            cells = (check_source(name, next(iter(sides(text)))[1]),)
    except Unfit:
        return NOTHING
    return contents(cells, tasks)
