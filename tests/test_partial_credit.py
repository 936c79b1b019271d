"""Marks beside the weighted sum: what another task spoils, and what a recognised mistake is worth."""

import shutil
from pathlib import Path

import pytest
from classroom import REPOSITORY, grade, hand_in

from autograder.authoring.inspect import check_folder
from autograder.authoring.verify import verify
from autograder.course.model import Course, load_course
from autograder.exam.results import TaskResult
from autograder.isolation.forked import Zygote

STAND_IN = '"""Right versions."""\n\n\ndef double(x):\n    return x + x\n'
RIGHT = "def double(x):\n    return 2 * x\n"
SQUARED = "def double(x):\n    return x * x\n"
CHANGED = "def double(x):\n    return x.mul_(2)\n"
CALLS = "def double_all(xs):\n    return [double(x) for x in xs]\n"
LESSON = Path("solutions", "play", "double")


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """The small course; a wrong `double` leaves half the points of `double_all`, and D01 is worth a quarter."""
    shutil.copytree(REPOSITORY / "tests" / "mini", tmp_path, dirs_exist_ok=True)
    folder = tmp_path / LESSON
    (folder / "stand_ins.py").write_text(STAND_IN)
    toml = folder / "lesson.toml"
    toml.write_text(toml.read_text().replace("points = 3\n", "points = 3\nfollow_through = 0.5\n"))
    mistakes = folder / "mistakes.py"
    mistakes.write_text(mistakes.read_text().replace('to itself.")', 'to itself.", worth=0.25)'))
    return load_course(tmp_path)


@pytest.fixture(scope="module")
def zygote():
    with Zygote() as started:
        yield started


def graded(course: Course, zygote: Zygote, text: str) -> tuple[TaskResult, TaskResult]:
    """Grade one hand-in; return the results of `double` and `double_all`."""
    (result,) = grade(course, "play", [hand_in("ana", double=text)], zygote, course.limits)
    first, second = result.tasks
    return first, second


def test_a_task_that_only_calls_a_wrong_one_is_named_and_earns_its_part(course: Course, zygote: Zygote) -> None:
    _, second = graded(course, zygote, SQUARED + CALLS)

    assert (second.outcome, second.score) == ("failed", 1.5)
    assert "double_all itself is right: with a right double in place of yours it passes. Mend double." in second.message


def test_what_was_not_written_spoils_another_task_too(course: Course, zygote: Zygote) -> None:
    stub = "def double(x):\n    raise NotImplementedError\n"

    first, second = graded(course, zygote, stub + CALLS)

    assert (first.outcome, second.score) == ("missing", 1.5)


@pytest.mark.parametrize(
    "wrong",
    [
        SQUARED + "def double_all(xs):\n    return [double(x) for x in xs[:-1]]\n",
        SQUARED + "def double_all(xs):\n    return [x * x for x in xs]\n",
        RIGHT + "def double_all(xs):\n    return [double(x) for x in xs[:-1]]\n",
        SQUARED + "def double_all(xs):\n    raise NotImplementedError\n",
    ],
    ids=["wrong-itself", "does-not-call-it", "the-other-is-right", "stub"],
)
def test_a_task_that_is_wrong_itself_earns_nothing(course: Course, zygote: Zygote, wrong: str) -> None:
    _, second = graded(course, zygote, wrong)

    assert second.score == 0
    assert "itself is right" not in second.message


def test_a_recognised_mistake_earns_its_worth(course: Course, zygote: Zygote) -> None:
    first, second = graded(course, zygote, SQUARED + "def double_all(xs):\n    return [x + x for x in xs]\n")

    assert (first.mistake, first.score) == ("D01", 0.5)
    assert second.score == 3


def test_what_is_not_recognised_earns_what_its_tests_say(course: Course, zygote: Zygote) -> None:
    unknown, _ = graded(course, zygote, "def double(x):\n    return x ** 4\n")
    without_worth, _ = graded(course, zygote, CHANGED)

    assert (unknown.mistake, unknown.score) == ("", 0)
    assert (without_worth.mistake, without_worth.score) == ("D02", 1.5)


def test_a_stand_in_that_is_wrong_is_found(course: Course) -> None:
    (course.root / LESSON / "stand_ins.py").write_text(STAND_IN.replace("x + x", "x + 1"))
    said: list[str] = []

    wrong = verify(course, list(course.lessons()), said.append)

    assert any("stand_ins.py: the right double fails double_all" in line for line in wrong)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("lesson.toml", "follow_through = 0.5", "follow_through = 5", "has follow_through 5. Give a part, 0 to 1."),
        ("mistakes.py", "worth=0.25", "worth=-1", "worth is -1. Give a part, 0 to 1."),
        ("stand_ins.py", "def double(", "def triple(", "triple is no task. Name one"),
        ("stand_ins.py", STAND_IN, "", "does not define double"),
    ],
    ids=["follow-through", "worth", "no-task", "empty"],
)
def test_an_author_is_told_what_to_mend(course: Course, file: str, old: str, new: str, said: str) -> None:
    path = course.root / LESSON / file
    path.write_text(path.read_text().replace(old, new))

    lines = check_folder(load_course(course.root).lesson("play/double"))

    assert any(said in line and str(path.parent) in line for line in lines), lines
