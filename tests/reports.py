"""Hand-ins with made-up verdicts, for the tests of what is reported."""

from collections.abc import Sequence
from pathlib import Path

from autograder.course.model import Assignment, Lesson, Task
from autograder.exam.results import HandInResult, TaskResult, TestResult

SINE = Assignment(
    "sine",
    "Sine waves",
    (
        Lesson("sine", "windows", "Sliding windows", 20, (Task("make_windows", 2),), Path()),
        Lesson("sine", "cell", "The cell loop", 45, (Task("rnn_cell", 3),), Path()),
    ),
)


def task(
    lesson: str,
    name: str,
    score: float,
    best: float,
    outcome: str,
    mistake: str = "",
    message: str = "",
    cause: str = "",
) -> TaskResult:
    return TaskResult(lesson, name, score, best, outcome, mistake, message, cause)


def hand_in(student: str, tasks: Sequence[TaskResult], tests: Sequence[TestResult] = ()) -> HandInResult:
    return HandInResult(student, "folder", "0" * 64, tuple(tasks), tuple(tests), seconds=1.5)


ADA = hand_in(
    "ada",
    [task("sine/cell", "rnn_cell", 3, 3, "passed"), task("sine/windows", "make_windows", 2, 2, "passed")],
    [TestResult("sine/cell", "rnn_cell", "values agree", "passed", 3, 3)],
)
BEN = hand_in(
    "ben",
    [
        task("sine/windows", "make_windows", 0, 2, "missing", message="There is no windows.py."),
        task("sine/cell", "rnn_cell", 0.5, 3, "failed", "M23", "h_t differs.", "You dropped the bias."),
    ],
    [
        TestResult("sine/cell", "rnn_cell", "values agree", "failed", 0, 2.5, "h_t differs."),
        TestResult("sine/cell", "rnn_cell", "one window is enough", "passed", 0.5, 0.5),
    ],
)
