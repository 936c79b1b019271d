"""Open a class: find the students, and what deadlines, persons and an earlier run say of them."""

import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.collect.record import Row
from autograder.collect.roster import read_roster
from autograder.course.late import Lateness
from autograder.course.model import MANIFEST, Assignment, Course
from autograder.errors import GradingError, UsageError
from autograder.grading.anonymous import (
    by_number,
    check_anonymous,
    names_of,
    numbered_order,
    numbers_of,
    only_counted,
    without_names,
)
from autograder.grading.arrivals import check_class, find_class
from autograder.grading.dask_address import safe_address
from autograder.grading.deadline import lateness_of, read_deadline
from autograder.grading.overrides import Marks, overrides_of, read_overrides, with_questions
from autograder.grading.selection import Selection, select, with_absent
from autograder.grading.shards import CROOKED, NO_SEED, Part, Shard, check_shard, read_shard
from autograder.intake import Student
from autograder.reports.marks import Identity
from autograder.text.locks import lock
from autograder.text.ours import open_own, own_folder, read_own


@dataclass(frozen=True)
class Options:
    """What the command line of `unroll grade` says."""

    jobs: int = 1
    seed: str = ""
    accept_weak_isolation: bool = False
    roster: Path | None = None
    due: str = ""
    extensions: tuple[str, ...] = ()
    overrides: Path | None = None
    anonymous: bool = False
    yes: bool = False
    students: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    shard: str = ""
    scheduler: str = ""


@dataclass(frozen=True)
class Class:
    """A class found in a folder, with what an earlier run left in OUT.

    Args:
        skipped: names of all that is no student.
        loose: those of them that look like work.
        late: what a deadline does to each, by the folder of the report.
        notes: what was said when the hand-in was collected, likewise.
        people: who they are elsewhere, likewise.
        said: lines for the person who grades.
        marks: what persons have marked, likewise.
        submissions: where the hand-ins lie.
        names: what each is called, by the folder; only of a class that is graded by number.
        selection: what is graded anew.
        part: which part of a class the students are; None for the whole class.
    """

    course: Course
    assignment: Assignment
    students: list[Student]
    skipped: list[str]
    loose: list[str]
    out: Path
    seed: str
    late: Mapping[str, Lateness] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, Identity] = field(default_factory=dict)
    said: tuple[str, ...] = ()
    marks: Mapping[str, Marks] = field(default_factory=dict)
    submissions: Path = Path()
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    selection: Selection = field(default_factory=Selection)
    part: Part | None = None

    @property
    def asked(self) -> list[Student]:
        """The students who are graded anew."""
        return [student for student in self.students if self.selection.has(student.folder)]


def open_class(
    course: Course,
    assignment: str,
    submissions: Path,
    out: Path,
    seed: str,
    options: Options = Options(),
) -> Class:
    """Find the students and make OUT.

    Raises:
        UsageError: SUBMISSIONS has no student, OUT lies in it, or a time, a student or a task is none.
        GradingError: OUT cannot be written.
    """
    wanted = course.assignment(assignment)
    _check_apart(submissions, out)
    deadline = read_deadline(course, options.due, options.extensions)
    overrides = read_overrides(course, assignment, options.overrides)
    roster = read_roster(options.roster) if options.roster else []
    shard = _shard(options)
    if options.scheduler:
        safe_address(options.scheduler)
    check_class(course, assignment, submissions, roster)
    earlier = make_own(out, options.anonymous, shard, seed)
    is_part = bool(options.students or options.tasks)
    with alone(out):  # a download is sorted into OUT, where another run may have its hand-ins
        found = find_class(course, assignment, submissions, out, roster, is_part)
    selection = Selection()
    if is_part:
        found, absent = with_absent(found, out)
        selection = select(options.students, options.tasks, wanted, found, absent, numbers_of(out))
    late = lateness_of(course, deadline, found.students, found.rows)
    marks = overrides_of(overrides, found.students, found.rows)  # a line that fits nobody is refused
    marks = {folder: one for folder, one in marks.items() if selection.has(folder)}
    made = Class(
        course,
        with_questions(wanted, marks),
        found.students,
        found.skipped,
        found.loose,
        out,
        seed or earlier or secrets.token_hex(16),
        late,
        {folder: row.note for folder, row in found.rows.items() if row.note},
        {folder: Identity(row.id, row.name, row.email) for folder, row in found.rows.items()},
        found.said,
        marks,
        submissions.resolve(),
        selection=selection,
    )
    if options.anonymous:
        with alone(out):  # two runs at a time would give two people one number
            made = _by_number(made, found.rows)
    return _in_part(made, shard)


