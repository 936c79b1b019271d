"""Another name of `autograder.exam.compare`: tests in students' older folders import it from here."""

from autograder.exam.compare import equal as equal
from autograder.exam.compare import must_raise as must_raise
from autograder.exam.compare import number as number
from autograder.exam.compare import same as same
