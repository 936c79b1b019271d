"""`unroll export github`: what students' repositories get, and what the private repository of the grader gets.

Whoever can push to a repository can change its workflows, and read every secret that they use. So what students get
holds no secret and no solution. Hidden tests run in a repository that students cannot see.
"""

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from autograder.course.model import Course
from autograder.errors import UsageError
from autograder.platforms.bundle import Files, filled, plain, write_folder
from autograder.platforms.one_assignment import course_files
from autograder.platforms.wheel import kit_wheel, wheel_files

STUDENTS, GRADER = "students", "grader"
PREFIX = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")


def write_github(course: Course, name: str, out: Path, prefix: str, pip: Sequence[str], force: bool) -> list[str]:
    """Write both folders.

    Args:
        prefix: what the names of the students' repositories begin with.
        pip: options for pip on the platform, such as where to take torch from.

    Returns: lines that say what to do with them.

    Raises:
        UsageError: there is no such assignment, the prefix is none, or something stands in `out`.
        CourseError: the course cannot be cut to one assignment.
        GradingError: it cannot be written.
    """
    write_folder(out, github_files(course, name, prefix or f"{name}-", pip), force)
    return [
        f"Written: {out / STUDENTS} (no secret, no solution) and {out / GRADER} (the solutions of {name}).",
        f"1. Copy {STUDENTS}/ into the template repository. Each push then runs the public checks.",
        f"2. Make a private repository of {GRADER}/ that no student can see, and give it the secret UNROLL_TOKEN.",
        "3. Run its workflow once by hand. docs/platforms.md says what the token may do, and why it is built so.",
    ]


def github_files(course: Course, name: str, prefix: str, pip: Sequence[str] = ()) -> Files:
    """Make the files of both folders by their names.

    Raises:
        UsageError: the prefix is none.
    """
    if not PREFIX.fullmatch(prefix):
        raise UsageError(f"{prefix!r} is no beginning of a repository's name. Use letters, digits, '.', '_' and '-'.")
    wheel = kit_wheel()
    words = {"ASSIGNMENT": name, "WHEEL": wheel.name, "PIP_OPTIONS": shlex.join(pip), "PREFIX": prefix}
    solutions = course_files(course, name)
    return {
        f"{STUDENTS}/.github/workflows/unroll.yml": filled("check.yml", words),
        **plain({f"{STUDENTS}/.github/unroll/{wheel.name}": wheel.data}),
        f"{GRADER}/.github/workflows/grade.yml": filled("grade.yml", words),
        f"{GRADER}/fetch.sh": filled("fetch.sh", words, is_program=True),
        f"{GRADER}/report.sh": filled("report.sh", words, is_program=True),
        f"{GRADER}/README.md": filled("grader_readme.md", words),
        **wheel_files(wheel, f"{GRADER}/kit"),
        **plain({f"{GRADER}/course/{path}": data for path, data in solutions.items()}),
    }
