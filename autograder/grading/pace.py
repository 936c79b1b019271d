"""How long right answers take on this machine, in this run; a hand-in may take many times that."""

from collections.abc import Sequence

from autograder.course.model import Lesson
from autograder.errors import WorkerGone
from autograder.exam.clock import Budget, Clock, budget_for
from autograder.exam.exam import Exam
from autograder.exam.remote import Remote
from autograder.exam.tries import run_tests
from autograder.isolation.child import Workers
from autograder.isolation.limits import Limits


def measured(exam: Exam, lessons: Sequence[Lesson], workers: Workers, limits: Limits) -> Budget:
    """Put the right answers through the exam as if they were handed in; make the budget of it.

    Returns: the longest budget that the limits allow, where the answers could not be run to their end.
    """
    sources = {lesson.name: [exam.lessons[lesson.key].answer] for lesson in lessons}
    needs: dict[str, float] = {}
    for lesson in lessons:
        clock = Clock(limits)
        remote = Remote(workers, limits, clock, lesson.name, sources)
        for task in lesson.tasks:
            before = clock.spent
            plans = [plan for plan in exam.lessons[lesson.key].plans if plan.task == task]
            if any(isinstance(run.error, WorkerGone) for run in run_tests(exam, plans, remote).runs):
                return Budget(limits.hand_in_seconds)
            needs[lesson.address(task)] = clock.spent - before
    return budget_for(limits, needs)
