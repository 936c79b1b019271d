"""Two versions of a lesson are graded alike: the better mark stands, and a person is asked to look."""

from dataclasses import replace

import pytest
from classroom import grade, hand_in

from autograder.collect.record import NOT_HANDED_IN
from autograder.course.model import Course
from autograder.exam.results import HandInResult, TaskResult
from autograder.grading.run import Graded
from autograder.grading.show import arrivals
from autograder.intake import Source
from autograder.intake.hand_in import digest
from autograder.isolation.forked import Zygote
from autograder.isolation.limits import Limits

RIGHT = "def double(x):\n    return 2 * x\n\ndef double_all(xs):\n    return [2 * x for x in xs]\n"
WRONG = RIGHT.replace("2 * x", "3 * x")
LOOK = "Look at this by hand: a.py and b.py differ."


def versions(first: str, second: str) -> Source:
    one, other = (Source("double", name, (text,), False) for name, text in (("a.py", first), ("b.py", second)))
    return replace(one, rivals=(other,), look=LOOK, notes=(LOOK,))


@pytest.mark.parametrize("texts", [(RIGHT, WRONG), (WRONG, RIGHT)], ids=["the first", "the second"])
def test_the_better_version_stands_and_its_rows_ask_for_a_person(
    mini: Course, zygote: Zygote, texts: tuple[str, str]
) -> None:
    ada = replace(hand_in("ada"), sources={"double": versions(*texts)})

    (result,) = grade(mini, "play", [ada], zygote, Limits())

    mine = [task for task in result.tasks if task.lesson == "play/double"]
    assert mine and all(task.score == task.max_score for task in mine)
    assert all(task.message.startswith(LOOK) for task in mine)
    assert result.arrival == (LOOK,)


def test_a_second_version_changes_the_digest() -> None:
    both = versions(RIGHT, WRONG)

    assert digest({"double": both}) != digest({"double": replace(both, rivals=())})


def test_the_last_lines_name_who_handed_in_otherwise_and_whom_a_person_has_to_look_at() -> None:
    task = TaskResult("play/double", "double", 1.0, 1.0, "passed")
    ada, bob, cy, di = (HandInResult(name, name, "", (task,)) for name in ("ada", "bob", "cy", "di"))
    said = "jdoe_cell.py counts as cell.py; name it cell.py next time."
    nothing = replace(di, collected=NOT_HANDED_IN, arrival=("No file is named as a lesson, such as cell.py.",))

    lines = list(
        arrivals(Graded([replace(ada, arrival=(said, said)), bob, replace(cy, arrival=(said, LOOK)), nothing]))
    )

    assert lines == [
        "Nothing was handed in by 1: di",
        "Handed in otherwise than handed out, 1 (more in their reports):",
        f"  ada: {said} (1 more)",
        "To be looked at by hand, 1:",
        f"  cy: {LOOK}",
    ]
