"""Right answers written otherwise."""

from autograder.testing import alternative


@alternative("double", "addition")
def by_addition(x):
    return x + x


@alternative("double_all", "a loop")
def by_a_loop(xs):
    found = []
    for x in xs:
        found.append(x + x)
    return found
