"""How outcomes, points and causes are said, and the box in a notebook that says them."""

from html import escape

GREEN, GREY, RED = "#1a7f37", "#6e7781", "#cf222e"

LOOK = "Look at this by hand"  # how every sentence begins that asks for a person

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


def box(task: str, outcome: str, fact: str, cause: str, colour: str, marks: str = "") -> str:
    """Say a task's verdict as HTML: its outcome, then what was found, then the likely cause, where there are any.

    Args:
        task, fact, cause: plain text, in which nothing is taken for HTML.
        marks: what was earned, such as "2 of 3 points".
    """
    head = f"<b>{escape(task)}</b>: {', '.join(filter(None, (escape(WORDS[outcome]), marks)))}"
    likely = f"<i>Likely cause:</i> {escape(cause)}" if cause else ""
    body = "<br>".join(part for part in (head, escape(fact), likely) if part)
    return f'<div style="border-left: 4px solid {colour}; padding: 4px 12px; margin: 4px 0">{body}</div>'
