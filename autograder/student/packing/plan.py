"""What goes into the archive, and under which name: the files that count, named as they were handed out."""

import tempfile
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course.model import Assignment
from autograder.errors import UsageError
from autograder.intake import HandIn, read_one
from autograder.intake.counted import CountedFile, CountedFiles, counted_files
from autograder.intake.hand_in import Unfit, digest
from autograder.intake.names import as_given, name_key
from autograder.isolation.limits import Limits
from autograder.student.exercises import Exercises
from autograder.student.packing.archive import zip_bytes

NOTHING = "{folder}: there is nothing to hand in. Write one of its lessons: {lessons}."


@dataclass(frozen=True)
class Packed:
    """A hand-in, before it is written.

    Args:
        counted: what of the folder counts.
        members: the files in the archive, by their path there.
        hand_in: the archive as it is read when it is graded.
        in_folder: the folder, read so.
    """

    counted: CountedFiles
    members: dict[str, bytes]
    data: bytes
    hand_in: HandIn
    in_folder: HandIn

    @property
    def is_the_same(self) -> bool:
        """Say whether what is in the archive counts for what it counts for in the folder."""
        there = {name: one for name, one in self.in_folder.sources.items() if name in self.hand_in.sources}
        return digest(there) == digest(self.hand_in.sources)


def pack(exercises: Exercises, limits: Limits) -> Packed:
    """Choose the files of an assignment that count, and read their archive as it is read when it is graded.

    Raises:
        UsageError: there is nothing to hand in, or the folder cannot be read.
    """
    assignment = exercises.assignment
    in_folder = read_one(exercises.folder, assignment, limits)
    counted = _counted(exercises, limits, in_folder)
    packed = _packed(counted, members(assignment, counted.files), assignment, in_folder, limits)
    if packed.is_the_same:
        return packed
    # Where a name decides between several files, all keep their own.
    return _packed(counted, members(assignment, counted.files, as_they_are=True), assignment, in_folder, limits)


def _counted(exercises: Exercises, limits: Limits, in_folder: HandIn) -> CountedFiles:
    try:
        counted = counted_files(exercises.folder, exercises.assignment, limits)
    except Unfit as unfit:
        raise UsageError(str(unfit)) from None
    except OSError as error:
        raise UsageError(f"{exercises.folder}: {error.strerror}. Give a folder that you may read.") from None
    if in_folder.problem or not counted.files:
        problems = [in_folder.problem, *(source.problem for source in in_folder.sources.values())]
        lessons = ", ".join(lesson.name for lesson in exercises.assignment.lessons)
        raise UsageError(next(filter(None, problems), NOTHING.format(folder=exercises.folder, lessons=lessons)))
    return counted


def members(assignment: Assignment, files: Sequence[CountedFile], as_they_are: bool = False) -> dict[str, bytes]:
    """Name the files in the archive, in the order of the course.

    Args:
        as_they_are: whether they keep their own names.
    """
    order = [lesson.name for lesson in assignment.lessons]
    named: dict[str, bytes] = {}
    for file in sorted(files, key=lambda one: ([order.index(name) for name in one.lessons], one.path)):
        name = _own_name(file) if as_they_are else _name(file)
        taken = {name_key(path) for path in named}
        path = f"{assignment.name}/{name}"
        named[path if name_key(path) not in taken else f"{assignment.name}/{_own_name(file)}"] = file.data
    return named


def _name(file: CountedFile) -> str:
    """Name a file as its lesson was handed out, where it alone counts as one lesson."""
    if len(file.lessons) == 1 and file.is_alone:
        return f"{file.lessons[0]}{'.ipynb' if file.is_notebook else '.py'}"
    return _own_name(file)


def _own_name(file: CountedFile) -> str:
    return unicodedata.normalize("NFC", "/".join(map(as_given, file.path)))


def _packed(
    counted: CountedFiles, named: dict[str, bytes], assignment: Assignment, in_folder: HandIn, limits: Limits
) -> Packed:
    data = zip_bytes(named)
    return Packed(counted, named, data, _read(data, assignment, limits), in_folder)


def _read(data: bytes, assignment: Assignment, limits: Limits) -> HandIn:
    """Read an archive's bytes from a file, as a grader does."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"{assignment.name}.zip")
        path.write_bytes(data)
        return read_one(path, assignment, limits)
