"""A course as bytes, on its way to a machine that grades: what load_course and an exam read, and nothing else."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from autograder.course.model import MANIFEST, Course
from autograder.errors import GradingError

MANIFESTS, READ = "lesson.toml", {".py", ".toml", ".json"}


def pack_course(course: Course, assignment: str) -> bytes:
    """Pack the lessons of an assignment; of all others what they are called."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in _files(course, assignment):
            archive.writestr(path.relative_to(course.root).as_posix(), path.read_bytes())
    return packed.getvalue()


def _files(course: Course, assignment: str) -> Iterator[Path]:
    yield course.root / MANIFEST
    for lesson in course.lessons():
        is_wanted = lesson.assignment == assignment
        for path in sorted(lesson.folder.iterdir()):
            if path.name == MANIFESTS or (is_wanted and path.suffix in READ and path.is_file()):
                yield path


def unpack_course(data: bytes, place: Path) -> None:
    """Unpack what `pack_course` packed into an empty folder.

    Raises:
        GradingError: it is something else, or the folder cannot be written.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            archive.extractall(place)
    except (OSError, zipfile.BadZipFile) as error:
        raise GradingError(f"The course could not be unpacked into {place}: {error}. Free space there.") from None
