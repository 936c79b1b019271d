"""The newest finished version counts, every attempt is kept aside, and a hostile name or archive gains nothing."""

import io
import os
import stat
import warnings
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from downloads import DONE, LIMITS, OTHER, STUB, TASKS, collected, files_in, lay_out, looked_at, packed
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.collect.attempt import Asked
from autograder.collect.collect import plan, understand, write
from autograder.collect.download import open_download
from autograder.collect.people import safe_name
from autograder.collect.record import COLLECTED, read_collected
from autograder.errors import UsageError
from autograder.isolation.limits import Limits

DAY = "1-2 - Jo - Mar {}, 2025 1200 PM/{}"
RIGHT = DONE.replace("x + h", "x - h")
WITH_HELPER = "def helper():\n    return 1\n\n" + DONE


def handed_in(tmp_path: Path, *attempts: dict[str, str | bytes]) -> dict[str, str]:
    """Hand in several times, a day apart; return what stands in the folder, without spaces at the ends."""
    tree = {DAY.format(day, name): text for day, files in enumerate(attempts, 1) for name, text in files.items()}
    collected(lay_out(tmp_path / "class", tree), tmp_path / "out")
    return files_in(tmp_path / "out" / "Jo")


def test_of_two_finished_versions_the_newer_counts(tmp_path: Path) -> None:
    assert handed_in(tmp_path, {"cell.py": DONE}, {"cell.py": RIGHT}) == {"cell.py": RIGHT}


def test_the_order_of_attempts_is_that_of_time_and_not_that_of_names(tmp_path: Path) -> None:
    tree = {"1-2 - Jo - Mar 10, 2025 900 AM/cell.py": RIGHT, "1-2 - Jo - Mar 9, 2025 900 AM/cell.py": DONE}

    collected(lay_out(tmp_path / "class", tree), tmp_path / "out")

    assert files_in(tmp_path / "out" / "Jo") == {"cell.py": RIGHT}


@pytest.mark.parametrize("newer", [STUB, STUB + OTHER, "def rnn_cell(:"], ids=["stub", "half", "no Python"])
def test_an_unwritten_newer_version_does_not_replace_a_finished_one(tmp_path: Path, newer: str) -> None:
    files = handed_in(tmp_path, {"cell.py": DONE + OTHER}, {"cell.py": newer})

    assert files == {"cell.py": DONE + OTHER}


def test_a_newer_version_without_a_helper_is_still_the_newer_one(tmp_path: Path) -> None:
    assert handed_in(tmp_path, {"cell.py": WITH_HELPER}, {"cell.py": RIGHT}) == {"cell.py": RIGHT}


def test_a_file_that_was_renamed_later_does_not_stay(tmp_path: Path) -> None:
    assert handed_in(tmp_path, {"cell.py": DONE}, {"cell_final.py": RIGHT}) == {"cell_final.py": RIGHT}


def test_a_lesson_of_an_earlier_attempt_stays_if_no_later_one_has_it(tmp_path: Path) -> None:
    files = handed_in(tmp_path, {"cell.py": DONE}, {"readout.py": OTHER})

    assert files == {"readout.py": OTHER, "cell.py": DONE}


def test_an_older_file_stands_beside_the_newer_work_where_it_is_looked_for(tmp_path: Path) -> None:
    files = handed_in(tmp_path, {"cell.py": DONE}, {"sine/readout.py": OTHER})

    assert set(files) == {"sine/readout.py", "sine/cell.py"}


def test_who_handed_in_the_same_thing_at_no_known_time_is_for_a_person(tmp_path: Path) -> None:
    tree = {f"1-2 - Jo - {month} 2025 900/cell.py": DONE + f"# {month}\n" for month in ("1 mars", "2 mars")}

    rows = collected(lay_out(tmp_path / "class", tree), tmp_path / "out")

    assert "by hand" in rows["Jo"].note and rows["Jo"].time == ""


def test_archives_of_several_attempts_are_compared_inside(tmp_path: Path) -> None:
    newer = {"sine/cell.py": STUB, "sine/readout.py": OTHER + "\n"}

    files = handed_in(tmp_path, {"s.zip": packed({"cell.py": DONE, "readout.py": OTHER})}, {"s.zip": packed(newer)})

    assert files == {"cell.py": DONE, "sine/readout.py": OTHER + "\n"}


