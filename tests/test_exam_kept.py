"""What an examined hand-in keeps for the pages: the own line, files that nobody read, and the numbers of pictures."""

from dataclasses import replace
from pathlib import Path

import pytest
from classroom import hand_in

from autograder.course.model import Course, load_course
from autograder.exam.exam import Exam, course_exam, run_session
from autograder.exam.examine import examine
from autograder.exam.results import HandInResult
from autograder.grading.crew import Crew
from autograder.grading.request import ExaminerRequest
from autograder.intake import HandIn, Source
from autograder.isolation.forked import Zygote
from autograder.isolation.limits import Limits

RIGHT = "def double(x):\n    return 2 * x\n\ndef double_all(xs):\n    return [double(x) for x in xs]\n"
PICTURE = """
[[picture]]
probe = "doubled"
tasks = ["double"]
title = "Doubled"
x = "x"
y = "y"
labels = ["half", "twice"]

[[picture]]
probe = "words"
tasks = ["double"]
title = "Words"
x = ""
y = ""
"""
PROBES = """
import torch

def doubled(lesson):
    x = torch.tensor([1.0, 2.0, float("nan")])
    return [x, lesson.double(x)]

def words(lesson):
    return "no numbers"
"""


def examined(course: Course, one: HandIn, zygote: Zygote, has_pictures: bool = False) -> HandInResult:
    assignment = course.assignments[0]
    found: list[HandInResult] = []

    def work(exam: Exam) -> None:
        found.append(
            examine(exam, assignment, one, zygote, Limits(), has_cases=has_pictures, has_pictures=has_pictures)
        )

    run_session(course_exam(assignment.lessons, "a secret", work))
    return found[0]


def with_pictures(course: Course) -> Course:
    folder = course.root / "solutions" / "play" / "double"
    (folder / "pictures.py").write_text(PROBES)
    (folder / "lesson.toml").write_text((folder / "lesson.toml").read_text(encoding="utf-8") + PICTURE)
    return load_course(course.root)


def test_a_task_that_raises_keeps_the_line_that_the_message_names(mini: Course, zygote: Zygote) -> None:
    text = RIGHT.replace("    return 2 * x", "    y = x.missing\n    return y")

    result = examined(mini, hand_in("ada", double=text), zygote)

    double, double_all = result.tasks
    (own,) = double.excerpts
    assert "line 2" in double.fact and own.line(own.marked) == "    y = x.missing"
    assert double_all.excerpts


def test_a_known_mistake_keeps_the_line_that_no_right_program_has(mini: Course, zygote: Zygote) -> None:
    result = examined(mini, hand_in("ada", double=RIGHT.replace("2 * x", "x  *  x  # ours")), zygote)

    (own,) = result.tasks[0].excerpts
    assert (result.tasks[0].mistake, own.marked) == ("D01", 0)
    assert own.line(own.suspect) == "    return x  *  x  # ours"


def test_what_passes_or_is_not_written_keeps_no_code(mini: Course, zygote: Zygote) -> None:
    right, blank = (examined(mini, hand_in("ada", double=text), zygote) for text in (RIGHT, "x = 1"))

    assert [task.excerpts for task in (*right.tasks, *blank.tasks)] == [()] * 4


def test_files_that_nobody_read_are_named(mini: Course, zygote: Zygote) -> None:
    broken = Source("double", "double.ipynb", (), True, problem="It is damaged.", outcome="failed")
    refused = replace(broken, outcome="rejected")

    said = [
        examined(mini, one, zygote).unread
        for one in (
            HandIn("ada", "ada", {"double": broken}),
            HandIn("bob", "bob", {"double": refused}),
            HandIn("cy", "cy", {}, others=("notes.py",)),
            replace(hand_in("dan", double=RIGHT), others=("notes.py",)),
        )
    ]

    assert said == [("double.ipynb: It is damaged.",), (), ("There is no double, and nobody has read notes.py.",), ()]


def test_pictures_have_the_numbers_that_the_code_returned(mini: Course, zygote: Zygote) -> None:
    result = examined(with_pictures(mini), hand_in("ada", double=RIGHT.replace("2 * x", "3 * x")), zygote, True)

    (panel,) = result.panels
    assert (panel.lesson, panel.title, panel.labels, panel.limit) == ("play/double", "Doubled", ("half", "twice"), None)
    assert panel.lines == ((1.0, 2.0, None), (3.0, 6.0, None))


@pytest.mark.parametrize(
    "text",
    ["x = 1", RIGHT.replace("2 * x", "x.missing"), RIGHT.replace("2 * x", "x[:, None]"), "import os\nos._exit(0)"],
    ids=["not written", "raises", "no line", "ends"],
)
def test_what_cannot_be_drawn_is_left_out(mini: Course, zygote: Zygote, text: str) -> None:
    assert examined(with_pictures(mini), hand_in("ada", double=text), zygote, True).panels == ()


def test_pictures_cost_no_marks_and_are_only_drawn_where_they_are_wanted(mini: Course, zygote: Zygote) -> None:
    course = with_pictures(mini)
    with_, without = (examined(course, hand_in("ada", double=RIGHT), zygote, wanted) for wanted in (True, False))

    assert without.panels == () and with_.panels
    assert with_.tasks == without.tasks


@pytest.mark.parametrize("pictures", [True, False])
def test_an_examiner_asks_for_pictures_where_somebody_looks_at_them(
    mini: Course, tmp_path: Path, pictures: bool
) -> None:
    course = with_pictures(mini)
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "double.py").write_text(RIGHT, encoding="utf-8")
    settings = {"course": str(course.root), "assignment": course.assignments[0].name, "seed": "a", "fingerprint": "b"}

    with Crew({**settings, "pictures": pictures}, 1) as crew:
        crew.wait_until_warm()
        events = list(crew.grade([ExaminerRequest("ada", "ada", str(tmp_path / "ada"))]))

    (answer,) = [answer for event, _, answer in events if event == "done"]
    assert bool(answer["result"]["panels"]) is pictures
