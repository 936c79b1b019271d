"""What a failing public check shows of a hand-in: its call, what was expected, what came, and the difference."""

import math
from dataclasses import asdict, replace
from typing import Any

import pytest
import torch
from classroom import hand_in

from autograder.course.model import Course
from autograder.exam import clock
from autograder.exam import examine as examining
from autograder.exam.compare import Compared, Wrong, number, same, shaped
from autograder.exam.exam import Exam, course_exam, run_session
from autograder.exam.examine import examine
from autograder.exam.lesson_tests import shipped_tests
from autograder.exam.public_case import KEPT, Difference, PublicCase
from autograder.exam.public_checks import difference_of
from autograder.exam.remote import Remote
from autograder.exam.results import HandInResult, TaskResult, small_enough
from autograder.isolation.forked import Zygote
from autograder.isolation.limits import Limits

REST = "\n\ndef double_all(xs):\n    return [double(x) for x in xs]\n"
SQUARED = f"def double(x):\n    return x * x\n{REST}"
NAN, INF = math.nan, math.inf
CASE = PublicCase("values agree", "It is 9.", "double(x=[2, 3])", "double(x)", ("6",), ("9",))


def tasks_of(course: Course, text: str, zygote: Zygote, has_pictures: bool = True) -> list[TaskResult]:
    """Examine a hand-in of the small course as a class is examined."""
    assignment, found = course.assignments[0], list[HandInResult]()

    def work(exam: Exam) -> None:
        one = hand_in("ada", double=text)
        found.append(
            examine(exam, assignment, one, zygote, Limits(), has_cases=has_pictures, has_pictures=has_pictures)
        )

    run_session(course_exam(assignment.lessons, "a secret", work, has_public=True))
    return list(found[0].tasks)


def apart(own: Any, right: Any, axes: str = "") -> Difference | None:
    return difference_of("values agree", Compared("h_t", own, right, axes))


def drawn(own: Any, right: Any, axes: str = "") -> Difference:
    found = apart(own, right, axes)
    assert found is not None
    return found


def test_a_task_that_fails_keeps_the_public_case_that_shows_it(mini: Course, zygote: Zygote) -> None:
    double, double_all = tasks_of(mini, SQUARED, zygote)

    (case,), (difference,) = double.cases, double.differences
    assert (case.check, case.call, case.what) == (
        "two and three become four and six",
        "double(x=[2, 3])",
        "double(x)",
    )
    assert case.found == "double(x)[1] should be 6, but is 9."
    assert case.expected == ("tensor (2,) float32: [4. 6.]",)
    assert case.actual == ("tensor (2,) float32: [4. 9.]",)
    assert (difference.check, difference.axes, difference.numbers) == (case.check, ("N",), (0.0, 3.0))
    assert (difference.at, difference.largest, difference.expected, difference.actual) == ((1,), 3.0, 6.0, 9.0)
    assert double_all.outcome == "failed" and not double_all.cases  # of [2.0] it is right


def test_what_only_a_hidden_check_sees_shows_no_case(mini: Course, zygote: Zygote) -> None:
    text = f"def double(x):\n    return 2 * x.abs()\n{REST}"

    double, double_all = tasks_of(mini, text, zygote)

    assert (double.outcome, double_all.outcome) == ("failed", "failed")
    assert [task.cases + task.differences for task in (double, double_all)] == [(), ()]


def test_what_a_hidden_check_gave_to_the_code_cannot_come_back_in_a_public_one(mini: Course, zygote: Zygote) -> None:
    text = f"seen = []\n\ndef double(x):\n    seen.append(x)\n    return 3 * seen[0]\n{REST}"

    double, _ = tasks_of(mini, text, zygote)

    assert double.cases[0].actual == ("tensor (2,) float32: [6. 9.]",)


def test_without_pictures_no_public_check_is_run_and_the_marks_are_the_same(mini: Course, zygote: Zygote) -> None:
    with_, without = (tasks_of(mini, SQUARED, zygote, wanted) for wanted in (True, False))

    assert not any(task.cases or task.differences for task in without)
    assert [replace(task, cases=(), differences=()) for task in with_] == without


