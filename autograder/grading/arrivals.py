"""Who is in a class, and when each handed in: plain folders, those of `unroll collect`, or a platform's download."""

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.collect.attempt import Asked, Person
from autograder.collect.collect import ATTEMPTS, Collected, nobodys, summary, understand, write
from autograder.collect.download import Download, open_download
from autograder.collect.exchange import stamps
from autograder.collect.record import COLLECTED, NOT_HANDED_IN, Row, read_collected
from autograder.collect.roster import Entry, match
from autograder.course.model import Course
from autograder.course.times import written
from autograder.errors import UsageError
from autograder.intake import Student, find_students, loose_work
from autograder.intake.names import folder_names
from autograder.text.files import real_folder

SORTED, NOTHING = ".collected", ".nothing"  # folders in OUT that no student's name can have


@dataclass(frozen=True)
class Arrivals:
    """A class as it arrived.

    Args:
        skipped: names of all that is no student.
        loose: those of them that look like work.
        rows: what is known of each student beside the work, by the folder of the report.
        said: lines for the person who grades.
    """

    students: list[Student]
    skipped: list[str] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)
    rows: dict[str, Row] = field(default_factory=dict)
    said: tuple[str, ...] = ()


def check_class(course: Course, assignment: str, submissions: Path, roster: Sequence[Entry] = ()) -> None:
    """Refuse a class without a student, before anything is written.

    Raises:
        UsageError: there is none, or the download cannot be read.
    """
    if COLLECTED in _names(submissions):
        return
    if submissions.is_dir() or submissions.is_file():
        with open_download(submissions) as download:
            if _understood(course, assignment, submissions, download, roster):
                return
    find_students(submissions)


def find_class(
    course: Course, assignment: str, submissions: Path, out: Path, roster: Sequence[Entry] = (), is_part: bool = False
) -> Arrivals:
    """Find the students of a class, and those of the roster who handed in nothing.

    Args:
        is_part: only a part is graded now, so what an earlier run has sorted into OUT is still needed.

    Raises:
        UsageError: there is no student.
        GradingError: OUT cannot be written.
    """
    is_collected = COLLECTED in _names(submissions)
    if not is_collected and (submissions.is_dir() or submissions.is_file()):
        with open_download(submissions) as download:
            if found := _understood(course, assignment, submissions, download, roster):
                return _sorted_first(found, submissions, _room(out, is_part))
    arrivals = _collected(submissions) if is_collected else _plain(course, assignment, submissions)
    if not is_part and not submissions.resolve().is_relative_to(out.resolve()):
        _forget_sorted(out)
    return _with_roster(arrivals, roster, out)


def _names(submissions: Path) -> set[str]:
    return {one.name for one in submissions.iterdir()} if submissions.is_dir() else set()


def _understood(
    course: Course, assignment: str, submissions: Path, download: Download, roster: Sequence[Entry]
) -> Collected | None:
    """Look for a platform's layout; its name for the assignment may be another one than the course's."""
    tasks = frozenset(task.name for lesson in course.assignment(assignment).lessons for task in lesson.tasks)
    name = submissions.resolve().name

    def asked(only: str) -> Collected | None:
        return understand(download, name, Asked(course.zone, only), tasks, course.limits, roster, submissions.is_file())

    try:
        return asked(assignment)
    except UsageError:
        return asked("")


def _room(out: Path, is_part: bool) -> Path:
    """Choose where a download is sorted: beside what is still needed, else in its place."""
    sorted_here = _sorted_here(out)
    if is_part and sorted_here:
        return out / f"{SORTED}-{1 + max(_number(one) for one in sorted_here)}"
    _forget_sorted(out)
    return out / SORTED


def _sorted_here(out: Path) -> list[Path]:
    return [one for one in out.glob(f"{SORTED}*") if one.is_dir() and not one.is_symlink()]


def _forget_sorted(out: Path) -> None:
    """Remove what an earlier download was sorted into: `unroll similar` would take it for the class of this run."""
    for one in _sorted_here(out):
        shutil.rmtree(one)


