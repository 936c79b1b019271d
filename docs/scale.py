"""What a million hand-ins in the last hour need, and how long they wait: python docs/scale.py [--check]

It writes the tables of `scale.md` and the picture beside it. `--check` writes nothing, and says whether the tables are
those of the numbers below.
"""

import heapq
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

DOCS = Path(__file__).resolve().parent
PAGE, PICTURE = DOCS / "scale.md", DOCS / "pictures" / "scale.png"
COUNT, HOUR = 1_000_000, 3600
OFFSET = 120.0  # seconds: how long before the deadline the rush stops rising; our assumption
CORES = (250, 500, 1000, 2000, 4000)
DAY = 24 * HOUR


@dataclass(frozen=True)
class Cost:
    """What one hand-in costs.

    Args:
        cpu: seconds of a core for an ordinary one, mean.
        endless: the share of hand-ins that run until their time is over.
        most: the seconds of such a one.
    """

    name: str
    cpu: float
    endless: float = 0.01
    most: float = 15.0

    @property
    def mean(self) -> float:
        """Seconds of a core, over all hand-ins."""
        return (1 - self.endless) * self.cpu + self.endless * self.most


COSTS = (Cost("0.68 s", 0.68), Cost("1.4 s", 1.4))
# Bytes of one hand-in of `sine`, as they are and with gzip: means of the class of docs/week.py, with pictures.
BYTES = {
    "what comes in: four `.py` files": (8_399, 3_670),
    "what comes in: four notebooks": (230_114, 148_633),
    "the student's page": (53_955, 15_351),
    "`results.json`": (22_442, 2_172),
    "the kit's own record": (72_126, 12_685),
    "rows of `grades.csv` and `marks.csv`": (1_274, 160),
}


def arrived(seconds: np.ndarray) -> np.ndarray:
    """Return the share of the hour's hand-ins that have come by a time.

    The rate is that of Alfi, Parisi and Pietronero (2007): one over the time that is left. It stops rising a little
    before the deadline, or it would be infinite there.

    Args:
        seconds: since the hour began, shape (T,).
    """
    left = HOUR - np.asarray(seconds, dtype=float)
    return np.log((HOUR + OFFSET) / (left + OFFSET)) / np.log((HOUR + OFFSET) / OFFSET)


def moments(shares: np.ndarray) -> np.ndarray:
    """Return when the hand-ins have come of which these shares came before; the inverse of `arrived`."""
    return (HOUR + OFFSET) * (1 - (OFFSET / (HOUR + OFFSET)) ** np.asarray(shares, dtype=float))


