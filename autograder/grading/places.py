"""Where the hand-ins of a class stood, in OUT/.hand_ins.json: what is asked about one later needs to find it again."""

import json
from collections.abc import Iterable
from pathlib import Path

from autograder.errors import UsageError
from autograder.intake import Student
from autograder.text.files import write_atomically
from autograder.text.ours import NOBODY_ELSE, read_own

FILE, VERSION = ".hand_ins.json", 1


def keep_places(out: Path, students: Iterable[Student]) -> None:
    """Write down where each hand-in of a run stands; those of earlier runs stay.

    Raises:
        GradingError: OUT cannot be written.
    """
    here = {student.folder: str(student.path.absolute()) for student in students}
    places = {**{folder: str(path) for folder, path in read_places(out).items()}, **here}
    text = json.dumps({"version": VERSION, "hand_ins": places}, indent=0)
    write_atomically(out / FILE, text + "\n", mode=NOBODY_ELSE)


def read_places(out: Path) -> dict[str, Path]:
    """Read where the hand-ins stood, by the folder of the report; what is not as `keep_places` left it says nothing."""
    try:
        data = json.loads(read_own(out / FILE))
        if data["version"] != VERSION:
            return {}
        return {folder: Path(path) for folder, path in data["hand_ins"].items()}
    except (OSError, UsageError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}
