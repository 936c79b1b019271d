"""Find the files in a hand-in that may be lessons."""

from dataclasses import dataclass, field

from autograder.course.model import Assignment
from autograder.intake.lesson_names import SUFFIXES, kind_and_stem, named_lessons
from autograder.intake.names import is_not_own, name_key, printable_name
from autograder.intake.tree import DEEPEST, FileEntry, FolderPath, Tree

WRAPPED = (".zip",)


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
    """

    files: list[FoundFile] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    others: list[FoundFile] = field(default_factory=list)


def search(tree: Tree, assignment: Assignment) -> FoundFiles:
    """Look for lesson files here and in wrapping folders."""
    found = FoundFiles()
    _Search(assignment, found).look(tree, ())
    lessons = [lesson.name for lesson in assignment.lessons]
    found.files.sort(key=lambda one: not named_lessons(one.entry.name, lessons))
    return found


@dataclass
class _Search:
    assignment: Assignment
    found: FoundFiles

    def look(self, tree: Tree, above: FolderPath) -> None:
        """Look through a tree, level by level."""
        wanted = [lesson.name + suffix for lesson in self.assignment.lessons for suffix in SUFFIXES]
        level: list[FolderPath] = [()]
        while level:
            deeper: list[FolderPath] = []
            for place in level:
                for entry in tree.entries(place, wanted):
                    self._take(FoundFile(tree, entry, above), deeper)
            level = [place for place in deeper if len(place) <= DEEPEST]

    def _take(self, file: FoundFile, deeper: list[FolderPath]) -> None:
        entry = file.entry
        kind, _ = kind_and_stem(entry.name)
        lessons = named_lessons(entry.name, [lesson.name for lesson in self.assignment.lessons])
        if kind and not name_key(entry.name).endswith(WRAPPED) and (entry.kind == "file" or self._is_named(entry.name)):
            self.found.files.append(file)
        elif entry.kind == "folder":
            if not is_not_own(entry.name):
                deeper.append((*entry.place, entry.name))
        elif entry.kind == "link":
            self.found.links.append(printable_name(entry.name))
        elif lessons or name_key(entry.name).endswith(WRAPPED):
            self.found.others.append(file)

    def _is_named(self, name: str) -> bool:
        return any(name_key(name) == name_key(one.name + end) for one in self.assignment.lessons for end in SUFFIXES)
