"""`unroll grade --replay OUT`: repeat a run from its record in a temporary folder, and say what comes out otherwise."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.course.model import Course
from autograder.errors import UsageError
from autograder.exam.results import HandInResult
from autograder.grading.anonymous import KEY, is_by_number, numbered_order
from autograder.grading.arrivals import SORTED
from autograder.grading.commands import Command, read_commands
from autograder.grading.fingerprint import fingerprint, parts
from autograder.grading.opening import Class, Options, open_class
from autograder.grading.overrides import with_questions
from autograder.grading.places import FILE as PLACES
from autograder.grading.run import GradingWatcher, grade
from autograder.grading.selection import Selection
from autograder.grading.why import open_graded
from autograder.reports.class_page.changes import Changes, changes, other_parts
from autograder.reports.class_page.runs import FILE as RUNS
from autograder.reports.class_page.runs import ClassRun, read_runs
from autograder.reports.marks import MARKS
from autograder.text.ours import own_folder

KEPT = (KEY, PLACES, RUNS, MARKS)  # what a command for a part of a class goes on from
NO_COMMAND = "{out} does not say with which command it was graded. Run the same `unroll grade` once more, then replay."
STOPPED = "{out}: the last run was stopped, so some rows are missing. Run the same `unroll grade` again, then replay."


@dataclass(frozen=True)
class Record:
    """What a run of `unroll grade` left in OUT.

    Args:
        run: the rows.
        commands: how they came about, in their order; the first is that of the whole class.
    """

    out: Path
    seed: str
    run: ClassRun
    commands: tuple[Command, ...]


def read_record(out: Path) -> Record:
    """Read what is to be repeated.

    Raises:
        UsageError: OUT holds no whole run, or does not say how it was made.
    """
    graded, commands = open_graded(out), tuple(read_commands(out))
    run = read_runs(out)[0]
    if not run.is_complete:
        raise UsageError(STOPPED.format(out=out))
    if not commands or not commands[0].is_whole:
        raise UsageError(NO_COMMAND.format(out=out))
    return Record(out, graded.seed, run, commands)


def others_now(record: Record, course: Course) -> Iterator[str]:
    """Name all that is another now, but for the hand-ins: their digests are known when they are read."""
    name = record.run.assignment.name
    if fingerprint(course, name, record.seed) != record.run.fingerprint:
        yield from other_parts(record.run.parts, parts(course, name)) or ("the kit, a lesson or the settings",)
    yield from dict.fromkeys(path for one in record.commands for path in one.others())


def reopen(record: Record, course: Course, place: Path) -> Class:
    """Find the class again: the same students, deadlines and marks by hand.

    Args:
        place: an empty folder of our own.

    Raises:
        UsageError: the hand-ins, the roster or the overrides are not where they were.
    """
    opened = [_open(record, course, place / str(i), one) for i, one in enumerate(record.commands)]
    whole = opened[0]
    students = {one.folder: one for one in whole.students}
    late, notes, marks, names = dict(whole.late), dict(whole.notes), dict(whole.marks), dict(whole.names)
    for part in opened[1:]:
        for student in part.asked:
            students[student.folder] = student
            late[student.folder] = part.late[student.folder]
            notes[student.folder] = part.notes.get(student.folder, "")
            marks[student.folder] = part.marks.get(student.folder, {})
        names |= part.names
    known = {one.student for one in record.run.results}
    here = [one for one in students.values() if one.student in known]
    own_folder(place / "out")
    return replace(
        whole,
        assignment=with_questions(course.assignment(record.run.assignment.name), marks),
        students=numbered_order(here) if names else sorted(here, key=lambda one: one.student),
        out=place / "out",
        late=late,
        notes=notes,
        marks=marks,
        names=names,
        selection=Selection(),
    )


def _open(record: Record, course: Course, place: Path, command: Command) -> Class:
    """Open a class as a command did, in a folder that has what it went on from."""
    own_folder(place)
    for name in KEPT if not command.is_whole else (KEY,):
        if (record.out / name).is_file():
            shutil.copy(record.out / name, place / name)
    options = Options(
        roster=_path(command.roster),
        due=command.due,
        extensions=command.extensions,
        overrides=_path(command.overrides),
        anonymous=is_by_number(record.out),
        students=command.students,
        tasks=command.tasks,
    )
    return open_class(course, record.run.assignment.name, _hand_ins(record, command), place, record.seed, options)


def _path(text: str) -> Path | None:
    return Path(text) if text else None


def _hand_ins(record: Record, command: Command) -> Path:
    """Find the hand-ins; of a download that is gone, what was sorted into OUT."""
    there, kept = Path(command.submissions), record.out / SORTED
    if not there.exists() and not (command.is_whole and kept.is_dir()):
        raise UsageError(f"The hand-ins are not at {there} any more. Put them back there, then replay.")
    return there if there.exists() else kept


@dataclass(frozen=True)
class Replayed:
    """What came out.

    Args:
        found: what is otherwise, from the record to now.
        hand_ins: who has another hand-in now.
        failed: the students who could not be graded now, and why.
    """

    found: Changes
    hand_ins: tuple[str, ...]
    failed: dict[str, str]

    @property
    def is_same(self) -> bool:
        """Whether nothing came out otherwise."""
        return self.found == Changes() and not self.failed


def repeat(record: Record, again: Class, options: Options, watcher: GradingWatcher) -> Replayed:
    """Grade the class again, and compare.

    Raises:
        GradingError: it could not be graded.
    """
    graded = grade(again, options, watcher)
    kit = fingerprint(again.course, again.assignment.name, again.seed)
    others = other_parts(record.run.parts, parts(again.course, again.assignment.name))
    is_same = kit == record.run.fingerprint
    found = changes(record.run.results, graded.results, is_same, others)
    return Replayed(found, tuple(_other_hand_ins(record.run.results, graded.results)), graded.failed)


def _other_hand_ins(before: Sequence[HandInResult], after: Sequence[HandInResult]) -> Iterator[str]:
    known = {one.student: one.hand_in for one in before}
    for one in after:
        if one.hand_in and known.get(one.student) and known[one.student] != one.hand_in:
            yield one.student
