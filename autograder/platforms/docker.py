"""`unroll export docker`: a Dockerfile, and how to run it. The image holds the kit, and no solution."""

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from autograder.course.model import Course
from autograder.platforms.bundle import Files, filled, plain, write_folder
from autograder.platforms.one_assignment import course_files
from autograder.platforms.wheel import kit_wheel, wheel_files


def write_docker(course: Course, name: str, out: Path, pip: Sequence[str], force: bool) -> list[str]:
    """Write the folder.

    Args:
        pip: options for pip in the image, such as where to take torch from.

    Returns: lines that say what to do with it.

    Raises:
        UsageError: there is no such assignment, or something stands in `out`.
        CourseError: the course cannot be cut to one assignment.
        GradingError: it cannot be written.
    """
    write_folder(out, docker_files(course, name, pip), force)
    return [
        f"Written: {out}. Its folder course/ holds the solutions of {name}, and the image does not.",
        "1. ./build.sh makes the image.",
        "2. ./run.sh doctor says how strong the isolation is in a container here. It should say: strong.",
        f"3. ./run.sh grade SUBMISSIONS OUT grades a class of {name}.",
    ]


def docker_files(course: Course, name: str, pip: Sequence[str] = ()) -> Files:
    """Make the files of the folder by their names."""
    wheel = kit_wheel()
    words = {"ASSIGNMENT": name, "WHEEL": wheel.name, "PIP_OPTIONS": shlex.join(pip), "IMAGE": image_name(name)}
    return {
        "Dockerfile": filled("Dockerfile", words),
        ".dockerignore": filled("dockerignore", words),
        "compose.yaml": filled("compose.yaml", words),
        "build.sh": filled("build.sh", words, is_program=True),
        "run.sh": filled("run.sh", words, is_program=True),
        "README.md": filled("docker_readme.md", words),
        **wheel_files(wheel, "kit"),
        **plain({f"course/{path}": data for path, data in course_files(course, name).items()}),
    }


def image_name(assignment: str) -> str:
    """Name the image: Docker allows small letters, digits, and single signs between them."""
    return "unroll-" + (re.sub("[^a-z0-9]+", "-", assignment.lower()).strip("-") or "course")
