"""What opens the other way of writing `double`."""


def double(lesson, take):
    given = take(3, 4)
    return [lesson.double(given), lesson.double(take(1)), take.kept(lesson.double, given)]
