"""`unroll init`: put the exercises into a student's folder, and bring them up to date there later."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from autograder import __version__
from autograder.course.model import MANIFEST as COURSE
from autograder.course.model import find_course
from autograder.errors import UsageError
from autograder.student.exercises import assignments_in, read_exercises, shipped_exercises
from autograder.student.folder.fates import ASIDE, OFFER, FileFate, plan_fates, with_digests
from autograder.student.folder.manifest import WRITTEN, is_made_by_init, manifest_text, read_manifest, suffix_of
from autograder.student.folder.notice import MADE_AGAIN, make_again
from autograder.student.folder.shipped import FILE, NOTEBOOK, Shipped, other_form, read_shipped
from autograder.student.memory import memory_folder
from autograder.text.files import cannot_write, write_atomically

DEFAULT = "unroll"
PY_THERE = "{folder} has the lessons as Python files. For notebooks give a new folder: unroll init --notebooks DIR"
AGAIN = "Mend that or choose another folder, then run the same command again: it goes on where it stopped."


def find_folder(given: Path | None, here: Path) -> Path:
    """Say which folder is meant: the one given, else one that was made before, here or above, else a new one here.

    Raises:
        UsageError: no exercises can be put there.
    """
    made = [folder for folder in (here, *here.parents) if is_made_by_init(folder)]
    folder = (here / given if given else [*made, here / DEFAULT][0]).resolve()
    for above in (folder, *folder.parents):
        if (above / COURSE).is_file():
            raise UsageError(
                f"{folder} is in the course {above}, where exercises/ holds them. Give a folder outside of it."
            )
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file. Give a folder.")
    if not (folder / WRITTEN).is_file() and not is_made_by_init(folder):
        _refuse_other_work(folder)
    return folder


def _refuse_other_work(folder: Path) -> None:
    """Dot files, such as those of git and of a virtual environment, are no work."""
    others = sorted(path.name for path in _listed(folder) if not path.name.startswith("."))
    if others:
        named = f"{', '.join(others[:3])}{' ...' if others[3:] else ''}"
        raise UsageError(f"{folder} holds other work: {named}. Give a new or an empty folder.")


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir()) if folder.exists() else []
    except OSError as error:
        raise UsageError(f"{folder}: {error.strerror}. Give a folder that you may read and write.") from None


def bring(shipped: Shipped, folder: Path, course: Path | None = None) -> list[FileFate]:
    """Write into a folder what it lacks, and keep what the student has changed.

    Whenever it is stopped, every file is whole and the next run goes on: what a changed lesson's stub has become is
    laid beside it first, then the digests of all that will be there, then the rest.

    Args:
        course: the folder of the course that the files come from, which a later call takes again; None for the kit.

    Returns: what became of each file.

    Raises:
        GradingError: something could not be written.
        UsageError: a link, or something else that is no file, stands in the way.
    """
    written = _written(folder)
    steps = plan_fates(shipped.texts, shipped.lessons, _there(folder, shipped), written)
    memory_folder(folder, AGAIN)
    for step in steps:
        if step.fate == "offered":
            _write(folder, step)
    write_atomically(folder / WRITTEN, _manifest(written, shipped, course), AGAIN)
    for step in steps:
        if step.fate != "offered":
            _write(folder, step)
    return steps


def _manifest(written: dict[str, list[str]], shipped: Shipped, course: Path | None) -> str:
    return manifest_text(with_digests(written, shipped.texts), course, suffix=shipped.suffix)


def _written(folder: Path) -> dict[str, list[str]]:
    """Read the digests of all that was ever written; without them, all that differs is taken for the student's."""
    files: Any = read_manifest(folder).get("files")
    try:
        return {str(name): [str(digest) for digest in digests] for name, digests in files.items()}
    except (TypeError, AttributeError):
        return {}


def _there(folder: Path, shipped: Shipped) -> dict[str, bytes]:
    """Read what is there of the shipped files; a lesson in its other form is the student's work as well."""
    found = {name: _content(folder / name) for name in shipped.texts}
    for name in shipped.lessons:
        if found[name] is None:
            found[name] = _content((folder / name).with_suffix(other_form(shipped.suffix)))
    return {name: data for name, data in found.items() if data is not None}


def _content(path: Path) -> bytes | None:
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise UsageError(f"{path} is no plain file. Move it away, then run the same command again.")
    try:
        return path.read_bytes() if path.exists() else None
    except OSError as error:
        raise cannot_write(path, error, AGAIN) from None


