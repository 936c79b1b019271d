"""Wrong answers that run."""

from autograder.testing import mistake


@mistake("D01", task="double", says="You squared x; add x to itself.")
def squared(x):
    return x * x


@mistake("D02", task="double", says="You changed x itself; make a new tensor.")
def in_place(x):
    return x.mul_(2)


@mistake("D03", task="double_all", says="The last value is missing.")
def last_is_dropped(xs):
    return [2 * x for x in xs[:-1]]
