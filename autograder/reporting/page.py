"""One student's report as a page that stands alone: no script, nothing fetched."""

from pathlib import Path
from typing import Any

from autograder.errors import UsageError
from autograder.grading.records import HandInResult, TaskResult
from autograder.reporting.clean import printable

TEMPLATE = Path(__file__).with_name("report.html.j2")
WORDS = {
    "passed": "passed",
    "failed": "not yet right",
    "missing": "not written",
    "crashed": "crashed",
    "timeout": "took too long",
    "overflow": "used too much",
    "rejected": "refused",
}


def report_page(result: HandInResult) -> str:
    """Make the page of one student.

    Raises:
        UsageError: jinja2 is not installed.
    """
    try:
        import jinja2
    except ModuleNotFoundError:
        raise UsageError("Reports need jinja2. Install it with: pip install 'unroll[instructor]'") from None
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["clean"] = printable
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return template.render(result=result, lessons=_lessons(result), words=WORDS)


def _lessons(result: HandInResult) -> list[dict[str, Any]]:
    names = list(dict.fromkeys(task.lesson for task in result.tasks))
    return [_lesson(name, [task for task in result.tasks if task.lesson == name]) for name in names]


def _lesson(name: str, tasks: list[TaskResult]) -> dict[str, Any]:
    score, best = sum(task.score for task in tasks), sum(task.max_score for task in tasks)
    return {"name": name, "tasks": tasks, "score": score, "max_score": best, "part": 100 * score / best if best else 0}
