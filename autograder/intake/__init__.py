"""Read what came in: students, and each lesson's source text as plain data. Nothing is run or imported."""

from autograder.intake.hand_in import HandIn, Source
from autograder.intake.reading import read_hand_in, read_one
from autograder.intake.students import Student, find_students, is_work, loose_work

__all__ = ["HandIn", "Source", "Student", "find_students", "is_work", "loose_work", "read_hand_in", "read_one"]
