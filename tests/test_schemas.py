"""The JSON Schemas that are installed with the kit describe what it writes, key by key."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from classroom import REPOSITORY
from jsonschema import Draft202012Validator
from reports import ADA, BEN
from schemas import NAMES, complaints, schema

from autograder.authoring.changed import RECORD, note_built
from autograder.course.model import Course
from autograder.reports.files import write_student
from autograder.student.folder.init import bring
from autograder.student.folder.shipped import read_shipped

FULL = replace(BEN, output={"sine/cell": "hi\x1b[2J"}, notes=("Two files.",))
SHIPPED = sorted(REPOSITORY.glob("exercises/*/known.json"))
CALIBRATED = sorted(REPOSITORY.glob("solutions/*/*/calibration.json"))


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def objects(part: Any) -> Iterator[dict[str, Any]]:
    """Go through the schemas of all objects in a schema."""
    if isinstance(part, dict):
        if part.get("type") == "object":
            yield part
        for inner in part.values():
            yield from objects(inner)
    if isinstance(part, list):
        for inner in part:
            yield from objects(inner)


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))

    assert schema(name)["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert schema(name)["title"] and schema(name)["description"]


@pytest.mark.parametrize("name", NAMES)
def test_no_object_of_ours_may_have_keys_that_nobody_described(name: str) -> None:
    found = list(objects(schema(name)))

    assert found
    for one in found:
        values = one["additionalProperties"]
        assert values is False or (values and "properties" not in one)
        assert set(one.get("required", ())) <= set(one.get("properties", ()))


@pytest.mark.parametrize("result", [ADA, FULL, replace(ADA, digest="", tasks=(), tests=())], ids=["ada", "ben", "lost"])
def test_the_files_of_a_student_are_as_described(tmp_path: Path, result: Any) -> None:
    write_student(tmp_path, result)

    for name in ("results", "record"):
        assert complaints(name, read(tmp_path / "folder" / f"{name}.json")) == []


@pytest.mark.parametrize("name", ["results", "record"])
def test_a_key_too_many_or_too_few_is_noticed(tmp_path: Path, name: str) -> None:
    write_student(tmp_path, FULL)
    data = read(tmp_path / "folder" / f"{name}.json")

    for part in (data, data["tests"][0], data.get("extra_data", data)["tasks"][0]):
        part["surprise"] = 1
        assert len(complaints(name, data)) == 1
        del part["surprise"]
        for key in list(part):
            value = part.pop(key)
            assert len(complaints(name, data)) == 1
            part[key] = value
    assert complaints(name, data) == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_what_is_shipped_to_students_is_as_described(path: Path) -> None:
    assert complaints("known", read(path)) == []


def test_every_assignment_and_some_lesson_is_looked_at() -> None:
    folders = {one.name for one in (REPOSITORY / "exercises").iterdir()}

    assert {path.parent.name for path in SHIPPED} == folders - {"notebooks"}
    assert CALIBRATED


def test_what_another_course_ships_is_as_described(built: Course) -> None:
    data = read(built.root / "exercises" / "play" / "known.json")

    assert complaints("known", data) == []
    task = next(iter(data["lessons"].values()))["tasks"][0]
    task["takes"]["x"] = ["N, D"]
    del task["sealed"]
    assert len(complaints("known", data)) == 2
    locks = next(iter(data["lessons"].values()))["locks"]
    assert "text" in locks["double"] and "none" in locks["double_all"]
    del locks["double"]["salt"]
    locks["double_all"]["choices"] = [[2, [0]], [None, []]]
    assert len(complaints("known", data)) == 4


@pytest.mark.parametrize("path", CALIBRATED, ids=lambda path: path.parent.name)
def test_calibrated_losses_are_as_described(path: Path) -> None:
    assert complaints("calibration", read(path)) == []


@pytest.mark.parametrize("own", [True, False], ids=["of a course", "of the kit"])
def test_what_init_remembers_is_as_described(built: Course, tmp_path: Path, own: bool) -> None:
    bring(read_shipped(built.root / "exercises"), tmp_path / "folder", built.root if own else None)

    data = read(tmp_path / "folder" / ".unroll" / "manifest.json")

    assert ("course" in data) is own
    assert complaints("manifest", data) == []


def test_what_build_remembers_is_as_described(built: Course) -> None:
    note_built(built, built.lessons())

    data = read(built.root / RECORD)

    assert list(data) == ["play/double"]
    assert complaints("built", data) == []
    assert len(complaints("built", {"play/double": "abc"})) == 1
