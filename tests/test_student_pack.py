"""`unroll pack`: what is in a hand-in is what grading reads, and no file is ever lost for it."""

import io
import json
import os
import threading
import zipfile
from pathlib import Path

import pytest
from classroom import REPOSITORY

from autograder.course.model import Assignment
from autograder.errors import GradingError, UsageError
from autograder.grading.dry_run import dry_rows
from autograder.intake import Student, read_hand_in
from autograder.intake.contents import contents
from autograder.isolation.limits import Limits
from autograder.student.exercises import find_exercises
from autograder.student.packing import archive
from autograder.student.packing.archive import MADE_BY, put, zip_bytes
from autograder.student.packing.pack import find_assignment, show_pack
from autograder.student.packing.plan import Packed, pack

DOUBLE = "def double(x):\n    return 2 * x\n"
BOTH = f"{DOUBLE}\n\ndef double_all(xs):\n    return [double(x) for x in xs]\n"
STUB = '"""A stub."""\n\n\ndef double(x):\n    raise NotImplementedError\n'


def notebook(*cells: str) -> str:
    made = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": text} for text in cells]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


def packed(home: Path) -> Packed:
    return pack(find_exercises(home, "play"), Limits())


def names(data: bytes) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(data)).namelist()


@pytest.fixture
def play(home: Path) -> Path:
    """The assignment's folder, with its lesson written."""
    (home / "play" / "double.py").write_text(BOTH, encoding="utf-8")
    return home / "play"


def said(home: Path, capsys: pytest.CaptureFixture[str], is_dry: bool = True) -> tuple[bool, str]:
    fine = show_pack(home, "play", None, is_dry)
    return fine, " ".join(capsys.readouterr().out.split())


def test_the_hand_in_has_the_lessons_and_nothing_else(play: Path, home: Path) -> None:
    for name in (".env", "data.csv", "helpers.py", "double.py~", "venv/lib.py", ".ipynb_checkpoints/double.ipynb"):
        (play / name).parent.mkdir(exist_ok=True)
        (play / name).write_text("secret = 1\n", encoding="utf-8")

    made = packed(home)

    assert made.members == {"play/double.py": BOTH.encode()}
    assert names(made.data) == ["play/double.py"]


def test_the_same_files_make_the_same_bytes_whenever_they_were_saved(play: Path, home: Path) -> None:
    first = packed(home).data
    os.utime(play / "double.py", (1, 1))
    (play / "double.py").chmod(0o600)

    assert packed(home).data == first


FOLDERS = {
    "as handed out": {"double.py": BOTH},
    "a copy of the browser": {"double.py": STUB, "double (1).py": BOTH},
    "a notebook beside the stub": {"double.py": STUB, "double.ipynb": notebook(DOUBLE, BOTH)},
    "a notebook and a file that differ": {"double.py": BOTH, "double.ipynb": notebook(BOTH.replace("2", "3"))},
    "two files that complete each other": {"double.py": DOUBLE, "rest.py": BOTH[len(DOUBLE) :]},
    "older and newer by their numbers": {"double.py": BOTH.replace("2", "5"), "double (2).py": BOTH},
    "another name": {"double.py": STUB, "homework 김.py": BOTH},
    "a merge conflict": {"double.py": f"<<<<<<< a\n{BOTH}=======\n{DOUBLE}>>>>>>> b\n"},
    "an empty file": {"double.py": ""},
    "half a notebook": {"double.py": STUB, "double.ipynb": notebook(BOTH, "x = 1")[:-60]},
    "a second ending": {"double.py": STUB, "double.py.txt": BOTH},
    "cp949": {"double.py": BOTH + "# 두 배로 만든다, 한글 주석\n"},
}


