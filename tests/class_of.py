"""Small classes with made-up verdicts, written as `unroll grade` leaves them, for the tests of the class page."""

from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

from reports import SINE, hand_in, task

from autograder.exam.evidence import Curve, Excerpt
from autograder.exam.results import HandInResult, TaskResult
from autograder.reports.class_page.write import show_run
from autograder.reports.files import write_student

BIAS = "The bias is added after the activation."
LINE = "    return torch.tanh(x_t @ w_ih.T) + b_ih"


def right(student: str) -> HandInResult:
    return named(student, made("make_windows", 2), made("rnn_cell", 3))


def made(name: str, score: float, outcome: str = "passed", **more: object) -> TaskResult:
    lesson, best = ("sine/windows", 2) if name == "make_windows" else ("sine/cell", 3)
    return replace(task(lesson, name, score, best, outcome), **more)


def named(student: str, *tasks: TaskResult) -> HandInResult:
    return replace(hand_in(student, tasks), student=student, folder=student.replace(" ", "_"))


def with_bias(student: str, score: float = 0.0, line: str = LINE, fact: str = "h_t is wrong by 0.3.") -> HandInResult:
    """A student with a known mistake, and the line that it is made in."""
    excerpt = Excerpt(None, 7, ("def rnn_cell(x_t, h, w_ih, b_ih):", line), 0, 8)
    wrong = {"mistake": "M23", "fact": fact, "cause": BIAS, "excerpts": (excerpt,)}
    return named(student, made("make_windows", 2), made("rnn_cell", score, "failed", **wrong))


def with_curve(student: str, reached: float | None, losses: Sequence[float | None]) -> HandInResult:
    curve = Curve("fit on windows", 0.003, reached, len(losses), tuple(losses))
    return named(student, made("make_windows", 2), made("rnn_cell", 3, curves=(curve,)))


def write(out: Path, results: Sequence[HandInResult], kit: str = "f" * 64, count: int | None = None) -> str:
    """Write records and the class page as a run does; return the page."""
    for result in results:
        write_student(out, result)
    marks = [result.without_details() for result in results]
    return show_run(out, SINE, kit, marks, len(marks) if count is None else count).read_text(encoding="utf-8")


class Reader(HTMLParser):
    """Collect the tags, the attributes and the words of a page, by the section that they stand in."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.sections: dict[str, list[str]] = {}
        self._section, self._is_code = "", False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self._is_code = tag in ("style", "script")
        if tag == "section":
            self._section = dict(attrs)["id"] or ""

    def handle_endtag(self, tag: str) -> None:
        self._is_code = False

    def handle_data(self, data: str) -> None:
        if not self._is_code:
            self.sections.setdefault(self._section, []).extend(data.split())

    def text(self, section: str) -> str:
        return " ".join(self.sections.get(section, ()))
