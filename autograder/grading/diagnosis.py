"""Another name of `autograder.exam.distance`: tests in students' older folders import it from here."""

from autograder.exam.distance import distance as distance
from autograder.exam.distance import same_returns as alike

__all__ = ["alike", "distance"]
