"""Collect: recognise a download, join the attempts, and write one clean folder for each student."""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.collect.attempt import Asked, Found
from autograder.collect.download import Download, listing_of
from autograder.collect.layouts import KNOWN, described, recognise
from autograder.collect.merge import Kept, Merged, newest_finished, read_attempt
from autograder.collect.people import Student, newest_of, safe_name, shown, students
from autograder.collect.record import COLLECTED, NOT_HANDED_IN, Row, read_collected, table
from autograder.collect.roster import Entry
from autograder.course.times import moment, written
from autograder.errors import UsageError
from autograder.intake.names import name_key, printable_name
from autograder.intake.students import is_work
from autograder.intake.tree import FolderPath
from autograder.isolation.limits import Limits
from autograder.text.files import cannot_write, real_folder, write_atomically

ATTEMPTS = ".attempts"
ADVICE = "Free space or choose another -o, then run the same command again."


@dataclass(frozen=True)
class Collected:
    """A download that was understood.

    Args:
        tasks: the names by which versions of a file are told apart.
    """

    download: Download
    found: Found
    students: tuple[Student, ...]
    asked: Asked
    tasks: frozenset[str]
    limits: Limits


def understand(
    download: Download,
    name: str,
    asked: Asked,
    tasks: Iterable[str] = (),
    limits: Limits = Limits(),  # noqa: B008  (frozen)
    roster: Sequence[Entry] = (),
    is_plain_known: bool = True,
) -> Collected | None:
    """Find out who handed in what; None where the layout is not known. Nothing is written.

    Args:
        name: that of the download's folder.
    """
    found = recognise(listing_of(download, name), asked, is_plain_known)
    if found is None:
        return None
    everybody = students(found.attempts, roster)
    return Collected(download, found, tuple(everybody), asked, frozenset(tasks), limits)


def unknown(download: Download, path: Path) -> UsageError:
    """Say what was recognised of a layout that is not known, and what to do."""
    listing = listing_of(download, path.name)
    return UsageError(
        f"{path}: this is no download that is known: it holds {described(listing)}. Known are {KNOWN}. "
        "Put one folder for each student into a folder."
    )


def plan(collected: Collected) -> Iterator[Row]:
    """Say what would be written, from names and times alone."""
    for student in collected.students:
        count = sum(len(attempt.items) for attempt in student.attempts[-1:])
        yield _row(collected, student, Merged((), ()), count)


def write(collected: Collected, out: Path, force: bool = False) -> list[Row]:
    """Write the students' folders, all attempts, and `collected.csv` last.

    Args:
        force: replace what an earlier run has written there.

    Raises:
        UsageError: something stands in OUT already.
        GradingError: OUT cannot be written.
    """
    _make_room(out, force)
    rows = [_write_student(collected, student, out) for student in collected.students]
    write_atomically(out / COLLECTED, table(rows), ADVICE)
    return rows


def _make_room(out: Path, force: bool) -> None:
    real_folder(out)
    there = [one for one in out.iterdir() if one.name not in (COLLECTED, ATTEMPTS)]
    earlier = read_collected(out)
    if not there and not earlier:
        return
    if not force or not earlier:
        what = "add --force to replace what was collected there" if earlier else "it holds other things"
        raise UsageError(f"{out}: this folder is not empty. Choose a new one with -o: {what}.")
    for name in (*earlier, ATTEMPTS):
        place = out / name
        if name and Path(name).name == name and name not in (".", "..") and place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)


def _write_student(collected: Collected, student: Student, out: Path) -> Row:
    read, merged = read_student(collected, student)
    _write_files(out / student.folder, merged.files)
    if len(read) > 1:
        for number, (attempt, own) in enumerate(zip(student.attempts, read, strict=True), 1):
            when = f" {attempt.when:%Y-%m-%d %H%M}" if attempt.when else ""
            real_folder(out / ATTEMPTS)
            real_folder(out / ATTEMPTS / student.folder)
            _write_files(out / ATTEMPTS / student.folder / f"{number}{when}", own.files)
    return _row(collected, student, merged, len(merged.files))


