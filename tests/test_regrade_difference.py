"""A second `unroll grade` says and keeps what it changed, and the table before it."""

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from class_of import Reader, right, with_bias
from class_of import write as write_page
from schemas import complaints
from scripted import SmallClass, small  # noqa: F401 (a fixture)

from autograder.grading import fingerprint, tables
from autograder.grading.fingerprint import parts
from autograder.reports.class_page.changes import FAILED, HAND_IN, KIT, SEED, changes, other_parts
from autograder.reports.class_page.runs import read_runs

ONE, TWO = "1" * 64, "2" * 64


def said_of_changes(lines: list[str]) -> list[str]:
    """Take the lines about changes: from the first one up to the next line of another kind."""
    start = next(number for number, line in enumerate(lines) if line.startswith(("Changed", "Nothing changed")))
    return lines[start:]


def log(small: SmallClass) -> list[dict[str, str]]:  # noqa: F811
    with (small.out / "changes.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_known_hand_in_tells_what_another_kit_leaves_open() -> None:
    ada = replace(right("ada"), hand_in=ONE)
    later = replace(with_bias("ada"), digest=TWO, hand_in=ONE)

    (same,) = changes([ada], [later], is_same_kit=False, others=["the lesson cell"]).moved
    (other,) = changes([ada], [replace(later, hand_in=TWO)], is_same_kit=False, others=["the kit"]).moved
    (unknown,) = changes([right("ada")], [later], is_same_kit=False, others=["the kit"]).moved

    assert same.why == ("the lesson cell",)
    assert other.why == (HAND_IN, "the kit")
    assert unknown.why == ("the kit",)


def test_a_row_that_an_older_kit_had_given_is_no_other_hand_in() -> None:
    ada = replace(right("ada"), hand_in=ONE)

    (moved,) = changes([ada], [replace(with_bias("ada"), digest=TWO, hand_in=ONE)]).moved

    assert moved.why == (KIT,)


@pytest.mark.parametrize("lost", ["before", "after"])
def test_a_grading_that_failed_is_no_other_hand_in(lost: str) -> None:
    ada, gone = right("ada"), replace(with_bias("ada"), digest="")

    (moved,) = changes(*(([gone], [ada]) if lost == "before" else ([ada], [gone]))).moved

    assert moved.why == (FAILED,)


def test_parts_that_differ_are_named_and_else_it_is_the_seed() -> None:
    assert other_parts({"the kit": ONE, "the lesson a": ONE}, {"the kit": ONE, "the lesson b": ONE}) == (
        "the lesson a",
        "the lesson b",
    )
    assert other_parts({"the kit": ONE}, {"the kit": ONE}) == (SEED,)
    assert other_parts({}, {"the kit": ONE}) == ()


def test_each_part_has_its_own_digest(small: SmallClass, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    course = small.course
    before = parts(course, "play")
    with (course.lesson("play/double").folder / "test_hidden.py").open("a") as file:
        file.write("# another\n")
    lesson = parts(course, "play")
    settings = parts(replace(course, hidden_checks="name"), "play")
    monkeypatch.setattr(fingerprint, "versions", lambda: {"torch": "another"})
    kit = parts(course, "play")

    assert other_parts(before, lesson) == ("the lesson double",)
    assert other_parts(lesson, settings) == ("the settings in course.toml",)
    assert other_parts(lesson, kit) == ("the kit",)


def test_a_second_run_says_whose_mark_moved_and_why(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="1 3", bob="2 3", cy="2 0")
    first = small.grade()
    small.hand_in(ada="2 3")

    lines = said_of_changes(small.grade())

    assert not [line for line in first if "hanged since" in line]
    assert lines[0].startswith("Changed since 2") and f"1 (kept in {small.out / 'changes.csv'}):" in lines[0]
    assert lines[1] == "  ada: from 4 to 5 (another hand-in): double:double from 1 (not yet right) to 2 (passed)"
    assert len(lines) == 2


def test_a_run_that_changes_nothing_says_so(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="1 3")
    small.grade()

    lines = said_of_changes(small.grade())

    assert len(lines) == 1 and lines[0].endswith("UTC: no mark and no verdict.")
    assert not (small.out / "changes.csv").exists()


def test_another_lesson_and_who_came_and_went_are_said(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="1 3", bob="2 3")
    small.grade()
    with (small.course.lesson("play/double").folder / "test_hidden.py").open("a") as file:
        file.write("# another\n")
    (small.hand_ins / "bob").rename(small.hand_ins / "zoe")
    small.hand_in(ada="0 3")

    lines = said_of_changes(small.grade())

    assert lines[1].startswith("  ada: from 4 to 3 (another hand-in, the lesson double)")
    assert [line.split(" since ")[0] + line[-8:] for line in lines[2:]] == ["New, 1: zoe", "No longer there, 1: bob"]


def test_a_hostile_name_stays_on_its_line(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(**{"=a\x1b[2J": "1 3"})
    small.grade()
    small.hand_in(**{"=a\x1b[2J": "2 3"})

    lines = said_of_changes(small.grade())

    assert lines[1].startswith("  =a\\x1b[2J: from 4 to 5")
    assert log(small)[0]["student"] == "'=a\\x1b[2J"


def test_all_changes_are_kept_in_one_table(small: SmallClass, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    times = iter(f"2025-03-0{day}T10:00:00+00:00" for day in range(1, 9))
    monkeypatch.setattr("autograder.reports.class_page.write.now", lambda: next(times))
    small.hand_in(ada="1 3", bob="2 3")
    for marks in ("1 3", "2 3", "2 3", "2 0"):
        small.hand_in(ada=marks)
        small.grade()

    rows = [(row["when"][:10], row["task"], row["before"], row["after"], row["why"]) for row in log(small)]

    assert rows == [
        ("2025-03-02", "", "4", "5", HAND_IN),
        ("2025-03-02", "double", "1", "2", HAND_IN),
        ("2025-03-04", "", "5", "2", HAND_IN),
        ("2025-03-04", "double_all", "3", "0", HAND_IN),
    ]


def test_changes_of_a_run_that_was_killed_are_kept_by_the_next_one(
    small: SmallClass,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small.hand_in(ada="1 3")
    small.grade()
    small.hand_in(ada="2 3")
    with monkeypatch.context() as context:
        context.setattr(tables, "settle", killed)
        with pytest.raises(Killed):
            small.grade()
    monkeypatch.setattr("autograder.reports.class_page.write.now", lambda: "2035-03-01T10:00:00+00:00")

    small.grade()

    assert [(row["before"], row["after"]) for row in log(small)] == [("4", "5"), ("1", "2")]
    assert small.scores("grades.previous.csv") == {"ada": ["2", "3"]}


def test_the_table_before_is_kept(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="1 3")
    small.grade()
    first = (small.out / "grades.csv").read_bytes()
    assert not (small.out / "grades.previous.csv").exists()
    small.hand_in(ada="2 3")

    small.grade()

    assert (small.out / "grades.previous.csv").read_bytes() == first
    assert small.scores() == {"ada": ["2", "3"]}


def test_runs_that_were_stopped_do_not_take_the_place_of_the_table_before(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="1 3", bob="2 3", cy="0 0")
    small.grade()
    whole = (small.out / "grades.csv").read_bytes()
    small.hand_in(ada="2 3")
    for student in ("bob", "cy"):
        small.stopped(student)
        assert (small.out / "grades.previous.csv").read_bytes() == whole

    small.grade()

    assert (small.out / "grades.previous.csv").read_bytes() == whole
    assert list(small.scores()) == ["ada", "bob", "cy"]
    small.grade()
    assert small.scores("grades.previous.csv") == small.scores()


class Killed(Exception):
    """The process was killed."""


def killed(*_: object, **__: object) -> None:
    raise Killed


@pytest.mark.parametrize("name", ["write_class", "show_run"])
def test_a_kill_while_tables_are_written_loses_no_whole_table(
    small: SmallClass,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    small.hand_in(ada="1 3")
    small.grade()
    whole = (small.out / "grades.csv").read_bytes()
    small.hand_in(ada="2 3")
    for _ in range(2):
        with monkeypatch.context() as context:
            context.setattr(tables, name, killed)
            with pytest.raises(Killed):
                small.grade()

    small.grade()

    assert (small.out / "grades.previous.csv").read_bytes() == whole
    assert small.scores() == {"ada": ["2", "3"]}


def test_a_table_that_somebody_has_saved_is_kept_as_it_is(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="1 3")
    small.grade()
    (small.out / "grades.csv").write_text("mine\n")

    small.grade()

    assert small.text("grades.previous.csv") == "mine\n"


def test_what_is_kept_of_two_runs_is_as_described(small: SmallClass) -> None:  # noqa: F811
    small.hand_in(ada="1 3")
    small.grade()
    small.grade()

    data = json.loads(small.text("class.json"))

    assert len(data["runs"]) == 2
    assert complaints("class", data) == []
    assert complaints("record", json.loads(small.text("ada/record.json"))) == []


def older(data: dict[str, object]) -> None:
    data["version"] = 1
    for run in data["runs"]:
        del run["parts"], run["table"]
        for student in run["students"]:
            del student["hand_in"]


@pytest.mark.parametrize(("change", "read"), [(older, 1), (lambda data: data.update(version=3), 0)], ids=["1", "3"])
def test_the_runs_of_the_layout_before_are_read(tmp_path: Path, change: Callable[..., None], read: int) -> None:
    write_page(tmp_path, [with_bias("ada")])
    data = json.loads((tmp_path / "class.json").read_text())
    change(data)
    (tmp_path / "class.json").write_text(json.dumps(data))

    assert len(read_runs(tmp_path)) == read
    page = Reader(write_page(tmp_path, [replace(right("ada"), digest=ONE)], kit="0" * 64)).text("changed")
    assert ("ada 2 5 another kit, lesson or seed" in page) is bool(read)
