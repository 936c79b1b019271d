"""The drawing of a lesson: drawn once, kept, shown in files and notebooks, and said when it is not as it should be."""

import base64
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import nbformat
import pytest

from autograder.authoring.build import differences, plan_files, write_files
from autograder.authoring.drawing import SOURCE, drawing_of
from autograder.authoring.lesson import check_course
from autograder.course.model import Course
from autograder.errors import CourseError

LINE = '''"""One line."""


def draw(figure):
    figure.subplots().plot([1, 2])
'''
SHOWN = "# ![A line that goes up](double.svg)\n#\n"


def known(_: object) -> dict[str, object]:
    return {}


@pytest.fixture
def drawn(mini: Course) -> Course:
    """The small course, whose lesson shows a drawing."""
    folder = mini.lesson("play/double").folder
    (folder / SOURCE).write_text(LINE, encoding="utf-8")
    text = (folder / "lesson.py").read_text(encoding="utf-8")
    head, cell, rest = text.partition("# %% [markdown]\n")
    (folder / "lesson.py").write_text(f"{head}{cell}{SHOWN}{rest}", encoding="utf-8")
    return mini


def test_a_drawing_stands_beside_the_exercise_and_in_the_notebook(drawn: Course) -> None:
    check_course(drawn)
    write_files(drawn, plan_files(drawn, known))

    exercise = drawn.root / "exercises" / "play"
    cell = nbformat.read(drawn.root / "source" / "play" / "double.ipynb", as_version=4).cells[0]

    assert "](double.svg)" in (exercise / "double.py").read_text(encoding="utf-8")
    assert ElementTree.parse(exercise / "double.svg").getroot().tag.endswith("svg")
    assert "![A line that goes up](attachment:double.png)" in cell.source
    assert base64.b64decode(cell.attachments["double.png"]["image/png"]).startswith(b"\x89PNG")


def test_a_drawing_is_drawn_once_and_again_when_its_source_changes(drawn: Course) -> None:
    lesson = drawn.lesson("play/double")
    write_files(drawn, plan_files(drawn, known))
    kept = lesson.folder / "drawing.svg"
    # What another version of matplotlib would draw stays as it is.
    kept.write_text(kept.read_text(encoding="utf-8") + "<!-- another version -->", encoding="utf-8")

    unchanged = drawing_of(lesson)
    (lesson.folder / SOURCE).write_text(LINE.replace("[1, 2]", "[2, 1]"), encoding="utf-8")
    changed = drawing_of(lesson)
    lines = differences(drawn, plan_files(drawn, known))

    assert unchanged and "another version" in unchanged.svg
    assert changed and "another version" not in changed.svg
    assert "solutions/play/double/drawing.png: differs from what solutions/ makes. Run `unroll build`." in lines


@pytest.mark.parametrize(
    ("source", "shown", "said"),
    [
        (LINE, "", 'lesson.py: shows no double.svg. Add "# ![what it shows](double.svg)" to a cell'),
        (LINE, "# ![](double.svg)\n", "lesson.py: shows no double.svg."),
        (LINE, SHOWN + "# ![more](triple.svg)\n", "lesson.py: shows triple.svg, and drawing.py draws double.svg."),
        ("", SHOWN, "lesson.py: shows double.svg. Write drawing.py"),
    ],
    ids=["not shown", "without words", "another name", "not drawn"],
)
def test_what_is_forgotten_is_said(drawn: Course, source: str, shown: str, said: str) -> None:
    folder = drawn.lesson("play/double").folder
    _set(folder, source, shown)

    with pytest.raises(CourseError) as caught:
        check_course(drawn)

    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def _set(folder: Path, source: str, shown: str) -> None:
    text = (folder / "lesson.py").read_text(encoding="utf-8")
    (folder / "lesson.py").write_text(text.replace(SHOWN, shown), encoding="utf-8")
    (folder / SOURCE).unlink()
    if source:
        (folder / SOURCE).write_text(source, encoding="utf-8")


@pytest.mark.parametrize("source", ["x = 1\n", "def draw(figure):\n    figure.plot()\n", "def draw(:\n"])
def test_a_drawing_that_cannot_be_drawn_is_one_line(drawn: Course, source: str) -> None:
    lesson = drawn.lesson("play/double")
    (lesson.folder / SOURCE).write_text(source, encoding="utf-8")

    with pytest.raises(CourseError, match=r"drawing.py: \w+Error: .*It should define draw\(figure\)\.") as caught:
        drawing_of(lesson)

    assert len(str(caught.value).splitlines()) == 1


def test_every_lesson_has_a_drawing(course: Course) -> None:
    assert [lesson.key for lesson in course.lessons() if drawing_of(lesson) is None] == []
