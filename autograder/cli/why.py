"""`unroll why`: why did this student lose this point?"""

from pathlib import Path
from typing import Any

import click

from autograder.cli.shared import FOLDER, with_course


@click.command()
@click.argument("student")
@click.argument("task", metavar="LESSON:TASK")
@click.argument("hand_ins", type=FOLDER, required=False)
@click.option("-o", "--out", type=FOLDER, required=True, help="The folder that `unroll grade` has written.")
@click.option("--all", "every", is_flag=True, help="Show the call of every failing check, not of the first alone.")
@click.option("--accept-weak-isolation", is_flag=True, help="Run it without the full sandbox (see `unroll doctor`).")
@with_course
def why(
    course: Any, student: str, task: str, hand_ins: Path | None, out: Path, every: bool, accept_weak_isolation: bool
) -> None:
    """Say why a student's task does not pass: inputs, expected and actual values of the failing hidden check.

    The hand-in is examined again in the sandbox, with the hidden inputs of the run. What you see is for you alone: it
    shows hidden inputs and right answers. Nothing of it goes into a report.

    STUDENT is a name as in grades.csv, or the folder of a report. LESSON:TASK is an address such as sine/cell:rnn_cell,
    or a part of it such as rnn_cell. HAND_INS is needed only where the hand-ins were moved since they were graded.

    \b
    What is shown
    - what the check is for, where it stands, and what it says
    - the call that tells: inputs, expected and actual values, the first number that differs
    - the student's code, with the line
    - the known mistake beside a right answer, as a diff
    - a script in OUT/.why that runs the checks again; only you can read it

    \b
    Exit status
    0  it was explained, or the task passes
    2  there is no such class, student, task or hand-in; the line names what there is
    3  the sandbox is too weak here, or the hand-in could not be examined
    """
    from autograder.grading.why_show import show_why

    show_why(course, student, task, out, hand_ins, every, accept_weak_isolation)
