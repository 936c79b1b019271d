"""`unroll build` builds what has changed, or the lesson that is named, and nothing else is touched."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from classroom import REPOSITORY
from homework import ENVIRONMENT
from test_authoring import folder_of
from test_authoring_refused import second_lesson

from autograder.authoring import changed as module
from autograder.authoring.build import differences, plan_files, write_files
from autograder.authoring.changed import RECORD, changed, note_built, skipped
from autograder.authoring.known import known_content
from autograder.authoring.lesson import check_course
from autograder.course.model import Course, load_course
from autograder.errors import CourseError


@pytest.fixture(scope="module")
def two_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with two lessons of one assignment, built as they stand; to be copied before it is changed."""
    root = tmp_path_factory.mktemp("two") / "course"
    shutil.copytree(REPOSITORY / "tests" / "mini", root, ignore=shutil.ignore_patterns("__pycache__"))
    course = second_lesson(load_course(root))
    manifest = course.root / "solutions" / "course.toml"
    manifest.write_text(f'shared_ids = ["D"]\n{manifest.read_text(encoding="utf-8")}', encoding="utf-8")
    course = load_course(course.root)
    write_files(course, plan_files(course, known_content))
    note_built(course, course.lessons())
    return root


@pytest.fixture
def two(two_once: Path, tmp_path: Path) -> Course:
    shutil.copytree(two_once, tmp_path / "two")
    return load_course(tmp_path / "two")


def add(path: Path, text: str) -> None:
    path.write_text(f"{path.read_text(encoding='utf-8')}{text}", encoding="utf-8")


def keys(course: Course) -> list[str]:
    return [lesson.key for lesson in changed(course, course.lessons())]


def test_nothing_has_changed_after_a_build(two: Course) -> None:
    assert keys(two) == []
    assert list(skipped(list(two.lessons()), [])) == [
        "Skipped what has not changed since it was built (--force builds all): play/double, play/twice."
    ]


def without_record(course: Course) -> None:
    (course.root / RECORD).unlink()


BOTH = ["play/double", "play/twice"]
CHANGES: dict[str, tuple[Callable[[Course], object], list[str]]] = {
    "the answer": (lambda course: add(folder_of(course) / "lesson.py", "\n"), ["play/double"]),
    "a mistake": (lambda course: add(folder_of(course) / "mistakes.py", "\n"), ["play/double"]),
    "a new file": (lambda course: (folder_of(course) / "probes.py").touch(), ["play/double"]),
    "a stub": (lambda course: add(course.root / "exercises/play/double.py", "\n"), ["play/double"]),
    "a notebook": (lambda course: (course.root / "source/play/twice.ipynb").unlink(), ["play/twice"]),
    "a number": (
        lambda course: (course.root / "exercises/play/known.json").write_text(
            (course.root / "exercises/play/known.json").read_text(encoding="utf-8").replace("9.0", "9.1", 1)
        ),
        ["play/double"],
    ),
    "known.json": (lambda course: (course.root / "exercises/play/known.json").unlink(), BOTH),
    "the course": (lambda course: add(course.root / "solutions/course.toml", "\n"), BOTH),
    "no record": (without_record, BOTH),
    "a broken record": (lambda course: (course.root / RECORD).write_text("[1"), BOTH),
    "another record": (lambda course: (course.root / RECORD).write_text("[]"), BOTH),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_has_changed_is_built_again(two: Course, name: str) -> None:
    change, expected = CHANGES[name]
    if name == "a number":
        assert "9.0" in (two.root / "exercises/play/known.json").read_text(encoding="utf-8")

    change(two)

    assert keys(two) == expected


def test_a_change_of_the_kit_changes_every_lesson(two: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "versions", lambda: {"torch": "another"})

    assert keys(two) == BOTH


def test_a_kit_with_another_line_of_code_is_another_kit(
    two: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit = tmp_path / "kit"
    kit.mkdir()
    (kit / "part.py").write_text("x = 1\n")
    monkeypatch.setattr(module, "KIT", kit)
    note_built(two, two.lessons())
    before = keys(two)

    (kit / "part.py").write_text("x = 2\n")

    assert (before, keys(two)) == ([], BOTH)


def test_one_lesson_is_built_as_if_all_were(two: Course) -> None:
    add(
        folder_of(two) / "mistakes.py",
        "\n\n@mistake('D04', task='double', says='One more.')\ndef more(x):\n    return 2 * x + 1\n",
    )
    add(folder_of(two).with_name("twice") / "lesson.py", "\n\n# %% [markdown]\n# Another end.\n")
    course = load_course(two.root)
    lesson = course.lesson("play/double")

    write_files(course, plan_files(course, known_content, [lesson]))
    note_built(course, [lesson])

    assert keys(course) == ["play/twice"]
    assert "Another end" not in (course.root / "exercises/play/twice.py").read_text(encoding="utf-8")
    write_files(course, plan_files(course, known_content, [course.lesson("play/twice")]))
    assert differences(course, plan_files(course, known_content)) == []


def test_a_lesson_that_is_built_first_stands_alone_until_others_are(mini: Course) -> None:
    course = second_lesson(mini)

    write_files(course, plan_files(course, known_content, [course.lesson("play/twice")]))
    alone = json.loads((course.root / "exercises/play/known.json").read_text(encoding="utf-8"))
    write_files(course, plan_files(course, known_content, [course.lesson("play/double")]))

    assert list(alone["lessons"]) == ["twice"]
    assert differences(course, plan_files(course, known_content)) == []


def test_building_one_lesson_blesses_no_work_in_another(two: Course) -> None:
    work = two.root / "exercises" / "play" / "twice.py"
    add(work, "# mine\n")
    add(folder_of(two) / "lesson.py", "\n")

    write_files(two, plan_files(two, known_content, [two.lesson("play/double")]))

    with pytest.raises(CourseError, match="somebody has worked in this file"):
        write_files(two, plan_files(two, known_content))
    assert work.read_text(encoding="utf-8").endswith("# mine\n")


def test_a_half_written_lesson_stops_no_other(two: Course) -> None:
    (folder_of(two) / "test_hidden.py").unlink()

    check_course(two, [two.lesson("play/twice")])

    with pytest.raises(CourseError, match=r"double/test_hidden.py: this file is missing"):
        check_course(two)


def test_the_command_builds_a_lesson_and_says_what_it_skips(two: Course) -> None:
    def unroll(*arguments: str) -> str:
        command = [sys.executable, "-m", "autograder.cli", "build", *arguments]
        done = subprocess.run(command, cwd=two.root, env=ENVIRONMENT, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        return done.stdout

    add(folder_of(two) / "lesson.py", "\n\n# %% [markdown]\n# Another end.\n")

    named = unroll("play/twice")
    built = unroll()
    again = unroll()
    checked = unroll("--check")
    forced = unroll("--force")

    assert named == "Skipped what has not changed since it was built (--force builds all): play/twice.\n"
    assert "wrote exercises/play/double.py" in built and "twice.py" not in built
    assert built.endswith("(--force builds all): play/twice.\n")
    assert again.endswith("(--force builds all): play/double, play/twice.\n") and "wrote" not in again
    assert "are what solutions/ makes" in checked and "Skipped" not in checked
    unasked = [
        f"play/{name}:double_all ships no other way: lock.py asks nothing about it." for name in ("double", "twice")
    ]
    assert forced.splitlines() == ["Nothing to do: all is built.", *unasked]
