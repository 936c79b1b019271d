"""Another name of `autograder.exam.distance`: tests in students' older folders import it from here."""

from autograder.exam.distance import alike as alike
from autograder.exam.distance import distance as distance
