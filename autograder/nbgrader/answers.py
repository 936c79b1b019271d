"""Choose the student's cell that counts as each answer, and name what only a person can decide."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.nbgrader.attention import Absence, literal
from autograder.nbgrader.fresh import markdown
from autograder.nbgrader.matching import Named, Release, defines, squeezed

NOT_RUN = "the answer to {} stands in a cell of text, which is not run."
BLANK_LAST = "of several cells for {}, the last one is as it was handed out, and it counts."
IN_OURS = "{} is defined in {}, a cell that is not for answers and is not run."
DIFFER = "several cells answer {}, and they differ. The last one is marked; read the others too."
ELSEWHERE = "the cell for {} holds no answer, and there is text in cells that are not the lesson's."


@dataclass(frozen=True)
class Settled:
    """What counts.

    Args:
        cells: by name; a name that is absent has no cell.
        look: what a person has to look at.
    """

    cells: dict[str, Any]
    look: list[str]


def settle(cells: Sequence[Any], release: Release, found: Mapping[str, list[Any]], absence: Absence | None) -> Settled:
    """Choose the cell of each name.

    Args:
        found: by name, the cells that could be it.
        absence: why there is no notebook of the student's, or None.
    """
    settled = Settled({name: some[-1] for name, some in found.items() if some}, [])
    settled.look.extend([absence.said] if absence and absence.look else _misplaced(release, found))
    elsewhere = absence is None and any(_is_strange(cell, release, found) for cell in cells)
    waits = absence.said if absence and absence.waits else ""
    for one in release.named:
        if one.is_question:
            _settle_question(one, found[one.name], settled, ELSEWHERE.format(one.name) if elsewhere else "", waits)
    return settled


def _settle_question(one: Named, found: list[Any], settled: Settled, elsewhere: str, waits: str) -> None:
    """Choose the last answer; without any, the mark waits only where one may stand somewhere else."""
    answers = [cell for cell in found if not one.is_untouched(cell)]
    if answers:
        settled.cells[one.name] = answers[-1]
        differ = len({squeezed(cell.source) for cell in answers}) > 1
        settled.look.extend([DIFFER.format(one.name)] if differ else [])
        return
    cell = settled.cells.setdefault(one.name, markdown(""))
    # nbgrader gives 0 for what was released, and lets a person mark anything else.
    cell.source = f"*{literal(waits or elsewhere)}*" if waits or elsewhere else one.source
    settled.look.extend([elsewhere] if elsewhere else [])


def _is_strange(cell: Any, release: Release, found: Mapping[str, list[Any]]) -> bool:
    """Say whether a cell of prose is the student's own, and no answer that is known."""
    known = any(cell is other for some in found.values() for other in some)
    return cell.cell_type != "code" and not known and squeezed(cell.source) not in release.prose | {""}


def _misplaced(release: Release, found: Mapping[str, list[Any]]) -> Iterator[str]:
    """Say which code stands where it is not run, or behind which cell it is hidden."""
    for one in release.named:
        if one.is_answer and (some := found[one.name]):
            touched = [cell for cell in some if not one.is_untouched(cell)]
            if touched and one.is_untouched(some[-1]):
                yield BLANK_LAST.format(one.name)
            elif touched and touched[-1].cell_type != "code":
                yield NOT_RUN.format(one.name)
    for one in release.named:
        if one.is_test:
            texts = [cell.source for cell in found[one.name] if not one.is_untouched(cell)]
            names = [other.name for other in release.named if other.is_answer]
            yield from (IN_OURS.format(name, one.name) for name in names if any(defines(text, name) for text in texts))
