"""A hand-in that is a folder: which file counts, and what is refused."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.course.model import Assignment, Lesson
from autograder.errors import UsageError
from autograder.intake import HandIn, Student, drafts, folder, read_hand_in, read_one
from autograder.intake.hand_in import Refused, digest
from autograder.intake.tree import FileEntry
from autograder.isolation.limits import Limits

LESSONS = ("windows", "cell", "training")
SINE = Assignment("sine", "Sine", tuple(Lesson("sine", name, name, 45, (), Path()) for name in LESSONS))
LIMITS = Limits()
NOTEBOOK = '{"nbformat": 4, "cells": [{"cell_type": "code", "source": "in_notebook = 1"}]}'


def read(path: Path, limits: Limits = LIMITS) -> HandIn:
    return read_hand_in(Student("ada", "ada", path), SINE, limits)


def write(path: Path, text: str | bytes = "x = 1\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_a_python_file_is_one_cell(tmp_path: Path) -> None:
    write(tmp_path / "cell.py", "def rnn_cell(): ...\n")

    hand_in = read(tmp_path)

    assert (hand_in.student, hand_in.folder, hand_in.problem, hand_in.notes) == ("ada", "ada", "", ())
    assert list(hand_in.sources) == ["cell"]
    source = hand_in.sources["cell"]
    assert (source.file, source.is_notebook, source.problem, source.notes) == ("cell.py", False, "", ())
    assert source.cells == ("def rnn_cell(): ...\n",)


def test_a_python_file_comes_before_a_notebook(tmp_path: Path) -> None:
    write(tmp_path / "cell.py")
    write(tmp_path / "cell.ipynb", NOTEBOOK)

    source = read(tmp_path).sources["cell"]

    assert source.file == "cell.py"
    assert source.notes == ("cell.py counts, not the notebook beside it.",)


@pytest.mark.parametrize("name", ["Cell.py", "CELL.PY", "cell.IPYNB"])
def test_a_single_file_that_matches_but_for_case_counts_with_a_note(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, NOTEBOOK)

    source = read(tmp_path).sources["cell"]

    assert source.file == name and source.problem == ""
    assert name in source.notes[0] and name.lower() in source.notes[0]


def test_the_exact_name_comes_before_one_alike(tmp_path: Path) -> None:
    write(tmp_path / "Cell.py", "other = 1")
    write(tmp_path / "cell.py", "exact = 1")

    source = read(tmp_path).sources["cell"]

    assert source.cells == ("exact = 1",)
    assert len(source.notes) == 1


def test_two_names_alike_and_none_exact_cost_nothing_where_they_say_the_same(tmp_path: Path) -> None:
    write(tmp_path / "Cell.py")
    write(tmp_path / "CELL.py")
    write(tmp_path / "windows.py")

    sources = read(tmp_path).sources

    assert sources["cell"].file == "CELL.py" and sources["cell"].problem == ""
    assert sources["windows"].problem == ""


@pytest.mark.parametrize("wrapping", ["hw", "hw/a", "hw/a/b", "sine", "sine/x"])
def test_a_wrapping_folder_is_looked_through(tmp_path: Path, wrapping: str) -> None:
    write(tmp_path / wrapping / "cell.py")
    write(tmp_path / wrapping / "windows.ipynb", NOTEBOOK)
    write(tmp_path / "__MACOSX" / "cell.py")
    write(tmp_path / ".hidden" / "training.py")
    write(tmp_path / "timestamp.txt")

    assert list(read(tmp_path).sources) == ["windows", "cell"]


def test_a_folder_six_deep_is_not_looked_into(tmp_path: Path) -> None:
    write(tmp_path / "a/b/c/d/e/f/cell.py")

    hand_in = read(tmp_path)

    assert hand_in.sources == {}
    assert "No file is named as a lesson" in hand_in.notes[0]


def test_files_beside_a_folder_come_before_those_in_it(tmp_path: Path) -> None:
    write(tmp_path / "cell.py", "outer = 1")
    write(tmp_path / "old" / "cell.py", "inner = 1")
    write(tmp_path / "old" / "windows.py")

    sources = read(tmp_path).sources

    assert list(sources) == ["windows", "cell"] and sources["cell"].cells == ("outer = 1",)


def test_the_assignments_folder_comes_before_others(tmp_path: Path) -> None:
    write(tmp_path / "text" / "cell.py", "other = 1")
    write(tmp_path / "deeper" / "sine" / "cell.py", "mine = 1")

    assert read(tmp_path).sources["cell"].cells == ("mine = 1",)


def test_lessons_in_folders_of_their_own_all_count(tmp_path: Path) -> None:
    write(tmp_path / "one" / "cell.py")
    write(tmp_path / "two" / "windows.py")

    assert list(read(tmp_path).sources) == ["windows", "cell"]


def test_one_lesson_in_two_folders_counts_once(tmp_path: Path) -> None:
    write(tmp_path / "one" / "cell.py")
    write(tmp_path / "two" / "cell.py")
    write(tmp_path / "two" / "windows.py")

    sources = read(tmp_path).sources

    assert sources["cell"].problem == "" and not sources["cell"].rivals
    assert sources["windows"].problem == ""


def link(path: Path) -> None:
    path.symlink_to(write(path.parent.parent / "elsewhere.py"))


def dangling_link(path: Path) -> None:
    path.symlink_to("nowhere")


def endless_link(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("make", [link, dangling_link, endless_link, os.mkfifo, Path.mkdir])
@pytest.mark.parametrize("name", ["cell.py", "cell.ipynb"])
def test_what_is_no_plain_file_costs_that_lesson_alone(tmp_path: Path, make: Callable[[Path], None], name: str) -> None:
    ada = tmp_path / "ada"
    write(ada / "windows.py")
    make(ada / name)

    sources = read(ada).sources

    assert sources["cell"].outcome == "rejected" and name in sources["cell"].problem
    assert sources["cell"].cells == ()
    assert sources["windows"].problem == ""


def test_a_linked_folder_is_rejected_as_a_whole(tmp_path: Path) -> None:
    write(tmp_path / "real" / "cell.py")
    (tmp_path / "ada").symlink_to(tmp_path / "real")

    hand_in = read(tmp_path / "ada")

    assert hand_in.sources == {} and "ada is a link" in hand_in.problem


def test_a_linked_wrapping_folder_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path / "real" / "cell.py")
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "sine").symlink_to(tmp_path / "real")

    hand_in = read(tmp_path / "ada")

    assert hand_in.sources == {} and "sine is a link" in hand_in.problem


@pytest.mark.parametrize("file", ["cell.py", "hw/cell.py"])
def test_a_link_beside_lessons_costs_nothing(tmp_path: Path, file: str) -> None:
    write(tmp_path / file)
    (tmp_path / "data").symlink_to("/")

    hand_in = read(tmp_path)

    assert hand_in.problem == "" and hand_in.sources["cell"].problem == ""


@pytest.mark.parametrize(
    ("data", "outcome", "says"),
    [
        pytest.param(bytes(range(1, 256)), "failed", "save it as UTF-8", id="no text"),
        pytest.param(b"%PDF-1.4\n", "failed", "is a PDF file", id="PDF"),
        pytest.param(b"x = 1\n\0", "failed", "NUL character (line 2)", id="NUL"),
        pytest.param(b"\xff\xfex", "failed", "UTF-8", id="half a UTF-16 character"),
        pytest.param(b"#" * (5 * 2**20 + 1), "rejected", "larger than 5 MB", id="too large"),
    ],
)
def test_a_file_that_is_no_source_says_what_to_do(tmp_path: Path, data: bytes, outcome: str, says: str) -> None:
    write(tmp_path / "cell.py", data)

    source = read(tmp_path).sources["cell"]

    assert (source.outcome, source.cells) == (outcome, ())
    assert "cell.py" in source.problem and says in source.problem


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("x = 'ä'\ny = 2\n".encode(), id="UTF-8"),
        pytest.param("x = 'ä'\ny = 2\n".encode("utf-8-sig"), id="UTF-8 with a mark"),
        pytest.param("x = 'ä'\ny = 2\n".encode("utf-16"), id="UTF-16"),
        pytest.param(b"\xfe\xff" + "x = 'ä'\ny = 2\n".encode("utf-16-be"), id="UTF-16 big endian"),
        pytest.param("x = 'ä'\r\ny = 2\r\n".encode(), id="CRLF"),
        pytest.param("x = 'ä'\ry = 2\r".encode(), id="CR"),
        pytest.param("x = 'ä'\ny = 2\n".encode("latin-1"), id="Latin-1"),
        pytest.param("x = 'ä'\ny = 2\n".encode("utf-16-le"), id="UTF-16 without its mark"),
    ],
)
def test_every_usual_encoding_is_read_alike(tmp_path: Path, data: bytes) -> None:
    write(tmp_path / "cell.py", data)

    source = read(tmp_path).sources["cell"]

    assert source.problem == "" and source.cells == ("x = 'ä'\ny = 2\n",)


def test_a_source_of_just_the_limit_is_read(tmp_path: Path) -> None:
    write(tmp_path / "cell.py", b"#" * 10)

    assert read(tmp_path, replace(LIMITS, source_bytes=10)).sources["cell"].problem == ""
    assert read(tmp_path, replace(LIMITS, source_bytes=9)).sources["cell"].outcome == "rejected"


def test_an_empty_file_is_read_with_a_note(tmp_path: Path) -> None:
    write(tmp_path / "cell.py", "")

    source = read(tmp_path).sources["cell"]

    assert source.cells == ("",) and source.problem == ""
    assert source.notes == ("cell.py is empty.",)


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    hand_in = read(tmp_path)

    assert hand_in.sources == {} and hand_in.problem == ""
    assert hand_in.notes == ("No file is named as a lesson, such as windows.py.",)


def test_a_file_of_another_name_is_named(tmp_path: Path) -> None:
    write(tmp_path / "thoughts.py")

    assert "There is thoughts.py." in read(tmp_path).notes[0]


def test_a_file_that_is_named_nearly_as_a_lesson_counts_with_a_note(tmp_path: Path) -> None:
    write(tmp_path / "cell (1).py")

    source = read(tmp_path).sources["cell"]

    assert source.notes == ("cell (1).py counts as cell.py; name it cell.py next time.",)


def test_what_has_a_lessons_name_and_is_no_code_is_named(tmp_path: Path) -> None:
    write(tmp_path / "cell.pdf", b"%PDF-1.4")

    source = read(tmp_path).sources["cell"]

    assert source.outcome == "failed" and source.problem.startswith("cell.pdf is no Python file")


def test_of_very_many_files_those_with_a_lessons_name_are_read(tmp_path: Path) -> None:
    for number in range(drafts.MOST_FILES + 50):
        write(tmp_path / f"a{number}.py")
    write(tmp_path / "z" / "my_cell.py", "mine = 1")

    assert read(tmp_path).sources["cell"].cells == ("mine = 1",)


def test_a_file_that_may_not_be_read_costs_that_lesson_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "cell.py")
    write(tmp_path / "windows.py")
    really_open = os.open

    def refuse(path: Path, flags: int, dir_fd: int | None = None) -> int:
        if Path(path).name == "cell.py":
            raise PermissionError(13, "Permission denied")
        return really_open(path, flags, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", refuse)
    sources = read(tmp_path).sources

    assert sources["cell"].outcome == "failed" and "Permission denied" in sources["cell"].problem
    assert sources["windows"].problem == ""


def test_a_folder_that_may_not_be_read_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    hand_in = read(tmp_path)

    assert hand_in.sources == {}
    assert f"{tmp_path.name} could not be read (Permission denied)" in hand_in.problem


def test_a_folder_that_has_become_a_link_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path / "real" / "cell.py")
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "sine").symlink_to(tmp_path / "real")

    with folder.FolderTree(tmp_path / "ada") as tree:
        assert tree.entries(("sine",)) == []
        with pytest.raises(Refused, match="sine is no plain folder"):
            tree.read(FileEntry(("sine",), "cell.py", "file"), 100)


@pytest.mark.parametrize("moment", ["cell.py", "sine"], ids=["before the file", "before the folder"])
def test_a_link_put_in_place_of_a_folder_meanwhile_shows_no_neighbours_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    write(tmp_path / "ada" / "sine" / "cell.py", "mine = 1")
    write(tmp_path / "bob" / "sine" / "cell.py", "theirs = 1")
    really_open = os.open

    def swap(path: Path, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        folder = tmp_path / "ada" / "sine"
        if Path(path).name == moment and not folder.is_symlink():
            folder.rename(tmp_path / "ada" / "before")
            folder.symlink_to(tmp_path / "bob" / "sine")
        return really_open(path, flags, mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", swap)
    hand_in = read(tmp_path / "ada")

    assert "theirs" not in str(hand_in)


def test_a_link_put_in_place_of_a_hand_in_shows_no_neighbours_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "ada" / "cell.py", "mine = 1")
    write(tmp_path / "bob" / "cell.py", "theirs = 1")
    really_list = os.scandir

    def swap(folder: int | Path) -> object:
        if not (tmp_path / "ada").is_symlink():
            (tmp_path / "ada").rename(tmp_path / "before")
            (tmp_path / "ada").symlink_to(tmp_path / "bob")
        return really_list(folder)

    monkeypatch.setattr(os, "scandir", swap)
    hand_in = read(tmp_path / "ada")

    assert hand_in.sources["cell"].cells == ("mine = 1",)


def test_reading_a_hand_in_leaves_no_file_open(tmp_path: Path) -> None:
    write(tmp_path / "ada" / "hw" / "cell.py")
    open_before = len(list(Path("/proc/self/fd").iterdir()))

    read(tmp_path / "ada")
    read(tmp_path / "gone")

    assert len(list(Path("/proc/self/fd").iterdir())) == open_before


def test_a_folder_that_is_gone_is_rejected(tmp_path: Path) -> None:
    assert "could not be read" in read(tmp_path / "gone").problem


def test_a_very_full_folder_does_not_hang(tmp_path: Path) -> None:
    for number in range(30_000):
        (tmp_path / f"{number}.txt").touch()

    start = time.monotonic()
    hand_in = read(tmp_path)

    assert time.monotonic() - start < 5
    assert "exact names" in hand_in.notes[0]


def test_lessons_are_found_by_name_in_a_very_full_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "MOST_ENTRIES", 1)
    for lesson in LESSONS:
        write(tmp_path / f"{lesson}.py")

    assert list(read(tmp_path).sources) == list(LESSONS)


def test_the_digest_changes_with_what_counts_and_with_nothing_else(tmp_path: Path) -> None:
    first, second, third = tmp_path / "one", tmp_path / "two", tmp_path / "three"
    write(first / "cell.py", "x = 1\n")
    write(second / "hw" / "cell.py", "x = 1\r\n")
    write(third / "cell.py", "x = 2\n")

    assert read(first).digest == read(second).digest == digest(read(first).sources)
    assert read(first).digest != read(third).digest
    assert read(first).digest != read(tmp_path / "gone").digest
    assert digest({}, "one problem") != digest({}, "another")
    assert len(read(first).digest) == 64


@pytest.mark.parametrize("name", ["cell.py", "Cell.ipynb"])
def test_one_file_can_be_read_alone(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, NOTEBOOK)
    write(tmp_path / "windows.py")

    hand_in = read_one(path, SINE, LIMITS)

    assert list(hand_in.sources) == ["cell"]
    assert hand_in.sources["cell"].problem == ""


def test_one_folder_can_be_read_alone(tmp_path: Path) -> None:
    write(tmp_path / "Ada L" / "cell.py")

    hand_in = read_one(tmp_path / "Ada L", SINE, LIMITS)

    assert hand_in.student == "Ada L" and hand_in.folder.startswith("Ada_L-")
    assert list(hand_in.sources) == ["cell"]


def test_one_link_to_nowhere_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "ada").symlink_to("nowhere")

    assert "ada is a link" in read_one(tmp_path / "ada", SINE, LIMITS).problem


def test_one_linked_file_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "cell.py").symlink_to(write(tmp_path / "other.py"))

    assert read_one(tmp_path / "cell.py", SINE, LIMITS).sources["cell"].outcome == "rejected"


@pytest.mark.parametrize("name", ["gone", "gone.py", "notes.py"])
def test_one_path_that_cannot_be_graded_is_a_wrong_use(tmp_path: Path, name: str) -> None:
    write(tmp_path / "notes.py")

    with pytest.raises(UsageError, match=name):
        read_one(tmp_path / name, SINE, LIMITS)
