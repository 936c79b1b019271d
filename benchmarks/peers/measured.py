"""What was measured: the cost of a hand-in, ratios beside their aims, and tables of both."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

SHARE, CHECK = "the kit's own share of a hand-in", "unroll check, cold / import torch"
SHARES = {"unroll grade": SHARE, "unroll grade without pictures": f"{SHARE} without pictures"}
AIMS = {
    "nbgrader as it ships / unroll grade": ">= 30",
    "nbgrader, one notebook / unroll grade": "",
    "otter run / unroll grade": ">= 11",
    "pytest, a fresh process each / unroll grade": "",
    "nbgrader as it ships / nbgrader with the kit": ">= 8",
    "nbgrader as it ships / unroll nbgrade": "",
    "nbgrader as it ships / unroll grade without pictures": "",
    "otter run / unroll grade without pictures": "",
    SHARE: "<= 0.25",
    SHARES["unroll grade without pictures"]: "",
    CHECK: "<= 1.25",
}
MEANING = (
    "A / B: the CPU seconds of one hand-in more with A, over those with B. 20 means that A takes twenty times as much.",
    f"{SHARE}: what is not the student's own code. 0.25 means a quarter.",
    f"{CHECK}: the CPU seconds of both commands.",
)


@dataclass(frozen=True)
class Cost:
    """Medians of CPU seconds.

    Args:
        each: of one hand-in more.
        start: of the start of a run, whatever the class is.
        few: hand-ins of the small class.
        many: hand-ins of the large class.
        rounds: how often each class was graded.
    """

    each: float
    start: float
    few: int
    many: int
    rounds: int


def cost(few: int, many: int, pairs: Sequence[tuple[float, float]]) -> Cost:
    """Tell start-up from what grows with the class.

    Args:
        pairs: the CPU of the small and of the large class, once a round.
    """
    slopes = [(large - small) / (many - few) for small, large in pairs]
    each = median(slopes)
    return Cost(each, max(0.0, median(small for small, _ in pairs) - few * each), few, many, len(pairs))


def ratios(costs: Mapping[str, Cost], own: float | None = None, check: float | None = None) -> dict[str, float]:
    """Compute the ratios that matter, as far as both sides were measured.

    Args:
        own: CPU of the student's own code.
        check: a cold `unroll check` against `import torch`.
    """
    found = {}
    for name in AIMS:
        above, _, below = name.partition(" / ")
        if above in costs and below in costs:
            found[name] = costs[above].each / costs[below].each
    if own is not None:
        found |= {share: 1 - own / costs[name].each for name, share in SHARES.items() if name in costs}
    if check is not None:
        found[CHECK] = check
    return found


def cost_table(costs: Mapping[str, Cost]) -> Iterator[str]:
    """Make a Markdown table of what a hand-in costs, the cheapest first."""
    least = min(one.each for one in costs.values())
    yield "| | each hand-in more | times the least | start of a run | a class of 30, each |"
    yield "|---|---|---|---|---|"
    for name, one in sorted(costs.items(), key=lambda item: item[1].each):
        whole = one.each + one.start / 30
        yield f"| {name} | {one.each:.2f} s | {one.each / least:.1f} | {one.start:.1f} s | {whole:.2f} s |"


def ratio_lines(now: Mapping[str, float], before: Mapping[str, float]) -> Iterator[str]:
    """Make lines for a terminal: a ratio, that of an earlier measure, the aim, and of what it is."""
    yield f"{'now':>8} {'committed':>10}  {'aim':8}"
    for name, aim in AIMS.items():
        if name in now or name in before:
            yield f"{_shown(now.get(name)):>8} {_shown(before.get(name)):>10}  {aim:8}{name}"


def aim_table(found: Mapping[str, float]) -> Iterator[str]:
    """Make a Markdown table of the ratios beside the aims."""
    yield "| ratio | aim | of what |"
    yield "|---|---|---|"
    yield from (f"| {_shown(found[name])} | {aim} | {name} |" for name, aim in AIMS.items() if name in found)


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
