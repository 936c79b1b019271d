"""The student's own files that are not in a hand-in, and why; what the kit put there is not named."""

from collections.abc import Iterator
from pathlib import Path

from autograder.course.model import Assignment
from autograder.intake.counted import CountedFiles
from autograder.intake.drafts import DraftReader
from autograder.intake.folder import FolderTree
from autograder.intake.hand_in import Unfit
from autograder.intake.lesson_names import kind_and_stem, named_lessons
from autograder.intake.names import is_not_own
from autograder.intake.search import FoundFile
from autograder.intake.tree import DEEPEST, FileEntry, FolderPath
from autograder.isolation.limits import Limits
from autograder.student.exercises import KNOWN, SUFFIXES, Exercises, read_known

KIT = (".new", ".old")  # behind the names of what `unroll init` lays beside a file
NO_LESSON = "is no lesson; code that is graded finds no files"
LINK = "is a link, which is not followed"
SPECIAL = "is a pipe or a device"
OUTSIDE = "lies outside of {folder}/; move it there if it shall count"
Left = dict[str, str]


def left_out(exercises: Exercises, counted: CountedFiles) -> Left:
    """Say of each file of an assignment's folder that is not handed in why it is not, by its path there."""
    of_kit = _of_kit(exercises)
    taken = {file.path for file in counted.files}
    found: Left = {}
    for path, kind in _files(exercises.folder):
        if path not in taken and path[-1] not in of_kit:
            why = {"link": LINK, "special": SPECIAL}.get(kind, NO_LESSON)
            found["/".join(path)] = counted.passed_over.get(path, why)
    return found


def outside(root: Path, assignment: Assignment, limits: Limits) -> Left:
    """Say which files beside the assignments' folders would be lessons if they lay in them."""
    lessons = [lesson.name for lesson in assignment.lessons]
    with FolderTree(root) as tree:
        entries = [one for one in tree.entries(()) if one.kind == "file" and kind_and_stem(one.name)[0]]
        drafts = DraftReader(assignment, limits).read_all(FoundFile(tree, one) for one in entries)
    work = [one.name for one in drafts if one.found.defined or named_lessons(one.name, lessons)]
    return {name: OUTSIDE.format(folder=assignment.name) for name in work}


def _of_kit(exercises: Exercises) -> set[str]:
    lessons = {lesson.name + suffix for lesson in exercises.assignment.lessons for suffix in SUFFIXES}
    built = {Path(path).name for path in read_known(exercises.folder / KNOWN).get("built", {})}
    beside = {name + end for name in (*built, KNOWN) for end in KIT}
    return (built - lessons) | beside | {KNOWN}


def _files(folder: Path) -> Iterator[tuple[FolderPath, str]]:
    """Go through all files of a folder but for dot files and what programs put there."""
    with FolderTree(folder) as tree:
        waiting: list[FolderPath] = [()]
        while waiting:
            place = waiting.pop(0)
            entries = _entries(tree, place)
            yield from (((*place, one.name), one.kind) for one in entries if one.kind != "folder")
            below = [(*place, one.name) for one in entries if one.kind == "folder" and not is_not_own(one.name)]
            waiting += [one for one in below if len(one) <= DEEPEST]


def _entries(tree: FolderTree, place: FolderPath) -> list[FileEntry]:
    try:
        return tree.entries(place)
    except (OSError, Unfit):
        return []
