"""Find the students: every folder and every archive directly in the submissions is one."""

import os
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UsageError
from autograder.intake.archive import archive_ending
from autograder.intake.names import as_given, folder_names, is_ignored, printable_name

ZIP = ".zip"
WORK = {"py", "ipynb", "zip", "tar", "tgz", "tbz2", "txz", "7z", "rar"}


@dataclass(frozen=True)
class Student:
    """A student who was found and not yet read.

    Args:
        student: the name as given.
        folder: the name on disk, unique in the class.
        path: the folder, the archive, or a link to one.
    """

    student: str
    folder: str
    path: Path


def find_students(submissions: Path) -> tuple[list[Student], list[str]]:
    """Find the students, in order of their names, and name what was skipped."""
    entries = _list(submissions)
    folders = [entry for entry in entries if not is_ignored(entry.name) and _is_folder(entry)]
    archives = [entry for entry in entries if not is_ignored(entry.name) and _is_archive(entry)]
    named = _name(folders, archives)
    if not named:
        raise UsageError(f"{submissions}: no students here. Give the folder that holds one folder or .zip per student.")
    on_disk = folder_names(named)
    counted = {entry.path for entry in folders + archives}
    skipped = sorted(printable_name(as_given(entry.name)) for entry in entries if entry.path not in counted)
    return [Student(name, on_disk[name], Path(named[name])) for name in sorted(named)], skipped


def loose_work(submissions: Path) -> list[str]:
    """Name what looks like somebody's work and lies there as no student's: files of code, notebooks, other archives."""
    others = [entry for entry in _list(submissions) if not _is_folder(entry) and not _is_archive(entry)]
    return [printable_name(as_given(entry.name)) for entry in others if is_work(entry.name)]


def is_work(name: str) -> bool:
    """Say whether a file that lies loose may be a hand-in, such as `cell.py`, `cell.ipynb.txt` or `jo.tar.gz`."""
    return not is_ignored(name) and not WORK.isdisjoint(name.lower().split(".")[1:])


def _list(submissions: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(submissions) as scan:
            return sorted(scan, key=lambda entry: entry.name)
    except FileNotFoundError:
        raise UsageError(f"{submissions}: there is no such folder. Give the folder of submissions.") from None
    except NotADirectoryError:
        raise UsageError(f"{submissions}: this is a file. Give the folder that holds all students' work.") from None
    except OSError as error:
        raise UsageError(f"{submissions}: {error.strerror}. Give a folder that you may read.") from None


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Say whether it is a folder, or a link that is or was one to a folder."""
    if not entry.is_symlink():
        return entry.is_dir(follow_symlinks=False)
    return not archive_ending(entry.name) and not _leads_to_file(entry)


def _is_archive(entry: os.DirEntry[str]) -> bool:
    return bool(archive_ending(entry.name)) and not entry.is_dir(follow_symlinks=False)


def _leads_to_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


def _name(folders: list[os.DirEntry[str]], archives: list[os.DirEntry[str]]) -> dict[str, str]:
    """Map each student's name to a path; an archive whose name is taken keeps its ending."""
    named: dict[str, str] = {}
    for entry in folders:
        named[_free(as_given(entry.name), named)] = entry.path
    for entry in archives:
        name = as_given(entry.name)
        short = name[: -len(archive_ending(name))]
        named[short if short not in named else _free(name, named)] = entry.path
    return named


def _free(name: str, named: dict[str, str]) -> str:
    """Only names that are no text can be the same twice."""
    return name if name not in named else _free(name + "~", named)
