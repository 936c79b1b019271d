"""A student's page: it stands alone, says what was found, and nothing of a hand-in becomes markup."""

import base64
import hashlib
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from reports import ADA, BEN, hand_in, task

from autograder.errors import UsageError
from autograder.exam.results import OUTCOMES, TestResult
from autograder.reports import page
from autograder.reports.page import report_page
from autograder.text.words import WORDS

ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "section", "article", "div", "span"),
    *("h1", "h2", "p", "ul", "li", "dl", "dt", "dd", "a", "bdi", "code", "pre", "strong", "details", "summary"),
    *("svg", "rect"),
}


class Reader(HTMLParser):
    """Collect the tags, the attributes and the text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words += data.split()

    @property
    def text(self) -> str:
        return " ".join(self.words)


def test_the_page_says_who_what_and_why() -> None:
    text = Reader(report_page(replace(BEN, notes=("Two files.",), output={"sine/cell": "tensor(1.)"}))).text

    assert "ben 0.5 / 5" in text
    assert "make_windows not written 0 / 2 There is no windows.py." in text
    assert "rnn_cell not yet right 0.5 / 3 h_t differs. Likely cause: You dropped the bias. M23" in text
    assert "1 of 2 checks pass ✗ values agree ✓ one window is enough" in text
    assert "About the files Two files." in text
    assert "tensor(1.)" in text


def test_the_titles_of_the_lessons_stand_in_place_of_their_keys() -> None:
    text = Reader(report_page(BEN, ["Sliding windows", "The cell loop"])).text

    assert "Sliding windows 0 / 2" in text
    assert "sine/windows" not in text


def test_nothing_of_a_hand_in_becomes_markup() -> None:
    nasty = '"><script>alert(1)</script><img src=x onerror=alert(1)><style>*{}</style>{{ 7*7 }}\x1b[2J\u202e'
    result = hand_in(
        nasty,
        [task("sine/cell", "rnn_cell", 0, 3, "failed", "M23", nasty)],
        [TestResult("sine/cell", "rnn_cell", nasty, "failed", 0, 3, f"other {nasty}")],
    )

    html = report_page(replace(result, notes=(nasty,), output={nasty: nasty}), [nasty])

    read = Reader(html)
    assert read.tags <= ALLOWED
    assert html.count("<style>") == 1
    assert not [name for name, _ in read.attributes if name.startswith("on") or name in ("style", "src")]
    assert "{{ 7*7 }}" in read.text
    assert "\x1b" not in html
    assert "\u202e" not in html


def test_the_page_fetches_nothing_and_allows_only_its_own_style() -> None:
    html = report_page(ADA)

    style = html.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in html
    assert not re.search(r"https?:|url\(|@import", html)
    assert all(value and value.startswith("#") for name, value in Reader(html).attributes if name == "href")


def test_every_outcome_has_its_words() -> None:
    assert set(WORDS) == set(OUTCOMES)


def test_a_cause_is_only_taken_from_a_grader_that_knows_the_mistake() -> None:
    forged = task("sine/cell", "rnn_cell", 0, 3, "failed", "", "Bad. Likely cause: the teacher.")

    assert "<strong>" not in report_page(hand_in("eve", [forged]))


def test_a_hand_in_without_tasks_has_a_page() -> None:
    assert "0 / 0" in report_page(hand_in("nobody", []))


def test_without_jinja2_the_person_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    page._template.cache_clear()
    monkeypatch.setitem(sys.modules, "jinja2", None)

    with pytest.raises(UsageError, match=r"pip install 'unroll\[instructor\]'"):
        report_page(ADA)
