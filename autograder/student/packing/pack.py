"""`unroll pack`: make the hand-in of an assignment, and show what is in it as grading will see it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UsageError
from autograder.intake import read_one
from autograder.intake.contents import contents
from autograder.intake.names import name_key
from autograder.isolation.limits import Limits
from autograder.student.addresses import all_addresses, did_you_mean
from autograder.student.exercises import (
    Exercises,
    assignment_of,
    assignments_in,
    find_exercises,
    find_spots,
    read_address,
)
from autograder.student.memory import file_digests, read_state
from autograder.student.packing.archive import put, refuse_other_file
from autograder.student.packing.left import Left, left_out, outside
from autograder.student.packing.plan import Packed, pack
from autograder.student.packing.remarks import reading_notes, remarks
from autograder.student.packing.rows import LessonRow, last_checks, lesson_rows
from autograder.student.packing.show import show_packed, show_written
from autograder.student.where import locate
from autograder.text.console import own_console

ZIP = ".zip"
WHOLE = "A hand-in is a whole assignment: unroll pack {assignment}"
WHICH = "Which assignment? Name one of: {names}, such as: unroll pack {first}"
REFUSED = "The hand-in would be refused: {problem}"
OWN_FOLDER = "{path} is in the folder of the lessons, where it would count as your work. Choose another place with -o."
NOT_ZIP = "{path}: a hand-in is a .zip file. Name it so, such as {stem}.zip."
NO_FOLDER = "{path}: there is no such folder. Make it first, or choose another with -o."


@dataclass(frozen=True)
class HandedIn:
    """All that is said of a hand-in.

    Args:
        notes: what was done to find and read it.
        remarks: what the student should look at.
        left: what does not count, and why.
    """

    rows: list[LessonRow]
    notes: list[str]
    remarks: list[str]
    left: Left

    @property
    def is_complete(self) -> bool:
        """Say whether everything is written and nothing is to be looked at."""
        return not self.remarks and all(row.is_complete for row in self.rows)


def show_pack(start: Path, where: str, out: Path | None, is_dry: bool) -> bool:
    """Pack an assignment, and show what is in it.

    Args:
        where: what the student typed, see `where`; "" where there is but one assignment to choose.
        out: the file to write, or the folder that it goes into; beside the assignments if not given.
        is_dry: only show.

    Returns: whether all tasks are written and nothing is to be looked at.

    Raises:
        UsageError: nothing is to be packed, or another file is in its place.
        GradingError: it could not be written.
    """
    root, name = find_assignment(start, where)
    exercises = find_exercises(root, name)
    path = _target(root, exercises, out)
    packed = pack(exercises, Limits())
    if packed.hand_in.problem:
        raise UsageError(REFUSED.format(problem=packed.hand_in.problem))
    said = about(root, exercises, packed)
    console = own_console()
    show_packed(console, said.rows, said.left, [*said.notes, *said.remarks])
    before = None if is_dry else put(path, packed.data)
    show_written(console, path, len(packed.data), before, is_dry, said.rows)
    return said.is_complete


def about(root: Path, exercises: Exercises, packed: Packed) -> HandedIn:
    """Put together what is said of a hand-in."""
    spots = find_spots(root, exercises.assignment.name)
    checks = last_checks(spots, read_state(root), file_digests(spots))
    rows = list(lesson_rows(packed.hand_in, exercises.assignment.lessons, checks))
    beside = outside(root, exercises.assignment, Limits())
    left = {f"{exercises.assignment.name}/{path}": why for path, why in left_out(exercises, packed.counted).items()}
    around = {part for path in (*left, *beside) for part in path.removeprefix(f"{exercises.folder.name}/").split("/")}
    return HandedIn(rows, reading_notes(packed), remarks(packed, exercises, around), {**left, **beside})


def find_assignment(start: Path, where: str) -> tuple[Path, str]:
    """Find the assignment that is meant: named, or the one that one stands in, or the only one with work in it.

    Raises:
        UsageError: there is none, or there are several.
    """
    root, address = locate(start, where)
    wanted = read_address(address)
    if wanted.lesson or wanted.task:
        raise UsageError(WHOLE.format(assignment=wanted.assignment))
    name = wanted.assignment or assignment_of(root, start)
    names = assignments_in(root)
    if name and name not in names:
        raise UsageError(f"There is no assignment {name!r}.{did_you_mean(name, all_addresses(root))}")
    found = [name] if name else (names if len(names) == 1 else list(_begun(root, names)))
    if len(found) != 1:
        several = found or names
        raise UsageError(WHICH.format(names=", ".join(several), first=several[0]))
    return root, found[0]


def _begun(root: Path, names: list[str]) -> Iterator[str]:
    """Go through the assignments in which something is written."""
    for name in names:
        exercises = find_exercises(root, name)
        tasks = [task.name for lesson in exercises.assignment.lessons for task in lesson.tasks]
        sources = read_one(exercises.folder, exercises.assignment, Limits()).sources.values()
        if any(contents(one.cells, tasks).begun for source in sources for one in source.versions):
            yield name


def _target(root: Path, exercises: Exercises, out: Path | None) -> Path:
    """Say where the archive goes.

    Raises:
        UsageError: it cannot go there.
    """
    default = f"{exercises.assignment.name}{ZIP}"
    path = root / default if out is None else out / default if out.is_dir() else out
    if name_key(path.suffix) != ZIP:
        raise UsageError(NOT_ZIP.format(path=path, stem=path.stem))
    if not path.parent.is_dir():
        raise UsageError(NO_FOLDER.format(path=path.parent))
    within = path.parent.resolve()
    if any(within.is_relative_to((root / name).resolve()) for name in assignments_in(root)):
        raise UsageError(OWN_FOLDER.format(path=path))
    refuse_other_file(path)
    return path
