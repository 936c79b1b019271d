"""What people read of a comparison: lines for the terminal, and the tables of the README."""

from collections.abc import Iterator
from typing import Any

from peers.measured import MEANING, Cost, aim_table, cost_table, ratio_lines

BEGIN, END = "<!-- compare.py --write -->", "<!-- end -->"


def lines_of(found: dict[str, Any], committed: dict[str, Any]) -> Iterator[str]:
    """Make the lines that are printed: ratios first, then what they are made of, then where verdicts differ."""
    yield from ratio_lines(found["ratios"], committed.get("ratios", {}))
    yield ""
    yield from MEANING
    if committed:
        yield f"Committed: {committed['date']}, {committed['machine']}."
    yield f"\nCPU of one hand-in. The student's own code: {found['own code']:.2f} s.\n"
    yield from cost_table(costs_of(found))
    yield "\nVerdicts on tasks, beside those of unroll grade:"
    yield from agreement_lines(found)
    yield from left_out_lines(found)


def agreement_lines(found: dict[str, Any]) -> Iterator[str]:
    """Say how many verdicts are equal, and list those that are not."""
    for name, one in found["agreement"].items():
        yield f"- {name}: {one['equal']} of {one['of']} equal ({one['equal'] / one['of']:.1%})."
        yield from (f"  - {each}" for each in one["differences"])


def left_out_lines(found: dict[str, Any]) -> Iterator[str]:
    """Say who was not measured in every round, and why."""
    if found["left out"]:
        yield "\nLeft out:"
        yield from (f"- {name}: {why}" for name, why in found["left out"].items())


def with_tables(text: str, found: dict[str, Any], picture: str) -> str:
    """Put what was found between the marks in the README."""
    before, _, rest = text.partition(BEGIN)
    lines = [
        f"{found['title']}; {found['date']}, {found['machine']}.",
        f"Made with `{found['command']}`. The student's own code: {found['own code']:.2f} s.",
        "",
        f"![CPU of one hand-in with each grader]({picture})",
        "",
        *aim_table(found["ratios"]),
        "",
        *cost_table(costs_of(found)),
        "",
        "Verdicts on tasks, beside those of `unroll grade`:",
        "",
        *agreement_lines(found),
    ]
    return "\n".join([f"{before}{BEGIN}", "", *lines, "", f"{END}{rest.partition(END)[2]}"])


def costs_of(found: dict[str, Any]) -> dict[str, Cost]:
    """Return the costs in a result."""
    return {name: Cost(**one) for name, one in found["costs"].items()}
