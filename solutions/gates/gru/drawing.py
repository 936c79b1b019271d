"""One step of a GRU as a diagram: h comes in on the left, r, z and n in the middle, the new h goes out on the right."""

from matplotlib.patches import FancyBboxPatch

TOP, MIDDLE, ROAD, LOW = 2.45, 1.72, 1.0, 0.3  # heights: of h, of the update gate, of the proposal, of the input
PAST, SUM, NEW, MIX, END = 2.2, 2.95, 3.85, 5.0, 6.2  # places from left to right
GATE, TANH, INK = "#cfe3f5", "#f7e3c3", "#222222"
RADIUS, HALF = 0.125, 0.17  # of a node; of the height of a box


def draw(figure):
    """Draw into a figure of 7.2 x 3 inches."""
    axes = figure.subplots()
    axes.set(xlim=(0, 7.2), ylim=(0, 3))
    axes.set_axis_off()
    draw_top(axes)
    draw_proposal(axes)
    draw_update(axes)


def draw_top(axes):
    """Draw the way of the old state to the new one."""
    axes.text(0.5, TOP, "$h_{t-1}$", ha="right", va="center", fontsize=14)
    for start, end in ((0.6, MIX - RADIUS), (MIX + RADIUS, END - RADIUS), (END + RADIUS, 6.75)):
        arrow(axes, (start, TOP), (end, TOP), width=2.4)
    axes.text(6.8, TOP, "$h_t$", va="center", fontsize=14)
    note(axes, (0.6 + PAST) / 2, TOP + 0.18, "the old state")
    note(axes, (MIX + END) / 2, TOP + 0.18, "what is kept")


def draw_proposal(axes):
    """Draw how n is made: the past, through its weights and then through r, and the input."""
    box(axes, 0.95, ROAD, 1.0, "$r=\\sigma(\\dots)$", GATE, gate=True)
    note(axes, 0.95, ROAD + 0.3, "reset gate")
    feed(axes, 0.95, "$x_t,\\; h_{t-1}$")
    box(axes, PAST, MIDDLE, 1.5, "$W_{hn}\\,h_{t-1}+b_{hn}$", "white")
    arrow(axes, (PAST, TOP), (PAST, MIDDLE + HALF))
    arrow(axes, (PAST, MIDDLE - HALF), (PAST, ROAD + RADIUS))
    box(axes, SUM, LOW, 1.3, "$W_{in}\\,x_t+b_{in}$", "white")
    arrow(axes, (SUM, LOW + HALF), (SUM, ROAD - RADIUS))
    box(axes, NEW, ROAD, 1.1, "$n=\\tanh(\\dots)$", TANH)
    note(axes, NEW, ROAD + 0.3, "proposal")
    for start, end in ((1.45, PAST - RADIUS), (PAST + RADIUS, SUM - RADIUS), (SUM + RADIUS, NEW - 0.55)):
        arrow(axes, (start, ROAD), (end, ROAD))
    node(axes, PAST, ROAD, "$\\times$")
    node(axes, SUM, ROAD, "$+$")


def draw_update(axes):
    """Draw the update gate between the two ways, and where they meet."""
    box(axes, MIX, MIDDLE, 1.0, "$z=\\sigma(\\dots)$", GATE, gate=True)
    note(axes, MIX - 0.55, MIDDLE + 0.3, "update gate")
    axes.text(MIX - 0.82, MIDDLE, "$x_t,\\; h_{t-1}$", ha="right", va="center", fontsize=11)
    arrow(axes, (MIX - 0.75, MIDDLE), (MIX - 0.5, MIDDLE))
    arrow(axes, (MIX, MIDDLE + HALF), (MIX, TOP - RADIUS))
    arrow(axes, (MIX, MIDDLE - HALF), (MIX, ROAD + RADIUS))
    axes.text(MIX + 0.08, TOP - 0.33, "$z$", fontsize=12, va="center")
    axes.text(MIX + 0.08, ROAD + 0.35, "$1-z$", fontsize=12, va="center")
    arrow(axes, (NEW + 0.55, ROAD), (MIX - RADIUS, ROAD))
    axes.plot([MIX + RADIUS, END], [ROAD, ROAD], color=INK, linewidth=1.3)
    arrow(axes, (END, ROAD), (END, TOP - RADIUS))
    note(axes, (MIX + END) / 2, ROAD - 0.18, "what is taken")
    node(axes, MIX, TOP, "$\\times$")
    node(axes, MIX, ROAD, "$\\times$")
    node(axes, END, TOP, "$+$")


def feed(axes, x, text):
    """Draw an arrow into a box from below, and write what it brings."""
    arrow(axes, (x, LOW + 0.15), (x, ROAD - HALF))
    axes.text(x, LOW, text, ha="center", va="center", fontsize=11)


def arrow(axes, start, end, width=1.3):
    """Draw an arrow from one point to another."""
    style = {"arrowstyle": "-|>,head_width=0.22,head_length=0.4", "color": INK, "linewidth": width}
    axes.annotate("", end, start, arrowprops={**style, "shrinkA": 0, "shrinkB": 0})


def box(axes, x, y, width, text, colour, gate=False):
    """Write something into a box around a point: round for a gate, square for anything else."""
    style = "round,pad=0,rounding_size=0.15" if gate else "square,pad=0"
    corner = (x - width / 2, y - HALF)
    axes.add_patch(FancyBboxPatch(corner, width, 2 * HALF, style, facecolor=colour, edgecolor=INK, linewidth=1.2))
    axes.text(x, y, text, ha="center", va="center", fontsize=11)


def node(axes, x, y, text):
    """Draw a small circle with an operation in it."""
    axes.plot(x, y, "o", markersize=17, markerfacecolor="white", markeredgecolor=INK, markeredgewidth=1.2)
    axes.text(x, y, text, ha="center", va="center", fontsize=12)


def note(axes, x, y, text):
    """Write a few plain words."""
    axes.text(x, y, text, ha="center", va="center", fontsize=9, color=INK, style="italic")