def waits(count: int, mean: float, cores: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Follow the work that waits, second by second; first come, first served.

    With so many hand-ins, chance moves a wait by a second or two.

    Args:
        mean: seconds of a core for a hand-in.

    Returns: how many come in each second of the hour, how long these wait until theirs is begun, and how many seconds
        after the deadline the last one is done.
    """
    coming = count * np.diff(arrived(np.arange(HOUR + 1)))
    backlogs = np.zeros(HOUR + 1)
    for second, number in enumerate(coming):
        backlogs[second + 1] = max(0.0, backlogs[second] + number * mean - cores)
    during = (backlogs[:-1] + backlogs[1:]) / 2
    return coming, during / cores, backlogs[-1] / cores + mean


def one_by_one(moments: np.ndarray, seconds: np.ndarray, cores: int) -> np.ndarray:
    """Return how long each hand-in waits for a free core, one by one; slower, to check `waits` with.

    Args:
        moments: when each comes, in order, shape (N,).
        seconds: what each takes, shape (N,).
    """
    free = [0.0] * cores
    waited = np.zeros(len(moments))
    for number, (moment, taken) in enumerate(zip(moments, seconds, strict=True)):
        begun = max(moment, free[0])
        heapq.heapreplace(free, begun + taken)
        waited[number] = begun - moment
    return waited


def share_within(coming: np.ndarray, waited: np.ndarray, share: float) -> float:
    """Return the seconds that this share of the hand-ins do not wait longer than."""
    order = np.argsort(waited)
    passed = np.cumsum(coming[order]) / coming.sum()
    return float(waited[order][np.searchsorted(passed, share)])


def said(seconds: float) -> str:
    """Write a time as people do."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min"


def needs() -> list[str]:
    """Make the table of what a million hand-ins need."""
    peak = COUNT * float(np.diff(arrived(np.array([HOUR - 1, HOUR])))[0])
    rows = ["| CPU of an ordinary hand-in | " + _each(lambda c: c.name), "|---|---|---|"]
    rows.append("| CPU of all, with one in a hundred endless | " + _each(lambda c: f"{COUNT * c.mean / HOUR:,.0f} h"))
    rows.append("| cores for the mean of the hour | " + _each(lambda c: f"{_cores(COUNT / HOUR, c):,}"))
    rows.append("| cores for the last second, so that nobody waits | " + _each(lambda c: f"{_cores(peak, c):,}"))
    rows.append("| machines of 64 cores for the one and the other | " + _each(lambda c: _machines(peak, c)))
    return [*rows, "", f"In the mean {COUNT / HOUR:,.0f} come in a second, and {peak:,.0f} in the last second."]


def _each(text) -> str:
    return " | ".join(map(text, COSTS)) + " |"


def _cores(rate: float, cost: Cost) -> int:
    return int(np.ceil(rate * cost.mean))


def _machines(peak: float, cost: Cost) -> str:
    few, many = (-(-_cores(rate, cost) // 64) for rate in (COUNT / HOUR, peak))
    return f"{few} and {many}"


def sizes() -> list[str]:
    """Make the table of bytes."""
    rows = ["| of one hand-in | bytes | with gzip | a million | with gzip |", "|---|---|---|---|---|"]
    for name, (plain, packed) in BYTES.items():
        of_all = " | ".join(f"{size * COUNT / 1e9:.1f} GB" for size in (plain, packed))
        rows.append(f"| {name} | {plain:,} | {packed:,} | {of_all} |")
    return rows


def queue() -> list[str]:
    """Make the table of waits."""
    rows = [
        "| cores | CPU a hand-in | half wait at most | 95 % | the longest | the last is done after the deadline |",
        "|---|---|---|---|---|---|",
    ]
    for cores in CORES:
        for cost in COSTS:
            coming, waited, after = waits(COUNT, cost.mean, cores)
            half, most = (said(share_within(coming, waited, share)) for share in (0.5, 0.95))
            rows.append(f"| {cores:,} | {cost.name} | {half} | {most} | {said(waited.max())} | {said(after)} |")
    return rows


def filled(text: str) -> str:
    """Put the tables into the page, each between its marks."""
    for name, lines in {"needs": needs(), "sizes": sizes(), "queue": queue()}.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        before, _, rest = text.partition(begin)
        _, found, after = rest.partition(end)
        if not found:
            sys.exit(f"{PAGE}: the marks of the table {name!r} are missing.")
        text = before + begin + "\n".join([*lines, end]) + after
    return text


def draw() -> None:
    """Draw when hand-ins come, and how long they wait, by the number of cores."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.6), layout="constrained")
    minutes = (np.arange(HOUR) - HOUR) / 60
    left.plot(minutes, COUNT * np.diff(arrived(np.arange(HOUR + 1))), color="black")
    left.set(xlabel="minutes to the deadline", ylabel="hand-ins a second", title="A million come")
    for cores, style in zip(CORES, ("-", "--", "-.", ":", (0, (1, 3))), strict=True):
        _, waited, _ = waits(COUNT, COSTS[0].mean, cores)
        right.plot(minutes, waited / 60, linestyle=style, label=f"{cores:,} cores")
    right.set(
        xlabel="minutes to the deadline", ylabel="minutes of waiting", title=f"and wait ({COSTS[0].name} of CPU each)"
    )
    right.legend()
    figure.savefig(PICTURE, dpi=90)


def main() -> None:
    """Write the tables and the picture, or say whether the tables are right."""
    text = PAGE.read_text(encoding="utf-8")
    if "--check" in sys.argv:
        sys.exit(
            0 if filled(text) == text else f"{PAGE}: its tables are not those of scale.py. Run: python docs/scale.py"
        )
    PAGE.write_text(filled(text), encoding="utf-8")
    draw()


if __name__ == "__main__":
    main()
