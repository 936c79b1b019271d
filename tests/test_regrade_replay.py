"""`unroll grade --replay OUT` repeats a run from its record, and says what comes out otherwise; OUT stays as it is."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from scripted import ScriptedCrew, SmallClass, small  # noqa: F401 (a fixture)

from autograder.cli.commands import cli
from autograder.errors import UsageError
from autograder.grading import fingerprint
from autograder.grading.anonymous import KEY
from autograder.grading.commands import FILE
from autograder.reports.previous import digest_of

Standing = dict[str, tuple[str, int, int]]


def standing(small: SmallClass) -> Standing:  # noqa: F811
    """Return what stands in OUT: each file's digest, mode and time."""
    paths = [path for path in small.out.rglob("*") if path.is_file()]
    return {str(path): (digest_of(path), path.stat().st_mode, path.stat().st_mtime_ns) for path in paths}


def replay(small: SmallClass, *words: str) -> Result:  # noqa: F811
    """Run the command; nothing in OUT may change."""
    before = standing(small)
    where = ["--course", str(small.course.root)]
    done = CliRunner().invoke(cli, ["grade", "--replay", str(small.out), *where, *words])
    assert standing(small) == before
    return done


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


def test_the_same_class_comes_out_the_same(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="1 3", bob="2 0")
    small.grade()
    ScriptedCrew.graded.clear()

    done = replay(small)

    assert ScriptedCrew.graded == ["ada", "bob"]  # nothing is taken from the record
    assert done.exit_code == 0
    assert done.output.splitlines()[-1] == "The same: every mark, verdict and mistake of 2 hand-ins."
    assert "Another" not in done.output


def test_each_difference_is_said_by_student_and_task_after_what_is_another(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="1 3", bob="2 0")
    small.grade()
    small.hand_in(ada="2 3")

    done = replay(small)

    assert done.exit_code == 1
    assert done.output.splitlines()[-3:] == [
        "Another hand-in now, 1: ada",
        f"Otherwise than in {small.out}, 1, from the record to the replay:",
        "  ada: from 4 to 5 (another hand-in): double:double from 1 (not yet right) to 2 (passed)",
    ]


