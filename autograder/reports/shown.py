"""What a student may see of hidden checks: the course's choice, `hidden_checks` in `course.toml`."""

from dataclasses import replace

from autograder.course.model import NAME, NOTHING
from autograder.exam.results import HandInResult, TaskResult

FOUND = ("failed", "timeout", "crashed", "overflow")  # by a check; all else is found before any check is run


def for_student(result: HandInResult, choice: str) -> HandInResult:
    """Leave out of a result what the student may not see; marks and outcomes always stay.

    Args:
        choice: one of `HIDDEN_CHECKS`.
    """
    if choice not in (NOTHING, NAME):
        return result
    tests = tuple(replace(test, message="") for test in result.tests) if choice == NAME else ()
    tasks = tuple(task_for_student(task, choice) for task in result.tasks)
    # While hidden checks ran, the code may have printed what it was given.
    return replace(result, tasks=tasks, tests=tests, output={})


def task_for_student(task: TaskResult, choice: str) -> TaskResult:
    """Do the same to one task: no sentence of a check, no cause, no line."""
    if choice not in (NOTHING, NAME) or task.outcome not in FOUND:
        return task
    return replace(task, fact="", cause="", mistake="", excerpts=())
