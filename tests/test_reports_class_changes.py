"""What changed since the last run: whose marks moved, from what to what, and why."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from class_of import Reader, made, named, right, with_bias, write
from schemas import complaints

from autograder.reports.class_page.changes import AGAIN, DEADLINE, HAND_IN, KIT, OVERRIDE, changes
from autograder.reports.class_page.runs import read_runs

OTHER = "1" * 64


def test_the_same_results_have_no_difference() -> None:
    both = [right("ada"), with_bias("bob")]

    assert changes(both, list(reversed(both))) == changes([], [])


def test_a_mark_that_moved_is_named_with_its_tasks() -> None:
    found = changes([with_bias("ada"), right("bob")], [right("bob"), replace(right("ada"), digest=OTHER)])

    (moved,) = found.moved
    assert (moved.student, moved.before, moved.after, moved.why) == ("ada", 2.0, 5.0, (HAND_IN,))
    ((lesson, name, before, after),) = [(one.lesson, one.task, one.before, one.after) for one in moved.tasks]
    assert (lesson, name) == ("sine/cell", "rnn_cell")
    assert before and after and (before.outcome, after.outcome) == ("failed", "passed")


def test_another_verdict_with_the_same_points_is_a_change() -> None:
    slow = named("ada", made("make_windows", 2), made("rnn_cell", 0, "timeout"))

    (moved,) = changes([with_bias("ada")], [slow]).moved

    assert (moved.before, moved.after, moved.why) == (2.0, 2.0, (AGAIN,))


def test_a_deadline_that_moves_marks_is_said() -> None:
    (moved,) = changes([right("ada")], [replace(right("ada"), kept=0.9)]).moved

    assert (moved.after, moved.tasks, moved.why) == (4.5, (), (DEADLINE,))


def test_a_mark_by_hand_is_said_to_be_one(tmp_path: Path) -> None:
    before = with_bias("ada")
    tasks = tuple(replace(one, score=one.max_score, checked=one.score, by_hand="Marked.") for one in before.tasks[1:])
    after = replace(before, tasks=(*before.tasks[:1], *tasks))
    write(tmp_path, [before])
    page = write(tmp_path, [after])

    latest, earlier = read_runs(tmp_path)
    assert complaints("class", json.loads((tmp_path / "class.json").read_text())) == []
    assert [one.why for one in changes(earlier.results, latest.results).moved] == [(OVERRIDE,)]
    assert [one.why for one in changes(latest.results, earlier.results).moved] == [(OVERRIDE,)]
    assert "a mark by hand" in Reader(page).text("changed")


def test_under_another_kit_nobody_knows_whether_the_hand_in_is_another() -> None:
    (moved,) = changes([right("ada")], [replace(with_bias("ada"), digest=OTHER)], is_same_kit=False).moved

    assert moved.why == (KIT,)


def test_who_came_and_who_went_is_named() -> None:
    found = changes([right("ada"), right("bob")], [right("bob"), right("cy")])

    assert (found.moved, found.new, found.gone) == ((), ("cy",), ("ada",))


def test_a_task_that_a_lesson_got_or_lost_is_a_change() -> None:
    short = replace(right("ada"), tasks=right("ada").tasks[:1])

    (gained,) = changes([short], [right("ada")]).moved[0].tasks
    (lost,) = changes([right("ada")], [short]).moved[0].tasks

    assert gained.before is None and lost.after is None


def test_the_page_compares_with_the_run_before(tmp_path: Path) -> None:
    first = write(tmp_path, [with_bias("ada"), right("bob"), right("cy")])
    second = write(tmp_path, [replace(right("ada"), digest=OTHER), right("bob"), right("dan")])
    third = write(tmp_path, [replace(right("ada"), digest=OTHER), right("bob"), right("dan")])

    assert "This is the first run." in Reader(first).text("changed")
    text = Reader(second).text("changed")
    assert "ada 2 5 another hand-in rnn_cell : 0 (not yet right, M23) → 3 (passed)" in text
    assert "New: 1. Who: 1 dan No longer there: 1. Who: 1 cy" in text
    assert "bob" not in text
    assert "No mark and no verdict of anybody who was there before." in Reader(third).text("changed")


def test_a_run_that_was_stopped_does_not_take_the_place_of_a_whole_one(tmp_path: Path) -> None:
    write(tmp_path, [with_bias("ada"), right("bob")])
    write(tmp_path, [right("bob")], count=2)
    text = Reader(write(tmp_path, [right("ada"), right("bob")])).text("changed")

    assert "ada 2 5" in text
    assert "New" not in text


def test_what_was_kept_is_read_back(tmp_path: Path) -> None:
    write(tmp_path, [with_bias("ada", 1.5)], kit="one")
    write(tmp_path, [replace(right("ada"), kept=0.5)], kit="two")

    now, before = read_runs(tmp_path)

    assert (now.fingerprint, before.fingerprint) == ("two", "one")
    assert (now.results[0].score, before.results[0].score) == (2.5, 3.5)
    assert [task.mistake for task in before.results[0].tasks] == ["", "M23"]


DAMAGES = {
    "no JSON": "{",
    "another version": '{"version": 2, "runs": []}',
    "no list": '{"version": 1, "runs": 5}',
    "other parts": '{"version": 1, "runs": [{}]}',
    "deep": "[" * 100_000,
}


@pytest.mark.parametrize("text", DAMAGES.values(), ids=DAMAGES)
def test_a_file_that_is_not_ours_holds_no_run(tmp_path: Path, text: str) -> None:
    (tmp_path / "class.json").write_text(text)

    assert read_runs(tmp_path) == ()
    assert "This is the first run." in Reader(write(tmp_path, [right("ada")])).text("changed")


@pytest.mark.parametrize(
    ("place", "value"),
    [("kept", "1"), ("kept", True), ("student", 5), ("tasks", []), ("tasks", [[9e99, "passed", ""], None]),
     ("tasks", [[1, "won", ""], None]), ("digest", None)],
)  # fmt: skip
def test_a_mark_that_cannot_be_makes_the_file_count_as_none(tmp_path: Path, place: str, value: object) -> None:
    write(tmp_path, [right("ada")])
    data = json.loads((tmp_path / "class.json").read_text(encoding="utf-8"))
    data["runs"][0]["students"][0][place] = value
    (tmp_path / "class.json").write_text(json.dumps(data))

    assert read_runs(tmp_path) == ()


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path, [right("ada")])
    (tmp_path / "class.json").rename(tmp_path / "theirs.json")
    (tmp_path / "class.json").symlink_to(tmp_path / "theirs.json")

    assert read_runs(tmp_path) == ()