def _shard(options: Options) -> Shard | None:
    if options.shard and (options.students or options.tasks):
        raise UsageError(CROOKED)
    return read_shard(options.shard) if options.shard else None


def make_own(out: Path, anonymous: bool, shard: Shard | None = None, seed: str = "") -> str:
    """Make OUT, or make sure that it is ours and graded the same way; return the seed of an earlier run, or "".

    Args:
        seed: what the command line says; a part of a class needs that or an earlier one.

    Raises:
        UsageError: OUT holds something else.
        GradingError: OUT cannot be written.
    """
    try:
        if shard and not seed and not _earlier_seed(out):
            raise UsageError(NO_SEED)
        own_folder(out)  # it holds marks, and the seed of the hidden inputs
        os.close(open_own(out / ".lock", os.O_WRONLY | os.O_CREAT))
        check_anonymous(out, anonymous)
        check_shard(out, str(shard or ""))
        return _earlier_seed(out)
    except OSError as error:
        raise GradingError(f"{out}: {error.strerror}. Choose another folder with -o.") from None


def _in_part(found: Class, shard: Shard | None) -> Class:
    """Keep the students of one part; all that was found for the class as a whole stands as it is."""
    if shard is None:
        return found
    manifest = hashlib.sha256((found.course.root / MANIFEST).read_bytes()).hexdigest()
    whole = tuple((one.student, one.folder) for one in found.students)
    part = Part(shard, manifest, whole, loose=tuple(found.loose))
    return replace(found, students=shard.part(found.students), part=part)


def _by_number(found: Class, rows: Mapping[str, Row]) -> Class:
    """Replace whoever is named by a number, before anything is graded; deadlines were found by the names."""
    new = by_number(found.students, rows, found.out, found.seed)
    names = {new[one.folder].folder: names_of(one, rows.get(one.folder)) for one in found.students}
    notes = {new[old].folder: note for old, note in found.notes.items()}
    return replace(
        found,
        students=numbered_order(new.values()),
        skipped=only_counted(found.skipped, "files"),
        loose=only_counted(found.loose, "work"),
        late={new[old].folder: one for old, one in found.late.items()},
        notes={folder: without_names(note, names[folder], folder) for folder, note in notes.items()},
        people={},
        said=(),
        marks={new[old].folder: one for old, one in found.marks.items()},
        names=names,
        selection=_numbered(found.selection, new),
    )


def _numbered(selection: Selection, new: Mapping[str, Student]) -> Selection:
    if selection.students is None:
        return selection
    return replace(selection, students=frozenset(new[old].folder for old in selection.students))


def _check_apart(submissions: Path, out: Path) -> None:
    inside, around = out.resolve(), submissions.resolve()
    if inside == around or around in inside.parents:
        raise UsageError(f"{out} lies in {submissions}, where it would be taken for a student. Choose another -o.")


def _earlier_seed(out: Path) -> str:
    try:
        return str(json.loads(read_own(out / "run.json"))["seed"])
    except (FileNotFoundError, ValueError, KeyError, TypeError, RecursionError):
        return ""


@contextmanager
def alone(out: Path) -> Iterator[None]:
    """Keep a second run out of the same folder."""
    with os.fdopen(open_own(out / ".lock", os.O_WRONLY | os.O_CREAT), "w") as file:
        try:
            lock(file)
        except OSError:
            raise UsageError(
                f"{out}: another run is grading into this folder. Wait for it, or choose another -o."
            ) from None
        yield