def test_numbered_parts_of_one_work_are_all_there(tmp_path: Path) -> None:
    download = lay_out(tmp_path / "class", {"jo_1_2_part-1.py": DONE, "jo_1_3_part-2.py": OTHER})

    collected(download, tmp_path / "out")

    assert set(files_in(tmp_path / "out" / "jo").values()) == {DONE, OTHER}


def test_all_attempts_are_kept_aside_and_the_download_is_as_it_was(tmp_path: Path) -> None:
    handed_in(tmp_path, {"cell.py": DONE}, {"cell.py": STUB})

    aside = files_in(tmp_path / "out" / ".attempts" / "Jo")
    assert aside == {"1 2025-03-01 1200/cell.py": DONE, "2 2025-03-02 1200/cell.py": STUB}
    assert files_in(tmp_path / "class") == {DAY.format(1, "cell.py"): DONE, DAY.format(2, "cell.py"): STUB}
    assert "cell.py is that of attempt 1" in read_collected(tmp_path / "out")["Jo"].note


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    with looked_at(lay_out(tmp_path / "class", {DAY.format(1, "cell.py"): DONE})) as found:
        (row,) = plan(found)

    assert (row.student, row.files, row.time) == ("Jo", 1, "2025-03-01 12:00:00+00:00")
    assert [one.name for one in tmp_path.iterdir()] == ["class"]


def test_nothing_that_stands_there_is_replaced_unless_it_was_collected(tmp_path: Path) -> None:
    download = lay_out(tmp_path / "class", {DAY.format(1, "cell.py"): DONE})
    lay_out(tmp_path / "other", {"Jo/cell.py": "mine"})

    with pytest.raises(UsageError, match="not empty"):
        collected(download, tmp_path / "other", force=True)
    collected(download, tmp_path / "out")
    with pytest.raises(UsageError, match="--force"):
        collected(download, tmp_path / "out")
    collected(download, tmp_path / "out", force=True)

    assert files_in(tmp_path / "other") == {"Jo/cell.py": "mine"}
    assert files_in(tmp_path / "out" / "Jo") == {"cell.py": DONE}


def test_force_removes_nothing_outside_although_the_table_says_so(tmp_path: Path) -> None:
    download = lay_out(tmp_path / "class", {DAY.format(1, "cell.py"): DONE})
    lay_out(tmp_path / "mine", {"kept": "x"})
    collected(download, tmp_path / "out")
    table = tmp_path / "out" / COLLECTED
    table.write_text(
        table.read_text() + 'x,,,,../mine,,,,1,1,D2L,\ny,,,,.,,,,1,1,D2L,\nz,,,,"' + f'{tmp_path}/mine",,,,1,1,D2L,\n'
    )
    (tmp_path / "out" / ".attempts").symlink_to(tmp_path / "mine")

    collected(download, tmp_path / "out", force=True)

    assert files_in(tmp_path / "mine") == {"kept": "x"}


def test_no_link_is_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.py"
    secret.write_text("answer = 42")
    download = lay_out(tmp_path / "class", {DAY.format(1, "readout.py"): OTHER, DAY.format(2, ""): ""})
    folder = download / Path(DAY.format(2, "x")).parent
    (folder / "cell.py").symlink_to(secret)
    (folder / "sub").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.py")
    (download / "1-2 - Ann - Mar 1, 2025 1200 PM").symlink_to(tmp_path)

    rows = collected(download, tmp_path / "out")

    assert set(rows) == {"Jo"}
    assert "answer" not in str(files_in(tmp_path / "out"))
    assert "cell.py is a link" in rows["Jo"].note


def test_no_member_of_an_archive_leads_out_of_the_folder(tmp_path: Path) -> None:
    link = zipfile.ZipInfo(DAY.format(1, "link.py"))
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        for name in (DAY.format(1, "cell.py"), "../evil.py", "/evil.py", DAY.format(1, "../../evil.py"), "c:evil.py"):
            archive.writestr(name, DONE)
        archive.writestr(DAY.format(1, "a\\..\\evil.py"), DONE)
        archive.writestr(link, "/etc/passwd")

    rows = collected(tmp_path / "class.zip", tmp_path / "out")

    assert files_in(tmp_path / "out" / "Jo") == {"cell.py": DONE}
    assert not list(tmp_path.rglob("*evil*"))
    assert "link.py is a link" in rows["Jo"].note


