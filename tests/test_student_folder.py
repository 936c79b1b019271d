"""A student's folder that has lost `.unroll`, or that another version of the kit has made."""

import json
import shutil
from pathlib import Path

import pytest
from homework import unroll

from autograder import __version__
from autograder.errors import UsageError
from autograder.student.folder import notice as notice_module
from autograder.student.folder.init import bring, find_folder
from autograder.student.folder.manifest import WRITTEN, digests_from_exercises, read_manifest
from autograder.student.folder.notice import MADE_AGAIN, about_folder
from autograder.student.folder.shipped import read_shipped
from autograder.student.watching.board import Board
from autograder.student.watching.session import Session
from autograder.student.where import find_typed


def contents(home: Path) -> dict[str, bytes]:
    """Read all that is not the kit's own."""
    files = (path for path in home.rglob("*") if path.is_file() and ".unroll" not in path.parts)
    return {str(path.relative_to(home)): path.read_bytes() for path in files}


@pytest.fixture
def lost(home: Path) -> Path:
    """A folder that somebody has worked in, without `.unroll`."""
    (home / "play" / "double.py").write_text("import torch\n# mine\n", encoding="utf-8")
    shutil.rmtree(home / ".unroll")
    return home


def test_what_was_lost_is_made_again_with_a_sentence_and_nothing_else_is_touched(lost: Path, tmp_path: Path) -> None:
    before = contents(lost)

    assert about_folder(lost) == [MADE_AGAIN]
    assert about_folder(lost) == []

    assert contents(lost) == before
    assert read_manifest(lost)["kit"] == __version__


def test_what_is_made_again_is_what_was_there(home: Path) -> None:
    written = read_manifest(home)["files"]
    written.pop("README.md")

    assert digests_from_exercises(home) == written


@pytest.mark.parametrize("command", [["check", "--json", "double:double"], ["hint", "double:double"], ["list"]])
def test_each_command_says_it_once(lost: Path, command: list[str]) -> None:
    first, second = (unroll(lost, *command) for _ in range(2))

    said = json.loads(first.stdout)["notes"] if "--json" in command else first.stderr.splitlines()
    assert said[-1] == MADE_AGAIN
    assert (lost / WRITTEN).is_file()
    assert MADE_AGAIN not in second.stdout + second.stderr


def test_a_manifest_alone_that_was_lost_or_damaged_is_made_again(home: Path) -> None:
    state = home / ".unroll" / "state.txt"
    state.write_text("hints 2 play/double:double\n", encoding="utf-8")
    (home / WRITTEN).write_text("{", encoding="utf-8")

    assert about_folder(home) == [MADE_AGAIN]
    assert state.read_text(encoding="utf-8") == "hints 2 play/double:double\n"


def test_a_folder_that_somebody_else_has_put_together_is_left_alone(folder: Path) -> None:
    assert about_folder(folder) == []
    assert not (folder / ".unroll").exists()


def test_a_folder_that_cannot_be_written_to_is_no_reason_to_stop(lost: Path) -> None:
    (lost / ".unroll").write_text("a file", encoding="utf-8")

    assert about_folder(lost) == []


def test_init_finds_the_folder_without_it_and_keeps_the_work(lost: Path, mini_exercises: Path) -> None:
    assert find_folder(None, lost / "play") == lost.resolve()
    before = contents(lost)

    about_folder(lost)
    steps = bring(read_shipped(mini_exercises), lost)

    assert {step.name: step.fate for step in steps if step.fate != "same"} == {"play/double.py": "kept"}
    assert contents(lost) == before


def test_the_command_says_that_it_was_made_again(tmp_path: Path) -> None:
    unroll(tmp_path, "init", "deep")
    home = tmp_path / "deep"
    (home / "sine" / "cell.py").write_text("# mine\n", encoding="utf-8")
    shutil.rmtree(home / ".unroll")

    done = unroll(home, "init")

    assert done.returncode == 0, done.stderr
    assert MADE_AGAIN in done.stdout
    assert "  sine/cell.py  your work, left as it is" in done.stdout
    assert (home / "sine" / "cell.py").read_text(encoding="utf-8") == "# mine\n"
    assert not (home / "unroll").exists()


def test_lessons_of_another_course_are_not_mixed_with_those_of_the_kit(lost: Path) -> None:
    before = contents(lost)

    done = unroll(lost, "init")

    assert done.returncode == 2
    assert done.stderr.endswith("holds lessons of another course: play/double. Give --course DIR.\n")
    assert contents(lost) == before


def test_other_work_is_still_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("")

    with pytest.raises(UsageError, match=r"holds other work: thesis.tex"):
        find_folder(tmp_path, tmp_path)


KITS = {
    "0.0.9": "This folder was made by kit 0.0.9, and kit 0.1.0 is installed. `unroll init` brings the folder up",
    "0.10.0": "This folder was made by kit 0.10.0, and kit 0.1.0 is installed. Install the newer kit",
    "\x1b[2J": "This folder was made by kit \\x1b[2J, and kit 0.1.0 is installed.",
}


def made_by(home: Path, kit: str) -> None:
    manifest = read_manifest(home)
    (home / WRITTEN).write_text(json.dumps({**manifest, "kit": kit}), encoding="utf-8")


@pytest.mark.parametrize("kit", KITS)
def test_a_folder_of_another_kit_is_told_in_one_line_what_to_do(
    home: Path, kit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notice_module, "__version__", "0.1.0")
    made_by(home, kit)

    (said,) = about_folder(home)

    assert said.startswith(KITS[kit])
    assert "\n" not in said
    assert about_folder(home) == [said]


def test_lost_exercises_of_another_kit_say_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unroll(tmp_path, "init", "deep")
    home = tmp_path / "deep"
    shutil.rmtree(home / ".unroll")
    known = home / "sine" / "known.json"
    known.write_text(known.read_text(encoding="utf-8") + "\n", encoding="utf-8")

    again, other = about_folder(home)

    assert again == MADE_AGAIN
    assert other.startswith(f"This folder was made by another kit, and kit {__version__} is installed. `unroll init`")


def test_watch_keeps_it_on_its_screen(home: Path) -> None:
    from rich.console import Console

    from autograder.student.watching.screen import screen_lines

    session = Session(home, Board(find_typed(home, "")[1]), lambda jobs: None, notice=MADE_AGAIN)

    shown = " ".join(line.plain for line in screen_lines(session, Console(width=80), 80, 24))

    assert MADE_AGAIN in " ".join(shown.split())
