"""`unroll init`: a folder of exercises from the kit alone, and later ones that keep what a student has written."""

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from classroom import REPOSITORY

from autograder.course.model import Course
from autograder.errors import GradingError, UnrollError, UsageError
from autograder.intake import read_one
from autograder.isolation.limits import Limits
from autograder.student.exercises import read_exercises
from autograder.student.folder import init
from autograder.student.folder.fates import FileFate
from autograder.student.folder.init import bring, changes, find_folder
from autograder.student.folder.shipped import Shipped, read_shipped

LESSON, TESTS = "play/double.py", "play/test_double.py"
MINE = "def double(x):\n    return x + x\n"
ENVIRONMENT = {**os.environ, "NO_COLOR": "1", "PYTHONPATH": str(REPOSITORY)}


@pytest.fixture
def shipped(mini_exercises: Path) -> Shipped:
    return read_shipped(mini_exercises)


@pytest.fixture
def newer(shipped: Shipped) -> Shipped:
    """What the next version of the kit ships: another stub, other tests."""
    return changed(shipped, LESSON, TESTS)


def changed(shipped: Shipped, *names: str) -> Shipped:
    return replace(shipped, texts=shipped.texts | {name: f"{shipped.texts[name]}# newer\n" for name in names})


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def said(steps: list[FileFate]) -> dict[str, str]:
    return {step.name: step.fate for step in steps if step.fate != "same"}


def unroll(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "autograder.cli", *arguments]
    return subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=300)


def test_a_new_folder_has_all_that_is_shipped_and_no_more(shipped: Shipped, tmp_path: Path) -> None:
    bring(shipped, tmp_path / "new")

    there = content(tmp_path / "new")
    assert there.pop(".unroll/manifest.json")
    assert there == {name: text.encode() for name, text in shipped.texts.items()}
    assert set(there) == {"README.md", "play/double.py", "play/test_double.py", "play/known.json"}


def test_the_readme_names_the_lessons_and_leaves_no_gap(shipped: Shipped) -> None:
    text = shipped.texts["README.md"]

    assert "| `play/double.py` | Twice as much | `double`, `double_all` | 5 |" in text
    assert "`unroll hint play/double:double`" in text
    assert "@" not in text


def test_a_second_run_changes_nothing_and_says_so(shipped: Shipped, home: Path) -> None:
    before = content(home)

    steps = bring(shipped, home)

    assert content(home) == before
    assert list(changes(steps)) == ["  All is up to date."]


def test_after_an_upgrade_what_was_not_touched_is_new(newer: Shipped, home: Path) -> None:
    steps = bring(newer, home)

    assert said(steps) == {LESSON: "replaced", TESTS: "replaced"}
    assert content(home)[LESSON].endswith(b"# newer\n")


def test_after_an_upgrade_a_written_lesson_stays_and_its_new_stub_lies_beside_it(newer: Shipped, home: Path) -> None:
    (home / LESSON).write_text(MINE)

    steps = bring(newer, home)

    assert said(steps) == {LESSON: "offered", TESTS: "replaced"}
    assert (home / LESSON).read_text() == MINE
    assert (home / f"{LESSON}.new").read_text() == newer.texts[LESSON]
    assert "  play/double.py       your work, left as it is; its stub has changed, see play/double.py.new" in changes(
        steps
    )


def test_a_stub_is_offered_once(newer: Shipped, home: Path) -> None:
    (home / LESSON).write_text(MINE)
    bring(newer, home)
    (home / f"{LESSON}.new").unlink()

    steps = bring(newer, home)

    assert said(steps) == {LESSON: "kept"}
    assert not (home / f"{LESSON}.new").exists()


def test_a_written_lesson_whose_stub_is_the_same_is_only_kept(shipped: Shipped, home: Path) -> None:
    (home / LESSON).write_text(MINE)

    assert said(bring(changed(shipped, TESTS), home)) == {LESSON: "kept", TESTS: "replaced"}


def test_the_stub_beside_a_lesson_is_no_hand_in(newer: Shipped, home: Path) -> None:
    (home / LESSON).write_text(MINE)
    bring(newer, home)

    hand_in = read_one(home / "play", read_exercises(home / "play").assignment, Limits())

    assert [source.file for source in hand_in.sources.values()] == ["double.py"]
    assert hand_in.sources["double"].cells == (MINE,)
    assert (hand_in.notes, hand_in.others, hand_in.sources["double"].notes) == ((), (), ())


