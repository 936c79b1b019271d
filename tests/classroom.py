"""A way to grade texts, without a command line."""

from pathlib import Path

from autograder.course.model import Course
from autograder.exam.exam import Exam, course_exam, run_session
from autograder.exam.examine import examine
from autograder.exam.results import HandInResult
from autograder.intake import HandIn, Source
from autograder.isolation.forked import Zygote
from autograder.isolation.limits import Limits

REPOSITORY = Path(__file__).resolve().parents[1]


def hand_in(student: str, **lessons: str) -> HandIn:
    """Make a hand-in out of texts of `.py` files."""
    sources = {name: Source(name, f"{name}.py", (text,), False) for name, text in lessons.items()}
    return HandIn(student, student, sources, digest=student)


def grade(
    course: Course, assignment: str, hand_ins: list[HandIn], zygote: Zygote, limits: Limits
) -> list[HandInResult]:
    """Grade hand-ins in one exam."""
    wanted = course.assignment(assignment)
    found: list[HandInResult] = []

    def work(exam: Exam) -> None:
        found.extend(examine(exam, wanted, one, zygote, limits) for one in hand_ins)

    run_session(course_exam(wanted.lessons, "a secret", work))
    return found


# A right Forecaster up to its method forward.
FORECASTER = """import torch
from torch import nn


class Forecaster(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        if cell not in ("RNN", "LSTM", "GRU"):
            raise ValueError(cell)
        self.rnn = getattr(nn, cell)(input_size, hidden_size, num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)
"""
