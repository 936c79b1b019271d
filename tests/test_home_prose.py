"""Nothing in a home folder refers to what was cut from it: cells, their pictures, their names."""

import ast
import re
from itertools import pairwise

import pytest
from classroom import REPOSITORY
from secret_lines import LESSONS

from autograder.authoring.lesson import read_lesson
from autograder.course.model import Lesson
from autograder.isolation.inside.names import names_of
from autograder.student.exercises import find_exercises

EXERCISES = REPOSITORY / "exercises"
COMMAND = re.compile(r"`unroll (\w+) ([\w/:]+)`")
IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)]*)\)")
CODE = re.compile(r"`([^`\n]+)`")
# Words for what only a cell shows: a lesson's own drawing stands where it is spoken of, and needs none of them.
SHOWN = re.compile(
    r"\b(?:(?:the|this|these) (?:picture|plot|figure)s?\b|(?:the|these) curves\b"
    r"|(?:cell|text|picture|plot|lines?|numbers?) (?:above|below)\b|below,|as above|see above|see below"
    r"|printed (?:above|below)|it prints\b|the output (?:above|below))",
    re.IGNORECASE,
)


def prose_of(lesson: Lesson) -> str:
    """All that a student reads at home: the file's prose and docstrings, and the hints."""
    text = (EXERCISES / f"{lesson.key}.py").read_text(encoding="utf-8")
    comments = re.findall(r"^# ?(?!%%)(.*)$", text, re.MULTILINE)
    nodes = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.ClassDef))
    documented = [ast.get_docstring(node) or "" for node in nodes]
    return "\n".join([*comments, *documented, *(hint for task in lesson.tasks for hint in task.hints)])


def names_of_cut_cells(lesson: Lesson) -> set[str]:
    """The names that only the cut cells make."""
    cut: set[str] = set()
    for cell in read_lesson(lesson.folder / "lesson.py").cells:
        if cell.kind == "example":
            tree = ast.parse(re.sub("^# ?", "", cell.text, flags=re.MULTILINE))
            cut |= {name for statement in tree.body for name in names_of(statement).bound}
    code = re.sub(r"(?m)^#.*$", "", (EXERCISES / f"{lesson.key}.py").read_text(encoding="utf-8"))
    return {name for name in cut if len(name) > 1} - set(re.findall(r"\w+", code))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_no_word_points_at_what_only_a_cell_shows(lesson: Lesson) -> None:
    assert SHOWN.findall(prose_of(lesson)) == []


@pytest.mark.parametrize(
    "text",
    [
        "The picture shows two errors",
        "The text below is long",
        "Below, a network sits",
        "about this picture",
        "the curves fall",
    ],
)
def test_such_words_are_found(text: str) -> None:
    assert SHOWN.search(text)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_every_picture_is_in_the_folder_and_has_words(lesson: Lesson) -> None:
    found = IMAGE.findall((EXERCISES / f"{lesson.key}.py").read_text(encoding="utf-8"))

    assert found
    assert all(about and (EXERCISES / lesson.assignment / name).is_file() for about, name in found)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_no_name_stands_in_prose_that_only_a_cut_cell_makes(lesson: Lesson) -> None:
    prose = COMMAND.sub("", prose_of(lesson))
    named = {word for code in CODE.findall(prose) for word in re.findall(r"\w+", code)}

    assert not named & names_of_cut_cells(lesson)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_every_command_in_prose_can_be_typed(lesson: Lesson) -> None:
    exercises = find_exercises(EXERCISES, lesson.assignment)
    pictures = {key for key in exercises.pictures if exercises.pictures[key]}

    found = COMMAND.findall(prose_of(lesson))

    assert {command for command, _ in found} <= {"read", "plot"}
    assert {address for _, address in found} == {lesson.key}
    assert lesson.name in pictures or "plot" not in dict(found)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_where_a_cell_is_cut_the_file_says_how_to_see_it(lesson: Lesson) -> None:
    kinds = [cell.kind for cell in read_lesson(lesson.folder / "lesson.py").cells]
    groups = sum(kind == "example" and before != "example" for before, kind in pairwise(["", *kinds]))

    text = (EXERCISES / f"{lesson.key}.py").read_text(encoding="utf-8")

    assert groups and text.count(f"`unroll read {lesson.key}`") == groups
