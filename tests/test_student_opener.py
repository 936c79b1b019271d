"""`unroll watch --edit`: the file one goes to is opened, once, and what cannot be run is said."""

import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from homework import ENVIRONMENT
from terminal import terminal

from autograder.errors import UsageError
from autograder.student.watching.board import Board
from autograder.student.watching.opener import Opener, filled, split_command
from autograder.student.watching.session import Session
from autograder.student.where import find_typed

NOTE = "import sys; open('opened.txt', 'a').write(' '.join(sys.argv[1:]) + '\\n')"


@pytest.fixture
def session(folder: Path) -> Session:
    _, spots = find_typed(folder, "")
    return Session(folder, Board(spots), lambda jobs: None)


def note(folder: Path) -> list[str]:
    """A command that writes down in the folder what it was called with."""
    return [sys.executable, "-c", NOTE.replace("opened.txt", str(folder / "opened.txt"))]


@pytest.fixture
def opener(folder: Path) -> Iterator[Opener]:
    made = Opener(note(folder))
    yield made
    for process in made.running:
        process.wait()


def opened(folder: Path, count: int) -> list[str]:
    """Wait until so many files were opened."""
    file, deadline = folder / "opened.txt", time.monotonic() + 30
    while not file.exists() or len(file.read_text().splitlines()) < count:
        assert time.monotonic() < deadline, "nothing was opened"
        time.sleep(0.05)
    return [Path(line).name for line in file.read_text().splitlines()]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("vi", ["vi", "/x/cell.py"]),
        ("code -r -g {file}:{line}", ["code", "-r", "-g", "/x/cell.py:7"]),
        ("'my editor' +{line}", ["my editor", "+7", "/x/cell.py"]),
    ],
)
def test_file_and_line_stand_where_the_command_wants_them(command: str, expected: list[str]) -> None:
    assert filled(split_command(command), Path("/x/cell.py"), 7) == expected


def test_a_quote_that_is_never_closed_is_wrong_use(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"No closing quotation\. Close the quotes\."):
        split_command("code 'a")

    command = [sys.executable, "-m", "autograder.cli", "watch", "--edit", "code 'a"]
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=60)

    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


def test_a_file_is_opened_when_the_student_goes_to_it(opener: Opener, session: Session, folder: Path) -> None:
    opener.follow(session)
    session.press("n")  # another task of the same file
    opener.follow(session)
    assert opened(folder, 1) == ["windows.py"]
    for _ in range(2):
        session.press("n")
        opener.follow(session)

    assert opened(folder, 2) == ["windows.py", "cell.py"]


def test_a_file_that_was_saved_is_open_already(opener: Opener, session: Session, folder: Path) -> None:
    opener.note(session)

    session.saved(["sine/training"])
    opener.note(session)
    opener.follow(session)
    session.board.choose(0)
    opener.follow(session)

    assert opened(folder, 1) == ["windows.py"]


def test_a_command_that_is_not_there_is_said(session: Session) -> None:
    Opener(["no-such-editor"]).follow(session)

    assert session.status == "--edit: no-such-editor cannot be run (No such file or directory). Is it installed?"


def test_without_a_command_nothing_is_opened(session: Session) -> None:
    Opener([]).follow(session)

    assert session.status == "Warming up ..."


def test_watch_opens_the_current_file(home: Path) -> None:
    with terminal(home, "watch", "--edit", shlex.join(note(home))) as seen:
        seen.wait_for("Checked play/double")
        seen.type("n")

        assert opened(home, 1) == ["double.py"]
        seen.type("q")
        assert seen.wait_for_end() == 0

    assert opened(home, 1) == ["double.py"]
