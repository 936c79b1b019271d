"""The student's wing: the public checks, in a notebook and at home. It knows no answer and no hidden test."""

from autograder.student.notebook.check import check, plot

__all__ = ["check", "plot"]
