"""`unroll export gradescope`: a zip that Gradescope builds an autograder from.

Source: gradescope-autograders.readthedocs.io, "Autograder Specifications", "Submission Metadata", "Best Practices".
"""

import hashlib
import json
import shlex
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder.course.model import Course
from autograder.errors import UsageError
from autograder.platforms.bundle import Files, filled, plain, write_new, zipped
from autograder.platforms.one_assignment import course_files
from autograder.platforms.wheel import kit_wheel, wheel_files
from autograder.text.words import points

SETTINGS = "unroll.json"


@dataclass(frozen=True)
class Settings:
    """What `run_autograder` has to know, in the file `unroll.json` beside it.

    Args:
        seed: the secret of the hidden inputs, one for the whole class: a hand-in gets the same marks each time.
        accept_weak_isolation: whether hand-ins are graded where the isolation is weak.
    """

    assignment: str
    seed: str
    accept_weak_isolation: bool


def read_settings(path: Path) -> Settings:
    """Read what `write_gradescope` wrote.

    Raises:
        UsageError: it is not there, or says something else.
    """
    try:
        settings = Settings(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        raise UsageError(f"{path} is not as `unroll export gradescope` wrote it. Export it once more.") from None
    if type(settings.accept_weak_isolation) is not bool:
        raise UsageError(f"{path}: accept_weak_isolation is true or false. Export it once more.")
    return settings


def write_gradescope(
    course: Course, name: str, out: Path, seed: str, is_weak_accepted: bool, pip: Sequence[str], force: bool
) -> list[str]:
    """Write the zip; it holds the kit and the solutions of this assignment alone.

    Args:
        pip: options for pip on the platform, such as where to take torch from.

    Returns: lines that say what to do with it.

    Raises:
        UsageError: there is no such assignment, or something stands at `out`.
        CourseError: the course cannot be cut to one assignment.
        GradingError: it cannot be written.
    """
    data = zipped(gradescope_files(course, name, seed, is_weak_accepted, pip))
    write_new(out, data, force)
    best = sum(task.points for lesson in course.assignment(name).lessons for task in lesson.tasks)
    return [
        f"Written: {out} ({len(data) / 1e6:.1f} MB). It holds the solutions of {name}: give it to nobody else.",
        f"1. In Gradescope make a Programming Assignment with {points(best)} autograder points.",
        "2. Configure Autograder: base image Ubuntu 24.04, where it is offered; upload the zip.",
        "3. Settings: at least 1 CPU and 3 GB of memory for the container.",
        "4. Test Autograder with a right and with an empty hand-in, before students see it.",
        *([WEAK] if is_weak_accepted else []),
    ]


WEAK = (
    "With --accept-weak-isolation a hand-in may be able to read the solutions and to write its own marks. "
    "docs/platforms.md says what stands beside it."
)


def gradescope_files(course: Course, name: str, seed: str, is_weak_accepted: bool, pip: Sequence[str] = ()) -> Files:
    """Make the files of the zip by their names."""
    solutions = course_files(course, name)
    settings = Settings(name, seed or seed_of(solutions), is_weak_accepted)
    wheel = kit_wheel()
    words = {"WHEEL": wheel.name, "PIP_OPTIONS": shlex.join(pip), "ASSIGNMENT": name}
    return {
        "setup.sh": filled("setup.sh", words, is_program=True),
        "run_autograder": filled("run_autograder", words, is_program=True),
        **plain({SETTINGS: (json.dumps(asdict(settings), indent=1) + "\n").encode()}),
        **wheel_files(wheel, "kit"),
        **plain({f"course/{path}": data for path, data in solutions.items()}),
    }


def seed_of(solutions: dict[str, bytes]) -> str:
    """Make a secret out of the solutions: whoever has them needs no secret, and the zip is the same each time."""
    digest = hashlib.sha256(b"the seed of the hidden inputs\0")
    for path, data in sorted(solutions.items()):
        digest.update(path.encode() + b"\0" + hashlib.sha256(data).digest())
    return digest.hexdigest()[:32]
