"""`unroll init` inside a course takes the exercises of that course, and a folder remembers where it comes from."""

import json
import shutil
from pathlib import Path

import pytest
from homework import unroll

from autograder.authoring.build import plan_files, write_files
from autograder.course.model import Course, load_course
from autograder.errors import CourseError


@pytest.fixture
def built(mini_exercises: Path, tmp_path: Path) -> Path:
    """The folder of a small course, built."""
    shutil.copytree(mini_exercises.parent, tmp_path / "course", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "course"


def lessons(folder: Path) -> list[str]:
    return sorted(path.parent.name for path in folder.glob("*/known.json"))


def test_inside_a_course_its_exercises_are_taken(built: Path, tmp_path: Path) -> None:
    done = unroll(built / "solutions", "init", str(tmp_path / "home"))

    assert done.returncode == 0, done.stderr
    assert "1 lessons" in done.stdout
    assert lessons(tmp_path / "home") == ["play"]


def test_a_course_may_be_given_and_is_remembered(built: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"

    given = unroll(tmp_path, "init", "home", "--course", "course")
    (home / "play" / "double.py").unlink()
    again = unroll(home, "init")

    assert (given.returncode, again.returncode) == (0, 0), given.stderr + again.stderr
    assert json.loads((home / ".unroll" / "manifest.json").read_text(encoding="utf-8"))["course"] == str(built)
    assert "play/double.py  was gone, is there again" in again.stdout
    assert lessons(home) == ["play"]


def test_a_folder_whose_course_is_gone_is_not_mixed_with_another(built: Path, tmp_path: Path) -> None:
    unroll(tmp_path, "init", "home", "--course", "course")
    built.rename(tmp_path / "moved")

    again = unroll(tmp_path / "home", "init")
    moved = unroll(tmp_path / "home", "init", "--course", "../moved")

    assert again.returncode == 2
    assert "was made from the course" in again.stderr and len(again.stderr.strip().splitlines()) == 1
    assert lessons(tmp_path / "home") == ["play"]
    assert moved.returncode == 0, moved.stderr


def test_a_course_that_is_not_built_is_said(mini: Course, tmp_path: Path) -> None:
    done = unroll(mini.root, "init", str(tmp_path / "home"))

    assert done.returncode == 2
    assert "nothing is built here. Run `unroll build` in the course first." in done.stderr
    assert not (tmp_path / "home").exists()


def test_elsewhere_the_exercises_of_the_kit_are_taken(tmp_path: Path) -> None:
    done = unroll(tmp_path, "init")

    assert "sine" in lessons(tmp_path / "unroll")
    assert "course" not in json.loads((tmp_path / "unroll" / ".unroll" / "manifest.json").read_text(encoding="utf-8"))
    assert done.returncode == 0


@pytest.mark.parametrize("name", ["lesson.py", "test_hidden.py", "lesson.toml", "notes.txt"])
def test_a_linked_file_of_a_lesson_is_a_sentence(mini: Course, tmp_path: Path, name: str) -> None:
    path = mini.lesson("play/double").folder / name
    elsewhere = tmp_path / f"elsewhere_{name}"
    if path.exists():
        shutil.move(path, elsewhere)
    path.symlink_to(elsewhere)

    with pytest.raises(CourseError) as raised:
        load_course(mini.root)

    assert str(raised.value) == f"{path}: this is a link. Put a copy of the file in its place."


def test_grading_with_a_linked_test_is_a_sentence(mini: Course, tmp_path: Path) -> None:
    path = mini.lesson("play/double").folder / "test_hidden.py"
    shutil.move(path, tmp_path / "test_hidden.py")
    path.symlink_to(tmp_path / "test_hidden.py")
    (mini.root / "hand-ins" / "ada").mkdir(parents=True)

    done = unroll(mini.root, "grade", "play", "hand-ins", "-o", "out")

    assert done.returncode in (2, 3)
    assert "this is a link" in done.stderr and "Traceback" not in done.stderr


def test_a_build_writes_through_no_link(built: Path, tmp_path: Path) -> None:
    course, built_file = load_course(built), built / "exercises" / "play" / "double.py"
    shutil.move(built_file, tmp_path / "mine.py")
    built_file.symlink_to(tmp_path / "mine.py")
    before = (tmp_path / "mine.py").read_bytes()
    lesson = course.lesson("play/double").folder / "lesson.py"
    lesson.write_text(lesson.read_text(encoding="utf-8").replace("Return twice x", "Return two x"), encoding="utf-8")

    with pytest.raises(CourseError, match=r"double.py: this is a link. Remove it"):
        write_files(course, plan_files(course, lambda _: {"title": "", "lessons": {}}))

    assert (tmp_path / "mine.py").read_bytes() == before
