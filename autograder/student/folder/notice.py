"""What is to be said of a student's folder itself: that `.unroll` was lost, or that another kit has made the folder."""

import re
from pathlib import Path

from autograder import __version__
from autograder.errors import GradingError, UsageError
from autograder.student.exercises import KNOWN, assignments_in, shipped_exercises
from autograder.student.folder.manifest import (
    WRITTEN,
    digests_from_exercises,
    is_made_by_init,
    manifest_text,
    read_manifest,
    suffix_of,
)
from autograder.student.memory import OWN, memory_folder
from autograder.text.clean import one_line
from autograder.text.files import write_atomically

MADE_AGAIN = f"{OWN} was lost and is made again. Your files are as they were; hints and verdicts begin anew."
OTHER_KIT = "This folder was made by {made}, and kit {here} is installed. "
OLDER = "`unroll init` brings the folder up to date and keeps your work."
NEWER = "Install the newer kit, as your course says."
UNKNOWN = "another kit"


def about_folder(root: Path) -> list[str]:
    """Say what is wrong with a folder that `unroll init` has made, and make again what was lost of it.

    Only `.unroll` is ever written. A folder that somebody else has put together is left as it is.
    """
    manifest = read_manifest(root)
    if manifest:
        return _other_kit(str(manifest.get("kit", __version__)))
    return make_again(root) if is_made_by_init(root) else []


def make_again(root: Path) -> list[str]:
    """Write the manifest anew, from what the exercises say of themselves."""
    kit = __version__ if _is_of_this_kit(root) else UNKNOWN
    try:
        memory_folder(root)
        write_atomically(root / WRITTEN, manifest_text(digests_from_exercises(root), None, kit, suffix_of(root)))
    except GradingError:
        return []  # a folder that cannot be written to is no reason to stop
    return [MADE_AGAIN, *_other_kit(kit)]


def _is_of_this_kit(root: Path) -> bool:
    """Tell whether the exercises are those of this kit; of another course's nothing is known, so that they pass."""
    try:
        shipped = shipped_exercises()
        pairs = [(root / name / KNOWN, shipped / name / KNOWN) for name in assignments_in(root)]
        if not all(theirs.is_file() for _, theirs in pairs):
            return True
        return all(ours.read_bytes() == theirs.read_bytes() for ours, theirs in pairs)
    except (OSError, UsageError):
        return True


def _other_kit(made: str) -> list[str]:
    if made == __version__:
        return []
    advice = NEWER if _numbers(made) > _numbers(__version__) else OLDER
    named = made if made == UNKNOWN else f"kit {one_line(made, 40)}"
    return [OTHER_KIT.format(made=named, here=__version__) + advice]


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d{1,9}", version)]
