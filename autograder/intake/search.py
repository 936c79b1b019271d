"""Where a hand-in keeps its lessons, and which file counts for each."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from autograder.course.model import Assignment
from autograder.intake.hand_in import Refused
from autograder.intake.names import alike, shown
from autograder.intake.tree import DEEPEST, Entry, Place, Tree

SUFFIXES = (".py", ".ipynb")


@dataclass
class Found:
    """The files of a hand-in that may be lessons.

    Args:
        entries: the entries of the folders that count.
        links: links that stand where a folder of lessons might.
        others: Python files and notebooks that no lesson is named as.
    """

    entries: list[Entry] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


def search(tree: Tree, assignment: Assignment) -> Found:
    """Look for lesson files: here, else in wrapping folders, those of the assignment first.

    Where several folders are as good as each other, all of them count.
    """
    wanted = [lesson.name + suffix for lesson in assignment.lessons for suffix in SUFFIXES]
    names = {alike(name) for name in wanted}
    found = Found()
    homes: dict[Place, list[Entry]] = {}
    level: list[Place] = [()]
    while level:
        deeper: list[Place] = []
        for place in level:
            entries = tree.entries(place, wanted)
            if any(alike(entry.name) in names for entry in entries):
                homes[place] = entries
            else:
                _note_others(found, entries)
                deeper += [(*place, e.name) for e in entries if e.kind == "folder"]
        level = [place for place in deeper if len(place) <= DEEPEST]
    best = min((_rank(place, assignment) for place in homes), default=None)
    found.entries = [e for p, es in homes.items() if _rank(p, assignment) == best for e in es]
    return found


def _note_others(found: Found, entries: Sequence[Entry]) -> None:
    found.links += [shown(entry.name) for entry in entries if entry.kind == "link"]
    found.others += [shown(entry.name) for entry in entries if alike(entry.name).endswith((*SUFFIXES, ".zip"))]


def _rank(place: Place, assignment: Assignment) -> tuple[bool, int]:
    return alike(assignment.name) not in map(alike, place), len(place)


def choose(entries: Sequence[Entry], lesson: str) -> tuple[Entry | None, tuple[str, ...]]:
    """Choose the file that counts for a lesson: a `.py` before a notebook, the exact name before one alike.

    Returns: the file or None, and notes on what was passed over.
    """
    kinds = [_of_name(entries, lesson + suffix) for suffix in SUFFIXES]
    (chosen, notes), *rest = [pair for pair in kinds if pair[0]] or [(None, ())]
    if chosen and rest:
        notes = (*notes, f"{shown(chosen.name)} counts, not the notebook beside it.")
    return chosen, notes


def _of_name(entries: Sequence[Entry], wanted: str) -> tuple[Entry | None, tuple[str, ...]]:
    fitting = [entry for entry in entries if alike(entry.name) == alike(wanted)]
    exact = [entry for entry in fitting if entry.name == wanted]
    candidates = exact or fitting
    if len(candidates) > 1:
        raise Refused(f"{_paths(candidates)} could each be {wanted}; keep one of them, named {wanted}.")
    if not candidates:
        return None, ()
    return candidates[0], _notes(candidates[0], wanted, len(fitting))


def _notes(chosen: Entry, wanted: str, fitting: int) -> tuple[str, ...]:
    if chosen.name != wanted:
        return (f"{shown(chosen.name)} counts as {wanted}; name it {wanted} next time.",)
    if fitting > 1:
        return (f"{wanted} counts, not the files named nearly so.",)
    return ()


def _paths(entries: Sequence[Entry]) -> str:
    return " and ".join(shown("/".join((*entry.place, entry.name))) for entry in entries[:3])
