"""Bytes and values that nobody thought of: the frame and the intake answer with their own errors or not at all.

The inputs are made anew from the same numbers every time; one that was found stands as an example.
"""

import io
import json
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
from classroom import REPOSITORY
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from autograder.course.model import load_course
from autograder.intake import HandIn, Student, read_hand_in
from autograder.isolation.inside import wire
from autograder.isolation.limits import Limits
from autograder.isolation.replies import ANSWERS, check_reply
from autograder.isolation.worker import _student_error
from autograder.nbgrader.fresh import fresh
from autograder.nbgrader.harmless import HarmlessHTML, clean

SINE = load_course(REPOSITORY).assignment("sine")
SAME = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NUMBERS = st.integers() | st.floats() | st.booleans() | st.none()
PLAIN = st.recursive(
    NUMBERS | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
TAGS = st.recursive(
    NUMBERS | st.text(max_size=20),
    lambda inner: (
        st.dictionaries(st.sampled_from(["f", "l", "u", "d", "t", "n", "s", "o", "x"]), inner, max_size=2)
        | st.lists(inner, max_size=4)
        | st.tuples(st.sampled_from([*wire.DTYPES]), st.lists(st.integers(-1, 9), max_size=9), inner).map(list)
    ),
    max_leaves=20,
)
NAMES = ["kind", "text", "kinds", "where", "line", "cell", "source", "frames", "lesson", "notes", "names", "large"]
FIELDS = st.dictionaries(st.sampled_from(NAMES), PLAIN | st.lists(PLAIN, max_size=3), max_size=9)


def from_bytes(data: bytes) -> Callable[[memoryview], int]:
    """Serve bytes as a socket would."""
    return io.BytesIO(data).readinto  # type: ignore[return-value]


def frame(header: bytes, body: bytes) -> bytes:
    return wire.PREFIX.pack(wire.MAGIC, len(header), len(body)) + header + body


@SAME
@given(st.binary(max_size=200))
def test_any_bytes_are_a_frame_or_none(data: bytes) -> None:
    for whole in (data, wire.MAGIC + data, frame(data, b"")):
        try:
            head, _ = wire.receive(from_bytes(whole), 1 << 20)
        except (wire.FrameError, EOFError):
            continue
        assert type(head) is dict


@SAME
@given(TAGS, st.binary(max_size=64))
@example({"f": "0x1p99999"}, b"")
@example({"t": ["f4", [0, -1], 0]}, b"")
@example({"d": [["a", {"s": 3}]]}, b"abc")
@example({"": 1}, b"")
def test_any_header_is_a_value_or_none(value: Any, body: bytes) -> None:
    header = json.dumps({"id": 1, "ok": True, "v": value}).encode()
    try:
        head, _ = wire.receive(from_bytes(frame(header, body)), 1 << 20, 1 << 10)
    except (wire.FrameError, EOFError):
        return
    assert head == {"id": 1, "ok": True}


@SAME
@given(st.sampled_from([*ANSWERS, "call"]), FIELDS | PLAIN, FIELDS | PLAIN)
@example("load", {"id": 1, "ok": True}, {"notes": [{"x": 1}], "names": [], "remarks": []})
@example("load", {"id": 1, "ok": True}, {"notes": 5, "names": [], "remarks": []})
@example("load", {"id": 1, "ok": True}, {"notes": [], "names": [1, 2, 3], "remarks": []})
@example("show", {"id": 1, "ok": True}, [{"kind": "png", "data": "x"}])
def test_any_reply_is_one_that_can_be_used_or_none(op: str, head: Any, value: Any) -> None:
    for checked in ({"id": 1, "ok": True}, {"id": 1, "ok": False}, head):
        try:
            check_reply(op, checked, value)
        except wire.FrameError:
            continue
        if not checked["ok"] and not checked.get("large"):
            str(_student_error(value))


def read(path: Path) -> HandIn:
    hand_in = read_hand_in(Student("ada", "ada", path), SINE, Limits())
    json.dumps([source.cells for source in hand_in.sources.values()])
    return hand_in


@SAME
@given(name=st.sampled_from(["cell.py", "cell.ipynb", "CELL.PY", "sine", "cell.zip", "é.py"]), data=st.binary())
@example("cell.py", b"\xff\xfe\x00")
@example("cell.py", b"# -*- coding: rot13 -*-\nx = 1\n")
@example("cell.ipynb", b'{"cells": [{"cell_type": "code", "source": 3}]}')
def test_any_file_of_a_folder_can_be_handed_in(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)

    assert read(tmp_path).student == "ada"


@SAME
@given(
    content=st.lists(st.sampled_from([b"cell.py", b"a/cell.py", b"../x", b"/etc", b"PK\x05\x06", b"a\x00b"])),
    cut=st.integers(0, 400),
    flip=st.integers(0, 400),
)
def test_any_archive_can_be_handed_in(tmp_path: Path, content: list[bytes], cut: int, flip: int) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for number, name in enumerate(content):
            archive.writestr(f"{number or ''}{name.decode('latin-1')}", "x = 1\n")
    whole = bytearray(data.getvalue())
    whole[flip % len(whole)] ^= 0xFF
    (tmp_path / "ada.zip").write_bytes(whole[: len(whole) - cut % len(whole)])

    assert read(tmp_path / "ada.zip").student == "ada"


CELL_FIELDS = [
    "cell_type",
    "source",
    "metadata",
    "outputs",
    "id",
    "nbgrader",
    "grade_id",
    "cells",
    "worksheets",
    "input",
]
CELLS = st.dictionaries(st.sampled_from(CELL_FIELDS), PLAIN | st.just("code") | st.just("markdown"), max_size=6)


@SAME
@given(
    cells=st.lists(CELLS | PLAIN, max_size=4) | PLAIN,
    around=st.dictionaries(st.sampled_from(["metadata", "nbformat", "nbformat_minor"]), PLAIN),
)
@example([{"cell_type": "code", "source": ["x = 1", 3]}], {"nbformat": 4})
@example([{"cell_type": "code", "source": "x = 1", "metadata": {"nbgrader": []}}], {"metadata": []})
def test_any_json_can_be_a_notebook(tmp_path: Path, cells: Any, around: dict[str, Any]) -> None:
    (tmp_path / "cell.ipynb").write_text(json.dumps({"cells": cells, **around}), encoding="utf-8")

    hand_in = read(tmp_path)

    assert all(isinstance(text, str) for text in hand_in.sources["cell"].cells)


@SAME
@given(st.lists(CELLS | PLAIN, max_size=5))
@example([{"cell_type": "markdown", "source": ["a", 3], "attachments": {"x": {"image/png": [1]}}}])
@example([{"cell_type": "code", "source": "x", "metadata": {"nbgrader": {"grade_id": "\ud800"}}}])
def test_any_cells_make_a_notebook_that_nbgrader_can_read(cells: list[Any]) -> None:
    made = fresh(cells)

    nbformat.validate(made)
    json.dumps(made).encode()


PIECES = [
    "<",
    ">",
    "/",
    "script",
    "img",
    "svg",
    "a",
    " ",
    "=",
    "'",
    '"',
    "onerror",
    "src",
    "href",
    "javascript:",
    "data:",
]
PIECES += [
    "text/html,",
    "x",
    "<!--",
    "-->",
    "&#106;",
    "\t",
    "\n",
    "style",
    "math",
    "iframe",
    "srcdoc",
    "$",
    "`",
    "](",
    "![",
    "[",
]


class Running(HTMLParser):
    """What of a piece of HTML could run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.bad: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.bad += [tag] if tag in ("script", "iframe", "svg", "style", "math", "object", "embed", "form") else []
        self.bad += [name for name, _ in attrs if name.startswith("on") or name in ("srcdoc", "style")]
        links = ["".join((value or "").split()).lower() for name, value in attrs if name in ("href", "src")]
        self.bad += [link for link in links if link.startswith(("javascript:", "data:text"))]


@SAME
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_prose_becomes_a_page_that_runs_nothing(text: str) -> None:
    assert Running(clean(text)).bad == []
    assert Running(HarmlessHTML().markdown2html({}, text)).bad == []