def test_a_bomb_costs_itself_and_no_memory(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "class.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(DAY.format(1, "bomb.bin"), bytes(3_000_000))
        archive.writestr(DAY.format(1, "cell.py"), DONE)

    rows = collected(tmp_path / "class.zip", tmp_path / "out", limits=Limits(archive_bytes=1_000_000))

    assert files_in(tmp_path / "out" / "Jo") == {"cell.py": DONE}
    assert "bomb.bin was left out" in rows["Jo"].note


def test_an_archive_in_a_hand_in_that_is_too_much_stays_as_it_is(tmp_path: Path) -> None:
    crowd = packed({f"{number}.py": DONE for number in range(LIMITS.archive_members + 1)})
    evil = packed({"../evil.py": DONE})

    files = handed_in(tmp_path, {"crowd.zip": crowd, "evil.zip": evil, "no.zip": "x"}, {"readout.py": OTHER})

    assert set(files) == {"readout.py", "crowd.zip", "evil.zip", "no.zip"}


def test_names_that_fall_together_are_all_there(tmp_path: Path) -> None:
    tree = {"Cell.py": DONE, "cell.py": RIGHT, "a:b.py": OTHER, "a?b.py": STUB, "x": "1", "X/y.py": DONE}

    files = handed_in(tmp_path, tree)

    assert len(files) == len(tree)
    assert len({name.casefold() for name in files}) == len(tree)


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("김철수", "김철수"),
        ("محمد علي", "محمد علي"),
        ("O'Brien, Zoë", "O'Brien, Zoë"),
        ("Jane Doe", "Jane Doe"),
        ("../../etc", "_.._etc"),
        ("a/b", "a_b"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("COM¹", "_COM¹"),
        ("..", "student"),
        (".hidden", "hidden"),
        ("-rf", "rf"),
        ("name. ", "name"),
        ("a\u202eb\x00", "a_b_"),
        ("\ud800", "_"),
        ("grades.csv", "_grades.csv"),
    ],
    ids=ascii,
)
def test_a_folder_is_readable_in_any_script_and_safe_everywhere(name: str, folder: str) -> None:
    assert safe_name(name) == folder


def test_a_long_name_fits_every_file_system() -> None:
    assert len(safe_name("김" * 300).encode()) <= 120


def test_two_students_of_one_name_are_two(tmp_path: Path) -> None:
    tree = {f"Kim Lee_{number}_assignsubmission_file_/cell.py": f"x = {number}" for number in (12, 13)}

    rows = collected(lay_out(tmp_path / "class", tree), tmp_path / "out")

    assert set(rows) == {"Kim Lee (12)", "Kim Lee (13)"}
    assert files_in(tmp_path / "out" / "Kim Lee (13)") == {"cell.py": "x = 13"}


def test_the_table_is_read_back_as_it_was_and_is_no_formula(tmp_path: Path) -> None:
    tree = {"=cmd|calc_12_assignsubmission_file_/cell.py": DONE, "B_13_assignsubmission_file_/cell.py": DONE}

    rows = collected(lay_out(tmp_path / "class", tree), tmp_path / "out")

    assert "\n'=cmd" in (tmp_path / "out" / COLLECTED).read_text()
    assert set(read_collected(tmp_path / "out").values()) == set(rows.values())


NAMES = st.lists(
    st.text(st.sampled_from("ab./\\:-_ 1김\u202e\x00"), min_size=1, max_size=12)
    | st.sampled_from(
        ["a_1_2_x.py", "A_1_assignsubmission_file_/x.py", "1-2 - A - Mar 1, 2025 900 AM/x.py", "../x.py"]
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=40, deadline=None)
@given(names=NAMES)
def test_whatever_an_archive_names_nothing_is_written_elsewhere(names: list[str]) -> None:
    with TemporaryDirectory() as place, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # two members of one name
        root = Path(place)
        (root / "class.zip").write_bytes(packed_in_order(names))

        with open_download(root / "class.zip") as download:
            found = understand(download, "class", Asked(), TASKS)
            if found is not None:
                write(found, root / "out")

        assert {one.name for one in root.iterdir()} <= {"class.zip", "out"}
        assert not [one for one in root.rglob("*") if one.is_symlink()]


def packed_in_order(names: list[str]) -> bytes:
    with zipfile.ZipFile(buffer := io.BytesIO(), "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), DONE)
    return buffer.getvalue()
