"""Find the lessons in a hand-in, and the file that counts for each."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from autograder.course.model import Assignment
from autograder.intake.hand_in import Refused
from autograder.intake.names import name_key, printable_name
from autograder.intake.tree import DEEPEST, FileEntry, FolderPath, Tree

SUFFIXES = (".py", ".ipynb")


@dataclass
class FoundFiles:
    """The files of a hand-in that may be lessons.

    Args:
        entries: the entries of the folders that count.
        links: links that stand where a folder of lessons might.
        others: Python files and notebooks that no lesson is named as.
    """

    entries: list[FileEntry] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


def search(tree: Tree, assignment: Assignment) -> FoundFiles:
    """Look for lesson files: here, else in wrapping folders, those of the assignment first.

    Where several folders are as good as each other, all of them count.
    """
    wanted = [lesson.name + suffix for lesson in assignment.lessons for suffix in SUFFIXES]
    names = {name_key(name) for name in wanted}
    found = FoundFiles()
    homes: dict[FolderPath, list[FileEntry]] = {}
    level: list[FolderPath] = [()]
    while level:
        deeper: list[FolderPath] = []
        for place in level:
            entries = tree.entries(place, wanted)
            if any(name_key(entry.name) in names for entry in entries):
                homes[place] = entries
            else:
                _note_others(found, entries)
                deeper += [(*place, e.name) for e in entries if e.kind == "folder"]
        level = [place for place in deeper if len(place) <= DEEPEST]
    best = min((_rank(place, assignment) for place in homes), default=None)
    found.entries = [e for p, es in homes.items() if _rank(p, assignment) == best for e in es]
    return found


def _note_others(found: FoundFiles, entries: Sequence[FileEntry]) -> None:
    found.links += [printable_name(entry.name) for entry in entries if entry.kind == "link"]
    found.others += [
        printable_name(entry.name) for entry in entries if name_key(entry.name).endswith((*SUFFIXES, ".zip"))
    ]


def _rank(place: FolderPath, assignment: Assignment) -> tuple[bool, int]:
    return name_key(assignment.name) not in map(name_key, place), len(place)


def choose_file(entries: Sequence[FileEntry], lesson: str) -> tuple[FileEntry | None, tuple[str, ...]]:
    """Choose the file that counts for a lesson: a `.py` before a notebook, the exact name before one alike.

    Returns: the file or None, and notes on what was passed over.
    """
    kinds = [_of_name(entries, lesson + suffix) for suffix in SUFFIXES]
    (chosen, notes), *rest = [pair for pair in kinds if pair[0]] or [(None, ())]
    if chosen and rest:
        notes = (*notes, f"{printable_name(chosen.name)} counts, not the notebook beside it.")
    return chosen, notes


def _of_name(entries: Sequence[FileEntry], wanted: str) -> tuple[FileEntry | None, tuple[str, ...]]:
    fitting = [entry for entry in entries if name_key(entry.name) == name_key(wanted)]
    exact = [entry for entry in fitting if entry.name == wanted]
    candidates = exact or fitting
    if len(candidates) > 1:
        raise Refused(f"{_paths(candidates)} could each be {wanted}; keep one of them, named {wanted}.")
    if not candidates:
        return None, ()
    return candidates[0], _notes(candidates[0], wanted, len(fitting))


def _notes(chosen: FileEntry, wanted: str, fitting: int) -> tuple[str, ...]:
    if chosen.name != wanted:
        return (f"{printable_name(chosen.name)} counts as {wanted}; name it {wanted} next time.",)
    if fitting > 1:
        return (f"{wanted} counts, not the files named nearly so.",)
    return ()


def _paths(entries: Sequence[FileEntry]) -> str:
    return " and ".join(printable_name("/".join((*entry.place, entry.name))) for entry in entries[:3])
