"""Make the class page: one file, which fetches nothing, and whose style and script are the only ones allowed in it."""

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from autograder.course.model import Assignment
from autograder.errors import UsageError
from autograder.exam.evidence import Curve
from autograder.reports.class_page.causes import STOPPED, causes
from autograder.reports.class_page.changes import Changes
from autograder.reports.class_page.entry import Entry
from autograder.reports.class_page.figures import MOST_CURVES, histogram, learning_curves, reaches
from autograder.reports.class_page.identical import Identical
from autograder.reports.class_page.tasks import distribution, task_rows
from autograder.reports.record import PAGE
from autograder.text.clean import one_line, printable
from autograder.text.words import WORDS, points

if TYPE_CHECKING:
    import jinja2

HERE = Path(__file__).parent
TEMPLATE, STYLE, SCRIPT = "class_page.html.j2", "class_page.css", "class_page.js"


@dataclass(frozen=True)
class ClassPage:
    """All that the page shows.

    Args:
        written: when the marks were written.
        changes: since the run before; None where there was none.
        since: when that was, or "".
        left_out: names of what lies among the hand-ins and is no student.
        unfinished: whether the run was stopped, so that some have no row.
        about: sentences about all marks.
        identical: who handed in the same code of a lesson.
        most: rows of what was found without a known mistake; the rest is counted.
    """

    assignment: Assignment
    entries: Sequence[Entry]
    written: str
    changes: Changes | None = None
    since: str = ""
    left_out: Sequence[str] = ()
    unfinished: bool = False
    about: Sequence[str] = ()
    identical: Sequence[Identical] = ()
    most: int = 60


def class_page(page: ClassPage) -> Iterator[str]:
    """Make the page in pieces.

    Raises:
        UsageError: jinja2 is not installed.
    """
    found = causes(page.entries)
    return _template().generate(
        page=page,
        tasks=task_rows(page.assignment, page.entries),
        marks=distribution(page.entries),
        histogram=histogram(distribution(page.entries).bins),
        known=[cause for cause in found if cause.mistake],
        others=[cause for cause in found if not cause.mistake],
        stopped=causes(page.entries, STOPPED),
        figures=_figures(page.entries),
        looks=[(entry, look) for entry in page.entries for look in entry.looks],
        words=WORDS,
        style=_text(STYLE),
        script=_text(SCRIPT),
        style_hash=_digest(STYLE),
        script_hash=_digest(SCRIPT),
    )


@cache
def _template() -> "jinja2.Template":
    try:
        import jinja2
    except ModuleNotFoundError:
        raise UsageError("Reports need jinja2. Install it with: pip install 'unroll[instructor]'") from None
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    environment.filters |= {"clean": printable, "line": one_line, "points": points, "address": _address}
    return environment.from_string((HERE / TEMPLATE).read_text(encoding="utf-8"))


def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _digest(name: str) -> str:
    return base64.b64encode(hashlib.sha256(_text(name).encode()).digest()).decode()


def _address(folder: str) -> str:
    """Make the address of a student's page; a folder's name may hold anything."""
    return f"./{quote(folder, safe='')}/{PAGE}"


def _figures(entries: Sequence[Entry]) -> list[Mapping[str, Any]]:
    """Draw the learning curves of each task that has some, a picture for each threshold."""
    found: dict[tuple[str, str, str, float], list[Curve]] = {}
    for entry in entries:
        for lesson, task, curve in entry.curves:
            found.setdefault((lesson, task, curve.name, curve.limit), []).append(curve)
    return [_figure(*place, curves) for place, curves in found.items()]


def _figure(lesson: str, task: str, name: str, limit: float, curves: Sequence[Curve]) -> Mapping[str, Any]:
    reached = sum(map(reaches, curves))
    counts = {"count": len(curves), "reached": reached, "drawn": min(len(curves), MOST_CURVES), "limit": limit}
    return {"task": f"{lesson.rpartition('/')[2]}:{task}", "name": name, "svg": learning_curves(curves), **counts}