def test_the_whole_folder_of_this_course_may_be_handed_in_as_a_zip(course: Course, tmp_path: Path) -> None:
    bring(read_shipped(REPOSITORY / "exercises"), tmp_path / "deep")
    for lesson in course.lessons():
        left = (f"plots/{lesson.assignment}-{lesson.name}.png", f"plots/{lesson.assignment}-{lesson.name}.svg")
        caches = (f"{lesson.assignment}/__pycache__/{kind}{lesson.name}.cpython-311.pyc" for kind in ("", "test_"))
        for name in (*left, *caches, f"{lesson.key}.py.before-reset"):
            (tmp_path / "deep" / name).parent.mkdir(exist_ok=True)
            (tmp_path / "deep" / name).write_bytes(b"\0")
    archive = Path(shutil.make_archive(str(tmp_path / "ada"), "zip", tmp_path, "deep"))

    hand_ins = [read_one(archive, assignment, course.limits) for assignment in course.assignments]

    assert [hand_in.problem for hand_in in hand_ins] == [""] * len(hand_ins)
    found = [
        f"{a.name}/{name}" for a, hand_in in zip(course.assignments, hand_ins, strict=True) for name in hand_in.sources
    ]
    assert found == [lesson.key for lesson in course.lessons()]


def test_changed_tests_are_replaced_and_put_aside(shipped: Shipped, home: Path) -> None:
    (home / TESTS).write_text("# my own\n")

    steps = bring(shipped, home)

    assert said(steps) == {TESTS: "aside"}
    assert (home / TESTS).read_text() == shipped.texts[TESTS]
    assert (home / f"{TESTS}.old").read_text() == "# my own\n"


def test_what_was_deleted_is_put_back(shipped: Shipped, home: Path) -> None:
    for name in (LESSON, "play/known.json"):
        (home / name).unlink()

    steps = bring(shipped, home)

    assert said(steps) == {LESSON: "restored", "play/known.json": "restored"}
    assert content(home)[LESSON] == shipped.texts[LESSON].encode()


def test_a_notebook_in_place_of_a_lesson_is_the_students_work(shipped: Shipped, home: Path) -> None:
    (home / LESSON).unlink()
    (home / "play" / "double.ipynb").write_text("{}")

    assert said(bring(shipped, home)) == {LESSON: "kept"}
    assert not (home / LESSON).exists()


def test_line_ends_of_windows_are_no_edit(newer: Shipped, home: Path) -> None:
    (home / LESSON).write_bytes((home / LESSON).read_bytes().replace(b"\n", b"\r\n"))

    assert said(bring(newer, home))[LESSON] == "replaced"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"files": []}', '{"files": {"play/double.py": 3}}'])
def test_without_the_digests_all_that_differs_is_the_students(newer: Shipped, home: Path, text: str) -> None:
    (home / LESSON).write_text(MINE)
    (home / ".unroll" / "manifest.json").write_text(text)

    bring(newer, home)

    assert (home / LESSON).read_text() == MINE
    assert (home / TESTS).read_text() == newer.texts[TESTS]
    assert (home / f"{TESTS}.old").is_file()


