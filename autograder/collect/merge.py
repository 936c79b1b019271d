"""Of several attempts of a student, the newest finished version of each file.

Task names say what a file is about: where the newest attempt leaves a task unwritten that an older one has, the older
file stays. So does an older file whose tasks are in no newer one. Where nothing says which attempt is the newest, all
that may be stand side by side, and the grading takes the better one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from string import ascii_uppercase

from autograder.collect.attempt import Attempt
from autograder.collect.download import Download
from autograder.intake.archive import archive_ending
from autograder.intake.hand_in import Unfit
from autograder.intake.names import name_key, printable_name
from autograder.intake.room import Room
from autograder.intake.students import is_work
from autograder.intake.tree import FolderPath
from autograder.intake.unpacked import contents_of, unpacked
from autograder.isolation.limits import Limits
from autograder.text.words import LOOK

UNCLEAR = "{look}: nothing says which attempt is the newest, so all are there: {names}."


@dataclass(frozen=True)
class Kept:
    """One file of a student's folder.

    Args:
        done, undone: the tasks that it defines, written and unwritten.
        attempt: of which attempt, counted from 1.
        source: where it stands in the download.
    """

    target: FolderPath
    data: bytes
    done: frozenset[str] = frozenset()
    undone: frozenset[str] = frozenset()
    attempt: int = 1
    source: FolderPath = ()

    @property
    def key(self) -> str:
        return name_key(self.target[-1])


@dataclass(frozen=True)
class Merged:
    """What goes into a student's folder, and what has to be said.

    Args:
        name: what an attempt is called: by its time, or as the download names it.
    """

    files: tuple[Kept, ...]
    notes: tuple[str, ...] = ()
    name: str = ""


def read_attempt(download: Download, attempt: Attempt, limits: Limits, number: int = 1) -> Merged:
    """Read the files of an attempt, as far as the limits allow; name what is left out."""
    files: list[Kept] = []
    notes = [attempt.note] if attempt.note else []
    kinds = {file.path: file.kind for file in download.files}
    left = limits.archive_bytes
    for item in sorted(attempt.items, key=lambda one: not is_work(one.target[-1])):
        name, kind = printable_name(item.target[-1]), kinds.get(item.source, "special")
        if kind == "folder":
            continue
        try:
            if kind != "file":
                notes.append(f"{name} is a link, a device or no plain member, and was left out.")
                continue
            data = download.read(item.source, min(left, limits.archive_bytes))
        except (Unfit, OSError) as error:
            notes.append(f"{name} was left out: {error}")
            continue
        left -= len(data)
        files.append(Kept(item.target, data, attempt=number, source=item.source))
    return Merged(tuple(files), tuple(notes[:20]), _name(attempt))


def _name(attempt: Attempt) -> str:
    if attempt.when:
        return f"{attempt.when:%Y-%m-%d %H:%M}"
    item = attempt.items[0] if attempt.items else None
    if item is None:
        return "one without files"
    inner = len(item.target)
    is_folder = item.source[-inner:] == item.target and len(item.source) > inner
    return printable_name(item.source[-inner - 1] if is_folder else item.source[-1])


def newest_finished(attempts: Sequence[Merged], tasks: frozenset[str], limits: Limits, newest: int = 1) -> Merged:
    """Choose among attempts that stand in order, the newest last.

    Args:
        newest: how many of the last ones may be the newest.
    """
    if len(attempts) == 1:
        return attempts[0]
    opened = [_opened_all(attempt, tasks, limits) for attempt in attempts]
    equal = _distinct([(one.name, files) for one, files in zip(attempts, opened, strict=True)][-newest:])
    result, notes = [file for _, files in equal for file in files], []
    for older in reversed(opened[:-newest]):
        for file in older:
            if said := _take_over(result, file):
                notes.append(said)
    is_clear = len(equal) == 1
    unchanged = is_clear and not notes and all(file.attempt == len(attempts) for file in result)
    names = ", ".join(name for name, _ in equal)
    counts = f"Of {len(attempts)} attempts the newest counts: {names}."
    files = attempts[-1].files if unchanged else tuple(result)
    said = counts if is_clear else UNCLEAR.format(look=LOOK, names=names)
    return Merged(files, (said, *attempts[-1].notes, *dict.fromkeys(notes)))


def _distinct(attempts: Sequence[tuple[str, list[Kept]]]) -> list[tuple[str, list[Kept]]]:
    """Leave out attempts that are the same; give each of the others a folder, whose name says nothing of its age."""
    kept: list[tuple[str, list[Kept]]] = []
    for name, files in reversed(attempts):
        if _work_in(files) not in [_work_in(other) for _, other in kept]:
            kept.insert(0, (name, files))
    if len(kept) == 1:
        return kept
    letters = [ascii_uppercase[n] if n < len(ascii_uppercase) else f"Z{n}" for n in range(len(kept))]
    return [
        (f"{name} (attempt {letter})", [replace(one, target=(f"attempt {letter}", *one.target)) for one in files])
        for letter, (name, files) in zip(letters, kept, strict=True)
    ]


def _work_in(files: Sequence[Kept]) -> set[tuple[str, bytes]]:
    return {(file.key, file.data) for file in files if is_work(file.target[-1])}


def _take_over(result: list[Kept], file: Kept) -> str:
    """Put an older file into the result if the newer ones lack its work; say so, or "" where it is not needed."""
    rivals = [one for one in result if one.key == file.key]
    done = frozenset[str]().union(*(one.done for one in result))
    needed = file.done - done
    name = printable_name(file.target[-1])
    if not needed and (file.done or file.undone or rivals or not is_work(file.target[-1])):
        return ""
    if rivals and file.done and all(one.done <= file.done for one in rivals):
        for one in rivals:
            result.remove(one)
        result.append(file)
        return f"{name} is that of attempt {file.attempt}: a later one leaves it unwritten or unreadable."
    result.append(replace(file, target=_beside(result, file)))
    return f"{name} of attempt {file.attempt} was added: a later one does not have it."


def _beside(result: Sequence[Kept], file: Kept) -> FolderPath:
    """Find a free place for an older file in the folder of the newer work, where lessons are looked for first."""
    homes = sorted((one.target[:-1] for one in result if is_work(one.target[-1])), key=len)
    place, name = homes[0] if homes else (), file.target[-1]
    taken = {tuple(map(name_key, one.target)) for one in result}
    free = tuple(map(name_key, (*place, name))) not in taken
    return (*place, name if free else f"attempt-{file.attempt}-{name}")


def _opened_all(attempt: Merged, tasks: frozenset[str], limits: Limits) -> list[Kept]:
    room = Room(limits)
    return [one for file in attempt.files for one in _opened(file, tasks, room)]


def _opened(file: Kept, tasks: frozenset[str], room: Room) -> Iterator[Kept]:
    """Take an archive apart, so that its files can be compared; whatever cannot be opened stays as it is."""
    name = file.target[-1]
    if not archive_ending(name):
        yield _looked_into(file, tasks, room.limits)
        return
    try:
        inner = list(unpacked(printable_name(name), file.data, room))
    except Unfit:
        yield file
        return
    for path, data in inner:
        yield _looked_into(replace(file, target=(*file.target[:-1], *path), data=data), tasks, room.limits)


def _looked_into(file: Kept, tasks: frozenset[str], limits: Limits) -> Kept:
    """Find what a file is about; what is no Python is not finished."""
    found = contents_of(file.target[-1], file.data, tasks, limits)
    done = found.written - found.broken
    return replace(file, done=done, undone=found.defined - done)