def _number(place: Path) -> int:
    number = place.name.removeprefix(f"{SORTED}-")
    return int(number) if number.isdecimal() else 1


def _sorted_first(found: Collected, submissions: Path, place: Path) -> Arrivals:
    """Collect a download into a folder in OUT, then take the students from there."""
    rows = write(found, place)
    arrivals = _collected(place)
    lines = (f"{submissions} is a download that was sorted first, into {place}.", *summary(found, rows))
    return replace(arrivals, skipped=sorted(found.found.passed_over), loose=nobodys(found), said=lines)


def _collected(submissions: Path) -> Arrivals:
    """Take a folder that `unroll collect` has written."""
    table = read_collected(submissions)
    students, skipped = find_students(submissions)
    students = [
        replace(one, student=table[one.path.name].student) if one.path.name in table else one for one in students
    ]
    named = _with_folders(students)
    rows = {one.folder: table[one.path.name] for one in named if one.path.name in table}
    skipped = [name for name in skipped if name not in (COLLECTED, ATTEMPTS)]
    return Arrivals(named, skipped, loose_work(submissions), rows)


def _plain(course: Course, assignment: str, submissions: Path) -> Arrivals:
    students, skipped = find_students(submissions)
    times = stamps(submissions, [one.path.name for one in students], assignment, course.zone)
    rows = {
        one.folder: Row(one.student, time=written(times[one.path.name])) for one in students if one.path.name in times
    }
    return Arrivals(students, skipped, loose_work(submissions), rows)


def _with_roster(arrivals: Arrivals, roster: Sequence[Entry], out: Path) -> Arrivals:
    """Add a row for whoever is on the roster and not in the class; their folder is an empty one."""
    if not roster:
        return arrivals
    people = {_person(one, arrivals): one for one in arrivals.students}
    known = match(people, roster)
    rows = dict(arrivals.rows)
    for person, entry in known.items():
        student = people[person]
        row = rows.get(student.folder, Row(student.student, id=entry.person.id, name=entry.person.name))
        rows[student.folder] = replace(row, due=row.due or entry.due, email=row.email or entry.person.email)
    there = {id(entry) for entry in known.values()}
    graded = {row.id.casefold() for row in arrivals.rows.values()} - {""}
    absent = [entry for entry in roster if id(entry) not in there and graded.isdisjoint(entry.ids)]
    empty = real_folder(out / NOTHING)
    names = _free_names(absent, {one.student for one in arrivals.students})
    new = {name: _nothing(name, entry) for name, entry in zip(names, absent, strict=True)}
    students = _with_folders([*arrivals.students, *(Student(name, "", empty) for name in new)])
    old = {one.path: one.folder for one in arrivals.students}
    moved = {old[one.path]: one.folder for one in students if one.path in old}
    rows = {moved[folder]: row for folder, row in rows.items()}
    rows |= {one.folder: new[one.student] for one in students if one.path == empty}
    unknown = [one.student for person, one in people.items() if person not in known]
    said = (f"Not on the roster: {', '.join(unknown[:10])}{' ...' if unknown[10:] else ''}",) if unknown else ()
    return replace(
        arrivals, students=sorted(students, key=lambda one: one.student), rows=rows, said=(*arrivals.said, *said)
    )


def _nothing(name: str, entry: Entry) -> Row:
    who = entry.person
    return Row(name, id=who.id, name=who.name, email=who.email, due=entry.due, note=NOT_HANDED_IN)


def _person(student: Student, arrivals: Arrivals) -> Person:
    row = arrivals.rows.get(student.folder)
    return Person(student.student, row.id if row and row.id else student.student, row.email if row else "")


def _free_names(absent: Iterable[Entry], taken: set[str]) -> list[str]:
    """Name students by their names; where a name is taken, with the id."""
    names = []
    for entry in absent:
        name = entry.person.name if entry.person.name not in taken else f"{entry.person.name} ({entry.person.id})"
        while name in taken:
            name += "~"
        taken.add(name)
        names.append(name)
    return names


def _with_folders(students: Sequence[Student]) -> list[Student]:
    folders = folder_names([one.student for one in students])
    return [replace(one, folder=folders[one.student]) for one in students]
