"""How outcomes, points and causes are said."""

from autograder.grading.records import TaskResult

WORDS = {
    "passed": "passed",
    "failed": "not yet right",
    "missing": "not written",
    "crashed": "crashed",
    "timeout": "took too long",
    "overflow": "used too much",
    "rejected": "refused",
}
CAUSE = " Likely cause: "


def points(value: float, digits: int = 2) -> str:
    """Say a number of points as people write it: 3 or 2.5."""
    return f"{round(value, digits):.12g}"


def score(value: float, best: float) -> str:
    """Say what was earned of what there was: 2.5/3."""
    return f"{points(value)}/{points(best)}"


def fact_and_cause(task: TaskResult) -> tuple[str, str]:
    """Split a message into the fact and the likely cause, which only the grader can name: a mistake must be known."""
    if not task.mistake or CAUSE not in task.message:
        return task.message, ""
    fact, _, cause = task.message.rpartition(CAUSE)
    return fact, cause
