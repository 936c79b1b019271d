"""What to look at before a hand-in is given away: what its code will not find, and how it was read."""

import ast
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from autograder.intake import Source
from autograder.intake.names import printable_name
from autograder.isolation.inside.source import statements
from autograder.student.exercises import SUFFIXES, Exercises
from autograder.student.packing.plan import Packed

OPEN_IN = (".{name}.swp", ".{name}.swo", ".#{name}", "#{name}#")  # vim's and Emacs's files of what is not saved
NO_LESSON = "{lesson}: no file counts as this lesson. `unroll init` puts its stub back."
KEEP_ONE = "Keep the one that you mean, and move the other out of {folder}."
IMPORTS = "{file} imports {name}, which will not be there: only lessons count. Put what it needs into the lesson."
NEEDS = "{file} imports {name}, a lesson that is not in the hand-in."
NAMES = "{file} names {name}, which will not be there: code that is graded finds no files."
OTHERWISE = "Grading reads the whole folder otherwise than this archive. Ask your instructor which to hand in."
UNSAVED = "{name} is open in an editor, it seems ({sign}). Save it, then pack again."


def remarks(packed: Packed, exercises: Exercises, around: Collection[str]) -> list[str]:
    """List what the student should look at, a sentence or two each.

    Args:
        around: the names of the student's own files and folders that are not handed in.
    """
    said = [*_of_lessons(packed, exercises)]
    for source in packed.hand_in.sources.values():
        said += _of_code(source, exercises, packed.hand_in.sources, around)
    said += _unsaved(exercises.folder, [file.path[-1] for file in packed.counted.files])
    if not packed.is_the_same:
        said.append(OTHERWISE)
    return list(dict.fromkeys(said))


def reading_notes(packed: Packed) -> list[str]:
    """Say what was done to find and read the lessons in the folder."""
    return [note for note in packed.in_folder.arrival if note not in packed.hand_in.arrival]


def _of_lessons(packed: Packed, exercises: Exercises) -> Iterator[str]:
    yield from packed.hand_in.notes
    for lesson in exercises.assignment.lessons:
        source = packed.hand_in.sources.get(lesson.name)
        if source is None:
            in_folder = packed.in_folder.sources.get(lesson.name)
            yield in_folder.problem if in_folder else NO_LESSON.format(lesson=lesson.key)
            continue
        yield from (one.problem for one in source.versions if one.problem)
        yield from source.notes
        if source.rivals:
            yield KEEP_ONE.format(folder=f"{exercises.folder.name}/")


def _of_code(
    source: Source, exercises: Exercises, handed_in: Collection[str], around: Collection[str]
) -> Iterator[str]:
    """Say what the code of a lesson imports or names that will not be there."""
    lessons = [lesson.name for lesson in exercises.assignment.lessons]
    found = _wants(source.cells)
    for name in sorted(found.modules):
        if name in lessons and name not in handed_in:
            yield NEEDS.format(file=source.file, name=name)
        own = [file for file in (name, *(name + suffix for suffix in SUFFIXES)) if file in around]
        if name not in lessons and own:
            yield IMPORTS.format(file=source.file, name=own[0])
    for text in sorted(found.texts & {one for one in around if "." in one and not one.endswith(SUFFIXES)}):
        yield NAMES.format(file=source.file, name=printable_name(text))


@dataclass(frozen=True)
class _Wants:
    """The modules that code imports, and the file names that stand in its texts."""

    modules: frozenset[str]
    texts: frozenset[str]


def _wants(cells: Sequence[str]) -> _Wants:
    nodes = [node for text in cells for statement in statements(text) for node in ast.walk(statement)]
    modules = {name for node in nodes for name in _imported(node)}
    constants = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    names = {PurePath(text.replace("\\", "/")).name for text in constants if len(text) < 500}
    return _Wants(frozenset(modules), frozenset(names))


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.split(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        whole = [node.module] if node.module else [alias.name for alias in node.names]
        return [name.split(".")[0] for name in whole]
    return []


def _unsaved(folder: Path, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        for sign in (pattern.format(name=name) for pattern in OPEN_IN):
            if (folder / sign).is_symlink() or (folder / sign).exists():
                yield UNSAVED.format(name=printable_name(name), sign=printable_name(sign))
