"""`unroll export` on the command line: help that teaches, and wrong use that is one line and writes nothing."""

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from reports import ADA

from autograder.cli.commands import cli
from autograder.course.model import Course
from autograder.errors import UnrollError
from autograder.reports.files import write_class, write_student

COMMANDS = ("gradescope", "github", "docker", "canvas", "moodle", "feedback")


def export(*words: str) -> Result:
    return CliRunner().invoke(cli, ["export", *words])


@pytest.mark.parametrize("command", COMMANDS)
def test_help_says_what_is_written_and_for_whom(command: str) -> None:
    done = export(command, "--help")

    assert done.exit_code == 0
    assert "-o, --out" in done.output and "--force" in done.output
    assert len(done.output.splitlines()) > 12


def test_the_group_shows_an_example_of_each_command_and_hides_what_is_for_a_container() -> None:
    said = export("--help").output

    assert all(f"unroll export {command}" in said for command in COMMANDS)
    assert "in-gradescope" not in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("gradescope", "nope", "-o", "x.zip"), "There is no assignment 'nope'"),
        (("gradescope", "play", "-o", "there"), "there is a folder"),
        (("github", "play", "-o", "x", "--prefix", "a b"), "'a b' is no beginning"),
        (("docker", "play", "-o", "there"), "there is not empty"),
        (("canvas", "nowhere", "-o", "x.csv"), "nowhere: there is no run.json"),
        (("moodle", "there", "-o", "x.csv"), "there: there is no run.json"),
        (("moodle", "out", "-o", "x.csv", "--roster", "nope.csv"), "nope.csv: No such file"),
        (("feedback", "out", "--like", "nowhere", "-o", "x.zip"), "nowhere: there is no such folder"),
        (("feedback", "out", "--like", "there", "-o", "x.zip"), "there: this is no download that is known"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_use_is_one_line_and_writes_nothing(
    mini: Course, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(mini.root)
    (mini.root / "there").mkdir()
    (mini.root / "there" / "mine.txt").write_text("mine")
    (mini.root / "out").mkdir()
    write_class(mini.root / "out", mini.assignment("play"), [], {})
    (mini.root / "out" / "run.json").write_text('{"assignment": "play"}')
    before = sorted(mini.root.rglob("*"))

    done = export(*words)

    assert isinstance(done.exception, UnrollError), done.output
    assert str(done.exception).startswith(said) or said in str(done.exception)
    assert len(str(done.exception).splitlines()) == 1
    assert sorted(mini.root.rglob("*")) == before


def test_a_class_is_exported_with_one_command_each(mini: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(mini.root)
    (mini.root / "out").mkdir()
    write_student(mini.root / "out", ADA)
    write_class(mini.root / "out", mini.assignment("play"), [ADA], {"assignment": "play"})

    done = [export(name, "out", "-o", f"{name}.csv") for name in ("canvas", "moodle")]
    done.append(export("gradescope", "play", "-o", "play.zip"))

    assert [one.exit_code for one in done] == [0, 0, 0], [one.output for one in done]
    assert "Left out, 1, since they have no SIS Login ID; give --roster: ada." in done[0].output
    assert "5 autograder points" in done[2].output
    with zipfile.ZipFile("play.zip") as archive:
        assert json.loads(archive.read("unroll.json"))["accept_weak_isolation"] is False


def test_json_and_a_dry_run_do_not_go_together(mini: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(mini.root)

    done = CliRunner().invoke(cli, ["grade", "play", ".", "--dry-run", "--json"])

    assert done.exit_code == 2
    assert "--dry-run grades nothing" in done.output
    assert not Path("out").exists()
