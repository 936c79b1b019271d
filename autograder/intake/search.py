"""Find the files in a hand-in that may be lessons."""

from dataclasses import dataclass, field

from autograder.course.model import Assignment
from autograder.intake.archive import archive_ending, open_packed, refuse_unreadable
from autograder.intake.folder import FolderTree
from autograder.intake.hand_in import Refused, Unfit
from autograder.intake.lesson_names import SUFFIXES, kind_and_stem, named_lessons
from autograder.intake.names import is_not_own, name_key, printable_name
from autograder.intake.room import Room
from autograder.intake.tree import DEEPEST, FileEntry, FolderPath, Tree


@dataclass(frozen=True)
class FoundFile:
    """A file that may be a lesson, and the tree that it is read from.

    Args:
        above: the folders and archives above the tree.
    """

    tree: Tree
    entry: FileEntry
    above: FolderPath = ()

    @property
    def place(self) -> FolderPath:
        return (*self.above, *self.entry.place)


@dataclass
class FoundFiles:
    """The files of a hand-in that may be lessons.

    Args:
        files: Python files and notebooks, by any name, those that are named as a lesson first.
        links: links that stand where a folder of lessons might.
        others: what has a lesson's name and is no Python file and no notebook, and archives that were not opened.
        beside: what else lies there, by name.
        opened: the archives that were looked through.
        refused: why archives were not, a sentence each.
    """

    files: list[FoundFile] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    others: list[FoundFile] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def search(tree: Tree, assignment: Assignment, room: Room) -> FoundFiles:
    """Look for lesson files here and in wrapping folders and archives.

    Args:
        room: what the archives of this hand-in may still hold.

    Raises:
        Unfit: an archive in an archive is not plain.
    """
    found = FoundFiles()
    searching = _Search(assignment, found, room)
    searching.look(tree, (), 0)
    found.files += searching.hollow()
    lessons = [lesson.name for lesson in assignment.lessons]
    found.files.sort(key=lambda one: not named_lessons(one.entry.name, lessons))
    return found


@dataclass
class _Search:
    assignment: Assignment
    found: FoundFiles
    room: Room
    # Folders that have a lesson's name: some unpackers make one around each file.
    named: list[FoundFile] = field(default_factory=list)

    def hollow(self) -> list[FoundFile]:
        """List the folders that have a lesson's name and hold no file that may be one: they stand in its place."""
        holding = {file.place[:depth] for file in self.found.files for depth in range(1, len(file.place) + 1)}
        return [folder for folder in self.named if (*folder.place, folder.entry.name) not in holding]

    def look(self, tree: Tree, above: FolderPath, depth: int) -> None:
        """Look through a tree, level by level, then through the archives in it."""
        packed: list[FoundFile] = []
        wanted = [lesson.name + suffix for lesson in self.assignment.lessons for suffix in SUFFIXES]
        level: list[FolderPath] = [()]
        while level:
            deeper: list[FolderPath] = []
            for place in level:
                for entry in tree.entries(place, wanted):
                    self._take(FoundFile(tree, entry, above), deeper, packed)
            level = [place for place in deeper if len(place) <= DEEPEST]
        for file in packed:
            self._open(file, depth + 1)

    def _open(self, file: FoundFile, depth: int) -> None:
        """Look through an archive; one that lies in a folder and is not plain costs only what is in it."""
        name = printable_name(file.entry.name)
        try:
            refuse_unreadable(file.entry.name)
            self.room.refuse_depth(name, depth)
            inside = open_packed(name, file.tree.read(file.entry, self.room.packed_left), self.room)
            self.found.opened.append(name)
            self.look(inside, (*file.place, file.entry.name), depth)
        except Unfit as unfit:
            if isinstance(unfit, Refused) and not isinstance(file.tree, FolderTree):
                raise
            self.found.refused.append(str(unfit))
            self.found.others.append(file)

    def _take(self, file: FoundFile, deeper: list[FolderPath], packed: list[FoundFile]) -> None:
        entry = file.entry
        if entry.kind == "file" and archive_ending(entry.name):
            packed.append(file)
            return
        kind, _ = kind_and_stem(entry.name)
        lessons = named_lessons(entry.name, [lesson.name for lesson in self.assignment.lessons])
        may_be_one = kind and (entry.kind == "file" or self._is_named(entry.name))
        if entry.kind == "folder":
            self.named += [file] if may_be_one else []
            if not is_not_own(entry.name):
                deeper.append((*entry.place, entry.name))
        elif may_be_one:
            self.found.files.append(file)
        elif entry.kind == "link":
            self.found.links.append(printable_name(entry.name))
        elif lessons:
            self.found.others.append(file)
        else:
            self.found.beside.append(printable_name(entry.name))

    def _is_named(self, name: str) -> bool:
        return any(name_key(name) == name_key(one.name + end) for one in self.assignment.lessons for end in SUFFIXES)
