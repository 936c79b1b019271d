"""The picture of the padding lesson: the same four rows padded, and packed step by step."""

from matplotlib.patches import Rectangle

LENGTHS = {"a": 3, "b": 6, "c": 1, "d": 4}
STEPS = range(6)
SORTED = sorted(LENGTHS, key=LENGTHS.get, reverse=True)
# M. Okabe and K. Ito, Color universal design, 2008, mixed with white: dark text stays legible on each.
FILLS = {"a": "#8cc3e6", "b": "#f2b48c", "c": "#8fd3bd", "d": "#e9c3d8"}
GAP = 0.35  # between the columns, where they are stored


def real(axes, x, y, name, t):
    """Draw a real step; the last one of its row has a thick frame."""
    axes.add_patch(Rectangle((x, y), 1, 1, facecolor=FILLS[name], edgecolor="0.25", linewidth=0.8))
    if t == LENGTHS[name] - 1:
        axes.add_patch(Rectangle((x + 0.06, y + 0.06), 0.88, 0.88, fill=False, linewidth=2.2))
    axes.text(x + 0.5, y + 0.53, f"{name}{t}", ha="center", va="center", fontsize=9)


def padding(axes, x, y):
    axes.add_patch(Rectangle((x, y), 1, 1, facecolor="white", edgecolor="0.75", hatch="////", linewidth=0.8))


def label(axes, x, y, text, ha="center", color="black"):
    axes.text(x, y, text, ha=ha, va="center", fontsize=8.5, color=color)


def title(axes, text):
    axes.text(3, -1.3, text, ha="center", va="center", fontsize=10)


def number_steps(axes):
    for t in STEPS:
        label(axes, t + 0.5, -0.45, f"t={t}", color="0.35")


def padded(axes):
    """Draw the batch as it comes, with the length of each row beside it."""
    title(axes, "padded: shape (4, 6), lengths 3, 6, 1, 4")
    number_steps(axes)
    for y, (name, length) in enumerate(LENGTHS.items()):
        label(axes, STEPS.stop + 0.5, y + 0.5, str(length))
        for t in STEPS:
            real(axes, t, y, name, t) if t < length else padding(axes, t, y)
    label(axes, 0, 4.55, "hatched: padding. Thick frame: the last real step.", ha="left", color="0.35")


def packed(axes):
    """Draw the sorted rows without padding, and the height of each column."""
    title(axes, "packed: sorted, 14 steps and no padding")
    number_steps(axes)
    for y, name in enumerate(SORTED):
        for t in range(LENGTHS[name]):
            real(axes, t, y, name, t)
    for t in STEPS:
        label(axes, t + 0.5, 4.55, str(sum(length > t for length in LENGTHS.values())))
    label(axes, STEPS.stop + 0.2, 4.55, "batch_sizes", ha="left")


def stored(axes):
    """Draw the columns one after the other."""
    x = 0.0
    for t in STEPS:
        for name in SORTED:
            if t < LENGTHS[name]:
                real(axes, x, 0, name, t)
                x += 1
        x += GAP
    label(axes, -0.4, 0.5, "stored column by column:", ha="right")


def frame(axes, left, right, bottom, top):
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    axes.set_aspect("equal")
    axes.set_axis_off()


def draw(figure):
    """Draw a padded batch and the same batch packed, side by side, and below how the packed one is stored."""
    parts = figure.subplot_mosaic([["padded", "packed"], ["stored", "stored"]], height_ratios=[6, 1.2])
    padded(parts["padded"])
    packed(parts["packed"])
    stored(parts["stored"])
    frame(parts["padded"], -0.1, 8.6, 4.9, -1.7)
    frame(parts["packed"], -0.1, 8.6, 4.9, -1.7)
    frame(parts["stored"], -6.6, 16.2, 1.2, -0.1)
