"""`unroll read`: what a kit ships of a lesson's page, what a student's code shows in it, and that nothing escapes."""

import json
import re
import shutil
import types
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from classroom import REPOSITORY
from homework import answer, unroll, write
from secret_lines import LESSONS, secret_lines

from autograder.authoring.build import differences, plan_files
from autograder.authoring.known import known_content
from autograder.course.model import Course, Lesson
from autograder.errors import UsageError, WorkerTimeout
from autograder.isolation.inside.cells import run_cell
from autograder.isolation.inside.source import Compiler
from autograder.student.exercises import find_exercises
from autograder.student.page.demos import NOT_RUN, Demo, Demos
from autograder.student.page.html import page_html
from autograder.student.page.parts import Part, Written, find_written, read_parts
from autograder.student.page.prose import math_html, prose_html

EXERCISES = REPOSITORY / "exercises"
STUBS = "def half(x):\n    raise NotImplementedError\n\n\ndef quarter(x):\n    return half(half(x))\n"
HOSTILE = "</code></pre><script>alert(1)</script><img src=x onerror=alert(1)>"


class Here:
    """Answers as a worker does, in this process."""

    def __init__(self, source: str) -> None:
        self._module = types.ModuleType("lesson")
        exec(compile(source, "<lesson>", "exec"), self._module.__dict__)

    def ask(self, op: str, request: dict[str, Any]) -> Any:
        assert op == "show"
        return run_cell(self._module, request["text"], "<lesson cell 1001>", Compiler(), request["dpi"])


def demos_of(source: str, *names: str) -> Demos:
    return Demos({name: find_written(name, [source]) for name in names}, [source], Here(source))


def stub_page(lesson: Lesson, source: str = "", demo: Demo | None = None) -> str:
    """The page of a lesson of this course, with nothing run."""
    exercises = find_exercises(EXERCISES, lesson.assignment)
    here = next(one for one in exercises.assignment.lessons if one.name == lesson.name)
    parts = read_parts(exercises, here)
    written = {task.name: find_written(task.name, [source] if source else []) for task in here.tasks}
    shown = [demo or Demo() for part in parts if part.kind == "demo"]
    return page_html(exercises, here, parts, f"{here.name}.py", written, shown)


