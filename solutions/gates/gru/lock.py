"""What opens the other ways of writing the tasks of this lesson: only a right program returns these numbers."""


def weights(take, d, h):
    return [take(*shape) for shape in ((3 * h, d), (3 * h, h), (3 * h,), (3 * h,))]


def gru_cell(lesson, take):
    cell = lesson.gru_cell
    given, one = ([take(n, d), take(n, h), *weights(take, d, h)] for n, d, h in ((3, 4, 5), (1, 2, 1)))
    far = [9 * given[0], 3 * given[1], *given[2:]]
    return [*take.slopes(cell, *given), cell(*far), cell(*one), take.kept(cell, *given), take.follows(cell, *given)]


def gru_forward(lesson, take):
    run = lesson.gru_forward
    given, *small = (
        [take(n, t, d), take(n, h), *weights(take, d, h)]
        for n, t, d, h in ((3, 13, 4, 5), (1, 6, 3, 2), (4, 1, 3, 5), (2, 5, 1, 1))
    )
    x, h0, *rest = given
    again = [run(x, 0 * h0, *rest), run(*given), run(x, 0 * h0, *rest)]
    answers = [run(*one) for one in small]
    return [*take.slopes(run, *given), *answers, *again, take.kept(run, *given), take.follows(run, *given)]
