"""OUT, the folder of the results: what somebody else has prepared there is refused, and the seed is nobody else's."""

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.course.model import Course
from autograder.errors import UsageError
from autograder.grading.opening import Class, open_class
from autograder.text import ours
from autograder.text.ours import open_own, own_folder, read_own


@pytest.fixture
def opened(course: Course, tmp_path: Path) -> Callable[[], Class]:
    """Open a class of one whose results go to tmp_path/out."""
    (tmp_path / "class" / "ada").mkdir(parents=True)
    return lambda: open_class(course, "sine", tmp_path / "class", tmp_path / "out", "")


def test_a_lock_that_is_a_link_does_not_touch_its_target(tmp_path: Path, opened: Callable[[], Class]) -> None:
    target = tmp_path / "thesis.txt"
    target.write_text("years of work")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".lock").symlink_to(target)

    with pytest.raises(UsageError, match=r"\.lock is a link"):
        opened()

    assert target.read_text() == "years of work"


def test_a_lock_that_leads_nowhere_makes_no_file(tmp_path: Path, opened: Callable[[], Class]) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".lock").symlink_to(tmp_path / "made")

    with pytest.raises(UsageError):
        opened()

    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("name", [".lock", "run.json"])
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path, opened: Callable[[], Class], name: str) -> None:
    (tmp_path / "out").mkdir()
    os.mkfifo(tmp_path / "out" / name)
    said: list[str] = []

    def attempt() -> None:
        try:
            opened()
        except UsageError as error:
            said.append(str(error))

    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    thread.join(60)

    assert said and "a pipe or a device" in said[0]


def test_a_seed_that_is_a_link_is_refused(tmp_path: Path, opened: Callable[[], Class]) -> None:
    (tmp_path / "theirs.json").write_text(json.dumps({"seed": "known to them"}))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "run.json").symlink_to(tmp_path / "theirs.json")

    with pytest.raises(UsageError, match=r"run\.json is a link"):
        opened()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("name", ["", "run.json", ".lock"])
def test_what_belongs_to_somebody_else_is_refused(tmp_path: Path, opened: Callable[[], Class], name: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "run.json").write_text(json.dumps({"seed": "known to them"}))
    (tmp_path / "out" / ".lock").touch()
    os.chown(tmp_path / "out" / name, 12345, 12345)

    with pytest.raises(UsageError, match="belongs to another user"):
        opened()


def test_what_belongs_to_somebody_else_is_refused_to_an_ordinary_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "run.json").write_text("{}")
    monkeypatch.setattr(ours.os, "geteuid", lambda: 4321)

    with pytest.raises(UsageError, match="belongs to another user"):
        read_own(tmp_path / "run.json")
    with pytest.raises(UsageError, match="belongs to another user"):
        own_folder(tmp_path)


def test_a_seed_with_a_second_name_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "another run.json").write_text("{}")
    os.link(tmp_path / "another run.json", tmp_path / "run.json")

    with pytest.raises(UsageError, match="no plain file of its own"):
        read_own(tmp_path / "run.json")


def test_our_own_seed_goes_on_and_nobody_else_reads_it_any_more(tmp_path: Path, opened: Callable[[], Class]) -> None:
    (tmp_path / "out").mkdir()
    run = tmp_path / "out" / "run.json"
    run.write_text(json.dumps({"seed": "of the first run"}))
    run.chmod(0o644)

    found = opened()

    assert found.seed == "of the first run"
    assert run.stat().st_mode & 0o077 == 0


def test_nobody_else_can_write_in_the_folder_any_more(tmp_path: Path, opened: Callable[[], Class]) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out").chmod(0o777)

    opened()

    assert (tmp_path / "out").stat().st_mode & 0o022 == 0


def test_a_new_folder_is_ours_alone(tmp_path: Path, opened: Callable[[], Class]) -> None:
    opened()

    assert (tmp_path / "out").stat().st_mode & 0o077 == 0
    assert (tmp_path / "out" / ".lock").stat().st_mode & 0o077 == 0


def test_a_lock_keeps_what_is_in_it(tmp_path: Path) -> None:
    (tmp_path / ".lock").write_text("12")

    os.close(open_own(tmp_path / ".lock", os.O_WRONLY | os.O_CREAT))

    assert (tmp_path / ".lock").read_text() == "12"