def test_a_public_check_that_never_ends_costs_no_marks(
    mini: Course, zygote: Zygote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "PUBLIC_SECONDS", 0.3)
    text = f"def double(x):\n    while len(x) == 2 and x[1] == 3:\n        pass\n    return x * x\n{REST}"

    double, double_all = tasks_of(mini, text, zygote)

    assert (double.outcome, double.mistake, double.cases) == ("failed", "D01", ())
    assert double_all.outcome == "failed"


def test_public_checks_have_seconds_of_their_own(mini: Course, zygote: Zygote, monkeypatch: pytest.MonkeyPatch) -> None:
    clocks: list[clock.Clock] = []
    counted: list[clock.Clock] = []

    def made(*args: Any) -> clock.Clock:
        clocks.append(clock.Clock(*args))
        return clocks[-1]

    def asked(exam: Exam, lesson: Any, task: TaskResult, remote: Remote) -> TaskResult:
        counted.append(remote.clock)
        return task

    monkeypatch.setattr(examining, "Clock", made)
    monkeypatch.setattr(examining, "with_public_case", asked)
    tasks_of(mini, SQUARED, zygote)

    (of_marks,) = clocks
    assert len(counted) == 2 and all(one is of_marks.for_public for one in counted)
    assert of_marks.for_public is not of_marks.aside and of_marks.for_public.remains() == clock.PUBLIC_SECONDS


@pytest.mark.parametrize(
    ("body", "expected", "actual"),
    [
        ("return x[:1]", ("tensor (2,) float32: [4. 6.]",), ("tensor (1,) float32: [2.]",)),
        ("raise ValueError('no ' + chr(27) + '[2J')", (), ("raised ValueError: no \\x1b[2J",)),
        ("return None", (), ()),
    ],
    ids=["another shape", "an exception", "another type"],
)
def test_a_case_without_a_difference_is_text_alone(
    mini: Course, zygote: Zygote, body: str, expected: tuple[str, ...], actual: tuple[str, ...]
) -> None:
    double, _ = tasks_of(mini, f"def double(x):\n    {body}\n{REST}", zygote)

    (case,) = double.cases
    assert (case.expected, case.actual, double.differences) == (expected, actual, ())
    assert case.call == "double(x=[2, 3])" and case.found


@pytest.mark.parametrize(
    "text",
    ["x = 1", f"import os\n\ndef double(x):\n    return x * x if len(x) == 2 else os._exit(0)\n{REST}"],
    ids=["open", "ends"],
)
def test_what_is_not_written_or_ends_has_no_case(mini: Course, zygote: Zygote, text: str) -> None:
    assert not any(task.cases or task.differences for task in tasks_of(mini, text, zygote))


def test_a_public_check_gets_the_inputs_that_students_have_whatever_the_secret(mini: Course) -> None:
    lesson = next(mini.lessons())
    seeds: list[tuple[int, int]] = []

    def note(exam: Exam) -> None:
        tests = exam.lessons[lesson.key]
        seeds.append((exam.seed(tests.public_plans[0]), exam.seed(tests.plans[0])))

    def at_home(exam: Exam) -> None:
        seeds.append((exam.seed(exam.lessons[lesson.key].plans[0]), 0))

    run_session(course_exam([lesson], "one", note, has_public=True))
    run_session(course_exam([lesson], "two", note, has_public=True))
    home = shipped_tests(lesson, lesson.folder / "test_public.py")
    run_session(Exam([home], lesson.folder.parent, "", at_home))

    assert len({public for public, _ in seeds}) == 1
    assert seeds[0][1] != seeds[1][1]


def test_a_course_without_public_tests_can_be_graded(mini: Course, zygote: Zygote) -> None:
    (next(mini.lessons()).folder / "test_public.py").unlink()

    assert [task.cases for task in tasks_of(mini, SQUARED, zygote)] == [(), ()]


def test_a_check_that_fails_has_both_values() -> None:
    own, right = torch.zeros(2, 3), torch.ones(2, 3)

    with pytest.raises(Wrong) as wrong:
        same(own, right, "h_t", axes="N H")
    with pytest.raises(Wrong) as of_shape:
        same(own[0], right, "h_t")
    with pytest.raises(Wrong) as one:
        number(0.5, 1.0, "loss")
    with pytest.raises(Wrong) as any_numbers:
        shaped(own, (3, 2), "h_t")

    assert wrong.value.compared == Compared("h_t", own, right, "N H")
    assert of_shape.value.compared is not None and of_shape.value.compared.expected is right
    assert one.value.compared == Compared("loss", 0.5, 1.0)
    assert any_numbers.value.compared is None


