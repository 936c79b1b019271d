"""Why a task is missing: no such name, a name that is nearly right, a definition that could not be run, the stub."""

import difflib

from autograder.errors import StudentError
from autograder.grading.student import Remote

STUB = "NotImplementedError"


def is_stub(error: StudentError, task: str) -> bool:
    """Say whether an error comes from the task's own unwritten body."""
    return error.kind == STUB and error.where.split(".")[0] in (task, "")


def explain_missing(name: str, task: str, remote: Remote) -> tuple[str, str]:
    """Say with which outcome and in which words a name is missing.

    Args:
        name: the name that was looked for; the task's own, or one that it needs.
    """
    if remote.notes:
        note = remote.notes[0]
        cell = f"cell {note['cell']}, " if note["cell"] else ""
        return (
            "failed",
            f"{name} is not defined: {cell}line {note['line']} raised {note['kind']}: {note['text']}.",
        )
    near = difflib.get_close_matches(name, [other for other in remote.names if other != name], 1, 0.75)
    hint = f" There is {near[0]}: is it that?" if near else " Is the name spelt as in the lesson?"
    return "missing", f"{name} is not defined.{hint}"
