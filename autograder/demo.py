"""`unroll demo`: make a small class from the course's own right and wrong answers, and grade it for real."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import click

from autograder.authoring.lesson import read_lesson
from autograder.course.model import Assignment, Course, Lesson
from autograder.course.variants import alternatives, mistakes
from autograder.errors import UsageError
from autograder.grading.opening import Options
from autograder.grading.show import show_grading

Texts = dict[str, str]
MARK = ".unroll-demo"
FIRST = 25  # authors add mistakes at the end; the class stays the same

SPIN = """

def {task}(*args, **kwargs):
    while True:
        pass
"""

HOSTILE = """

def {task}(*args, **kwargs):
    import gc, glob, os, sys
    print(glob.glob({root!r} + "/solutions/**", recursive=True))
    frame = sys._getframe()
    while frame is not None:
        if "expected" in frame.f_locals:
            return frame.f_locals["expected"]
        frame = frame.f_back
    print([name for name in sys.modules if "solution" in name or "pytest" in name])
    os._exit(0)
"""


def run_demo(course: Course, out: Path, jobs: int) -> None:
    """Make hand-ins in OUT/submissions and grade them into OUT/graded.

    Raises:
        UsageError: the folder holds something else.
    """
    assignment = course.assignments[0]
    if out.exists() and not (out / MARK).exists() and any(out.iterdir()):
        raise UsageError(f"{out} holds other files. Choose another folder with -o.")
    (out / "submissions").mkdir(parents=True, exist_ok=True)
    (out / MARK).touch()
    for name, texts in make_class(course, assignment):
        _write_hand_in(out / "submissions", name, texts)
    click.echo(f"A class of hand-ins stands in {out / 'submissions'}: each name says what is in it.")
    show_grading(course, assignment.name, out / "submissions", out / "graded", Options(jobs))


def make_class(course: Course, assignment: Assignment) -> Iterator[tuple[str, Texts]]:
    """Make each hand-in: its name, and the text of each lesson."""
    right = {lesson.name: _answer(lesson) for lesson in assignment.lessons}
    first = assignment.lessons[0]
    yield "ada-right", right
    yield "ben-unusual", {lesson.name: _unusual(lesson) for lesson in assignment.lessons}
    for name, lesson in zip(("cleo", "dan", "eva", "finn", "gus", "hana"), _again(assignment), strict=False):
        found = mistakes(lesson)
        wrong = found[ord(name[0]) % min(FIRST, len(found))]
        yield f"{name}-{wrong.id}-in-{lesson.name}", right | {lesson.name: wrong.source}
    yield (
        "ida-blank",
        {lesson.name: read_lesson(lesson.folder / "lesson.py").stub() for lesson in assignment.lessons},
    )
    yield "jon-syntax-error", right | {first.name: _broken(right[first.name])}
    yield "kim-endless-loop", right | {first.name: right[first.name] + SPIN.format(task=first.tasks[0].name)}
    hostile = HOSTILE.format(task=first.tasks[0].name, root=str(course.root))
    yield "lex-hostile", right | {first.name: right[first.name] + hostile}
    yield "mia-notebooks.zip", right


def _again(assignment: Assignment) -> Iterator[Lesson]:
    while True:
        yield from assignment.lessons


def _answer(lesson: Lesson) -> str:
    return (lesson.folder / "lesson.py").read_text(encoding="utf-8")


def _unusual(lesson: Lesson) -> str:
    found = alternatives(lesson)
    return found[-1].source if found else _answer(lesson)


def _broken(text: str) -> str:
    """Leave out the colon of the last definition."""
    start = text.rindex("\ndef ")
    end = text.index(":\n", start)
    return text[:end] + text[end + 1 :]


def _write_hand_in(folder: Path, name: str, texts: Texts) -> None:
    if name.endswith(".zip"):
        with zipfile.ZipFile(folder / name, "w") as archive:
            for lesson, text in texts.items():
                archive.writestr(f"{lesson}.ipynb", _as_notebook(text))
        return
    (folder / name).mkdir(exist_ok=True)
    for lesson, text in texts.items():
        (folder / name / f"{lesson}.py").write_text(text, encoding="utf-8")


def _as_notebook(text: str) -> str:
    cells = [_cell(piece) for piece in text.split("# %%")]
    return json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells})


def _cell(piece: str) -> dict[str, object]:
    source = piece.split("\n", 1)[-1]
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
