"""From a student's folder or archive to a hand-in. Bad input becomes a sentence, never an exception."""

from collections.abc import Sequence
from pathlib import Path

from autograder.course.model import Assignment
from autograder.errors import UsageError
from autograder.intake.archive import archive_ending, open_archive
from autograder.intake.choice import Choice, Draft, Version, choose, listed
from autograder.intake.drafts import DraftReader
from autograder.intake.folder import FolderTree
from autograder.intake.hand_in import HandIn, Refused, Source, Unfit, digest
from autograder.intake.lesson_names import SUFFIXES, kind_and_stem, named_lessons
from autograder.intake.names import as_given, folder_names, printable_name
from autograder.intake.room import Room
from autograder.intake.search import FoundFile, FoundFiles, search
from autograder.intake.students import Student
from autograder.intake.tree import FileEntry, Kind, Tree
from autograder.isolation.limits import Limits

MOST_OTHERS = 3
WRONG_KIND = "{name} is no Python file and no notebook; hand in {lesson}.py or {lesson}.ipynb."


def read_hand_in(student: Student, assignment: Assignment, limits: Limits) -> HandIn:
    """Read what a student handed in for an assignment."""
    try:
        room = Room(limits)
        with _tree(student.path, room) as tree:
            return _read_tree(student, tree, assignment, room)
    except Unfit as unfit:
        return _rejected(student, str(unfit))
    except OSError as error:
        why = error.strerror or type(error).__name__
        return _rejected(student, f"{_name(student.path)} could not be read ({why}); check its permissions.")


def _read_tree(student: Student, tree: Tree, assignment: Assignment, room: Room) -> HandIn:
    found = search(tree, assignment, room)
    drafts = DraftReader(assignment, room.limits).read_all(found.files)
    sources = read_sources(assignment, drafts)
    if found.links and not sources:
        raise Refused(f"{found.links[0]} is a link, and links are not followed; hand in the files themselves.")
    others = _others(sources, drafts, found)
    there = others or tuple(found.beside[:MOST_OTHERS])
    notes = (*tree.notes(), *_opened(drafts, sources), *_notes(sources, there, assignment))
    if len(sources) == len(assignment.lessons):
        notes += tuple(found.refused[:MOST_OTHERS])
    sources |= _of_wrong_kind(sources, found, assignment)
    sources |= _of_refused(sources, found, assignment)
    ordered = {lesson.name: sources[lesson.name] for lesson in assignment.lessons if lesson.name in sources}
    return HandIn(student.student, student.folder, ordered, notes, "", digest(ordered), others)


def read_sources(assignment: Assignment, drafts: Sequence[Draft]) -> dict[str, Source]:
    """Choose what counts as each lesson; a lesson that nothing counts as is absent."""
    chosen = {lesson.name: choose(lesson, assignment, drafts) for lesson in assignment.lessons}
    return {name: _source(name, choice) for name, choice in chosen.items() if choice}


def _source(lesson: str, choice: Choice) -> Source:
    main, *rivals = (_of_version(lesson, version, choice) for version in choice.versions)
    notes = (*choice.notes, *([choice.look] if choice.look else []), *main.notes)
    return Source(**{**vars(main), "notes": notes, "rivals": tuple(rivals), "look": choice.look})


def _of_version(lesson: str, version: Version, choice: Choice) -> Source:
    drafts = version.drafts
    notes = tuple(note for draft in drafts for note in draft.notes)
    is_notebook = any(draft.is_notebook for draft in drafts)
    file = listed(draft.name for draft in drafts)
    main = version.main
    return Source(lesson, file, version.cells, is_notebook, notes, main.problem, main.outcome, label=version.label)


