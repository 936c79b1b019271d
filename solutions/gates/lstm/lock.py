"""What opens the other ways of writing the tasks of this lesson: only a right program returns these numbers."""


def state(take, n, h):
    return take(n, h), take(n, h)


def weights(take, d, h):
    return [take(*shape) for shape in ((4 * h, d), (4 * h, h), (4 * h,), (4 * h,))]


def lstm_cell(lesson, take):
    cell = lesson.lstm_cell
    given, one = ([take(n, d), state(take, n, h), *weights(take, d, h)] for n, d, h in ((3, 4, 5), (1, 2, 1)))
    far = [9 * given[0], (given[1][0], 9 * given[1][1]), *given[2:]]
    return [*take.slopes(cell, *given), cell(*far), cell(*one), take.kept(cell, *given), take.follows(cell, *given)]


def lstm_forward(lesson, take):
    run = lesson.lstm_forward
    given, *small = (
        [take(n, t, d), state(take, n, h), *weights(take, d, h)]
        for n, t, d, h in ((3, 13, 4, 5), (1, 6, 3, 2), (4, 1, 3, 5), (2, 5, 1, 1))
    )
    again = [run(*given), run(*given)]
    answers = [run(*one) for one in small]
    return [*take.slopes(run, *given), *answers, *again, take.kept(run, *given), take.follows(run, *given)]
