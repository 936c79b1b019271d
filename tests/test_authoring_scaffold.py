"""`unroll new`: the lesson that it makes is a lesson."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from classroom import REPOSITORY

from autograder.authoring.scaffold import new_lesson, with_lesson
from autograder.authoring.verify import verify
from autograder.course.model import load_course
from autograder.errors import CourseError, UsageError

MANIFEST = """\
title = "T" # a comment

[[assignment]]
name = "x"
title = "X"
lessons = {}

[[assignment]]
name = "y"
lessons = ["c"]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(REPOSITORY / "tests" / "mini", tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.mark.proofs
def test_what_is_made_is_proved_and_built_as_it_stands(root: Path) -> None:
    command = [sys.executable, "-m", "autograder.cli", "new", "play/mean", "--title", "The mean so far"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)

    course = load_course(root)
    wrong = verify(course, [course.lesson("play/mean")], print)
    built = subprocess.run([sys.executable, "-m", "autograder.cli", "build"], cwd=root, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert "solutions/play/mean/lesson.py\n" in done.stdout and "unroll verify play/mean" in done.stdout
    assert wrong == []
    assert built.returncode == 0, built.stderr
    assert (root / "exercises" / "play" / "mean.py").read_text().startswith("# %% [markdown]\n# # The mean so far\n")
    assert (root / "exercises" / "play" / "mean.svg").is_file()
    assert [lesson.name for lesson in course.assignment("play").lessons] == ["double", "mean"]


def test_what_is_made_is_in_the_style_of_the_house(root: Path, tmp_path: Path) -> None:
    new_lesson(load_course(root), "play/mean", "")

    for command in (["format", "--check"], ["check"]):
        config = str(REPOSITORY / "pyproject.toml")
        files = [str(path) for path in (root / "solutions" / "play" / "mean").glob("*.py")]
        done = subprocess.run(["ruff", *command, "--config", config, *files], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("key", "said"), [("play/mean", []), ("plya/mean", ["plya is a new assignment. The others are play."])]
)
def test_a_new_assignment_is_said_since_its_name_may_be_misspelt(root: Path, key: str, said: list[str]) -> None:
    command = [sys.executable, "-m", "autograder.cli", "new", key]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)

    assert [line for line in done.stdout.splitlines() if "new assignment" in line] == said


def test_an_assignment_that_is_not_there_is_added(root: Path) -> None:
    new_lesson(load_course(root), "gates/lstm", "")

    course = load_course(root)
    assert [one.name for one in course.assignments] == ["play", "gates"]
    assert course.limits.call_seconds == 3.0


@pytest.mark.parametrize("key", ["mean", "play/", "play/Mean", "play/a/b", "play/../x", "play/class", "play/2x"])
def test_a_name_that_cannot_be_used(root: Path, key: str) -> None:
    with pytest.raises(UsageError, match="write ASSIGNMENT/LESSON"):
        new_lesson(load_course(root), key, "")


def test_a_lesson_that_is_there_is_left_alone(root: Path) -> None:
    before = (root / "solutions" / "play" / "double" / "lesson.py").read_text()

    with pytest.raises(UsageError, match="is there already"):
        new_lesson(load_course(root), "play/double", "")

    assert (root / "solutions" / "play" / "double" / "lesson.py").read_text() == before


@pytest.mark.parametrize(
    ("lessons", "wanted"),
    [
        ('["a"]', '["a", "b"]'),
        ('[\n  "a",\n]', '[\n  "a", "b",\n]'),
        ('[\n  "a"\n]', '[\n  "a", "b"\n]'),
    ],
)
def test_the_rest_of_the_manifest_stays_as_it_is(lessons: str, wanted: str) -> None:
    assert with_lesson(MANIFEST.replace("{}", lessons), "x", "b") == MANIFEST.replace("{}", wanted)


def test_a_manifest_in_another_form_is_not_guessed_at() -> None:
    with pytest.raises(CourseError, match="by hand"):
        with_lesson("assignment = [{name = 'x', lessons = ['a']}]\n", "x", "b")


def test_the_first_lesson_of_a_course_makes_its_assignment(tmp_path: Path) -> None:
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "course.toml").write_text('title = "A new course"\n', encoding="utf-8")

    new_lesson(load_course(tmp_path), "cells/mean", "")

    assert [lesson.key for lesson in load_course(tmp_path).lessons()] == ["cells/mean"]
