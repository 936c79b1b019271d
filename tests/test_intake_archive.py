"""A hand-in that is a zip archive."""

import io
import os
import stat
import struct
import warnings
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.course.model import Assignment, Lesson
from autograder.intake import HandIn, Student, read_hand_in, read_one
from autograder.isolation.limits import Limits

LESSONS = ("windows", "cell", "training")
SINE = Assignment("sine", "Sine", tuple(Lesson("sine", name, name, 45, (), Path()) for name in LESSONS))
LIMITS = Limits()
Members = list[tuple[str | zipfile.ZipInfo, str | bytes]]


def packed(members: Members, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", method) as archive:
        warnings.simplefilter("ignore")
        for name, text in members:
            archive.writestr(name, text)
    return buffer.getvalue()


def read(folder: Path, data: bytes, limits: Limits = LIMITS) -> HandIn:
    path = folder / "ada.zip"
    path.write_bytes(data)
    return read_hand_in(Student("ada", "ada", path), SINE, limits)


def member(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = mode << 16
    return info


def renamed(old: str, new: str) -> bytes:
    """Pack `old` and write `new` over it, for names that zipfile would mend."""
    return packed([(old, "x = 1"), ("cell.py", "x = 1")]).replace(old.encode(), new.encode())


@pytest.mark.parametrize("wrapping", ["", "hw/", "a/b/sine/", "./", "submitted/ada/sine/"])
def test_an_archive_is_read_as_a_folder_is(tmp_path: Path, wrapping: str) -> None:
    data = packed(
        [
            (wrapping + "cell.py", "x = 1\r\n"),
            (wrapping + "Windows.py", "y = 1"),
            ("__MACOSX/._cell.py", "\0"),
            (".DS_Store", "\0"),
        ]
    )

    hand_in = read(tmp_path, data)

    assert hand_in.problem == "" and list(hand_in.sources) == ["windows", "cell"]
    assert hand_in.sources["cell"].cells == ("x = 1\n",)
    assert "Windows.py" in hand_in.sources["windows"].notes[0]


def test_an_archive_is_told_from_its_folder_by_nothing_that_counts(tmp_path: Path) -> None:
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "cell.py").write_text("x = 1")

    from_archive = read(tmp_path, packed([("cell.py", "x = 1")]))
    from_folder = read_one(tmp_path / "ada", SINE, LIMITS)

    assert from_archive.digest == from_folder.digest


def test_one_archive_can_be_read_alone(tmp_path: Path) -> None:
    (tmp_path / "ada.zip").write_bytes(packed([("sine/cell.py", "x = 1")]))

    hand_in = read_one(tmp_path / "ada.zip", SINE, LIMITS)

    assert hand_in.student == "ada" and list(hand_in.sources) == ["cell"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(packed([("/cell.py", "")]), "relative", id="absolute"),
        pytest.param(packed([("hw/../../cell.py", "")]), "relative", id="dots"),
        pytest.param(packed([("hw\\cell.py", "")]), "relative", id="backslash"),
        pytest.param(packed([("C:/cell.py", "")]), "relative", id="drive"),
        pytest.param(packed([("a\u202eyp.py", "")]), "relative", id="bidirectional"),
        pytest.param(renamed("cell_py_txt", "cell.py\0txt"), "relative", id="NUL in a name"),
        pytest.param(packed([("a" * 300 + ".py", "")]), "relative", id="long name"),
        pytest.param(packed([("cell.py", "a"), ("cell.py", "b")]), "two members", id="one name twice"),
        pytest.param(packed([("cell.py", "a"), ("./cell.py", "b")]), "two members", id="one path twice"),
        pytest.param(packed([("cell.py", "a"), ("Cell.py", "b")]), "two members", id="alike but for case"),
        pytest.param(packed([("\u00e4.py", "a"), ("a\u0308.py", "b")]), "two members", id="Unicode twins"),
        pytest.param(packed([("cell.py", "a"), ("cell.py/x", "b")]), "both a file", id="file and folder"),
        pytest.param(packed([(member("cell.py", stat.S_IFLNK | 0o777), "/etc/passwd")]), "a link", id="link"),
        pytest.param(packed([(member("data", stat.S_IFLNK | 0o777), "/")]), "a link", id="link elsewhere"),
        pytest.param(packed([(member("cell.py", stat.S_IFIFO | 0o644), "")]), "a link or", id="FIFO"),
        pytest.param(packed([("cell.py", "x")], zipfile.ZIP_LZMA), "unusual", id="LZMA"),
        pytest.param(b"Rar!", "no zip archive", id="no zip"),
        pytest.param(b"", "ada.zip is empty", id="empty file"),
        pytest.param(packed([("cell.py", "x" * 999)])[:-30], "no zip archive", id="cut off"),
        pytest.param(packed([(f"{n}.txt", "") for n in range(51)]), "51 members", id="many members"),
        pytest.param(packed([(f"d{n}/", "") for n in range(1001)]), "members", id="very many folders"),
    ],
)
def test_an_archive_that_is_not_plain_is_rejected_as_a_whole(tmp_path: Path, data: bytes, says: str) -> None:
    hand_in = read(tmp_path, data)

    assert hand_in.sources == {}
    assert says in hand_in.problem and "ada.zip" in hand_in.problem
    assert hand_in.problem.isprintable()


