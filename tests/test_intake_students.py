"""Who is a student, and what each is called on disk."""

import os
import unicodedata
from hashlib import sha256
from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.intake import find_students, loose_work
from autograder.intake.names import folder_names, is_misleading, printable_name

NFC = unicodedata.normalize("NFC", "Zoë")
NFD = unicodedata.normalize("NFD", "Zoë")


def names(submissions: Path) -> list[str]:
    return [student.student for student in find_students(submissions)[0]]


def test_every_folder_and_every_zip_is_a_student(tmp_path: Path) -> None:
    (tmp_path / "ada").mkdir()
    (tmp_path / "bob.zip").touch()
    (tmp_path / "cleo.ZIP").touch()

    students, skipped = find_students(tmp_path)

    assert [student.student for student in students] == ["ada", "bob", "cleo"]
    assert [student.path.name for student in students] == ["ada", "bob.zip", "cleo.ZIP"]
    assert skipped == []


@pytest.mark.parametrize("ending", [".tar.gz", ".tgz", ".TAR", ".rar", ".7z", ".tar.xz", ".egg"])
def test_every_other_archive_is_a_student_too(tmp_path: Path, ending: str) -> None:
    (tmp_path / f"ada{ending}").touch()

    assert names(tmp_path) == ["ada"] and loose_work(tmp_path) == []


def test_other_files_and_dot_folders_are_skipped_and_named(tmp_path: Path) -> None:
    (tmp_path / "ada").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "roster.csv").touch()
    (tmp_path / "cell.py").touch()

    students, skipped = find_students(tmp_path)

    assert [student.student for student in students] == ["ada"]
    assert skipped == [".git", "__MACOSX", "cell.py", "roster.csv"]


def test_an_archive_keeps_its_zip_where_the_name_is_taken(tmp_path: Path) -> None:
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada.zip").touch()
    (tmp_path / "ada.ZIP").touch()

    assert names(tmp_path) == ["ada", "ada.ZIP", "ada.zip"]


def test_names_that_differ_in_case_or_unicode_form_are_different_students(tmp_path: Path) -> None:
    for name in ("ada", "Ada", NFC, NFD):
        (tmp_path / name).mkdir()

    students, _ = find_students(tmp_path)

    assert {student.student for student in students} == {"ada", "Ada", NFC, NFD}
    assert len({student.folder.casefold() for student in students}) == 4


def test_a_linked_folder_or_archive_is_a_student_and_a_linked_file_is_not(tmp_path: Path) -> None:
    (tmp_path / "ada").mkdir()
    (tmp_path / "bob").symlink_to(tmp_path / "ada")
    (tmp_path / "cleo.zip").symlink_to("nowhere.zip")
    (tmp_path / "dan").symlink_to("nowhere")
    (tmp_path / "roster.csv").symlink_to(__file__)

    assert names(tmp_path) == ["ada", "bob", "cleo", "dan"]


def test_a_name_that_is_no_text_is_spelled_out(tmp_path: Path) -> None:
    os.mkdir(os.fsencode(tmp_path) + b"/ad\xff")  # noqa: PTH102  (pathlib takes no bytes)

    (student,), _ = find_students(tmp_path)

    assert student.student == r"ad\xff"
    assert student.folder.startswith("ad_xff-")
    assert student.path.is_dir()


@pytest.mark.parametrize("kind", ["missing", "a file", "empty", "only files"])
def test_submissions_without_students_are_a_wrong_use_told_in_one_line(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "submissions"
    if kind == "a file":
        path.touch()
    elif kind != "missing":
        path.mkdir()
    if kind == "only files":
        (path / "cell.py").touch()

    with pytest.raises(UsageError) as raised:
        find_students(path)

    assert str(path) in str(raised.value) and "Give" in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["ada", "Ada_L-1.2", "a" * 100, "_x", "7"])
def test_a_plain_name_is_its_own_folder(name: str) -> None:
    assert folder_names([name]) == {name: name}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Ada Lovelace", id="space"),
        pytest.param("Zoë M.", id="accent and space"),
        pytest.param("..", id="dots"),
        pytest.param("-rf", id="dash"),
        pytest.param("a" * 101, id="long"),
        pytest.param("\u0301a", id="an accent first"),
        pytest.param("한" * 101, id="long in another script"),
        pytest.param("COM\u00b9", id="device in raised digits"),
        pytest.param("a\u3164", id="a letter that is not seen"),
        pytest.param("ada\n", id="newline"),
        pytest.param("grades.csv", id="a file of the kit"),
        pytest.param("marks.csv", id="another file of the kit"),
        pytest.param("Run.JSON", id="a file of the kit but for case"),
        pytest.param("CON", id="device"),
        pytest.param("nul.txt", id="device with a suffix"),
        pytest.param("con~", id="plain form is a device"),
        pytest.param("=cmd()", id="formula"),
        pytest.param("a\u202eb", id="bidirectional"),
        pytest.param("\ud800", id="half a character"),
    ],
)
def test_any_other_name_gets_a_plain_form_with_a_hash(name: str) -> None:
    folder = folder_names([name])[name]

    form, _, digits = folder.rpartition("-")
    assert folder != name and len(folder) <= 100
    assert len(folder.encode()) <= 255 and not folder.startswith((".", "-"))
    assert all(one.isalnum() or one in "._-" or unicodedata.category(one)[0] == "M" for one in folder)
    assert unicodedata.normalize("NFC", folder) == folder
    assert form and len(digits) == 8 and int(digits, 16) >= 0
    assert form.lower().split(".")[0] not in {"con", "nul"}


def test_the_hash_is_that_of_the_name() -> None:
    assert folder_names([f"{NFC} M."]) == {f"{NFC} M.": f"{NFC}_M.-{sha256(f'{NFC} M.'.encode()).hexdigest()[:8]}"}


@pytest.mark.parametrize("name", [NFC, "李", "김철수", "محمد", "สมชาย", "हिन्दी", "Łukasz"])
def test_a_name_is_readable_in_its_own_script(name: str) -> None:
    assert folder_names([name]) == {name: name}


def test_a_plain_name_is_not_taken_by_the_plain_form_of_another() -> None:
    taken = folder_names(["Ada L"])["Ada L"]

    folders = folder_names(["Ada L", taken])

    assert folders[taken] == taken
    assert folders["Ada L"].startswith("Ada_L-") and folders["Ada L"] != taken


def test_folders_do_not_depend_on_the_order_of_names() -> None:
    given = ["ada", "Ada", "ADA", NFC, NFD]

    assert folder_names(given) == folder_names(reversed(given))


@pytest.mark.parametrize("name", ["a\u202eb", "a\x1b[2J", "a\u2066b", "a\nb"], ids=ascii)
def test_a_name_in_a_sentence_has_nothing_that_directs_the_eye(name: str) -> None:
    assert is_misleading(name)
    assert printable_name(name).isprintable()
    assert len(printable_name(name * 100)) < 400
