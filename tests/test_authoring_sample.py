"""Which tasks `unroll mutate` takes where it does not take all, and what a page says after only some were run."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from classroom import REPOSITORY

from autograder.authoring import sample
from autograder.authoring.mutate import Tally
from autograder.authoring.mutation_table import TABLE, with_table
from autograder.authoring.sample import choose_sample
from autograder.course.model import Course, load_course
from autograder.errors import CourseError


def git(root: Path, *command: str) -> str:
    who = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *who, *command], cwd=root, check=True, capture_output=True, text=True).stdout.strip()


def commit(root: Path) -> str:
    git(root, "add", ".")
    git(root, "commit", "-qm", "all", "--allow-empty")
    return git(root, "rev-parse", "HEAD")


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course of six lessons with two tasks each, in a folder of a repository of its own."""
    root = tmp_path / "repository" / "course"
    mini = REPOSITORY / "tests" / "mini" / "solutions"
    names = [f"double{number}" for number in range(6)]
    for name in names:
        shutil.copytree(mini / "play" / "double", root / "solutions" / "play" / name)
    text = (mini / "course.toml").read_text(encoding="utf-8")
    listed = ", ".join(f'"{name}"' for name in names)
    (root / "solutions" / "course.toml").write_text(text.replace('lessons = ["double"]', f"lessons = [{listed}]"))
    git(root.parent, "init", "-q")
    commit(root.parent)
    return load_course(root)


def chosen(course: Course, since: str = "HEAD", count: int = 0) -> set[str]:
    return set(choose_sample(course, list(course.lessons()), since, count).tasks)


def of(*lessons: str) -> set[str]:
    return {f"play/{lesson}:{task}" for lesson in lessons for task in ("double", "double_all")}


def test_a_lesson_with_any_changed_or_new_file_is_taken_whole(course: Course) -> None:
    lessons = course.root / "solutions" / "play"
    before = commit(course.root)
    with (lessons / "double2" / "test_hidden.py").open("a") as file:
        file.write("# changed\n")
    commit(course.root)
    (lessons / "double4" / "new.py").write_text("new = 1\n")
    (lessons / "README.md").write_text("beside them\n")

    assert chosen(course, before) == of("double2", "double4")
    assert chosen(course, "HEAD") == of("double4")


def test_where_mutants_are_made_otherwise_everything_has_changed(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker = course.root / "mutants.py"
    maker.write_text("made = 1\n")
    monkeypatch.setattr(sample, "MAKERS", (maker.resolve(),))

    assert len(chosen(course)) == 12


def test_the_sample_is_of_the_rest_and_is_that_of_its_commit(course: Course) -> None:
    (course.root / "solutions/play/double0/new.py").write_text("new = 1\n")
    first = chosen(course, count=3)
    again = chosen(course, count=3)
    others = []
    for _ in range(4):
        commit(course.root)
        others.append(frozenset(choose_sample(course, list(course.lessons()), "", 3).tasks))

    assert first == again and first >= of("double0") and len(first) == 5
    assert len(set(others)) > 1
    assert all(len(one) == 3 for one in others)


def test_a_larger_sample_has_the_smaller_one_in_it(course: Course) -> None:
    assert chosen(course, "", 2) < chosen(course, "", 7) < chosen(course, "", 100)
    assert len(chosen(course, "", 100)) == 12


@pytest.mark.parametrize("since", ["nothing-of-this-name", "--output=here", "-h"])
def test_a_commit_that_is_not_there_is_one_line(course: Course, since: str) -> None:
    with pytest.raises(CourseError, match="Name a commit that is there") as caught:
        chosen(course, since)

    assert "\n" not in str(caught.value)
    assert not (course.root / "here").exists()


def test_a_course_without_a_repository_is_one_line(mini: Course) -> None:
    with pytest.raises(CourseError, match="git rev-parse in "):
        choose_sample(mini, list(mini.lessons()), "", 1)


def test_a_git_that_is_not_there_is_one_line(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(course.root))

    with pytest.raises(CourseError, match="git cannot be started"):
        chosen(course)


def tally(course: Course, lesson: str, task: str, **survived: str) -> Tally:
    found = course.lesson(f"play/{lesson}")
    return Tally(found, found.task(task), 10, survived)


def test_a_partial_run_changes_the_rows_of_what_it_ran_and_no_other(course: Course) -> None:
    everything = [
        tally(course, lesson.name, task.name, gone="No | way.", kept="So.") for lesson in course.lessons()
        for task in lesson.tasks
    ]  # fmt: skip
    whole = with_table(f"# Above\n\n{TABLE}\n\nold words\n| `play/none:gone` | 3 | 2 |\n", course, everything)

    some = with_table(whole, course, [tally(course, "double1", "double", new="Why.")])

    assert "old words" not in whole and "play/none" not in whole
    assert with_table(whole, course, []) == whole == with_table(whole, course, everything[3:5])
    removed, added = (
        [line for line in one.splitlines() if line not in other.splitlines()]
        for one, other in ((whole, some), (some, whole))
    )
    assert removed == [
        "| `play/double1:double` | 10 | 8 |",
        "| `double1:double`: gone | No \\| way. |",
        "| `double1:double`: kept | So. |",
    ]
    assert added == ["| `play/double1:double` | 10 | 9 |", "| `double1:double`: new | Why. |"]


def test_the_page_of_this_repository_is_read_and_written_alike() -> None:
    page = (REPOSITORY / "docs" / "mutation.md").read_text(encoding="utf-8")

    assert with_table(page, load_course(REPOSITORY), []) == page


def unroll(course: Course, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "autograder.cli", "mutate", *words]
    return subprocess.run(command, cwd=course.root, capture_output=True, text=True, timeout=300)


@pytest.mark.mutation
def test_only_what_was_chosen_is_run_and_a_reason_of_another_task_is_left_alone(course: Course) -> None:
    entries = [f'[[survivor]]\ntask = "{task}"\nmutant = "none"\nreason = "?"\n' for task in ("double", "double_all")]
    for lesson in course.lessons():
        (lesson.folder / "survivors.toml").write_text("".join(entries))
    head = commit(course.root)[:12]
    (address,) = chosen(course, "", 1)

    done = unroll(course, "--sample", "1")
    kept = next(iter(course.lessons())).folder / "__pycache__" / "lesson.cpython-311.pyc"
    kept.parent.mkdir(exist_ok=True)
    kept.touch()
    nothing = unroll(course, "--changed-since", "HEAD")

    assert done.stdout.startswith(f"1 of 12 drawn by commit {head}.\n{address}: ")
    assert done.stdout.count("does not survive, or is no mutant. Take it out.") == 1
    assert (nothing.returncode, nothing.stdout) == (
        0,
        f"0 of lessons that changed since HEAD, 0 of 12 drawn by commit {head}.\n",
    )
