"""What an author hears: each slip with its place, its fact and the next step."""

import json
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from autograder.authoring.build import differences, plan_files, write_files
from autograder.authoring.lesson import check_course, read_lesson
from autograder.authoring.proof import prove
from autograder.course.model import Course, load_course
from autograder.errors import CourseError
from autograder.isolation.forked import Zygote

SOLVED = "    # BEGIN SOLUTION\n    return 2 * x\n    # END SOLUTION\n"


def folder_of(course: Course) -> Path:
    return course.lesson("play/double").folder


def change(course: Course, file: str, old: str, new: str) -> Course:
    """Change a lesson's file, and read the course again."""
    path = folder_of(course) / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return load_course(course.root)


def known(_: object) -> dict[str, object]:
    return {"lessons": {"numbers": [1.0, 2.0]}}


SLIPS: dict[str, tuple[str, str, str, str]] = {
    "never closed": (
        "lesson.py",
        SOLVED,
        SOLVED.replace("    # END SOLUTION\n", ""),
        "lesson.py:15: BEGIN SOLUTION is never",
    ),
    "never begun": ("lesson.py", "    # BEGIN SOLUTION\n", "", "lesson.py:16: END SOLUTION without"),
    "nested": (
        "lesson.py",
        "    return 2 * x\n",
        "    # BEGIN SOLUTION\n    return 2 * x\n",
        "lesson.py:16: BEGIN SOLUTION inside",
    ),
    "misspelt": ("lesson.py", "# BEGIN SOLUTION", "# BEGIN SOLUTON", "lesson.py:15: '# BEGIN SOLUTON' is no marker"),
    "three hashes": (
        "lesson.py",
        "# END SOLUTION",
        "### END SOLUTION",
        "lesson.py:17: '### END SOLUTION' is no marker",
    ),
    "lower case": (
        "lesson.py",
        "# BEGIN SOLUTION",
        "# begin solution",
        "lesson.py:15: '# begin solution' is no marker",
    ),
    "an empty answer": ("lesson.py", "    return 2 * x\n", "    # nothing\n", "lesson.py:15: the answer is empty"),
    "an unknown function": ("lesson.py", "def double_all", "def triple_all", "triple_all is no task"),
    "broken Python": ("lesson.py", "def double(x):", "def double(x)", "lesson.py:9: expected ':'"),
    "two hints": ("lesson.toml", '"What is x + x?", ', "", "has 2 hints"),
    "an empty hint": ("lesson.toml", '"What is x + x?"', '" "', "has an empty hint"),
    "no points": ("lesson.toml", "points = 2", "points = 0", "has 0 points"),
    "a test of nothing": ("test_hidden.py", '"double_all"', '"treble"', "names no task"),
    "no core test": ("test_hidden.py", '("double_all", core=True)', '("double_all")', "double_all has no core test"),
    "a mistake of nothing": ("mistakes.py", 'task="double"', 'task="treble"', "mistakes.py:7: 'treble' is no task"),
    "a mistake without a sentence": (
        "mistakes.py",
        "You squared x; add x to itself.",
        "",
        "this mistake has no sentence",
    ),
    "an alternative of nothing": ("alternatives.py", '"double"', '"treble"', "alternatives.py:7: 'treble' is no task"),
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_named_with_its_place(mini: Course, name: str) -> None:
    file, old, new, said = SLIPS[name]
    course = change(mini, file, old, new)

    with pytest.raises(CourseError) as raised:
        check_course(course)

    assert said in str(raised.value)


def test_all_slips_are_named_at_once(mini: Course) -> None:
    (folder_of(mini) / "notes.txt").touch()
    course = change(mini, "lesson.toml", "points = 2", "points = 0")

    with pytest.raises(CourseError) as raised:
        check_course(course)

    assert len(str(raised.value).splitlines()) == 2
    assert "notes.txt: a lesson has no such file" in str(raised.value)


def test_a_right_course_passes(mini: Course) -> None:
    check_course(mini)


def test_a_stub_keeps_signature_and_docstring_and_loses_the_answer(mini: Course) -> None:
    stub = read_lesson(folder_of(mini) / "lesson.py").stub()

    assert 'def double(x):\n    """Return twice x.' in stub
    assert "    # YOUR CODE HERE\n    raise NotImplementedError" in stub
    assert "2 * x" not in stub
    assert "SOLUTION" not in stub


def test_a_notebook_has_a_solution_cell_and_a_judged_cell_for_each_task(mini: Course) -> None:
    notebook = nbformat.reads(plan_files(mini, known)["source/play/double.ipynb"], as_version=4)
    graded = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    solved = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution")]

    assert [(cell.metadata.nbgrader.grade_id, cell.metadata.nbgrader.points) for cell in graded] == [
        ("check_double", 0),
        ("test_double", 2),
        ("check_double_all", 0),
        ("test_double_all", 3),
    ]
    assert [cell.metadata.nbgrader.grade_id for cell in solved] == ["double", "double_all"]
    assert all("raise RuntimeError" in cell.source and "assert" not in cell.source for cell in graded[1::2])
    assert graded[0].source == 'check("play/double:double")'


def test_building_twice_gives_the_same_bytes(mini: Course) -> None:
    first = plan_files(mini, known)

    assert plan_files(mini, known) == first


BROKEN: dict[str, Callable[[Path], object]] = {
    "a changed file": lambda root: (root / "source/play/double.ipynb").write_text("{}"),
    "a missing file": lambda root: (root / "exercises/play/double.py").unlink(),
    "a stray file": lambda root: (root / "exercises/play/answers.py").touch(),
    "a changed number": lambda root: (root / "exercises/play/known.json").write_text(
        (root / "exercises/play/known.json").read_text().replace("2.0", "2.1")
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_difference_from_the_solutions_is_named(mini: Course, name: str) -> None:
    planned = plan_files(mini, known)
    write_files(mini, planned)
    clean = differences(mini, planned)

    BROKEN[name](mini.root)

    assert clean == []
    assert len(differences(mini, planned)) == 1


def test_numbers_may_differ_a_little_between_machines(mini: Course) -> None:
    planned = plan_files(mini, known)
    write_files(mini, planned)
    path = mini.root / "exercises/play/known.json"
    path.write_text(path.read_text().replace("2.0", "2.000001"))

    assert differences(mini, planned) == []
    assert json.loads(path.read_text())["lessons"]["numbers"][1] != 2.0


def proved(course: Course, zygote: Zygote) -> list[str]:
    lesson = course.lesson("play/double")
    return prove(course, lesson, read_lesson(lesson.folder / "lesson.py").stub(), zygote, "a secret").wrong


def test_a_right_lesson_is_proved(mini: Course, zygote: Zygote) -> None:
    assert proved(mini, zygote) == []


UNPROVED: dict[str, tuple[str, str, str, str]] = {
    "two mistakes that look alike": ("mistakes.py", "return x.mul_(2)", "return x * x", "is not told apart from D02"),
    "a mistake that is right": ("mistakes.py", "return x * x", "return x + x", "gets full marks"),
    "an alternative that is wrong": (
        "alternatives.py",
        "return x + x",
        "return x",
        "the right answer 'addition' fails",
    ),
    "an answer that is wrong": ("lesson.py", "[double(x) for x in xs]", "[]", "the answer fails double_all"),
    "a mistake that depends on chance": (
        "mistakes.py",
        "return x * x",
        "return x.mul(__import__('random').random())",
        "not recog",
    ),
}


@pytest.mark.parametrize("name", UNPROVED)
def test_what_cannot_be_proved_is_said(mini: Course, zygote: Zygote, name: str) -> None:
    file, old, new, said = UNPROVED[name]
    course = change(mini, file, old, new)

    assert any(said in line for line in proved(course, zygote))


@pytest.mark.parametrize(
    "clash", ["def ask(student):\n    return student\n", "ask = 3\n"], ids=["function", "constant"]
)
def test_a_probe_with_the_name_of_something_in_the_public_tests_is_refused(mini: Course, clash: str) -> None:
    folder = folder_of(mini)
    (folder / "probes.py").write_text("def ask(lesson, x):\n    return lesson.double(x)\n", encoding="utf-8")
    public = folder / "test_public.py"
    asked = "\n\n@pytest.mark.task('double')\ndef test_asked(student):\n    student.run('ask', x=1)\n"
    public.write_text(public.read_text(encoding="utf-8") + f"\n\n{clash}{asked}", encoding="utf-8")

    with pytest.raises(CourseError, match=r"test_public.py: ask is a name of probes.py too. Choose another.$"):
        plan_files(mini, known)
