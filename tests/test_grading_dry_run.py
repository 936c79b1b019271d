"""`unroll grade --dry-run`: which file counts as which lesson, and nothing is graded."""

import io
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli.grade import grade
from autograder.course.model import Course
from autograder.grading.dry_run import dry_rows
from autograder.intake import Student, read_hand_in

ANSWER = "def double(x):\n    return 2 * x\n\ndef double_all(xs):\n    return [2 * x for x in xs]\n"
RUNS = "raise SystemExit('this was run')\n"


@pytest.fixture
def hand_ins(mini: Course) -> Path:
    folder = mini.root / "hand-ins"
    for path, text in {
        "ada/jdoe_double.py": ANSWER + RUNS,
        "bob/a/double.py": ANSWER,
        "bob/b/double.py": ANSWER.replace("2", "3"),
        "cy/essay.txt": "x",
        "dan/double.py": "x",
        "eve/double.pdf": "%PDF-",
        "loose.py": ANSWER,
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    with zipfile.ZipFile(buffer := io.BytesIO(), "w") as archive:
        archive.writestr("../double.py", ANSWER)
    (folder / "fay.zip").write_bytes(buffer.getvalue())
    return folder


def rows(mini: Course, path: Path) -> list[tuple[str, str, str]]:
    play = mini.assignment("play")
    found = read_hand_in(Student("ada", "ada", path), play, mini.limits)
    return [(row.file, row.lesson, row.note) for row in dry_rows(found, play) if row.lesson in ("double", "-")]


def test_each_lesson_has_a_row_that_says_which_file_counts(mini: Course, hand_ins: Path) -> None:
    (ada,) = rows(mini, hand_ins / "ada")
    (bob,) = rows(mini, hand_ins / "bob")

    assert ada == ("jdoe_double.py", "double", "jdoe_double.py counts as double.py; name it double.py next time.")
    assert bob[0] == "a/double.py or b/double.py" and bob[2].startswith(
        "Look at this by hand: a/double.py and b/double.py"
    )


def test_what_is_missing_or_cannot_be_read_is_said(mini: Course, hand_ins: Path) -> None:
    assert rows(mini, hand_ins / "cy")[-1] == ("-", "double", "missing.")
    assert "failed: double.pdf is no Python file" in rows(mini, hand_ins / "eve")[-1][2]
    ((file, lesson, note),) = rows(mini, hand_ins / "fay.zip")
    assert (file, lesson) == ("-", "-") and "no plain relative path" in note


def test_nothing_is_graded_run_or_written(mini: Course, hand_ins: Path) -> None:
    before = sorted(mini.root.rglob("*"))

    ran = CliRunner().invoke(grade, ["play", str(hand_ins), "--dry-run", "--course", str(mini.root)])

    assert ran.exit_code == 3  # work lies there that is nobody's
    assert "jdoe_double.py" in ran.output and "this was run" not in ran.output
    assert "loose.py: lies in no student's folder" in ran.output
    assert "6 hand-ins were read; nothing was graded." in ran.output
    assert sorted(mini.root.rglob("*")) == before


def test_a_class_in_which_all_work_is_somebodys_ends_with_0(mini: Course, hand_ins: Path) -> None:
    (hand_ins / "loose.py").unlink()

    assert CliRunner().invoke(grade, ["play", str(hand_ins), "--dry-run", "--course", str(mini.root)]).exit_code == 0


def test_without_a_dry_run_a_folder_for_the_results_is_needed(mini: Course, hand_ins: Path) -> None:
    ran = CliRunner().invoke(grade, ["play", str(hand_ins), "--course", str(mini.root)])

    assert ran.exit_code == 2 and "--out" in ran.output
