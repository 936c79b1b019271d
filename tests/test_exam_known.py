"""A known mistake returns what a student's worker returns, whatever was asked before."""

import torch

from autograder.course.model import Course, load_course
from autograder.course.variants import Variant, mistakes
from autograder.exam.clock import Clock
from autograder.exam.distance import same_returns
from autograder.exam.exam import Exam, course_exam, run_session
from autograder.exam.remote import Remote
from autograder.exam.session import TestRun
from autograder.isolation.forked import Zygote

STATEFUL = """

CALLS = []


@mistake("D04", task="double", says="Your function remembers its calls.")
def one_more_each_time(x):
    CALLS.append(1)
    return 2 * x + len(CALLS)
"""


def with_state(mini: Course) -> Variant:
    path = mini.lesson("play/double").folder / "mistakes.py"
    path.write_text(path.read_text(encoding="utf-8") + STATEFUL, encoding="utf-8")
    return next(one for one in mistakes(load_course(mini.root).lesson("play/double")) if one.id == "D04")


def test_a_mistake_with_a_memory_has_met_the_tests_before(mini: Course, zygote: Zygote) -> None:
    variant = with_state(mini)
    lesson = mini.lesson("play/double")
    compared: list[bool] = []

    def work(exam: Exam) -> None:
        plans = [plan for plan in exam.lessons[lesson.key].plans if plan.task.name == "double"]
        later_first: list[TestRun] = [exam.run_mistake(plan, variant) for plan in reversed(plans)]
        remote = Remote(zygote, mini.limits, Clock(mini.limits), lesson.name, {lesson.name: [variant.source]})
        in_order = [exam.run(plan, remote.ask) for plan in plans]
        remote.end()
        compared.extend(
            same_returns(mine.transcript, theirs.transcript)
            for mine, theirs in zip(in_order, reversed(later_first), strict=True)
        )

    run_session(course_exam([lesson], "secret", work))

    assert compared == [True, True]


def test_the_grader_computes_with_one_thread_as_a_worker_does(mini: Course) -> None:
    threads: list[int] = []
    torch.set_num_threads(2)

    lessons = [mini.lesson("play/double")]
    run_session(course_exam(lessons, "secret", lambda exam: threads.append(torch.get_num_threads())))

    assert threads == [1]
