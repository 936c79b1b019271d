"""Archives in folders and archives: looked through up to five deep, and no limit or check gets weaker."""

import gzip
import io
import stat
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.course.model import Assignment, Lesson, Task
from autograder.intake import HandIn, Student, read_hand_in
from autograder.isolation.limits import Limits

LESSONS = ("windows", "cell")
SINE = Assignment("sine", "Sine", tuple(Lesson("sine", name, name, 45, (), Path()) for name in LESSONS))
LIMITS = Limits()
Files = dict[str, bytes]
Pack = Callable[[Files], bytes]


def zipped(files: Files) -> bytes:
    with zipfile.ZipFile(buffer := io.BytesIO(), "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def tar(files: Files, mode: str = "w:gz", change: Callable[[tarfile.TarInfo], None] = lambda info: None) -> bytes:
    with tarfile.open(fileobj=(buffer := io.BytesIO()), mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            (info := tarfile.TarInfo(name)).size = len(data)
            change(info)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def plain_tar(files: Files) -> bytes:
    return tar(files, "w")


PACKS = [pytest.param(zipped, ".zip", id="zip"), pytest.param(tar, ".tar.gz", id="tar.gz")]
PACKS += [pytest.param(tar, ".tgz", id="tgz"), pytest.param(plain_tar, ".tar", id="tar")]
WORK = {"sine/cell.py": b"x = 1\n", "sine/windows.py": b"y = 2\n"}


def read(folder: Path, files: Files, limits: Limits = LIMITS) -> HandIn:
    """Read a hand-in that is a folder of these files."""
    for name, data in files.items():
        (folder / "ada" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "ada" / name).write_bytes(data)
    return read_hand_in(Student("ada", "ada", folder / "ada"), SINE, limits)


def read_packed(folder: Path, data: bytes, ending: str = ".zip", limits: Limits = LIMITS) -> HandIn:
    """Read a hand-in that is an archive."""
    path = folder / f"ada{ending}"
    path.write_bytes(data)
    return read_hand_in(Student("ada", "ada", path), SINE, limits)


@pytest.mark.parametrize(("pack", "ending"), PACKS)
def test_an_archive_in_a_folder_is_looked_through(tmp_path: Path, pack: Pack, ending: str) -> None:
    hand_in = read(tmp_path, {f"deep/er/my hand-in{ending}": pack(WORK)})

    assert {name: source.cells for name, source in hand_in.sources.items()} == {
        "windows": ("y = 2\n",), "cell": ("x = 1\n",),
    }  # fmt: skip
    assert hand_in.notes == (f"Lessons were found in deep/er/my hand-in{ending}/sine.",)


IN_A_FOLDER_OF_ITS_NAME = {
    "the same name": {"cell.py/cell.py": b"x = 1\n"},
    "another name, deeper": {"cell.ipynb/a/Cell (1).py": b"x = 1\n"},
    "an archive": {"cell.py/my.zip": zipped({"cell.py": b"x = 1\n"})},
}


@pytest.mark.parametrize("name", IN_A_FOLDER_OF_ITS_NAME)
@pytest.mark.parametrize("is_packed", [False, True])
def test_a_folder_that_has_a_lessons_name_is_looked_through(tmp_path: Path, name: str, is_packed: bool) -> None:
    files = IN_A_FOLDER_OF_ITS_NAME[name]

    hand_in = read_packed(tmp_path, zipped(files)) if is_packed else read(tmp_path, files)

    assert (hand_in.problem, hand_in.sources["cell"].problem) == ("", "")
    assert hand_in.sources["cell"].cells == ("x = 1\n",)


def test_a_folder_that_has_a_lessons_name_and_no_lesson_is_said_to_be_a_folder(tmp_path: Path) -> None:
    hand_in = read(tmp_path, {"cell.py/notes.txt": b"", "windows.py": b"y = 2\n"})

    assert hand_in.sources["cell"].problem == "cell.py is a folder; hand in the file itself."
    assert hand_in.sources["windows"].cells == ("y = 2\n",)


@pytest.mark.parametrize(("pack", "ending"), PACKS)
def test_an_archive_of_each_kind_is_a_hand_in(tmp_path: Path, pack: Pack, ending: str) -> None:
    hand_in = read_packed(tmp_path, pack(WORK | {"__MACOSX/sine/._cell.py": b"\0"}), ending)

    assert hand_in.problem == "" and list(hand_in.sources) == ["windows", "cell"]


def nested(depth: int, pack: Pack = zipped, ending: str = ".zip") -> bytes:
    data = pack(WORK)
    for number in range(depth):
        data = pack({f"top {number}/in{ending}": data})
    return data


@pytest.mark.parametrize(("pack", "ending"), PACKS)
@pytest.mark.parametrize("depth", [1, 3, 5])
def test_archives_are_looked_through_up_to_five_deep(tmp_path: Path, pack: Pack, ending: str, depth: int) -> None:
    assert list(read_packed(tmp_path, nested(depth, pack, ending), ending).sources) == ["windows", "cell"]


def test_an_archive_that_lies_deeper_is_rejected(tmp_path: Path) -> None:
    assert "more than 5 deep" in read_packed(tmp_path, nested(6)).problem


def test_an_archive_that_holds_itself_comes_to_an_end(tmp_path: Path) -> None:
    assert read_packed(tmp_path, nested(40)).problem


def test_members_count_across_nesting(tmp_path: Path) -> None:
    inner = zipped({f"{n}.txt": b"" for n in range(30)})
    files = {"cell.py": b"x = 1", "a.zip": inner, "b.zip": inner}

    assert "members, and 50 are the most" in read_packed(tmp_path, zipped(files)).problem
    assert read_packed(tmp_path, zipped({"cell.py": b"x = 1", "a.zip": inner})).problem == ""


def test_bytes_count_across_nesting(tmp_path: Path) -> None:
    inner = {"data.bin": bytes(600_000)}
    files = {"cell.py": b"x = 1", "a.zip": zipped(inner), "b.tar.gz": tar(inner)}
    small = replace(LIMITS, archive_bytes=1_000_000)

    assert "unpacks to more than" in read_packed(tmp_path, zipped(files), limits=small).problem
    assert read_packed(tmp_path, zipped(files)).problem == ""


def test_a_gzip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    bomb = gzip.compress(bytes(50_000_000))

    hand_in = read_packed(tmp_path, bomb, ".tar.gz", replace(LIMITS, archive_bytes=1_000_000))

    assert "unpacks to more than" in hand_in.problem


def link(info: tarfile.TarInfo) -> None:
    info.type, info.linkname, info.size = tarfile.SYMTYPE, "/etc/passwd", 0


def hard_link(info: tarfile.TarInfo) -> None:
    info.type, info.linkname, info.size = tarfile.LNKTYPE, "other", 0


def device(info: tarfile.TarInfo) -> None:
    info.type, info.size = tarfile.CHRTYPE, 0


def pipe(info: tarfile.TarInfo) -> None:
    info.type, info.size = tarfile.FIFOTYPE, 0


def linked_zip() -> bytes:
    info = zipfile.ZipInfo("data")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(buffer := io.BytesIO(), "w") as archive:
        archive.writestr(info, "/")
    return buffer.getvalue()


UNSAFE = [
    pytest.param(tar({"cell.py": b""}, change=link), "a link", id="link"),
    pytest.param(tar({"cell.py": b""}, change=hard_link), "a link", id="hard link"),
    pytest.param(tar({"cell.py": b""}, change=device), "a link or a device", id="device"),
    pytest.param(tar({"cell.py": b""}, change=pipe), "a link or a device", id="pipe"),
    pytest.param(tar({"/cell.py": b""}), "relative", id="absolute"),
    pytest.param(tar({"../cell.py": b""}), "relative", id="dots"),
    pytest.param(tar({"a\\cell.py": b""}), "relative", id="backslash"),
    pytest.param(tar({"cell.py": b"a", "./cell.py": b"b"}), "two members", id="one name twice"),
    pytest.param(tar({"cell.py": b"a", "CELL.py": b"b"}), "two members", id="alike"),
    pytest.param(tar({"cell.py": b"a", "cell.py/x": b"b"}), "both a file", id="file and folder"),
    pytest.param(tar({f"{n}.txt": b"" for n in range(51)}), "members", id="many members"),
    pytest.param(zipped({"../cell.py": b""}), "relative", id="dots in a zip"),
    pytest.param(linked_zip(), "a link", id="link in a zip"),
]


@pytest.mark.parametrize(("data", "says"), UNSAFE)
def test_what_is_unsafe_is_rejected_at_any_depth(tmp_path: Path, data: bytes, says: str) -> None:
    ending = ".zip" if data.startswith(b"PK") else ".tar.gz"
    for hand_in in (
        read_packed(tmp_path, data, ending),
        read_packed(tmp_path, zipped(WORK | {f"more{ending}": data})),
        read_packed(tmp_path, tar(WORK | {"a.zip": zipped({f"more{ending}": data})}), ".tgz"),
    ):
        assert says in hand_in.problem and hand_in.sources == {}


@pytest.mark.parametrize(("data", "says"), UNSAFE)
def test_in_a_folder_what_is_unsafe_costs_what_may_be_in_it(tmp_path: Path, data: bytes, says: str) -> None:
    ending = ".zip" if data.startswith(b"PK") else ".tar.gz"

    sources = read(tmp_path, {"cell.py": b"x = 1", f"more{ending}": data}).sources

    assert sources["cell"].problem == ""
    assert sources["windows"].outcome == "rejected" and says in sources["windows"].problem


@pytest.mark.parametrize("cut", [1, 50, 100])
def test_a_tar_archive_that_is_cut_off_is_said_to_be(tmp_path: Path, cut: int) -> None:
    assert "no tar archive, or not all of it" in read_packed(tmp_path, tar(WORK)[:-cut], ".tar.gz").problem


@pytest.mark.parametrize(
    "data", [b"\x1f\x8b" + bytes(50), b"\x1f\x8b", bytes(257) + b"ustar" + bytes(250), plain_tar(WORK)[:700]], ids=repr
)
def test_no_bytes_break_the_reader(tmp_path: Path, data: bytes) -> None:
    read_packed(tmp_path, data, ".tar")


@pytest.mark.parametrize("ending", [".rar", ".7z", ".tar.xz", ".alz"])
def test_an_archive_that_needs_another_program_is_named(tmp_path: Path, ending: str) -> None:
    said = f"a {ending} archive cannot be read; hand in a .zip."

    assert said in read_packed(tmp_path, b"?", ending).problem
    beside = read(tmp_path, {"cell.py": b"x = 1", f"more{ending}": b"?"}).sources
    assert beside["cell"].problem == "" and said in beside["windows"].problem


def test_an_archive_under_the_name_of_another_is_told_by_its_bytes(tmp_path: Path) -> None:
    assert list(read_packed(tmp_path, tar(WORK), ".zip").sources) == ["windows", "cell"]
    assert list(read_packed(tmp_path, zipped(WORK), ".tar.gz").sources) == ["windows", "cell"]
    assert "is a RAR archive" in read_packed(tmp_path, b"Rar!\x1a\x07\0", ".zip").problem


@pytest.mark.parametrize("folder", ["과제", "Übung"])
@pytest.mark.parametrize("encoding", ["euc_kr", "cp437", "utf-8"])
def test_names_are_read_as_the_program_that_packed_them_wrote_them(tmp_path: Path, folder: str, encoding: str) -> None:
    try:
        raw = f"{folder}/cell.py".encode(encoding)
    except UnicodeEncodeError:
        return
    data = zipped({"x" * len(raw): b"x = 1"}).replace(b"x" * len(raw), raw)

    hand_in = read(tmp_path, {"a.zip": data})

    assert hand_in.notes == (f"Lessons were found in a.zip/{folder}.",)


def test_of_two_versions_in_an_archive_the_newer_counts_if_it_has_times(tmp_path: Path) -> None:
    def dated(info: tarfile.TarInfo) -> None:
        info.mtime = 1_700_000_000 if info.name.startswith("a") else 1_700_009_000

    step = Assignment("sine", "Sine", (replace(SINE.lessons[1], tasks=(Task("step", 1.0),)),))
    files = {"a/cell.py": b"def step(): return 1", "b/cell.py": b"def step(): return 2"}
    for change, versions in ((dated, 1), (lambda info: None, 2)):
        (tmp_path / "ada.tgz").write_bytes(tar(files, change=change))
        source = read_hand_in(Student("ada", "ada", tmp_path / "ada.tgz"), step, LIMITS).sources["cell"]
        assert len(source.versions) == versions and source.cells[0].endswith("2" if versions == 1 else "1")
