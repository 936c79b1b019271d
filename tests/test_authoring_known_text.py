"""The file of known mistakes: one entry a line, and a small change of a lesson is a small difference."""

import difflib
import json
from pathlib import Path
from typing import Any

import pytest

from autograder.authoring.build import differences, plan_files, write_files
from autograder.authoring.known import known_content
from autograder.authoring.known_text import known_text, settled
from autograder.course.model import Course, load_course
from autograder.student.exercises import assignments_in, read_exercises

KNOWN = "exercises/play/known.json"
SQUARED = '@mistake("D01", task="double", says="You squared x; add x to itself.")\n'
CUBED = '@mistake("D09", task="double", says="You took the cube of x.")\ndef cubed(x):\n    return x * x * x\n\n\n'


def entry(variant: str, *numbers: float) -> dict[str, Any]:
    return {"id": "D01", "variant": variant, "says": "So.", "returns": list(numbers)}


def built(course: Course) -> str:
    write_files(course, plan_files(course, known_content))
    return (course.root / KNOWN).read_text(encoding="utf-8")


def changed_lines(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0)
    return [line for line in lines if line.startswith(("+", "-")) and not line.startswith(("+++", "---"))]


def change(course: Course, old: str, new: str) -> Course:
    path = course.lesson("play/double").folder / "mistakes.py"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return load_course(course.root)


def test_each_entry_of_a_test_has_a_line(mini: Course) -> None:
    text = built(mini)

    tests = json.loads(text)["lessons"]["double"]["tests"]
    entries = [one for found in tests.values() for one in found]
    lines = [line.strip().rstrip(",") for line in text.splitlines()]
    assert len(entries) == 3
    assert all(lines.count(json.dumps(one, separators=(",", ":"))) >= 1 for one in entries)


@pytest.mark.parametrize(
    "content", [{}, [], {"a": []}, {"a": {"b": [[], {}, "ü", None, True, 1.5, [1, {"c": [[2]]}]]}}], ids=str
)
def test_what_is_written_reads_as_what_it_was(content: Any) -> None:
    assert json.loads(known_text(content)) == content


def test_a_new_mistake_in_the_middle_is_a_difference_of_its_own_lines(mini: Course) -> None:
    before = built(mini)

    after = built(change(mini, SQUARED, CUBED + SQUARED))

    changed = changed_lines(before, after)
    assert 0 < len(changed) <= 4
    assert all('"D09"' in line for line in changed)


def test_a_changed_sentence_is_a_difference_of_the_lines_that_say_it(mini: Course) -> None:
    before = built(mini)

    after = built(change(mini, "You squared x; add x to itself.", "That is the square of x."))

    changed = changed_lines(before, after)
    assert changed
    assert all("squared x" in line or "square of x" in line for line in changed)


def test_numbers_that_moved_within_the_tolerance_keep_their_text(mini: Course) -> None:
    text = built(mini)
    path = mini.root / KNOWN
    moved = text.replace("[4.0,", "[4.00001,").replace("[9.0,", "[9.1,")
    assert moved != text
    path.write_text(moved, encoding="utf-8")

    after = built(change(mini, "You squared x; add x to itself.", "That is the square of x."))

    assert after == text.replace("You squared x; add x to itself.", "That is the square of x.").replace(
        "[4.0,", "[4.00001,"
    )


def test_an_entry_keeps_its_own_numbers_wherever_it_stands() -> None:
    there = [entry("a", 1.0, 2.0), entry("b", 3.00001, 4.0)]
    made = [entry("new", 3.0, 4.0), entry("b", 3.0, 4.1), entry("a", 1.0, 2.0)]

    assert settled(made, there) == [entry("new", 3.0, 4.0), entry("b", 3.00001, 4.1), entry("a", 1.0, 2.0)]


def test_a_number_is_compared_with_the_one_that_stands_there_so_that_it_cannot_creep() -> None:
    stands = 1.0
    for step in range(1, 5):
        stands = settled(1.0 + step * 0.00004, stands)

    assert abs(stands - 1.00016) < 1e-4


@pytest.mark.parametrize("there", [None, [], {}, "text", [1.0], {"a": {}}], ids=str)
def test_another_kind_of_file_gives_no_numbers(there: Any) -> None:
    made = {"a": [entry("a", 1.0)], "b": 2, "c": [1.5, 2.5]}

    assert settled(made, there) == made


def test_a_file_in_the_layout_of_an_older_kit_reads_and_is_written_anew(mini: Course) -> None:
    text = built(mini)
    path = mini.root / KNOWN
    path.write_text(json.dumps(json.loads(text), indent=1) + "\n", encoding="utf-8")

    clean = differences(mini, plan_files(mini, known_content))
    data = read_exercises(path.parent)

    assert clean == []
    assert data.known["double"] == json.loads(text)["lessons"]["double"]["tests"]
    assert built(mini) == text


def test_the_order_of_the_course_may_be_called_place_as_in_an_older_kit(tmp_path: Path) -> None:
    for name, content in {"a": '{"order": 2}', "b": '{"place": 1}', "c": '{"order": 0}', "d": "{}"}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "known.json").write_text(content)

    assert assignments_in(tmp_path) == ["c", "b", "a", "d"]
