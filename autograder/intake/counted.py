"""Which files of a folder count as which lesson, chosen as what is graded is chosen, and why the others do not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course.model import Assignment
from autograder.intake.archive import archive_ending
from autograder.intake.choice import Choice, Draft, choose, listed
from autograder.intake.drafts import DraftReader
from autograder.intake.folder import FolderTree
from autograder.intake.hand_in import Unfit
from autograder.intake.room import Room
from autograder.intake.search import FoundFile, FoundFiles, search
from autograder.intake.tree import FolderPath
from autograder.isolation.limits import Limits

NO_TASK = "defines no task; only lessons count"
LEFT_OUT = "was not looked at; there are too many files"


@dataclass(frozen=True)
class CountedFile:
    """A file that counts as a lesson, or as part of one.

    Args:
        path: the folders and archives above it, then its name.
        lessons: those that it counts as, in the order of the course.
        is_alone: whether nothing else counts as one of them.
    """

    path: FolderPath
    lessons: tuple[str, ...]
    is_notebook: bool
    is_alone: bool
    data: bytes


@dataclass
class CountedFiles:
    """What of a folder counts, and what does not.

    Args:
        passed_over: why a file that could be a lesson does not count, by its path.
    """

    files: list[CountedFile] = field(default_factory=list)
    passed_over: dict[FolderPath, str] = field(default_factory=dict)


def counted_files(folder: Path, assignment: Assignment, limits: Limits) -> CountedFiles:
    """Say which files of a folder count for an assignment, and read them.

    Raises:
        Unfit: the folder cannot be looked through.
        OSError: it cannot be opened.
    """
    with FolderTree(folder) as tree:
        found = search(tree, assignment, Room(limits))
        drafts = DraftReader(assignment, limits).read_all(found.files)
        chosen = {lesson.name: choose(lesson, assignment, drafts) for lesson in assignment.lessons}
        choices = {name: choice for name, choice in chosen.items() if choice}
        return _sorted(found, drafts, choices, limits)


def _sorted(found: FoundFiles, drafts: Sequence[Draft], choices: dict[str, Choice], limits: Limits) -> CountedFiles:
    used = {name: [one for version in choice.versions for one in version.drafts] for name, choice in choices.items()}
    result = CountedFiles()
    for file in found.files:
        path = (*file.place, file.entry.name)
        own = [draft for draft in drafts if draft.path == path]
        lessons = tuple(name for name, some in used.items() if any(draft.path == path for draft in some))
        is_alone = all(len({draft.path for draft in used[name]}) == 1 for name in lessons)
        data = _read(file, own, limits) if lessons else None
        if data is None:
            result.passed_over[path] = _why(own, choices)
        else:
            result.files.append(CountedFile(path, lessons, own[0].is_notebook, is_alone, data))
    refused = iter(found.refused)
    for file in found.others:
        why = next(refused) if archive_ending(file.entry.name) else "is no Python file and no notebook"
        result.passed_over[(*file.place, file.entry.name)] = why
    return result


def _read(file: FoundFile, own: Sequence[Draft], limits: Limits) -> bytes | None:
    limit = limits.notebook_bytes if own[0].is_notebook else limits.source_bytes
    try:
        return file.tree.read(file.entry, limit)
    except Unfit:
        return None


def _why(own: Sequence[Draft], choices: dict[str, Choice]) -> str:
    if not own:
        return LEFT_OUT
    if own[0].problem:
        return own[0].problem
    defined = own[0].found.defined
    return listed(_instead(defined, choices)) if defined else NO_TASK


def _instead(defined: frozenset[str], choices: dict[str, Choice]) -> Iterator[str]:
    """Name the files that count in its place."""
    versions = [version for choice in choices.values() for version in choice.versions]
    taken = [version for version in versions if any(one.found.defined & defined for one in version.drafts)]
    yield from dict.fromkeys(f"{version.label} counts" for version in taken)