@pytest.mark.parametrize("files", FOLDERS.values(), ids=FOLDERS)
def test_what_pack_says_is_what_grading_says(
    files: dict[str, str], home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in files.items():
        encoding = "cp949" if "한글" in text else "utf-8"
        (home / "play" / name).write_text(text, encoding=encoding)
    whole = read_hand_in(Student("whole", "whole", home / "play"), assignment(home), Limits())

    show_pack(home, "play", tmp_path / "ada.zip", False)

    graded = read_hand_in(Student("ada", "ada", tmp_path / "ada.zip"), assignment(home), Limits())
    assert graded.digest == whole.digest
    (row,) = [row for row in dry_rows(graded, assignment(home)) if row.lesson == "double"]
    shown = " ".join(capsys.readouterr().out.split())
    assert row.file.split(" or ")[0] in shown
    assert "Grading reads the whole folder otherwise" not in shown
    written = contents(graded.sources["double"].cells, ["double", "double_all"]).written
    assert f"{len(written)} of 2 tasks are written" in shown


def assignment(home: Path) -> Assignment:
    return find_exercises(home, "play").assignment


def test_the_name_in_the_archive_is_the_one_handed_out(home: Path) -> None:
    (home / "play" / "double.py").unlink()
    (home / "play" / "Copy of double (3).ipynb").write_text(notebook(BOTH), encoding="utf-8")

    assert list(packed(home).members) == ["play/double.ipynb"]


def test_what_is_open_and_what_is_not_there_are_told_apart(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "play" / "double.py").write_text(STUB, encoding="utf-8")

    fine, shown = said(home, capsys)

    assert not fine
    assert "double, double_all (not there)" in shown
    assert "0 of 2 tasks are written" in shown


def test_a_complete_hand_in_is_fine_and_says_where_it_is(
    play: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fine, shown = said(home, capsys, is_dry=False)

    assert fine
    assert "2 of 2 tasks are written" in shown
    assert "play.zip, 0." in shown and "Next: hand in" in shown
    assert (home / "play.zip").read_bytes() == packed(home).data


def test_a_dry_run_writes_nothing(play: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(home.rglob("*"))

    fine, shown = said(home, capsys)

    assert fine and "Nothing was packed" in shown
    assert sorted(home.rglob("*")) == before


LEFT = {
    "a helper": ("helpers.py", "y = 1\n", "defines no task; only lessons count"),
    "data": ("waves.csv", "1,2\n", "is no lesson; code that is graded finds no files"),
    "a stub": ("double.ipynb", notebook(STUB), "double.py counts"),
    "an archive": ("more.rar", "Rar!", "a .rar archive cannot be read"),
    "a document": ("double.pdf", "%PDF-1.4", "is no Python file and no notebook"),
    "the lesson beside the folder": ("../double.py", BOTH, "lies outside of play/"),
}


@pytest.mark.parametrize(("name", "text", "why"), LEFT.values(), ids=LEFT)
def test_an_own_file_that_does_not_count_is_named_with_the_reason(
    name: str, text: str, why: str, play: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (play / name).write_text(text, encoding="utf-8")

    _, shown = said(home, capsys)

    assert name.removeprefix("../") in shown
    assert why in shown


def test_files_of_the_kit_are_not_named(play: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (play / "double.py.new").write_text("", encoding="utf-8")
    (play / "test_double.py").write_text("# read and scribbled on\n", encoding="utf-8")

    _, shown = said(home, capsys)

    assert "does not count" not in shown


def test_a_link_out_of_the_folder_is_not_followed(
    play: Path, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "elsewhere.py").write_text(BOTH, encoding="utf-8")
    (play / "double.py").unlink()
    (play / "double.py").symlink_to(tmp_path / "elsewhere.py")

    with pytest.raises(UsageError, match="link"):
        show_pack(home, "play", None, False)
    assert not (home / "play.zip").exists()


REMARKS = {
    "a helper": ({"double.py": f"import helpers\n{BOTH}", "helpers.py": "y = 1\n"}, "imports helpers.py, which will"),
    "a folder": ({"double.py": f"from my.parts import y\n{BOTH}", "my/parts.py": "y = 1\n"}, "imports my, which will"),
    "data": ({"double.py": f'D = "in/waves.csv"\n{BOTH}', "in/waves.csv": "1"}, "names waves.csv, which will not"),
    "vim": ({"double.py": BOTH, ".double.py.swp": ""}, "double.py is open in an editor"),
    "two": ({"double.py": BOTH, "double.ipynb": notebook(BOTH.replace("2", "3"))}, "Keep the one that you mean"),
    "no text": ({"double.py": b"\xff\x00\x01def double(x):"}, "double.py is not UTF-8 text"),
    "no lesson": ({"double.py": None, "double_all.py": BOTH[len(DOUBLE) :]}, "double (not there)"),
}


@pytest.mark.parametrize(("files", "sentence"), REMARKS.values(), ids=REMARKS)
def test_what_would_cost_marks_is_said_before(
    files: dict[str, str | bytes | None], sentence: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in files.items():
        path = home / "play" / name
        path.parent.mkdir(exist_ok=True)
        if text is None:
            path.unlink()
        else:
            path.write_bytes(text if isinstance(text, bytes) else text.encode())

    fine, shown = said(home, capsys)

    assert not fine
    assert sentence in shown


def test_a_file_that_is_too_large_is_said_and_not_packed(
    play: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (play / "double.py").open("ab") as file:
        file.truncate(Limits().source_bytes + 1)

    with pytest.raises(UsageError, match="larger than 5 MB"):
        said(home, capsys)


def test_another_file_is_never_overwritten(play: Path, home: Path) -> None:
    (home / "play.zip").write_bytes(b"mine")

    with pytest.raises(UsageError, match="not made by `unroll pack`"):
        show_pack(home, "play", None, False)
    assert (home / "play.zip").read_bytes() == b"mine"


def test_an_earlier_hand_in_is_kept_beside_the_new_one(play: Path, home: Path) -> None:
    show_pack(home, "play", None, False)
    first = (home / "play.zip").read_bytes()
    show_pack(home, "play", None, False)
    assert not list(home.glob("*.before*"))

    (play / "double.py").write_text(DOUBLE, encoding="utf-8")
    show_pack(home, "play", None, False)

    assert (home / "play.zip.before").read_bytes() == first
    assert (home / "play.zip").read_bytes() == packed(home).data != first


def test_several_at_once_leave_one_whole_archive_and_no_other_file(tmp_path: Path) -> None:
    data = [zip_bytes({"play/double.py": str(n).encode() * 10_000}) for n in range(8)]
    threads = [threading.Thread(target=put, args=(tmp_path / "play.zip", one)) for one in data]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (tmp_path / "play.zip").read_bytes() in data
    assert not list(tmp_path.glob(".*"))
    assert zipfile.ZipFile(tmp_path / "play.zip").comment == MADE_BY


def test_being_stopped_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = zip_bytes({"play/double.py": b"1"})
    put(tmp_path / "play.zip", first)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(archive, "_move", stop)
    with pytest.raises(KeyboardInterrupt):
        put(tmp_path / "play.zip", zip_bytes({"play/double.py": b"2"}))

    assert [path.read_bytes() for path in tmp_path.iterdir()] == [first]


WRONG = {
    "no zip": ("hand-in.txt", "a hand-in is a .zip file"),
    "no folder": ("gone/play.zip", "there is no such folder"),
    "among the lessons": ("play/play.zip", "would count as your work"),
}


@pytest.mark.parametrize(("out", "sentence"), WRONG.values(), ids=WRONG)
def test_a_place_that_cannot_be_is_refused_in_a_sentence(out: str, sentence: str, play: Path, home: Path) -> None:
    with pytest.raises(UsageError, match=sentence):
        show_pack(home, "play", home / out, False)


def test_a_folder_that_cannot_be_written_is_one_sentence(
    play: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(archive, "_put", refuse)

    with pytest.raises(GradingError, match=r"Permission denied\. Free space or choose another file"):
        show_pack(home, "play", None, False)


def test_the_assignment_is_the_one_with_work_in_it(tmp_path: Path) -> None:
    for name in ("sine", "gates"):
        (tmp_path / name).mkdir()
        known = REPOSITORY / "exercises" / name / "known.json"
        (tmp_path / name / "known.json").write_bytes(known.read_bytes())
    with pytest.raises(UsageError, match="Which assignment"):
        find_assignment(tmp_path, "")

    (tmp_path / "sine" / "cell.py").write_text("def rnn_cell(x):\n    return x\n", encoding="utf-8")

    assert find_assignment(tmp_path, "") == (tmp_path, "sine")
    assert find_assignment(tmp_path / "gates", "")[1] == "gates"
    with pytest.raises(UsageError, match="A hand-in is a whole assignment: unroll pack sine"):
        find_assignment(tmp_path, "cell")


def test_what_the_public_checks_last_found_is_shown(play: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from autograder.student.exercises import find_spots
    from autograder.student.memory import Last, change_state, file_digests

    digest = file_digests(find_spots(home, "play"))["play/double"]
    last = {"play/double:double": Last("passed", digest), "play/double:double_all": Last("failed", digest)}
    change_state(home, lambda state: state.last.update(last))

    assert "1 passing, 1 failing" in said(home, capsys)[1]
    (play / "double.py").write_text(DOUBLE, encoding="utf-8")
    assert "1 passing, 1 failing, old" in said(home, capsys)[1]
