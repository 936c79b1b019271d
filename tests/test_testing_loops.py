"""`loop_mistakes` adds the mistakes that every loop over time shares, in one line of a lesson's `mistakes.py`."""

import shutil
from pathlib import Path

import pytest
from classroom import REPOSITORY

from autograder.authoring.lesson import check_course, read_lesson
from autograder.authoring.proof import prove
from autograder.course.loops import LOOPS
from autograder.course.model import Course, load_course
from autograder.course.variants import mistakes
from autograder.errors import CourseError
from autograder.isolation.forked import Zygote

MANIFEST = """
title = "One lesson"
shared_ids = ["M"]

[letters]
N = "rows"
T = "steps"
D = "inputs"
H = "units"
O = "outputs"

[[assignment]]
name = "sine"
title = "One lesson"
lessons = ["cell"]
"""
ASKED = 'from autograder.testing import loop_mistakes\n\nloop_mistakes("rnn_forward", cell="rnn_cell")\n'


@pytest.fixture
def cell(tmp_path: Path) -> Course:
    """A course with the lesson on the cell, whose mistakes are those that every loop shares."""
    ignored = shutil.ignore_patterns("__pycache__", "mistakes.toml")
    shutil.copytree(
        REPOSITORY / "solutions" / "sine" / "cell", tmp_path / "solutions" / "sine" / "cell", ignore=ignored
    )
    (tmp_path / "solutions" / "course.toml").write_text(MANIFEST, encoding="utf-8")
    return asking(tmp_path, ASKED)


def asking(root: Path, text: str) -> Course:
    (root / "solutions" / "sine" / "cell" / "mistakes.py").write_text(text, encoding="utf-8")
    return load_course(root)


def test_each_shared_mistake_is_found_and_named(cell: Course, zygote: Zygote) -> None:
    lesson = cell.lesson("sine/cell")
    check_course(cell)

    proof = prove(cell, lesson, read_lesson(lesson.folder / "lesson.py").stub(), zygote, "a secret")

    assert proof.wrong == []
    assert proof.mistakes == [loop.id for loop in LOOPS]


def test_the_call_is_no_part_of_other_programs(cell: Course) -> None:
    own = '\n\n@mistake("C99", task="readout", says="So.")\ndef wrong(output, w_hy, b_y):\n    return output\n'
    course = asking(cell.root, ASKED.replace("import loop", "import mistake, loop") + own)

    found = mistakes(course.lesson("sine/cell"))

    assert len({variant.name for variant in found}) == len(found) == len(LOOPS) + 1
    assert not [variant for variant in found if "loop_mistakes" in variant.source]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ('loop_mistakes("rnn_loop", cell="rnn_cell")', "mistakes.py:3: 'rnn_loop' is no task of sine/cell."),
        ('loop_mistakes("rnn_forward", cell="cell")', "mistakes.py:3: 'cell' is no task of sine/cell."),
        ("loop_mistakes(task, cell=cell)", 'mistakes.py:3: write loop_mistakes("the_loop", cell="the_cell").'),
        ('loop_mistakes("rnn_forward")', 'mistakes.py:3: write loop_mistakes("the_loop", cell="the_cell").'),
    ],
    ids=["task", "cell", "names", "no cell"],
)
def test_a_call_that_cannot_be_followed_is_refused(cell: Course, call: str, said: str) -> None:
    course = asking(cell.root, f"from autograder.testing import loop_mistakes\n\n{call}\n")

    with pytest.raises(CourseError) as raised:
        check_course(course)

    assert said in str(raised.value) and len(str(raised.value).splitlines()) == 1
