"""A student's own folder of exercises: what is written there, and `unroll` run there."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from classroom import REPOSITORY

from autograder.course.model import Course

ENVIRONMENT = {**os.environ, "NO_COLOR": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(REPOSITORY)}


def answer(course: Course, lesson: str) -> str:
    return (course.lesson(f"sine/{lesson}").folder / "lesson.py").read_text(encoding="utf-8")


def write(folder: Path, lesson: str, text: str) -> None:
    (folder / "sine" / f"{lesson}.py").write_text(text, encoding="utf-8")


def unroll(
    folder: Path, *arguments: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "autograder.cli", *arguments]
    found = {**ENVIRONMENT, **(environment or {})}
    return subprocess.run(command, cwd=folder, env=found, capture_output=True, text=True, timeout=300)
