"""`unroll demo`: the class that the README shows is the one that it makes."""

import re

from classroom import REPOSITORY

from autograder.course.model import load_course
from autograder.demo import make_class


def test_the_readme_shows_the_class_that_the_demo_makes() -> None:
    course = load_course(REPOSITORY)
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")

    shown = re.findall(r"^ ([a-z]+-\S+) .*/36", readme, re.MULTILINE)

    assert shown == [name.removesuffix(".zip") for name, _ in make_class(course, course.assignments[0])]
