"""Tasks, shapes and pictures are read and written in one place: what is written reads back as it was."""

import json
from pathlib import Path
from typing import Any

import pytest
from classroom import REPOSITORY

from autograder.course.model import Course, load_course
from autograder.course.task import (
    Drawn,
    Picture,
    Shape,
    ShapeError,
    Task,
    drawn_data,
    read_drawn,
    read_picture,
    read_shapes,
    read_task,
    shapes_data,
    task_data,
)
from autograder.errors import CourseError

SHAPES = (Shape("x", ("N", "4H"), "Rows."), Shape("loss", (), "One number."))
PICTURE = Picture("curve", ("fit",), "Loss", "step", "loss", ("one", "two"), True, "fit on windows")
SHIPPED = sorted(REPOSITORY.glob("exercises/*/known.json"))


def through_json(data: Any) -> Any:
    return json.loads(json.dumps(data))


def test_shapes_read_back_as_they_were_written() -> None:
    assert shapes_data(SHAPES) == {"x": ["N, 4H", "Rows."], "loss": ["", "One number."]}
    assert read_shapes(through_json(shapes_data(SHAPES))) == SHAPES
    assert read_shapes({}) == ()


def test_axes_may_stand_with_or_without_commas() -> None:
    assert read_shapes({"x": ["N T,D", "A."]}) == read_shapes({"x": [" N, T , D ", "A."]})


@pytest.mark.parametrize("table", [{"x": "N, D"}, {"x": ["N, D"]}, {"x": ["N", "a", "b"]}, {"x": 3}, ["x"], "x", 3])
def test_what_is_no_table_of_shapes_is_refused_as_one(table: Any) -> None:
    with pytest.raises(ShapeError):
        read_shapes(table)


def test_a_task_says_to_students_only_what_they_may_know() -> None:
    task = Task("f", 2.0, ("Why?", "So."), ("torch.nn",), 0.5, "Because.", "def f(): ...", SHAPES, SHAPES[1:])

    data = task_data(task)

    assert list(data) == ["name", "points", "hints", "takes", "returns"]
    assert read_task(through_json(data)) == Task("f", 2.0, ("Why?", "So."), takes=SHAPES, returns=SHAPES[1:])


def test_a_task_may_lack_all_but_its_name_and_its_points() -> None:
    assert read_task({"name": "f", "points": 0}) == Task("f", 0.0)


@pytest.mark.parametrize("key", ["name", "points"])
def test_a_task_without_a_name_or_points_is_none(key: str) -> None:
    with pytest.raises(KeyError, match=key):
        read_task({name: value for name, value in {"name": "f", "points": 1}.items() if name != key})


def test_a_picture_reads_back_as_it_was_shipped() -> None:
    for limit in (0.003, None):
        drawn = Drawn(PICTURE, limit, "def curve(): ...")
        assert read_drawn(through_json(drawn_data(drawn))) == drawn


def test_a_picture_may_lack_labels_and_a_threshold() -> None:
    assert read_picture({"probe": "p", "title": "t", "x": "x", "y": "y"}) == Picture("p", (), "t", "x", "y")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_what_is_shipped_is_written_as_it_is_read_byte_for_byte(path: Path) -> None:
    for lesson in json.loads(path.read_text(encoding="utf-8"))["lessons"].values():
        for entry in lesson["tasks"]:
            again = {**task_data(read_task(entry)), "sealed": entry["sealed"]}
            assert json.dumps(again) == json.dumps(entry)
        for entry in lesson["pictures"]:
            assert json.dumps(drawn_data(read_drawn(entry))) == json.dumps(entry)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('points = "many"', "could not convert string to float: 'many'. Mend it."),
        ("points = [1]", "Mend it."),
        ("points = 1\nhints = 3", "'int' object is not iterable. Mend it."),
        ("points = 1\ntakes = 3", "Mend the shapes."),
        (
            "points = 1\ntakes = { x = 'N, D' }",
            'a shape should read name = ["N, D", "What it holds."]. Mend the shapes.',
        ),
    ],
    ids=["a word", "a list", "hints", "no table", "no pair"],
)
def test_a_task_that_cannot_be_read_costs_its_author_one_line(mini: Course, line: str, said: str) -> None:
    path = mini.root / "solutions" / "play" / "double" / "lesson.toml"
    path.write_text(f'title = "Double"\nminutes = 5\n[[task]]\nname = "double"\n{line}\n', encoding="utf-8")

    with pytest.raises(CourseError) as caught:
        load_course(mini.root)

    text = str(caught.value)
    assert text.startswith(f"{path}: task 'double': ") and text.endswith(said) and "\n" not in text