def test_another_lesson_kit_and_table_are_named_first(
    small: SmallClass,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small.hand_in(ada="1 3")
    marks = write(small.course.root / "by hand.csv", "student,task,points,reason", "ada,double,2,seen")
    small.grade(overrides=marks)
    with (small.course.lesson("play/double").folder / "test_hidden.py").open("a") as file:
        file.write("# another\n")
    monkeypatch.setattr(fingerprint, "versions", lambda: {"torch": "another"})
    write(marks, "student,task,points,reason", "ada,double,0,seen")

    done = replay(small)

    said = [line.removeprefix("Another one now: ") for line in done.output.splitlines()]
    assert said[1:4] == ["the kit", "the lesson double", str(marks)]
    assert done.exit_code == 1 and "ada: from 5 to 3" in done.output


def test_deadline_roster_and_marks_by_hand_are_those_of_the_run(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="1 3", bob="2 0")
    marks = write(small.course.root / "by hand.csv", "student,task,points,reason", "bob,double_all,1.5,seen")
    roster = write(small.course.root / "roster.csv", "name,email", "zoe,zoe@x.org", "ada,ada@x.org")
    small.grade(overrides=marks, roster=roster, due="2020-01-01", extensions=("ada=48h",))

    done = replay(small)

    assert done.exit_code == 0, done.output
    assert "of 3 hand-ins" in done.output


def test_a_class_that_was_graded_in_parts_is_repeated_in_parts(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="1 3", bob="2 0")
    marks = write(small.course.root / "by hand.csv", "student,task,points,reason", "bob,double_all,1.5,seen")
    small.grade(overrides=marks)
    small.hand_ins = small.course.root / "by mail"
    small.hand_in(ada="2 3")
    other = write(small.course.root / "later.csv", "student,task,points,reason", "ada,double,0,seen", "bob,double,0,no")
    small.grade(students=("ada",), overrides=other)

    done = replay(small)

    assert done.exit_code == 0, done.output
    write(small.hand_ins / "ada" / "double.py", "2 1")
    assert "ada: from 3 to 1" in replay(small).output


def test_one_that_came_later_is_left_out_and_one_that_is_gone_is_said(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="1 3", bob="2 0")
    small.grade()
    small.hand_in(zoe="2 3")
    assert replay(small).exit_code == 0
    shutil.rmtree(small.hand_ins / "bob")

    done = replay(small)

    assert done.exit_code == 1
    assert done.output.splitlines()[-1] == "Without a hand-in now, 1: bob"


def test_a_hand_in_that_cannot_be_graded_now_is_no_sameness(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="0 0")
    small.grade()
    small.hand_in(ada="lost")

    done = replay(small)

    assert done.exit_code == 1 and "Not graded: ada: The grader ended." in done.output


def test_a_class_by_number_keeps_its_numbers_and_names_nobody(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="1 3", bobby="2 0", cynthia="0 0")
    small.grade(anonymous=True, extensions=("bobby=48h",), due="2020-01-01")
    key = {row["student"]: row["number"] for row in csv.DictReader(small.text(KEY).splitlines())}
    assert replay(small).exit_code == 0
    small.hand_in(bobby="2 3")

    done = replay(small)

    assert done.exit_code == 1 and f"  {key['bobby']}: from 2 to 5" in done.output
    assert "bobby" not in done.output
    named = [path.name for path in small.out.rglob("*") if path.is_file() and b"bobby" in path.read_bytes()]
    assert sorted(named) == sorted([FILE, ".hand_ins.json", KEY])
    assert (small.out / FILE).stat().st_mode & 0o077 == 0


def never(small: SmallClass) -> None:  # noqa: F811
    shutil.rmtree(small.out)
    small.out.mkdir()


def stopped(small: SmallClass) -> None:  # noqa: F811
    small.stopped("bob")


def without_command(small: SmallClass) -> None:  # noqa: F811
    (small.out / FILE).write_text('{"version": 1, "commands": [{}]}')


def moved(small: SmallClass) -> None:  # noqa: F811
    small.hand_ins.rename(small.course.root / "elsewhere")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (never, "holds no class that `unroll grade` has graded"),
        (stopped, "the last run was stopped, so some rows are missing"),
        (without_command, "does not say with which command it was graded"),
        (moved, "any more. Put them back there, then replay."),
    ],
)
def test_a_record_that_cannot_be_repeated_is_wrong_use(
    small: SmallClass,  # noqa: F811
    change: Callable[..., None],
    said: str,
) -> None:
    small.hand_in(ada="1 3", bob="2 0")
    small.grade()
    change(small)

    done = replay(small)

    assert isinstance(done.exception, UsageError) and said in str(done.exception)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["play"], "Leave ASSIGNMENT out."),
        (["play", "hand-ins"], "Leave ASSIGNMENT out."),
        (["--due", "2025-01-01"], "Leave --due out."),
        (["--student", "ada"], "Leave --student out."),
        (["-o", "out"], "Leave --out out."),
    ],
)
def test_a_record_says_all_else(small: SmallClass, words: list[str], said: str) -> None:  # noqa: F811
    small.hand_in(ada="1 3")
    small.grade()

    done = replay(small, *words)

    assert done.exit_code == 2 and said in " ".join(done.output.split())


@pytest.mark.parametrize(("words", "said"), [([], "'ASSIGNMENT'"), (["play"], "'SUBMISSIONS'")])
def test_without_replay_both_words_are_needed(small: SmallClass, words: list[str], said: str) -> None:  # noqa: F811
    done = CliRunner().invoke(cli, ["grade", *words, "-o", "out", "--course", str(small.course.root)])

    assert done.exit_code == 2 and f"Missing argument {said}" in done.output