def read_one(path: Path, assignment: Assignment, limits: Limits) -> HandIn:
    """Read one folder, archive, `.py` or `.ipynb` file, wherever it lies."""
    path = path.absolute()
    if not path.is_symlink() and not path.exists():
        raise UsageError(f"{path}: there is no such file or folder. Give one student's work.")
    ending = "" if path.is_dir() else archive_ending(path.name)
    name = as_given(path.name[: -len(ending)] if ending else path.name) or "student"
    student = Student(name, folder_names([name])[name], path)
    if not kind_and_stem(path.name)[0] or ending or path.is_dir():
        return read_hand_in(student, assignment, limits)
    return _read_file(student, assignment, limits)


def _read_file(student: Student, assignment: Assignment, limits: Limits) -> HandIn:
    path = student.path
    kind: Kind = "link" if path.is_symlink() else "file"
    with FolderTree(path.parent.resolve()) as tree:
        file = FoundFile(tree, FileEntry((), path.name, kind))
        drafts = DraftReader(assignment, limits).read_all([file])
    sources = read_sources(assignment, drafts)
    if not sources:
        there = ", ".join(lesson.name for lesson in assignment.lessons)
        raise UsageError(f"{path}: no lesson of {assignment.name} has this name. Name it as one of: {there}.")
    return HandIn(student.student, student.folder, sources, (), "", digest(sources))


def _tree(path: Path, room: Room) -> Tree:
    if path.is_symlink():
        raise Refused(f"{_name(path)} is a link, and links are not followed; hand in the files themselves.")
    return FolderTree(path) if path.is_dir() else open_archive(path, room)


def _of_wrong_kind(sources: dict[str, Source], found: FoundFiles, assignment: Assignment) -> dict[str, Source]:
    """Say of each lesson that is missing what has its name and cannot be graded, such as `cell.pdf`."""
    lessons = [lesson.name for lesson in assignment.lessons]
    made: dict[str, Source] = {}
    for file in found.others:
        for lesson in named_lessons(file.entry.name, lessons):
            if lesson not in sources:
                said = WRONG_KIND.format(name=printable_name(file.entry.name), lesson=lesson)
                made.setdefault(lesson, Source(lesson, file.entry.name, (), False, (), said, "failed"))
    return made


def _of_refused(sources: dict[str, Source], found: FoundFiles, assignment: Assignment) -> dict[str, Source]:
    """Say of each lesson that is missing which archive, in which it may be, was not opened."""
    if not found.refused:
        return {}
    missing = [lesson.name for lesson in assignment.lessons if lesson.name not in sources]
    file, said = found.others[-1].entry.name, found.refused[0]
    return {name: Source(name, file, (), False, (), said, "rejected") for name in missing}


def _opened(drafts: Sequence[Draft], sources: dict[str, Source]) -> tuple[str, ...]:
    """Say in which archives inside of the hand-in lessons were found."""
    used = {source.file for one in sources.values() for source in one.versions}
    places = ["/".join(draft.place) for draft in drafts if draft.name in used]
    packed = dict.fromkeys(place for place in places if any(map(archive_ending, place.split("/"))))
    return (f"Lessons were found in {listed(map(printable_name, packed))}.",) if packed else ()


def _notes(sources: dict[str, Source], others: tuple[str, ...], assignment: Assignment) -> tuple[str, ...]:
    if sources:
        return ()
    expected = assignment.lessons[0].name + SUFFIXES[0] if assignment.lessons else "a lesson"
    there = f" There is {', '.join(others)}." if others else ""
    return (f"No file is named as a lesson, such as {expected}.{there}",)


def _others(sources: dict[str, Source], drafts: Sequence[Draft], found: FoundFiles) -> tuple[str, ...]:
    """Name the files that count as no lesson; one of them may be a lesson under another name."""
    used = {source.file for one in sources.values() for source in one.versions}
    names = [draft.name for draft in drafts if draft.name not in used and not draft.name.startswith("test_")]
    names += [file.entry.name for file in found.others]
    return tuple(map(printable_name, names[:MOST_OTHERS]))


def _rejected(student: Student, problem: str) -> HandIn:
    return HandIn(student.student, student.folder, {}, (), problem, digest({}, problem))


def _name(path: Path) -> str:
    return printable_name(path.name)
