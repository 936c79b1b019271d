"""Bytes to text, and which file of several counts for a lesson."""

import codecs

import pytest
from reports import SINE

from autograder.intake.hand_in import Refused, Unreadable
from autograder.intake.search import choose_file, search
from autograder.intake.text import check_source, decode, plain_lines
from autograder.intake.tree import FileEntry, FolderPath


@pytest.mark.parametrize(
    "data",
    [
        "é = 1\n".encode(),
        codecs.BOM_UTF8 + "é = 1\n".encode(),
        codecs.BOM_UTF16_LE + "é = 1\n".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "é = 1\r\n".encode("utf-16-be"),
        "é = 1\r".encode(),
    ],
    ids=["utf-8", "utf-8 with a mark", "utf-16, little", "utf-16, big", "old Mac"],
)
def test_a_file_is_read_as_an_editor_saved_it(data: bytes) -> None:
    assert decode("cell.py", data) == "é = 1\n"


def test_an_empty_file_is_an_empty_text() -> None:
    assert decode("cell.py", b"") == ""


def test_a_line_that_is_no_utf_8_is_named() -> None:
    with pytest.raises(Unreadable, match=r"cell.py is not UTF-8 text \(line 3\); save it as UTF-8."):
        decode("cell.py", b"a\nb\n\xff\n")


def test_every_kind_of_line_end_becomes_a_plain_one() -> None:
    assert plain_lines("a\r\nb\rc\n\r\n\n") == "a\nb\nc\n\n\n"


@pytest.mark.parametrize(
    ("text", "said"), [("a\nb\0", "NUL character (line 2)"), ("\ud800", "half a character (line 1)")], ids=ascii
)
def test_a_character_that_no_source_can_hold_is_named_with_its_line(text: str, said: str) -> None:
    with pytest.raises(Unreadable) as caught:
        check_source("cell.py", text)
    assert said in str(caught.value)


def test_any_other_source_is_taken_as_it_is() -> None:
    assert check_source("cell.py", "x = '\U0001f600'\n") == "x = '\U0001f600'\n"


def file(name: str, *place: str) -> FileEntry:
    return FileEntry(place, name, "file")


@pytest.mark.parametrize(
    ("names", "chosen", "notes"),
    [
        ([], None, ()),
        (["other.py"], None, ()),
        (["cell.py"], "cell.py", ()),
        (["cell.ipynb"], "cell.ipynb", ()),
        (["cell.ipynb", "cell.py"], "cell.py", ("cell.py counts, not the notebook beside it.",)),
        (["Cell.py"], "Cell.py", ("Cell.py counts as cell.py; name it cell.py next time.",)),
        (["CELL.py", "cell.py"], "cell.py", ("cell.py counts, not the files named nearly so.",)),
    ],
    ids=str,
)
def test_the_exact_name_counts_before_one_alike_and_python_before_a_notebook(
    names: list[str], chosen: str | None, notes: tuple[str, ...]
) -> None:
    found, said = choose_file([file(name) for name in names], "cell")

    assert (found and found.name, said) == (chosen, notes)


@pytest.mark.parametrize("names", [["Cell.py", "CELL.py"], ["cell.py", "cell.py"]], ids=str)
def test_of_two_files_that_are_as_good_as_each_other_none_is_chosen(names: list[str]) -> None:
    entries = [file(name, f"folder {number}") for number, name in enumerate(names)]

    with pytest.raises(Refused, match=r"could each be cell\.py; keep one of them, named cell\.py\."):
        choose_file(entries, "cell")


class Folder:
    """A tree in memory: the names of each folder."""

    def __init__(self, **folders: list[str]) -> None:
        self.folders = {tuple(filter(None, name.split("_"))): names for name, names in folders.items()}

    def entries(self, place: FolderPath, wanted: object = ()) -> list[FileEntry]:
        inner = [FileEntry(place, deeper[-1], "folder") for deeper in self.folders if deeper and deeper[:-1] == place]
        return [*inner, *(file(name, *place) for name in self.folders.get(place, []))]


def lessons_in(tree: Folder) -> list[str]:
    found = search(tree, SINE).entries  # type: ignore[arg-type]
    return ["/".join((*entry.place, entry.name)) for entry in found if entry.kind == "file"]


def test_wrapping_folders_are_looked_through_and_those_of_the_assignment_come_first() -> None:
    assert lessons_in(Folder(_=["cell.py"], a=["cell.py"])) == ["cell.py"]
    assert lessons_in(Folder(_=["notes.txt"], a=["cell.py"], a_b=["cell.py"])) == ["a/cell.py"]
    assert lessons_in(Folder(_=[], a=["cell.py"], b=["windows.py"])) == ["a/cell.py", "b/windows.py"]
    assert lessons_in(Folder(_=[], a=["cell.py"], b=[], b_sine=["cell.py"])) == ["b/sine/cell.py"]


def test_folders_that_lie_too_deep_are_not_entered() -> None:
    deep = {"_": [], "a": [], "a_b": [], "a_b_c": [], "a_b_c_d": ["cell.py"]}

    assert lessons_in(Folder(**deep)) == []
    assert lessons_in(Folder(**{**deep, "a_b_c": ["cell.py"]})) == ["a/b/c/cell.py"]


def test_other_python_files_are_remembered() -> None:
    found = search(Folder(_=["mine.py", "a.ipynb", "b.zip", "c.txt"]), SINE)  # type: ignore[arg-type]

    assert (found.entries, found.others) == ([], ["mine.py", "a.ipynb", "b.zip"])
