"""The student's rooms: the public checks, in a notebook and at home. They know no answer and no hidden test."""

from autograder.student.notebook.ask import explain, hint, shapes
from autograder.student.notebook.check import check, plot

__all__ = ["check", "explain", "hint", "plot", "shapes"]
