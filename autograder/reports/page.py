"""One student's report as a page that stands alone: no script, nothing fetched."""

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.errors import UsageError
from autograder.exam.evidence import Excerpt, Panel
from autograder.exam.public_case import Difference
from autograder.exam.results import HandInResult, TaskResult
from autograder.reports.heat import heat_svg, largest_said, left_out
from autograder.reports.panel import LOOKS, panel_svg
from autograder.text.clean import one_line, printable
from autograder.text.words import WORDS, points

if TYPE_CHECKING:
    import jinja2

COLOURS = "Blue: yours is smaller. Orange: yours is larger."
TEMPLATE = Path(__file__).with_name("report.html.j2")


def report_page(result: HandInResult, lessons: Sequence[str] = ()) -> str:
    """Make the page of one student.

    Args:
        lessons: the titles of the result's lessons in order; without them their keys are shown.

    Raises:
        UsageError: jinja2 is not installed.
    """
    return _template().render(
        student=one_line(result.student, 200),
        score=result.score,
        max_score=result.max_score,
        lessons=_lessons(result, lessons),
        late=result.late,
        before=result.before,
        notes=[note for note in (result.collected, *result.notes) if note],
        output=result.output,
    )


@cache
def _template() -> "jinja2.Template":
    try:
        import jinja2
    except ModuleNotFoundError:
        raise UsageError("Reports need jinja2. Install it with: pip install 'unroll[instructor]'") from None
    text = TEMPLATE.read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    environment.filters |= {"clean": printable, "line": one_line, "points": points}
    environment.globals["style_hash"] = _hash_of_style(text)
    return environment.from_string(text)


def _hash_of_style(template: str) -> str:
    """Allow only this style sheet: style that a student smuggled in has no effect."""
    style = template.partition("<style>")[2].partition("</style>")[0]
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def _lessons(result: HandInResult, titles: Sequence[str]) -> list[dict[str, Any]]:
    keys = list(dict.fromkeys(task.lesson for task in result.tasks))
    named = titles if len(titles) == len(keys) else keys
    return [_lesson(result, key, title) for key, title in zip(keys, named, strict=True)]


def _lesson(result: HandInResult, key: str, title: str) -> dict[str, Any]:
    tasks = [task for task in result.tasks if task.lesson == key]
    score, best = sum(task.score for task in tasks), sum(task.max_score for task in tasks)
    shown = [_task(result, task) for task in tasks]
    panels = [_panel(panel) for panel in result.panels if panel.lesson == key]
    return {"key": key, "title": title, "tasks": shown, "score": score, "max_score": best, "panels": panels}


def _panel(panel: Panel) -> dict[str, Any]:
    """Draw a picture; its lines have names below it, where they need some."""
    looks = [(label, f"l{number % LOOKS}") for number, label in enumerate(panel.labels)]
    return {"title": panel.title, "y": panel.y, "svg": panel_svg(panel), "labels": looks}


def _task(result: HandInResult, task: TaskResult) -> dict[str, Any]:
    tests = [test for test in result.tests if (test.lesson, test.task) == (task.lesson, task.task)]
    passed = sum(test.outcome == "passed" for test in tests)
    own = [{"lines": _own_lines(one), "cell": one.cell} for one in task.excerpts]
    maps = [_map(one) for one in task.differences]
    return {"result": task, "word": WORDS[task.outcome], "tests": tests, "passed": passed, "own": own, "maps": maps}


def _map(difference: Difference) -> dict[str, str]:
    """Draw own minus expected, with what the picture shows in words."""
    crossed = "Crossed: no finite number." if None in difference.numbers else ""
    said = " ".join(filter(None, (largest_said(difference), left_out(difference), COLOURS, crossed)))
    return {"what": difference.what, "check": difference.check, "svg": heat_svg(difference), "said": said}


def _own_lines(excerpt: Excerpt) -> list[tuple[int, str, bool]]:
    """List the number of each line, its text, and whether the message names it."""
    numbered = enumerate(excerpt.lines, excerpt.first)
    return [(number, line, number == excerpt.marked) for number, line in numbered]
