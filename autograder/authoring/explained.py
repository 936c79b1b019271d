"""Check the explanations that students read after passing: each task has one, and none shows a line of the answer."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from autograder.course.model import Lesson, Task

KEYS = {"why": "why the answer works", "another": "another way to write it"}
LONGEST = 80  # columns of a small terminal
SHORTEST = 12  # characters; a shorter line, such as `h = h0`, gives nothing away


def check_explanations(lesson: Lesson, secret: set[str]) -> Iterator[str]:
    """Make a line for each thing to mend in the `why` and `another` of a lesson's tasks.

    Args:
        secret: the lines of the answers, stripped.
    """
    path = lesson.folder / "lesson.toml"
    for task in lesson.tasks:
        missing = [key for key in KEYS if not getattr(task, key).strip()]
        for key in missing:
            place = f"{path}:{line_of(path, task.name, key)}:"
            yield f'{place} task {task.name!r} does not say {KEYS[key]}. Write {key} = """...""".'
        if "another" not in missing:
            yield from _wrong_code(f"{path}:{line_of(path, task.name, 'another')}:", task, secret)


def _wrong_code(place: str, task: Task, secret: set[str]) -> Iterator[str]:
    try:
        tree = ast.parse(task.another)
    except SyntaxError as error:
        yield f"{place} line {error.lineno} of another is no Python: {error.msg}. Mend it."
        return
    if task.name not in [getattr(node, "name", "") for node in tree.body]:
        yield f"{place} another does not define {task.name}. Write all of it, from the def or class on."
    for line in task.another.split("\n"):
        if len(line) > LONGEST:
            yield f"{place} another has a line of {len(line)} characters, {line[:20]!r}... Keep to {LONGEST}."
        if line.strip() in secret and len(line.strip()) >= SHORTEST:
            yield f"{place} another repeats a line of the answer, {line.strip()!r}. Write it in a way that differs."


def line_of(path: Path, task: str, key: str) -> int:
    """Find the line of a task's key in a `lesson.toml`, or where the task is named; 1 if neither is found."""
    found, inside = 1, False
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if line.startswith("[["):
            inside = False
        elif re.match(rf"""name\s*=\s*["']{re.escape(task)}["']""", line):
            found, inside = number, True
        elif inside and re.match(rf"{key}\s*=", line):
            return number
    return found
