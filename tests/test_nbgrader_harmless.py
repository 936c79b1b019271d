"""A page of a student's notebook runs nothing of it."""

import base64
from html.parser import HTMLParser
from typing import Any

import nbformat
import pytest
from hostile_pages import PROSE, RUN, SVG, notebook

from autograder.nbgrader.harmless import HarmlessHTML, clean, harmless_copy

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(20)).decode()
RUNS = {"script", "iframe", "object", "embed", "base", "form", "meta", "link", "svg", "math", "style", "input"}


class Found(HTMLParser):
    """What of a page could run."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.bad: list[str] = []
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.bad += [name for name, _ in attrs if name.startswith("on") or name in ("srcdoc", "style", "id", "name")]
        links = ["".join((value or "").split()).lower() for name, value in attrs if name in ("href", "src", "action")]
        self.bad += [
            link for link in links if link.startswith(("javascript:", "vbscript:", "data:text", "data:image/svg"))
        ]


def body(page: str) -> str:
    return page[page.index("<body") :]


def rendered(made: Any) -> str:
    return HarmlessHTML().from_notebook_node(made)[0]


@pytest.mark.parametrize("name", PROSE)
def test_prose_runs_nothing(name: str) -> None:
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(PROSE[name])])
    plain = Found(body(rendered(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("plain")]))))

    found = Found(body(rendered(made)))

    assert found.bad == plain.bad
    assert [tag for tag in found.tags if tag in RUNS] == [tag for tag in plain.tags if tag in RUNS]


def test_a_whole_notebook_runs_nothing() -> None:
    page = rendered(notebook())

    assert f"<script>{RUN}" not in page
    assert page.count("<script") == rendered(nbformat.v4.new_notebook()).count("<script")
    assert f"<title>{RUN}" not in page and "</title><script>" not in page
    assert base64.b64encode(SVG.encode()).decode() not in page


def test_the_page_allows_the_scripts_of_its_template_alone() -> None:
    page = rendered(notebook())
    policy = page[page.index("Content-Security-Policy") :].split('content="')[1].split('"')[0]

    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "'unsafe-inline'" not in scripts and "*" not in scripts and "'sha256-" in scripts
    assert "default-src 'none'" in policy and "object-src 'none'" in policy and "frame-src 'none'" in policy


def test_what_students_really_write_is_shown_as_ever() -> None:
    table = "| a | b |\n|---|---|\n| 1 | <sub>2</sub> |"
    text = f"# A *title*\n\n{table}\n\n[link](https://example.org) $x_t < 3$ `a<b`\n\n- one"

    page = clean(HarmlessHTML().markdown2html({}, text))

    for part in (
        "<em>title</em>",
        "<td>1</td>",
        "<sub>2</sub>",
        'href="https://example.org"',
        "<li>one</li>",
        "a&lt;b",
    ):
        assert part in page
    assert "$x_t &lt; 3$" in page


@pytest.mark.parametrize("kind", ["attachment", "data"])
def test_a_picture_in_prose_stays(kind: str) -> None:
    made = nbformat.v4.new_markdown_cell(
        "![x](attachment:x.png)" if kind == "attachment" else f"![x](data:image/png;base64,{PNG})"
    )
    made.attachments = {"x.png": {"image/png": PNG}}

    assert f"data:image/png;base64,{PNG}" in rendered(nbformat.v4.new_notebook(cells=[made]))


def test_a_picture_that_is_not_attached_does_not_cost_the_page() -> None:
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("see <b> ![x](attachment:gone.png)")])

    assert "see" in rendered(made) and "gone.png" in rendered(made)


def test_a_picture_that_is_none_goes() -> None:
    page = clean(f'<img src="data:image/png;base64,{base64.b64encode(b"<svg>").decode()}" alt="x">')

    assert page == '<img alt="x">'


def test_the_text_of_a_raw_cell_is_shown_as_text() -> None:
    page = rendered(nbformat.v4.new_notebook(cells=[nbformat.v4.new_raw_cell("```\n<b>raw</b>")]))

    assert "&lt;b&gt;raw&lt;/b&gt;" in page


def test_marks_outputs_and_code_are_kept() -> None:
    code = nbformat.v4.new_code_cell("x = 1", metadata={"nbgrader": {"grade_id": "a"}, "tags": ["b"]})
    code.outputs = [
        nbformat.v4.new_output("stream", name="stdout", text="printed"),
        nbformat.v4.new_output("display_data", {"image/png": PNG, "text/plain": "<Figure>"}),
    ]

    (made,) = harmless_copy(nbformat.v4.new_notebook(cells=[code])).cells

    assert made.metadata == {"nbgrader": {"grade_id": "a"}}
    assert made.outputs[0].text == "printed"
    assert made.outputs[1].data == {"image/png": PNG, "text/plain": "<Figure>"}
