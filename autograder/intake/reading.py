"""From a student's folder or archive to a hand-in. Bad input becomes a sentence, never an exception."""

from pathlib import Path

from autograder.course.model import Assignment, Lesson
from autograder.errors import UsageError
from autograder.intake.archive import open_archive
from autograder.intake.folder import FolderTree
from autograder.intake.hand_in import HandIn, Refused, Source, Unfit, digest
from autograder.intake.names import as_given, folder_names, name_key, printable_name
from autograder.intake.notebook import code_cells
from autograder.intake.search import SUFFIXES, FoundFiles, choose_file, search
from autograder.intake.students import ZIP, Student
from autograder.intake.text import check_source, decode
from autograder.intake.tree import FileEntry, Tree
from autograder.isolation.limits import Limits


def read_hand_in(student: Student, assignment: Assignment, limits: Limits) -> HandIn:
    """Read what a student handed in for an assignment."""
    try:
        with _tree(student.path, limits) as tree:
            return _read_tree(student, tree, assignment, limits)
    except Unfit as unfit:
        return _rejected(student, str(unfit))
    except OSError as error:
        why = error.strerror or type(error).__name__
        return _rejected(student, f"{_name(student.path)} could not be read ({why}); check its permissions.")


def _read_tree(student: Student, tree: Tree, assignment: Assignment, limits: Limits) -> HandIn:
    found = search(tree, assignment)
    _refuse_hidden_by_link(found)
    sources = {lesson.name: _source(tree, found, lesson, limits) for lesson in assignment.lessons}
    there = {name: source for name, source in sources.items() if source}
    notes = (*tree.notes(), *_notes(found, assignment))
    return _hand_in(student, there, notes, _unnamed(found, assignment))


def read_one(path: Path, assignment: Assignment, limits: Limits) -> HandIn:
    """Read one folder, archive, `.py` or `.ipynb` file, wherever it lies."""
    path = path.absolute()
    if not path.is_symlink() and not path.exists():
        raise UsageError(f"{path}: there is no such file or folder. Give one student's work.")
    name = as_given(path.stem if path.suffix.lower() == ZIP else path.name) or "student"
    student = Student(name, folder_names([name])[name], path)
    if path.suffix.lower() not in SUFFIXES or path.is_dir():
        return read_hand_in(student, assignment, limits)
    return _read_file(student, assignment, limits)


def _read_file(student: Student, assignment: Assignment, limits: Limits) -> HandIn:
    path = student.path
    lessons = {name_key(lesson.name): lesson for lesson in assignment.lessons}
    lesson = lessons.get(name_key(path.stem))
    if lesson is None:
        there = ", ".join(lesson.name for lesson in assignment.lessons)
        raise UsageError(f"{path}: no lesson of {assignment.name} has this name. Name it as one of: {there}.")
    entry = FileEntry((), path.name, "file")
    with FolderTree(path.parent.resolve()) as tree:
        source = _read(tree, entry, lesson, limits, ())
    return _hand_in(student, {lesson.name: source}, (), ())


def _tree(path: Path, limits: Limits) -> Tree:
    if path.is_symlink():
        raise Refused(f"{_name(path)} is a link, and links are not followed; hand in the files themselves.")
    return FolderTree(path) if path.is_dir() else open_archive(path, limits)


def _refuse_hidden_by_link(found: FoundFiles) -> None:
    if found.links and not found.entries:
        link = found.links[0]
        raise Refused(f"{link} is a link, and links are not followed; hand in the files themselves.")


def _source(tree: Tree, found: FoundFiles, lesson: Lesson, limits: Limits) -> Source | None:
    try:
        entry, notes = choose_file(found.entries, lesson.name)
    except Refused as refused:
        return _problem(lesson, lesson.name + SUFFIXES[0], refused, ())
    return _read(tree, entry, lesson, limits, notes) if entry else None


def _read(tree: Tree, entry: FileEntry, lesson: Lesson, limits: Limits, notes: tuple[str, ...]) -> Source:
    try:
        if name_key(entry.name).endswith(".ipynb"):
            return _from_notebook(tree, entry, lesson, limits, notes)
        return _from_python(tree, entry, lesson, limits, notes)
    except Unfit as unfit:
        return _problem(lesson, entry.name, unfit, notes)


def _from_notebook(tree: Tree, entry: FileEntry, lesson: Lesson, limits: Limits, notes: tuple[str, ...]) -> Source:
    data = tree.read(entry, limits.notebook_bytes)
    cells, passed_over = code_cells(printable_name(entry.name), data, limits.source_bytes)
    empty = () if cells else (f"{printable_name(entry.name)} has no code cells.",)
    return Source(lesson.name, entry.name, cells, True, (*notes, *passed_over, *empty))


def _from_python(tree: Tree, entry: FileEntry, lesson: Lesson, limits: Limits, notes: tuple[str, ...]) -> Source:
    name = printable_name(entry.name)
    text = check_source(name, decode(name, tree.read(entry, limits.source_bytes)))
    empty = () if text.strip() else (f"{name} is empty.",)
    return Source(lesson.name, entry.name, (text,), False, (*notes, *empty))


def _problem(lesson: Lesson, file: str, unfit: Unfit, notes: tuple[str, ...]) -> Source:
    is_notebook = name_key(file).endswith(".ipynb")
    return Source(lesson.name, file, (), is_notebook, notes, str(unfit), unfit.outcome)


def _notes(found: FoundFiles, assignment: Assignment) -> tuple[str, ...]:
    if found.entries:
        return ()
    expected = assignment.lessons[0].name + SUFFIXES[0] if assignment.lessons else "a lesson"
    there = f" There is {', '.join(found.others[:3])}." if found.others else ""
    return (f"No file is named as a lesson, such as {expected}.{there}",)


def _unnamed(found: FoundFiles, assignment: Assignment) -> tuple[str, ...]:
    """Name the files that no lesson is named as; one of them may be a lesson under another name."""
    lessons = [name_key(lesson.name + suffix) for lesson in assignment.lessons for suffix in SUFFIXES]
    names = [printable_name(entry.name) for entry in found.entries if name_key(entry.name).endswith(SUFFIXES)]
    unnamed = [name for name in names if name_key(name) not in lessons and not name.startswith("test_")]
    return tuple((unnamed + found.others)[:3])


def _hand_in(student: Student, sources: dict[str, Source], notes: tuple[str, ...], others: tuple[str, ...]) -> HandIn:
    return HandIn(student.student, student.folder, sources, notes, "", digest(sources), others)


def _rejected(student: Student, problem: str) -> HandIn:
    return HandIn(student.student, student.folder, {}, (), problem, digest({}, problem))


def _name(path: Path) -> str:
    return printable_name(path.name)
