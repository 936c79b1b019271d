"""What opens the other ways of writing the tasks of this lesson: only a right program returns these numbers."""


def layer(take, n, d, h, times=1.0):
    return [take(n, d), take(n, h), *(times * take(*shape) for shape in ((h, d), (h, h), (h,), (h,)))]


def rnn_cell(lesson, take):
    given, far, one = layer(take, 3, 4, 5), layer(take, 2, 3, 4, times=9.0), layer(take, 1, 2, 1)
    cell = lesson.rnn_cell
    return [*take.slopes(cell, *given), cell(*far), cell(*one), take.kept(cell, *given), take.follows(cell, *given)]


def sequences(take, n, t, d, h):
    _, h0, *weights = layer(take, n, d, h, times=0.5)
    return [take(n, t, d), h0, *weights]


def rnn_forward(lesson, take):
    given, run = sequences(take, 3, 13, 4, 5), lesson.rnn_forward
    x, h0, *weights = given
    small = [run(*sequences(take, *sizes)) for sizes in ((1, 6, 3, 2), (4, 1, 3, 5), (2, 5, 1, 1))]
    again = [run(x, 0 * h0, *weights), run(x, h0, *weights), run(x, 0 * h0, *weights)]
    return [*take.slopes(run, *given), *small, *again, take.kept(run, *given), take.follows(run, *given)]


def readout(lesson, take):
    given, read = [take(3, 7, 4), take(5, 4), take(5)], lesson.readout
    return [*take.slopes(read, *given), read(take(1, 1, 2), take(1, 2), take(1)), take.kept(read, *given)]
