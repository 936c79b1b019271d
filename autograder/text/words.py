"""The words for outcomes, points and causes."""

WORDS = {
    "passed": "passed",
    "failed": "not yet right",
    "missing": "not written",
    "crashed": "crashed",
    "timeout": "took too long",
    "overflow": "used too much",
    "rejected": "refused",
}


def points(value: float, digits: int = 2) -> str:
    """Say a number of points as people write it: 3 or 2.5."""
    return f"{round(value, digits):.12g}"


def score(value: float, best: float) -> str:
    """Say what was earned of what there was: 2.5/3."""
    return f"{points(value)}/{points(best)}"