def test_numbers_that_are_none_are_left_out_of_the_largest_difference() -> None:
    own = torch.tensor([[NAN, INF, 3.0], [INF, NAN, -5.0]])
    right = torch.tensor([[1.0, 1.0, 1.0], [INF, NAN, 1.0]])

    found = drawn(own, right, "N H")

    assert found.numbers == (None, None, 2.0, 0.0, 0.0, -6.0)
    assert (found.at, found.largest, found.expected, found.actual, found.unlike) == ((1, 2), -6.0, 1.0, -5.0, 2)


def test_a_difference_too_large_to_be_written_is_none() -> None:
    found = drawn(torch.tensor([3e38, 2.0]), torch.zeros(2))

    assert (found.numbers, found.at, found.unlike) == ((None, 2.0), (1,), 1)


def test_where_nothing_is_finite_there_is_no_largest_difference() -> None:
    found = drawn(torch.full((3,), NAN), torch.ones(3))

    assert (found.at, found.largest, found.expected, found.unlike) == ((), 0.0, None, 3)
    assert found.is_sound()


@pytest.mark.parametrize(
    "shape", [(2,), (31,), (3, 5), (17, 31), (3, 7, 5), (5, 13, 17), (1, 1, 2)], ids=lambda shape: str(shape)
)
def test_of_a_large_value_the_first_numbers_are_kept(shape: tuple[int, ...]) -> None:
    own = torch.arange(float(math.prod(shape))).reshape(shape)

    found = drawn(own, torch.zeros(shape))

    assert found.shape == shape and found.kept == tuple(map(min, shape, KEPT[len(shape)]))
    assert found.numbers == tuple(own[tuple(map(slice, found.kept))].flatten().tolist())
    assert found.at == tuple(size - 1 for size in shape)
    assert found.is_sound() and Difference.from_json(asdict(found)) == found


@pytest.mark.parametrize(
    ("own", "right"),
    [
        (torch.zeros(2), torch.zeros(3)),
        (torch.zeros(1), torch.ones(1)),
        (torch.zeros(()), torch.ones(())),
        (torch.zeros(0), torch.ones(0)),
        (torch.zeros(2, 2, 2, 2), torch.ones(2, 2, 2, 2)),
        (torch.zeros(2, dtype=torch.complex64), torch.ones(2)),
        (0.5, 1.0),
        (None, torch.ones(2)),
    ],
    ids=["shapes", "one number", "no axes", "empty", "four axes", "complex", "floats", "none"],
)
def test_what_cannot_be_drawn_is_no_difference(own: Any, right: Any) -> None:
    assert apart(own, right) is None


def test_whole_numbers_and_truths_can_be_subtracted() -> None:
    assert drawn(torch.tensor([1, 2]), torch.tensor([3, 2])).numbers == (-2.0, 0.0)
    assert drawn(torch.tensor([True, False]), torch.tensor([False, False])).numbers == (1.0, 0.0)


def test_a_case_of_any_size_keeps_a_record_small() -> None:
    longest = replace(CASE, found="x" * 9000, call="y" * 9000, actual=("z" * 9000,) * 900)
    difference = drawn(torch.rand(9, 20, 20), torch.rand(9, 20, 20))
    task = TaskResult("play/double", "double", 0, 1, "failed", cases=(longest,), differences=(difference,))

    (kept,) = small_enough(HandInResult("ada", "ada", "0" * 64, (task,))).tasks

    assert len(kept.cases[0].actual) == 8 and kept.cases[0].actual[-1] == "..."
    assert max(map(len, (kept.cases[0].found, kept.cases[0].call, *kept.cases[0].actual))) < 1100
    assert kept.differences == (difference,)


def test_differences_go_first_where_a_record_is_too_large() -> None:
    difference = drawn(torch.rand(4, 12, 16), torch.rand(4, 12, 16))
    task = TaskResult("play/double", "double", 0, 1, "failed", cases=(CASE,), differences=(difference,))

    kept = small_enough(HandInResult("ada", "ada", "0" * 64, (task,) * 60)).tasks

    assert {one.differences for one in kept} == {()} and {one.cases for one in kept} == {(CASE,)}
