"""What a student may see of hidden checks: the course's choice, `hidden_checks` in `course.toml`.

What comes of public inputs alone, a picture or own minus expected, tells nothing of a hidden check, and always stays.
"""

from dataclasses import replace

from autograder.course.model import NAME, NOTHING, WITH_CASE
from autograder.exam.results import HandInResult, TaskResult

FOUND = ("failed", "timeout", "crashed", "overflow")  # by a check; all else is found before any check is run


def for_student(result: HandInResult, choice: str) -> HandInResult:
    """Leave out of a result what the student may not see; marks and outcomes always stay.

    Args:
        choice: one of `HIDDEN_CHECKS`.
    """
    tasks = tuple(task_for_student(task, choice) for task in result.tasks)
    if choice not in (NOTHING, NAME):
        return replace(result, tasks=tasks)
    tests = tuple(replace(test, message="") for test in result.tests) if choice == NAME else ()
    # While hidden checks ran, the code may have printed what it was given.
    return replace(result, tasks=tasks, tests=tests, output={})


def task_for_student(task: TaskResult, choice: str) -> TaskResult:
    """Do the same to one task: no sentence of a check, no cause, no line, no case that was not asked for."""
    shown = task if choice == WITH_CASE else replace(task, cases=())
    if choice not in (NOTHING, NAME) or task.outcome not in FOUND:
        return shown
    return replace(shown, fact="", cause="", mistake="", excerpts=())
