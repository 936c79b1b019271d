"""`unroll grade --student` and `--task` grade a part of a class anew; every other row stays exactly as it is."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from scripted import ScriptedCrew, SmallClass, small  # noqa: F401 (a fixture)

from autograder.cli.commands import cli
from autograder.errors import GradingError, UsageError
from autograder.grading.anonymous import KEY
from autograder.grading.publish import publish
from autograder.reports.class_page.identical import Identical, joined, without
from autograder.reports.previous import digest_of


def files(small: SmallClass, student: str) -> dict[str, str]:  # noqa: F811
    """Return the digests of what stands in OUT about a student, with the rows of the tables."""
    found = {path.name: digest_of(path) for path in (small.out / student).iterdir()}
    for table in ("grades.csv", "marks.csv"):
        found[table] = "\n".join(line for line in small.text(table).splitlines() if line.startswith(f"{student},"))
    return found


def key_of(small: SmallClass) -> dict[str, dict[str, str]]:  # noqa: F811
    return {row["student"]: row for row in csv.DictReader(small.text(KEY).splitlines())}


def roster(small: SmallClass, *rows: str) -> Path:  # noqa: F811
    path = small.course.root / "roster.csv"
    path.write_text("\n".join(["name,email,extension", *rows]))
    return path


def overrides(small: SmallClass, *rows: str) -> Path:  # noqa: F811
    path = small.course.root / "by hand.csv"
    path.write_text("\n".join(["student,task,points,reason", *rows]))
    return path


def test_only_the_named_student_is_graded_anew_though_the_work_is_the_same(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="1 3", bob="2 0")
    small.grade()

    lines = small.grade(students=("ada",))

    assert ScriptedCrew.asked == ScriptedCrew.graded == ["ada"]
    assert "Grading 1 hand-ins of play; 1 row stays as it is. Warming up ..." in lines


def test_all_other_rows_stay_as_they_are_whatever_the_command_says_of_them(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="1 3", bob="2 0")
    marks = overrides(small, "bob,double_all,1.5,seen")
    small.grade(overrides=marks, roster=roster(small, "bob,bob@x.org,", "zoe,,"))
    before = files(small, "bob"), files(small, "zoe")
    small.hand_in(ada="2 3", bob="0 0")
    marks.write_text("student,task,points,reason\nbob,double_all,2,better\n")

    small.grade(students=("ada",), overrides=marks, due="2020-01-01")

    assert (files(small, "bob"), files(small, "zoe")) == before
    assert small.scores() == {"ada": ["2", "3"], "bob": ["2", "1.5"], "zoe": ["0", "0"]}
    assert "bob@x.org" in small.text("marks.csv")


def test_a_folder_with_one_hand_in_loses_no_other_row(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="1 3", bob="2 0", cy="0 0")
    small.grade()
    before = files(small, "bob"), files(small, "cy")
    small.hand_ins = small.course.root / "by mail"
    small.hand_in(ada="2 3")

    small.grade(students=("ada",))

    assert small.scores() == {"ada": ["2", "3"], "bob": ["2", "0"], "cy": ["0", "0"]}
    assert (files(small, "bob"), files(small, "cy")) == before
    small.hand_ins = small.course.root / "hand-ins"
    small.grade()
    assert ScriptedCrew.graded == ["ada"]  # whose hand-in is another one there


def test_the_mark_of_the_named_one_has_the_deadline_and_the_hand_of_this_command(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="1 3", bob="2 0")
    small.grade(overrides=overrides(small, "ada,double,2,seen", "bob,double,0,copied"))

    small.grade(students=("ada",))

    assert small.scores() == {"ada": ["1", "3"], "bob": ["0", "0"]}


@pytest.mark.parametrize("row", ["zoe,double,1,?", "bob,nothing,1,?"])
def test_overrides_are_checked_for_the_whole_class(small: SmallClass, row: str) -> None:  # noqa: F811
    small.hand_in(ada="1 3", bob="2 0")
    small.grade()

    with pytest.raises(UsageError, match=r"by hand.csv:2: '(zoe|nothing)' is no"):
        small.grade(students=("ada",), overrides=overrides(small, row))

    assert ScriptedCrew.asked == []


@pytest.mark.parametrize(
    ("students", "tasks", "said"),
    [
        (("bo",), (), "--student: 'bo' is no student of this class. There is: bob and 1 more."),
        (("ada", "nobody"), (), "--student: 'nobody' is no student of this class. There is: ada, bob."),
        ((), ("triple",), "play has no task 'triple'. There is: "),
        (("ada",), ("double/double:nothing",), "play has no task 'double/double:nothing'."),
    ],
)
def test_a_name_that_is_none_is_refused_in_one_line(
    small: SmallClass,  # noqa: F811
    students: tuple[str, ...],
    tasks: tuple[str, ...],
    said: str,
) -> None:
    small.hand_in(ada="1 3", bob="2 0")
    small.grade()
    before = digest_of(small.out / "class.json")

    with pytest.raises(UsageError) as error:
        small.grade(students=students, tasks=tasks)

    assert str(error.value).startswith(said) and "\n" not in str(error.value) and error.value.exit_status == 2
    assert ScriptedCrew.asked == [] and digest_of(small.out / "class.json") == before


def test_who_has_a_row_and_no_hand_in_here_is_named(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="1 3", bob="2 0")
    small.grade()
    small.hand_ins = small.course.root / "by mail"
    small.hand_in(ada="2 3")

    with pytest.raises(UsageError, match="'bob' has a row, but no hand-in here"):
        small.grade(students=("bob",))


def test_a_class_that_has_no_row_to_keep_is_refused(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="1 3", bob="2 0")
    with pytest.raises(UsageError, match="holds no whole run of this class"):
        small.grade(students=("ada",))
    small.grade()
    (small.out / "bob" / "record.json").write_text("{}")
    small.hand_in(cy="1 1")
    before = digest_of(small.out / "grades.csv")

    with pytest.raises(UsageError, match=r"^bob, cy: no record in .* can be used, so there is no row to keep"):
        small.grade(students=("ada",))

    assert ScriptedCrew.asked == [] and digest_of(small.out / "grades.csv") == before
    small.grade(students=("ada", "bob", "cy"))
    assert list(small.scores()) == ["ada", "bob", "cy"]


def test_a_row_that_an_earlier_run_could_not_grade_is_still_said(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="1 3", bob="lost")
    small.grade()

    lines = small.grade(students=("ada",))

    assert "Not graded, 1; all else is:" in lines
    assert lines[-1].startswith("  bob: An earlier run could not grade this hand-in.")


def test_a_run_that_was_stopped_in_a_part_is_mended_by_the_same_command(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="1 3", bob="2 0")
    small.grade()
    small.hand_ins = small.course.root / "by mail"
    small.hand_in(ada="2 3")
    small.stopped("ada", students=("ada",))

    small.grade(students=("ada",))

    assert small.scores() == {"ada": ["2", "3"], "bob": ["2", "0"]}


def test_one_task_is_replaced_and_all_else_stays(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="1 0", bob="2 0")
    small.grade()
    small.hand_in(ada="2 3", bob="0 3")

    lines = small.grade(tasks=("double_all",))

    assert small.scores() == {"ada": ["1", "3"], "bob": ["2", "3"]}
    assert "Grading 2 hand-ins of play, double_all alone. Warming up ..." in lines
    record = json.loads(small.text("ada/record.json"))
    assert [(one["task"], one["score"]) for one in record["tests"]] == [("double", 1.0), ("double_all", 3.0)]
    assert [(one["task"], one["outcome"]) for one in record["tasks"]] == [
        ("double", "failed"),
        ("double_all", "passed"),
    ]


def test_a_mixture_is_graded_again_by_the_next_run_of_the_class(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="1 0", bob="2 0")
    small.grade()
    small.hand_in(ada="2 3")
    small.grade(tasks=("double:double_all",))
    small.hand_in(ada="1 0")  # what stood there before

    small.grade()

    assert ScriptedCrew.graded == ["ada"]  # of bob, both parts are of the same hand-in
    assert small.scores() == {"ada": ["1", "0"], "bob": ["2", "0"]}


def test_one_task_of_one_student_is_replaced(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="1 0", bob="2 0")
    small.grade()
    before = files(small, "bob")
    small.hand_in(ada="2 3", bob="0 3")

    small.grade(students=("ada",), tasks=("play/double:double",))

    assert small.scores() == {"ada": ["2", "0"], "bob": ["2", "0"]}
    assert files(small, "bob") == before


def test_a_task_needs_a_row_to_stand_in(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="1 0")
    small.grade()
    small.hand_in(bob="2 3")

    with pytest.raises(UsageError, match=r"^bob: no record in .* can be used, so one task cannot take its place"):
        small.grade(tasks=("double",))


def test_a_task_that_cannot_be_graded_leaves_the_row_as_it_is(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="1 0")
    small.grade()
    small.hand_in(ada="lost")

    lines = small.grade(tasks=("double",))

    assert small.scores() == {"ada": ["1", "0"]}
    assert "Not graded, 1; all else is:" in lines


def test_a_mark_by_hand_stays_on_another_task_and_gives_way_to_the_command(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="1 0")
    marks = overrides(small, "ada,double,1.5,seen")
    small.grade(overrides=marks)
    small.hand_in(ada="1 3")

    small.grade(tasks=("double_all",), overrides=marks)
    assert small.scores() == {"ada": ["1.5", "3"]}
    small.grade(tasks=("double_all",))

    assert small.scores() == {"ada": ["1", "3"]}


def test_published_marks_of_others_are_no_part_of_it(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="2 3", bob="2 3")
    small.grade()
    list(publish(small.out))
    small.hand_in(ada="1 3", bob="0 3")
    with pytest.raises(GradingError):
        small.grade()
    before = files(small, "bob")

    small.grade(students=("ada",), yes=True)

    assert small.scores() == {"ada": ["1", "3"], "bob": ["2", "3"]}
    assert files(small, "bob") == before
    small.grade(yes=True)
    assert ScriptedCrew.graded == []  # what was found of bob has waited
    assert small.scores() == {"ada": ["1", "3"], "bob": ["0", "3"]}
    assert not (small.out / ".held").exists()


def test_a_class_by_number_takes_names_and_numbers(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="1 3", bob="2 0")
    small.grade(anonymous=True, roster=roster(small, "ada,ada@x.org,", "bob,bob@x.org,"))
    key = key_of(small)
    number, other = key["ada"]["number"], key["bob"]["number"]
    before = files(small, other)
    small.hand_ins = small.course.root / "by mail"
    small.hand_in(ada="2 3")

    for name in ("ada", number, "ADA@x.org"):
        small.grade(anonymous=True, students=(name,))
        assert ScriptedCrew.graded == [number]

    assert small.scores() == {number: ["2", "3"], other: ["2", "0"]}
    assert files(small, other) == before
    after = key_of(small)
    assert after["bob"] == key["bob"] and after["ada"]["email"] == "ada@x.org"
    with pytest.raises(UsageError) as error:
        small.grade(anonymous=True, students=("eve",))
    assert "bob" not in str(error.value) and other in str(error.value)


def test_groups_of_identical_code_lose_whoever_has_other_code_now() -> None:
    groups = [Identical("a", ("ada", "bob", "cy")), Identical("b", ("ada", "bob"))]

    left = without(groups, {"ada"})

    assert left == [Identical("a", ("bob", "cy"))]
    new = [Identical("a", ("bob", "cy")), Identical("b", ("bob", "cy"))]
    assert joined(left, new) == [*left, new[1]]


def test_the_command_takes_the_words(small: SmallClass, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    found: list[Any] = []
    monkeypatch.setattr("autograder.grading.show.show_grading", lambda *said: bool(found.append(said[-1])) or True)
    command = ["grade", "play", "hand-ins", "-o", "out", "--course", str(small.course.root)]

    done = CliRunner().invoke(cli, [*command, "--student", "ada", "--student", "bob", "--task", "double"])
    refused = CliRunner().invoke(cli, [*command, "--student", "ada", "--dry-run"])

    assert done.exit_code == 0 and found[0].students == ("ada", "bob") and found[0].tasks == ("double",)
    assert refused.exit_code == 2 and "--dry-run" in refused.output