def read_student(collected: Collected, student: Student) -> tuple[list[Merged], Merged]:
    """Read all attempts of a student, and what counts of them."""
    read = [
        read_attempt(collected.download, attempt, collected.limits, number)
        for number, attempt in enumerate(student.attempts, 1)
    ]
    newest = len(newest_of(student.attempts))
    return read, newest_finished(read, collected.tasks, collected.limits, newest) if read else Merged(())


def _write_files(folder: Path, files: Sequence[Kept]) -> None:
    """Write below a new folder, under names that every file system takes; no two files under one name."""
    real_folder(folder)
    taken: set[str] = set()
    for file in files:
        parts = _safe_path(file.target, taken)
        path = folder.joinpath(*parts)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as handle:
                handle.write(file.data)
        except OSError as error:
            raise cannot_write(path, error, ADVICE) from None


def _safe_path(target: FolderPath, taken: set[str]) -> FolderPath:
    """Make every name safe; whatever would fall on another file, or on its folder, gets a folder of its own."""
    parts = tuple(safe_name(part, "file") for part in target)
    number = 2
    while _is_taken(parts, taken):
        parts = (f"same-name-{number}", *parts[-len(target) :])
        number += 1
    keys = [name_key("/".join(parts[:depth])) for depth in range(1, len(parts) + 1)]
    taken |= {keys[-1], *(f"{key}/" for key in keys[:-1])}
    return parts


def _is_taken(parts: FolderPath, taken: set[str]) -> bool:
    keys = [name_key("/".join(parts[:depth])) for depth in range(1, len(parts) + 1)]
    return f"{keys[-1]}/" in taken or not taken.isdisjoint(keys)


def _row(collected: Collected, student: Student, merged: Merged, files: int) -> Row:
    person, newest = student.person, student.attempts[-1] if student.attempts else None
    when = newest.when if newest else None
    if when is None and newest and student.entry:
        when = moment(student.entry.submitted, collected.asked.zone)
    late = {True: "yes", False: "no"}.get(newest.late, "") if newest and newest.late is not None else ""
    notes = list(merged.notes) or ([newest.note] if newest and newest.note else [])
    if newest is None:
        notes.append(NOT_HANDED_IN)
    elif not files:
        notes.append("The hand-in holds no file.")
    if newest and len(newest.people) > 1:
        notes.append(f"Handed in by {', '.join(printable_name(one.name) for one in newest.people)}.")
    return Row(
        student.name,
        person.id,
        person.name,
        person.email,
        student.folder,
        written(when) if when else "",
        late,
        student.entry.due if student.entry else "",
        len(student.attempts),
        files,
        collected.found.platform if newest else "",
        " ".join(notes),
    )


def nobodys(collected: Collected) -> list[str]:
    """Name what may be somebody's work, and belongs to no student."""
    folders = {one.path[-1] for one in collected.download.files if one.kind == "folder"}
    work = [name for name in collected.found.passed_over if name in folders or is_work(name)]
    return sorted((*collected.download.refused, *work))


def summary(collected: Collected, rows: Sequence[Row]) -> Iterator[str]:
    """Say in lines what was found, and what a person has to look at."""
    handed_in = sum(row.attempts > 0 for row in rows)
    yield f"Recognised: {collected.found.platform}. {len(rows)} students, {handed_in} of them have handed in."
    lost = nobodys(collected)
    over = [name for name in collected.found.passed_over if name not in lost]
    for said, found in (("Passed over", over), ("Nobody's, so look by hand", lost)):
        if found:
            yield f"{said}: {', '.join(map(printable_name, found[:10]))}{' ...' if found[10:] else ''}"
    unmatched = [shown(one) for one in collected.students if one.attempts and one.entry is None]
    if unmatched and any(one.entry for one in collected.students):
        yield f"Not on the roster: {', '.join(unmatched[:10])}{' ...' if unmatched[10:] else ''}"
    untimed = sum(row.attempts > 0 and not row.time for row in rows)
    if untimed:
        yield f"The time of {untimed} hand-ins is not in the download, so no deadline is applied to them."
