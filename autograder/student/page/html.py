"""Write a lesson's page: one file of HTML that asks for nothing else, in which all text of the student's is text."""

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from autograder.course.model import Lesson
from autograder.errors import place_in
from autograder.student.exercises import KNOWN, Exercises, read_known
from autograder.student.page.demos import Demo
from autograder.student.page.parts import Part, Written
from autograder.student.page.prose import prose_html
from autograder.text.clean import one_line, printable
from autograder.text.words import points

TEMPLATE = Path(__file__).with_name("page.html")
MOST_LINES = 200  # of one output
NO_WORDS = "A picture that this code drew"
NOT_INLINE = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>", re.DOTALL)
SIZE = re.compile(r'(<svg\b[^>]*?) width="([\d.]+pt)" height="[\d.]+pt"')


def page_html(
    exercises: Exercises,
    lesson: Lesson,
    parts: Iterable[Part],
    file: str,
    written: Mapping[str, Written | None],
    demos: Iterable[Demo],
    notes: Sequence[str] = (),
) -> str:
    """Write the page of a lesson.

    Args:
        file: the name of the student's file.
        written: what it has of each task.
        demos: what each cell showed, in their order.
        notes: sentences about the file.
    """
    shown = iter(demos)
    draw = partial(_drawing, exercises)
    made = [_notes(notes)]
    for part in parts:
        if part.kind == "prose":
            made.append(prose_html(part.text, draw))
        elif part.kind == "demo":
            made.append(_demo(part, next(shown)))
        elif part.kind == "task":
            made.append(_task(lesson, part, file, written.get(part.name)))
        else:
            made.append(_code(part.text))
    about = f"{escape(lesson.key)} · about {lesson.minutes} minutes"
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        title=escape(f"{lesson.title} ({lesson.key})"), about=about, body="\n".join(filter(None, made))
    )


def _notes(notes: Sequence[str]) -> str:
    return "\n".join(map(_said, notes))


def _said(text: str) -> str:
    return f'<p class="said">{escape(one_line(text, 1000))}</p>'


def _task(lesson: Lesson, part: Part, file: str, found: Written | None) -> str:
    worth = f"{points(lesson.task(part.name).points)} points"
    if found is None:
        state = f'<span class="todo">{escape(one_line(file))} does not define it; this is the stub</span>'
    elif found.is_stub:
        state = f'<span class="todo">not written yet: {_place(file, found)}</span>'
    else:
        state = f"your code: {_place(file, found)}"
    code = _code(part.text if found is None else found.text)
    return f"<figure><figcaption><strong>{escape(part.name)}</strong>, {worth}, {state}</figcaption>\n{code}</figure>"


def _place(file: str, found: Written) -> str:
    return escape(f"{one_line(file)}, {place_in(found.line, found.cell)}")


def _code(text: str) -> str:
    formatter: Any = HtmlFormatter(nowrap=True)
    lexer: Any = PythonLexer(stripnl=False, ensurenl=False)
    return f"<pre><code>{highlight(printable(text, len(text)), lexer, formatter)}</code></pre>"


def _demo(part: Part, demo: Demo) -> str:
    shown = "\n".join([*map(_output, demo.shown), *([_said(demo.words)] if demo.words else [])])
    caption = "What it does, with your code"
    return f'<figure class="demo"><figcaption>{caption}</figcaption>\n{_code(part.text)}\n{shown}</figure>'


def _output(one: dict[str, Any]) -> str:
    if one["kind"] == "png":
        about = escape(one["text"] or NO_WORDS)
        return f'<img class="picture shown" alt="{about}" src="data:image/png;base64,{one["data"]}">'
    if one["kind"] == "error":
        text = "\n".join([f"{one['name']}: {one['text']}".removesuffix(": "), *one["lines"]])
        return f'<pre class="output error">{escape(_short(text))}</pre>'
    return f'<pre class="output">{escape(_short(one["text"]))}</pre>'


def _short(text: str) -> str:
    lines = text.rstrip().split("\n")
    left = len(lines) - MOST_LINES
    return "\n".join(lines if left <= 0 else [*lines[:MOST_LINES], f"[{left} more lines]"])


def _drawing(exercises: Exercises, address: str, about: str) -> str:
    """Put a drawing of the folder into the page: as it was shipped as a part of it, otherwise as a mere picture."""
    path = exercises.folder / Path(address).name
    if path.suffix != ".svg" or path.is_symlink() or not path.is_file():
        return f"<em>{escape(about)}</em>"
    data = path.read_bytes().replace(b"\r\n", b"\n")
    if not _is_shipped(exercises, path.name, data):
        return f'<img class="picture" alt="{escape(about)}" src="{_as_address(data)}">'
    svg = NOT_INLINE.sub("", data.decode()).strip()
    # On a narrow screen it stays large enough to be read, and can be scrolled.
    return f'<span class="wide" tabindex="0">{SIZE.sub(lambda found: _sized(found, about), svg, count=1)}</span>'


def _sized(found: re.Match[str], about: str) -> str:
    return f'{found[1]} class="picture" role="img" aria-label="{escape(about)}" style="--wide: {found[2]}"'


def _as_address(data: bytes) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(data).decode()}"


def _is_shipped(exercises: Exercises, name: str, data: bytes) -> bool:
    built = read_known(exercises.folder / KNOWN).get("built", {})
    digests = {Path(path).name: digest for path, digest in built.items()}
    return digests.get(name) == hashlib.sha256(data).hexdigest()