def test_a_member_without_a_name_is_rejected(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    nameless = zipfile.ZipInfo()
    nameless.filename = ""
    with zipfile.ZipFile(buffer, "w") as archive, archive.open(nameless, "w"):
        pass

    assert "relative" in read(tmp_path, buffer.getvalue()).problem


def test_an_archive_with_a_password_is_rejected(tmp_path: Path) -> None:
    data = bytearray(packed([("cell.py", "x = 1")]))
    flags = data.index(b"PK\x01\x02") + 8
    data[flags] |= 1

    assert "password" in read(tmp_path, bytes(data)).problem


def test_fifty_members_and_the_folders_and_litter_around_them_are_taken(tmp_path: Path) -> None:
    members: Members = [("cell.py", ""), *((f"d{n}/", "") for n in range(60))]
    members += [(f"{n}.txt", "") for n in range(49)]
    members += [(f"__MACOSX/._{n}.txt", "") for n in range(49)]

    assert read(tmp_path, packed(members)).problem == ""


def test_a_member_larger_than_a_source_costs_that_lesson_alone(tmp_path: Path) -> None:
    data = packed([("cell.py", "#" * 11), ("windows.py", "#" * 10)])

    sources = read(tmp_path, data, replace(LIMITS, source_bytes=10)).sources

    assert sources["cell"].outcome == "rejected" and "larger" in sources["cell"].problem
    assert sources["windows"].problem == ""


def test_a_member_that_lies_about_its_size_is_rejected(tmp_path: Path) -> None:
    data = packed([("cell.py", "#" * 2**20)])
    lie = data.replace(struct.pack("<I", 2**20), struct.pack("<I", 10))

    source = read(tmp_path, lie).sources["cell"]

    assert source.outcome == "rejected" and "damaged" in source.problem


def test_an_archive_that_unpacks_to_more_than_it_may_is_rejected(tmp_path: Path) -> None:
    data = packed([("cell.py", "x"), ("data.bin", "0" * 2**20)])

    assert read(tmp_path, data, replace(LIMITS, archive_bytes=2**20 + 1)).problem == ""
    assert "unpacks to more than 1 MB" in read(tmp_path, data, replace(LIMITS, archive_bytes=2**20)).problem


def test_an_archive_of_more_bytes_than_it_may_unpack_to_is_not_opened(tmp_path: Path) -> None:
    hand_in = read(tmp_path, packed([("cell.py", "x")]), replace(LIMITS, archive_bytes=50))

    assert "larger than" in hand_in.problem


@pytest.mark.parametrize("kind", ["link", "FIFO"])
def test_an_archive_that_is_no_plain_file_is_rejected(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "ada.zip"
    (tmp_path / "real.zip").write_bytes(packed([("cell.py", "x")]))
    if kind == "link":
        path.symlink_to("real.zip")
    else:
        os.mkfifo(path)

    hand_in = read_hand_in(Student("ada", "ada", path), SINE, LIMITS)

    assert hand_in.sources == {} and "hand in the file" in hand_in.problem


def test_nothing_is_written_beside_an_archive(tmp_path: Path) -> None:
    read(tmp_path, packed([("hw/cell.py", "x = 1")]))

    assert [path.name for path in tmp_path.iterdir()] == ["ada.zip"]