def _write(folder: Path, step: FileFate) -> None:
    if step.target is None:
        return
    path = folder / step.target
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if step.fate == "aside":
            path.replace(path.with_name(path.name + ASIDE))
    except OSError as error:
        raise cannot_write(path, error, AGAIN) from None
    write_atomically(path, step.text, AGAIN)


SAID = {
    "new": "new",
    "restored": "was gone, is there again",
    "replaced": "brought up to date",
    "aside": f"brought up to date; what you had changed is in {{name}}{ASIDE}",
    "kept": "your work, left as it is",
    "offered": f"your work, left as it is; its stub has changed, see {{name}}{OFFER}",
}


def find_source(given: Path | None, here: Path, folder: Path) -> Path | None:
    """Say which course the exercises are of: the one given, else the one around, else the one that made the folder.

    Returns: the course's folder, or None for the exercises inside the kit.

    Raises:
        UsageError: there is no such course.
    """
    if given is not None:
        return find_course(given)
    around = next((above for above in (here, *here.resolve().parents) if (above / COURSE).is_file()), None)
    made_by = _made_by(folder)
    if around is None and made_by is not None and not (made_by / COURSE).is_file():
        raise UsageError(
            f"{folder} was made from the course {made_by}, which is not here. "
            "Ask for a newer folder, or give --course DIR."
        )
    found = around or made_by
    return found.resolve() if found else None


def _made_by(folder: Path) -> Path | None:
    course = read_manifest(folder).get("course")
    return Path(course) if isinstance(course, str) else None


def _exercises(course: Path | None) -> Path:
    if course is None:
        return shipped_exercises()
    if not assignments_in(course / "exercises"):
        raise UsageError(f"{course / 'exercises'}: nothing is built here. Run `unroll build` in the course first.")
    return course / "exercises"


def show_init(given: Path | None, given_course: Path | None = None, notebooks: bool = False) -> None:
    """Make or bring up to date a folder of exercises; say what has changed, and the next command.

    Args:
        notebooks: whether a new folder gets notebooks; one that is there keeps its form.
    """
    here = Path.cwd()
    folder = find_folder(given, here)
    is_lost = is_made_by_init(folder) and not read_manifest(folder)
    is_new = not is_lost and not (folder / WRITTEN).is_file()
    course = find_source(given_course, here, folder)
    shipped = read_shipped(_exercises(course), _suffix(folder, is_new, notebooks))
    if is_lost:
        _refuse_another_course(folder, shipped)
        make_again(folder)
    steps = bring(shipped, folder, course)
    if is_lost:
        click.echo(MADE_AGAIN)
    click.echo(f"{folder}: {len(shipped.lessons)} lessons{'' if is_new else ', kit ' + __version__}")
    for line in () if is_new else changes(steps):
        click.echo(line)
    click.echo("Next:")
    if folder != here.resolve():
        click.echo(f"  cd {_quoted(folder, here)}")
    click.echo(
        "  unroll watch" if shipped.suffix == FILE else "  unroll watch, or open a notebook, such as with jupyter lab"
    )


def _suffix(folder: Path, is_new: bool, notebooks: bool) -> str:
    """Choose the form of the lessons.

    Raises:
        UsageError: notebooks are asked for, and Python files are there.
    """
    if is_new:
        return NOTEBOOK if notebooks else FILE
    there = suffix_of(folder)
    if notebooks and there == FILE:
        raise UsageError(PY_THERE.format(folder=folder))
    return there


def _refuse_another_course(folder: Path, shipped: Shipped) -> None:
    """See that the lessons of a folder whose manifest is lost are those that are put there."""
    there = [
        lesson.key for name in assignments_in(folder) for lesson in read_exercises(folder / name).assignment.lessons
    ]
    others = [key for key in there if f"{key}{shipped.suffix}" not in shipped.lessons]
    if others:
        raise UsageError(f"{folder} holds lessons of another course: {', '.join(others[:3])}. Give --course DIR.")


def changes(steps: Sequence[FileFate]) -> Iterator[str]:
    """Say in a line for each file what became of it."""
    told = [step for step in steps if step.fate != "same"]
    width = max((len(step.name) for step in told), default=0)
    for step in told:
        yield f"  {step.name:<{width}}  {SAID[step.fate].format(name=step.name)}"
    if all(step.target is None for step in steps):
        yield "  All is up to date."


def _quoted(folder: Path, here: Path) -> str:
    near = folder.relative_to(here.resolve()) if folder.is_relative_to(here.resolve()) else folder
    return f'"{near}"' if " " in str(near) else str(near)