class Outline(HTMLParser):
    """Collects the tags of a page with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def of(self, *names: str) -> Iterator[tuple[str, dict[str, str | None]]]:
        return ((tag, given) for tag, given in self.tags if tag in names)


@pytest.mark.parametrize("path", sorted(EXERCISES.glob("*/known.json")), ids=lambda path: path.parent.name)
def test_what_is_shipped_of_a_page_has_no_line_of_an_answer(path: Path) -> None:
    lessons = json.loads(path.read_text(encoding="utf-8"))["lessons"].values()
    lines = {line.strip() for lesson in lessons for part in lesson["page"] for line in part["text"].split("\n")}

    assert len(lines) > 100
    assert not lines & secret_lines()


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_a_page_has_all_that_the_students_file_has_and_the_cells_of_the_notebook(lesson: Lesson) -> None:
    exercises = find_exercises(EXERCISES, lesson.assignment)
    parts = read_parts(exercises, next(one for one in exercises.assignment.lessons if one.name == lesson.name))

    assert [part.name for part in parts if part.kind == "task"] == [task.name for task in lesson.tasks]
    file = exercises.file(lesson).read_text(encoding="utf-8")
    assert all(part.text in file for part in parts if part.kind in ("task", "code"))
    cells = json.loads((REPOSITORY / "source" / f"{lesson.key}.ipynb").read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells]
    demos = [part.text for part in parts if part.kind == "demo"]
    assert demos and not [demo for demo in demos if demo not in sources]


def test_a_changed_part_is_a_difference_that_build_finds(built: Course) -> None:
    path = built.root / "exercises/play/known.json"
    path.write_text(
        path.read_text(encoding="utf-8").replace("# Twice as much", "# Thrice as much", 1), encoding="utf-8"
    )

    assert differences(built, plan_files(built, known_content)) == [
        "exercises/play/known.json: differs from what solutions/ makes. Run `unroll build`."
    ]


def test_an_older_folder_is_told_how_to_get_pages(home: Path) -> None:
    exercises = find_exercises(home, "play")
    path = home / "play" / "known.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    del data["lessons"]["double"]["page"]
    path.write_text(json.dumps(data), encoding="utf-8")

    with pytest.raises(UsageError, match=r"has no page of play/double. `unroll init` brings it up to date."):
        read_parts(exercises, exercises.assignment.lessons[0])


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_every_formula_is_mathml(lesson: Lesson) -> None:
    page = stub_page(lesson)

    main = page.partition("<main>")[2]
    prose = re.sub(r"<pre>.*?</pre>", "", main, flags=re.DOTALL)
    assert "<math" in prose
    assert "$" not in prose and "\\" not in prose and 'mathvariant="monospace"' not in prose


def test_a_formula_that_cannot_be_turned_stays_as_it_is_written() -> None:
    assert math_html(r"\left( a", "inline") == r"<code>\left( a</code>"
    assert math_html(r"\nosuchword < b", "inline") == r"<code>\nosuchword &lt; b</code>"


def test_tags_in_prose_are_text() -> None:
    made = prose_html("a <script>alert(1)</script> and [x](javascript:alert(1)) ![y](z.svg)", lambda src, about: "P")

    assert "<script" not in made and "href" not in made
    assert made.endswith("P</p>\n")


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_a_page_needs_nothing_from_elsewhere_and_runs_nothing(lesson: Lesson) -> None:
    page = stub_page(lesson)

    for tag, given in Outline(page).tags:
        assert tag not in ("script", "link", "iframe", "object", "base")
        assert not [key for key in given if key.startswith("on")]
        addresses = [given[key] or "" for key in ("src", "href", "xlink:href", "srcset") if key in given]
        assert all(address.startswith(("#", "data:image/")) for address in addresses)
    assert "@import" not in page and not re.search(r"url\((?!#)", page)
    assert "default-src 'none'" in page


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_headings_go_down_one_by_one_and_every_picture_has_words(lesson: Lesson) -> None:
    outline = Outline(stub_page(lesson))

    levels = [int(tag[1]) for tag, _ in outline.of("h1", "h2", "h3", "h4")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    drawings = [given for _, given in outline.of("svg")]
    assert [given["role"] for given in drawings] == ["img"] and drawings[0]["aria-label"]
    assert all(given.get("alt") for _, given in outline.of("img"))
    assert [given["lang"] for _, given in outline.of("html")] == ["en"]


def test_what_a_student_wrote_and_printed_is_text(course: Course) -> None:
    source = f'def rnn_cell(x_t, h, w_ih, w_hh, b_ih, b_hh):\n    return "{HOSTILE}\u202e"\n'
    demo = demos_of(source, "rnn_cell").run("print(rnn_cell(*range(6)))\nraise ValueError(rnn_cell(*range(6)))")

    page = stub_page(course.lesson("sine/cell"), source, demo)

    assert "<script" not in page and "onerror=alert(1)&gt;" in page
    assert not list(Outline(page).of("img"))
    assert page.count("&lt;img src=x") >= 3 and "\u202e" not in page


def test_a_drawing_that_is_not_as_shipped_is_a_mere_picture(tmp_path: Path, course: Course) -> None:
    shutil.copytree(EXERCISES / "sine", tmp_path / "sine")
    exercises = find_exercises(tmp_path, "sine")
    (tmp_path / "sine" / "cell.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>')
    parts = [Part("prose", "![A cell](cell.svg) ![](nothing.svg)")]

    page = page_html(exercises, course.lesson("sine/cell"), parts, "cell.py", {}, [])

    ((_, given),) = Outline(page).of("img")
    assert given["alt"] == "A cell" and str(given["src"]).startswith("data:image/svg+xml;base64,")
    assert "<script" not in page


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("half(1)", "Write half first."),
        ("print(2)\nquarter(1)", "Write half first."),
        ("third(1)", "Write third first."),
        ("quarter", ""),
    ],
)
def test_a_cell_says_what_is_to_be_written_first(text: str, words: str) -> None:
    demo = demos_of(STUBS, "half", "quarter", "third").run(text)

    assert demo.words == words
    assert [one["text"] for one in demo.shown if one["kind"] == "text"] == (["2\n"] if "print" in text else [])


def test_a_cell_that_needs_one_above_says_what_that_needs() -> None:
    demos = demos_of(STUBS, "half", "quarter")
    for text in ("y = half(1)", "z = 1 / 0"):
        demos.run(text)

    found = [demos.run(text).words for text in ("print(y)", "print(z)", "print(w)")]

    assert found == ["Write half first.", "This needs a cell above that did not run to its end.", ""]


def test_a_cell_that_raises_shows_the_message_and_the_students_line() -> None:
    source = "def half(x):\n    return x / 0\n"

    (error,) = demos_of(source, "half").run("a = 1\nhalf(a)").shown

    assert (error["name"], error["text"]) == ("ZeroDivisionError", "division by zero")
    assert error["lines"] == ["line 2, in <module>", "lesson.py, line 2, in half"]


def test_code_that_raises_the_stubs_error_elsewhere_is_not_called_unwritten() -> None:
    source = "def half(x):\n    return other(x)\n\n\ndef other(x):\n    raise NotImplementedError('no such kernel')\n"

    demo = demos_of(source, "half").run("half(1)")

    assert not demo.words and demo.shown[0]["text"] == "no such kernel"


def test_after_a_worker_has_gone_nothing_more_is_run() -> None:
    class Gone:
        def ask(self, op: str, request: dict[str, Any]) -> Any:
            raise WorkerTimeout("There was no answer within 60 s.")

    demos = Demos({}, [], Gone())

    assert [demos.run("1").words for _ in range(2)] == ["There was no answer within 60 s.", NOT_RUN]


def test_a_picture_is_also_said_in_words() -> None:
    draw = 'import matplotlib.pyplot as plt\nplt.plot([1, 2], label="h")\nplt.xlabel("t")\n'
    draw += 'plt.ylabel("loss")\nplt.legend();'

    (shown,) = demos_of("", "half").run(draw).shown

    assert shown["kind"] == "png" and shown["text"] == "loss against t, h"


def test_the_last_definition_counts_with_its_decorators_and_beside_broken_cells() -> None:
    text = "def half(x): ...\n# %%\n@wraps\ndef half(x):\n    return 1\n# %%\nhalf(\n"

    assert find_written("half", [text]) == Written("@wraps\ndef half(x):\n    return 1", 3)
    assert find_written("half", ["def half(x): ...", "x = 1"]) == Written("def half(x): ...", 1, 1)


def test_a_lesson_without_demos_becomes_a_page_too(home: Path) -> None:
    (home / "play" / "double.py").write_text("def double(x):\n    return 2 * x\n", encoding="utf-8")

    done = unroll(home, "read", "--no-open", "play/double")

    page = (home / "pages" / "play-double.html").read_text(encoding="utf-8")
    assert done.returncode == 0 and done.stdout.split() == [str(home / "pages" / "play-double.html")]
    assert "<h1>Twice as much</h1>" in page
    assert "your code: double.py, line 1" in page and "double.py does not define it; this is the stub" in page


def test_the_cells_run_the_students_own_code_in_the_locked_worker(folder: Path, course: Course) -> None:
    right = answer(course, "cell").replace("output @ w_hy.T + b_y", 'print("mine") or open("/etc/passwd")')
    write(folder, "cell", right)

    done = unroll(folder, "read", "--no-open", "sine/cell")

    page = (folder / "pages" / "sine-cell.html").read_text(encoding="utf-8")
    assert done.returncode == 1
    assert "What went wrong in a cell stands below it." in done.stdout
    assert 'alt="time step t, input, h[0], h[1], h[2], h[3]" src="data:image/png;base64,' in page
    assert "mine" in page and "Error: [Errno" in page and "cell.py, line" in page