def stopped_at(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Stop at a write, counted from 0, as Ctrl-C does."""
    writes: Iterator[int] = iter(range(100))
    write = init.write_atomically

    def stopping(path: Path, text: str, advice: str) -> None:
        if next(writes) == number:
            raise KeyboardInterrupt
        write(path, text, advice)

    monkeypatch.setattr(init, "write_atomically", stopping)


@pytest.mark.parametrize("number", range(5))
def test_a_first_run_that_was_stopped_goes_on(
    shipped: Shipped, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        stopped_at(patch, number)
        bring(shipped, tmp_path / "new")

    bring(shipped, find_folder(Path("new"), tmp_path))

    assert {name: text.encode() for name, text in shipped.texts.items()}.items() <= content(tmp_path / "new").items()
    assert not [name for name in content(tmp_path / "new") if name.endswith((".new", ".old", ".part"))]


@pytest.mark.parametrize("number", range(4))
def test_an_upgrade_that_was_stopped_goes_on(
    newer: Shipped, home: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    newer = changed(newer, "README.md")
    (home / LESSON).write_text(MINE)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        stopped_at(patch, number)
        bring(newer, home)

    bring(newer, home)

    there = content(home)
    assert there[LESSON].decode() == MINE
    assert there[f"{LESSON}.new"].decode() == newer.texts[LESSON]
    assert there[TESTS].decode() == newer.texts[TESTS]
    assert not [name for name in there if name.endswith((".old", ".part"))]


REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "other work": (lambda path: write(path / "thesis.tex"), "holds other work: thesis.tex. Give a new or an empty"),
    "a file": (lambda path: path.write_text("x"), "is a file. Give a folder."),
    "a course": (lambda path: write(path / "solutions" / "course.toml"), "is in the course"),
    "in a course": (lambda path: write(path.parent / "solutions" / "course.toml"), "is in the course"),
    "the exercises of a course": (lambda path: write(path / "sine" / "known.json"), "holds other work: sine."),
}


def write(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")


@pytest.mark.parametrize("name", REFUSED)
def test_a_folder_that_is_something_else_is_refused(tmp_path: Path, name: str) -> None:
    make, line = REFUSED[name]
    make(tmp_path / "new")
    before = content(tmp_path)

    with pytest.raises(UsageError) as raised:
        find_folder(Path("new"), tmp_path)

    assert line in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1
    assert content(tmp_path) == before


def test_the_course_itself_is_refused() -> None:
    with pytest.raises(UsageError, match="is in the course"):
        find_folder(None, REPOSITORY)


def test_dot_files_are_no_work(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()

    assert find_folder(Path(), tmp_path) == tmp_path


def test_without_a_name_the_folder_one_stands_in_is_meant(home: Path, tmp_path: Path) -> None:
    assert find_folder(None, home / "play") == home
    assert find_folder(None, tmp_path) == tmp_path / "unroll"


IN_THE_WAY: dict[str, Callable[[Path], object]] = {
    "a link": lambda path: path.symlink_to(path.with_name("test_double.py")),
    "a link to nothing": lambda path: path.symlink_to("nothing"),
    "a folder": lambda path: path.mkdir(),
    "a pipe": lambda path: os.mkfifo(path),
}


@pytest.mark.parametrize("name", IN_THE_WAY)
def test_what_is_no_file_stands_in_the_way(newer: Shipped, home: Path, name: str) -> None:
    (home / LESSON).unlink()
    IN_THE_WAY[name](home / LESSON)

    with pytest.raises(UsageError, match=r"double\.py is no plain file\. Move it away"):
        bring(newer, home)

    assert not (home / TESTS).read_text().endswith("# newer\n")


@contextmanager
def full_disk() -> Iterator[None]:
    """Make every file end at 1000 bytes: a manifest fits, the numbers of known mistakes do not."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_one_line_and_no_file_is_half(shipped: Shipped, home: Path) -> None:
    before = content(home)
    newer = changed(shipped, "play/known.json")

    with pytest.raises(GradingError) as raised, full_disk():
        bring(newer, home)

    assert str(raised.value).endswith("then run the same command again: it goes on where it stopped.")
    assert content(home)["play/known.json"] == before["play/known.json"]
    assert content(home).keys() == before.keys()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no folder that even root cannot write to")
def test_a_folder_that_cannot_be_written_is_one_line(shipped: Shipped, tmp_path: Path) -> None:
    done = unroll(tmp_path, "init", "/proc/new")

    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)
    assert "/proc/new/.unroll: No such file or directory. Mend that or choose another folder" in done.stderr


def test_exercises_that_were_changed_are_not_shipped(mini_exercises: Path, home: Path) -> None:
    (home / LESSON).write_text(MINE)

    with pytest.raises(UnrollError, match=r"double\.py: this is not as it was shipped"):
        read_shipped(home)


def test_the_command_says_what_to_type_next(tmp_path: Path) -> None:
    first = unroll(tmp_path, "init")
    (tmp_path / "unroll" / "sine" / "cell.py").write_text(MINE)
    (tmp_path / "unroll" / "sine" / "rollout.py").unlink()
    second = unroll(tmp_path / "unroll" / "sine", "init")

    assert first.returncode == second.returncode == 0, first.stderr + second.stderr
    assert first.stdout.splitlines()[1:] == ["Next:", "  cd unroll", "  unroll watch"]
    assert "sine/cell.py     your work, left as it is\n" in second.stdout
    assert "sine/rollout.py  was gone, is there again\n" in second.stdout
    assert (tmp_path / "unroll" / "sine" / "cell.py").read_text() == MINE


def test_wrong_use_is_one_line_and_status_2(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")

    done = unroll(tmp_path, "init", "mine")

    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
