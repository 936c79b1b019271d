"""The picture of the lesson: each row is read to its last valid step, and its state there becomes one score a class."""

from matplotlib.patches import FancyArrowPatch, Rectangle

LENGTHS, STEPS, UNITS = (5, 2, 4), 6, 4
SCORES = ((1.4, -0.6), (-0.9, 0.7), (0.3, 1.2))
BLUE, ORANGE, GREY, INK = "#0072B2", "#E69F00", "#9a9a9a", "#222222"
WIDTH, HEIGHT = 0.76, 0.44  # of a step's box
VECTOR, HEAD, OUT = 7.1, 8.5, 10.0  # where the states, the linear layer and the scores stand


def draw(figure):
    """Draw a padded batch, the states, the linear layer and the scores, from left to right."""
    axes = figure.add_subplot()
    axes.set(xlim=(-1.0, 11.75), ylim=(-0.7, 4.15), aspect="equal")
    axes.set_axis_off()
    for row, length in enumerate(LENGTHS):
        y = 2.5 - 1.25 * row
        _draw_row(axes, y, length, row + 1)
        _draw_scores(axes, y, SCORES[row])
    _box(axes, HEAD, -0.45, 0.55, 3.4, facecolor="white", edgecolor=INK)
    axes.text(HEAD + 0.275, 1.25, "linear layer", rotation=90, ha="center", va="center", fontsize=9)
    _write_heads(axes)


def _draw_row(axes, y, length, number):
    axes.text(-0.35, y, f"row {number}", ha="right", va="center", fontsize=8)
    for step in range(STEPS):
        valid = step < length
        edge = {"edgecolor": BLUE, "facecolor": "#d9ebf7"} if valid else {"edgecolor": GREY, "facecolor": "white"}
        _box(axes, step, y - HEIGHT / 2, WIDTH, HEIGHT, **edge, linestyle="-" if valid else ":")
        words = f"$h_{step + 1}$" if valid else "padding"
        axes.text(step + WIDTH / 2, y, words, ha="center", va="center", fontsize=9.5 if valid else 6, color=INK)
        if step + 1 < length:
            _arrow(axes, (step + WIDTH, y), (step + 1, y), BLUE)
    x, low = length - 1 + WIDTH / 2, y - 0.42
    axes.plot([x, x, VECTOR - 0.35], [y - HEIGHT / 2, low, low], color=ORANGE, linewidth=1.8)
    _arrow(axes, (VECTOR - 0.36, low), (VECTOR - 0.02, y - 0.12), ORANGE, 1.8)
    for unit in range(UNITS):
        _box(axes, VECTOR, y - 0.36 + 0.18 * unit, 0.22, 0.18, facecolor="#fbe5b8", edgecolor=ORANGE)
    _arrow(axes, (VECTOR + 0.28, y), (HEAD - 0.03, y), ORANGE, 1.8)


def _draw_scores(axes, y, scores):
    _arrow(axes, (HEAD + 0.58, y), (OUT - 0.12, y), INK)
    for number, score in enumerate(scores):
        best = score == max(scores)
        x = OUT + 0.78 * number
        _box(axes, x, y - 0.2, 0.74, 0.4, facecolor="#e4e4e4" if best else "white", edgecolor=INK)
        weight = "bold" if best else "normal"
        axes.text(
            x + 0.37, y, f"{score:.1f}".replace("-", "\u2212"), ha="center", va="center", fontsize=8, weight=weight
        )


def _write_heads(axes):
    heads = (
        (2.8, "a batch x, (N, T, D): each row is read\nup to its last valid step"),
        (VECTOR + 0.15, "last valid\nstates\n(N, H)"),
        (OUT + 0.77, "C scores each, the\nlargest is the answer\n(N, C)"),
    )
    for x, words in heads:
        axes.text(x, 3.15, words, ha="center", va="bottom", fontsize=8.5, linespacing=1.15)


def _box(axes, x, y, width, height, **style):
    axes.add_patch(Rectangle((x, y), width, height, **{"linewidth": 1, **style}))


def _arrow(axes, start, end, color, width=1.2):
    axes.add_patch(
        FancyArrowPatch(
            start, end, arrowstyle="-|>", mutation_scale=8, color=color, linewidth=width, shrinkA=0, shrinkB=0
        )
    )
