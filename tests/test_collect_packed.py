"""Archives in what was handed in are looked into as grading does it; attempts of no known order are all there."""

import io
import tarfile
import zipfile
from pathlib import Path

import pytest
from downloads import DONE, LIMITS, OTHER, STUB, Tree, collected, files_in, lay_out, packed

from autograder.intake.hand_in import Refused
from autograder.intake.room import Room
from autograder.intake.unpacked import contents_of, unpacked

DAY = "1-2 - Jo - Mar {}, 2025 1200 PM/{}"
RIGHT = DONE.replace("x + h", "x - h")


def tarred(files: Tree) -> bytes:
    with tarfile.open(fileobj=(buffer := io.BytesIO()), mode="w:gz") as archive:
        for name, text in files.items():
            data = text.encode() if isinstance(text, str) else text
            (info := tarfile.TarInfo(name)).size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


PACKINGS = {
    "s.zip": packed,
    "s.tar.gz": tarred,
    "outer.zip": lambda files: packed({"week 1/s.zip": packed(files)}),
    "outer.tgz": lambda files: tarred({"s.zip": packed(files)}),
}


@pytest.mark.parametrize("name", PACKINGS)
def test_an_older_answer_is_found_in_any_packing(tmp_path: Path, name: str) -> None:
    older, newer = (PACKINGS[name](files) for files in ({"cell.py": DONE}, {"cell.py": STUB, "readout.py": OTHER}))
    tree = {DAY.format(1, name): older, DAY.format(2, name): newer}

    rows = collected(lay_out(tmp_path / "class", tree), tmp_path / "out")

    files = files_in(tmp_path / "out" / "Jo")
    assert sorted(files.values()) == sorted([DONE, OTHER])
    assert "cell.py is that of attempt 1" in rows["Jo"].note


def test_what_is_unsafe_or_too_much_stays_packed_at_any_depth(tmp_path: Path) -> None:
    crowd = packed({f"{number}.py": DONE for number in range(LIMITS.archive_members + 1)})
    deep = packed({"cell.py": DONE})
    for _ in range(6):
        deep = packed({"in.zip": deep})
    odd = {"evil.zip": packed({"in.zip": packed({"../evil.py": DONE})}), "crowd.tgz": tarred({"c.zip": crowd})}
    tree = {DAY.format(1, name): data for name, data in {**odd, "deep.zip": deep}.items()}

    collected(lay_out(tmp_path / "class", {**tree, DAY.format(2, "readout.py"): OTHER}), tmp_path / "out")

    assert set(files_in(tmp_path / "out" / "Jo")) == {"readout.py", "evil.zip", "crowd.tgz", "deep.zip"}


def test_the_archives_of_an_attempt_have_one_limit_together() -> None:
    room = Room(LIMITS)
    half = packed({f"{number}.py": DONE for number in range(LIMITS.archive_members // 2 + 1)})

    assert len(list(unpacked("a.zip", half, room))) == LIMITS.archive_members // 2 + 1
    with pytest.raises(Refused):
        list(unpacked("b.zip", half, room))


ORDERLESS = {f"1-2 - Jo - {month} 2025 900": text for month, text in (("1 mars", DONE), ("2 mars", RIGHT))}


def test_attempts_of_no_known_order_are_all_there_for_a_person(tmp_path: Path) -> None:
    tree = {f"{folder}/cell.py": text for folder, text in ORDERLESS.items()}

    rows = collected(lay_out(tmp_path / "class", tree), tmp_path / "out")

    files = files_in(tmp_path / "out" / "Jo")
    assert files == {"attempt A/cell.py": DONE, "attempt B/cell.py": RIGHT}
    assert rows["Jo"].note.startswith("Look at this by hand: nothing says which attempt is the newest")


def test_attempts_of_no_known_order_that_are_the_same_are_one(tmp_path: Path) -> None:
    tree = {f"{folder}/cell.py": DONE for folder in ORDERLESS}

    rows = collected(lay_out(tmp_path / "class", tree), tmp_path / "out")

    assert files_in(tmp_path / "out" / "Jo") == {"cell.py": DONE}
    assert "by hand" not in rows["Jo"].note


def test_an_attempt_without_a_time_may_be_the_newest(tmp_path: Path) -> None:
    tree = {DAY.format(1, "cell.py"): STUB, DAY.format(2, "cell.py"): DONE, "1-2 - Jo - 3 mars 2025 900/cell.py": RIGHT}

    rows = collected(lay_out(tmp_path / "class", tree), tmp_path / "out")

    assert set(files_in(tmp_path / "out" / "Jo").values()) == {DONE, RIGHT}
    assert "by hand" in rows["Jo"].note and rows["Jo"].time == ""


@pytest.mark.parametrize("encoding", ["euc_kr", "cp437", "utf-8"])
def test_the_names_in_a_packed_download_are_read_as_they_were_written(tmp_path: Path, encoding: str) -> None:
    name = "Zoë" if encoding == "cp437" else "김 철수"
    member = f"{name}_12_assignsubmission_file_/cell.py".encode(encoding)
    plain = packed({"x" * len(member): DONE})
    (tmp_path / "class.zip").write_bytes(plain.replace(b"x" * len(member), member))

    rows = collected(tmp_path / "class.zip", tmp_path / "out")

    assert set(rows) == {name}
    assert files_in(tmp_path / "out" / name) == {"cell.py": DONE}


def test_a_student_may_be_named_as_a_folder_of_programs(tmp_path: Path) -> None:
    tree = {"env/cell.py": DONE, "jo/cell.py": DONE, "jo/venv/cell.py": STUB}
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        for name, text in tree.items():
            archive.writestr(name, text)

    for number, download in enumerate((tmp_path / "class.zip", lay_out(tmp_path / "class", tree))):
        rows = collected(download, tmp_path / f"out{number}")

        assert {name: row.files for name, row in rows.items()} == {"env": 1, "jo": 1}


@pytest.mark.parametrize(
    ("text", "written"),
    [(DONE, {"rnn_cell"}), (STUB, set()), ("def rnn_cell(:\n", set()), ("x = (\n" + DONE, {"rnn_cell"})],
    ids=["done", "stub", "broken", "a line that is broken"],
)
def test_what_is_no_python_is_not_finished(text: str, written: set[str]) -> None:
    found = contents_of("cell.py", text.encode("utf-16"), {"rnn_cell"}, LIMITS)

    assert found.written - found.broken == written
    assert found.defined == {"rnn_cell"}
