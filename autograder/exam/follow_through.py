"""If a task fails, find out whether only another task that it calls is wrong: try it again with a right one."""

from collections.abc import Collection, Sequence

from autograder.course.model import Lesson, Task
from autograder.course.probes import defined, probe_source
from autograder.errors import WorkerCrashed, WorkerKilled
from autograder.exam.exam import Exam
from autograder.exam.remote import Remote
from autograder.exam.session import PlannedTest


def replaced(exam: Exam, lesson: Lesson, task: Task, wrong: Collection[str]) -> list[str]:
    """List the tasks that are wrong, that a task's answer calls, and that the lesson has a right version of."""
    tests = exam.lessons[lesson.key]
    there = defined(tests.stand_ins)
    return [name for name in tests.uses[task.name] if name != task.name and name in wrong and name in there]


def passes_with(exam: Exam, lesson: Lesson, task: Task, remote: Remote, names: Collection[str]) -> bool:
    """Run all tests of a task once more, on the student's code with right versions of some other tasks.

    Args:
        remote: the student's lesson.
        names: the tasks that are replaced.
    """
    tests = exam.lessons[lesson.key]
    trial = remote.with_cell(probe_source(tests.stand_ins, names))
    plans = [plan for plan in tests.plans if plan.task == task]
    error = _first_error(exam, plans, trial)
    if isinstance(error, WorkerCrashed):
        error = _first_error(exam, plans, trial)
    remote.was_killed |= isinstance(error, WorkerKilled)
    return bool(plans) and error is None


def _first_error(exam: Exam, plans: Sequence[PlannedTest], trial: Remote) -> BaseException | None:
    """Run tests until one does not pass; say what it raised."""
    try:
        errors = (exam.run(plan, trial.ask).error for plan in plans)
        return next((error for error in errors if error is not None), None)
    finally:
        trial.end()


def found_sentence(task: Task, names: Collection[str]) -> str:
    """Say what was found out."""
    called = " and ".join(sorted(names))
    return f"{task.name} itself is right: with a right {called} in place of yours it passes. Mend {called}."
