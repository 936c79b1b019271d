"""The record of a hand-in: one file with a version, from which a later run goes on, or which counts as none."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from reports import BEN
from schemas import complaints

from autograder.exam.results import HandInResult
from autograder.reports import record
from autograder.reports.files import Written, write_student
from autograder.reports.record import VERSION, is_left, read_student

FULL = replace(BEN, output={"sine/cell": "hi"}, notes=("Two files.",))
Change = Callable[[dict[str, Any]], object]


def changed(out: Path, change: Change) -> HandInResult | None:
    """Write a record, change it on the disk, and read it back."""
    write_student(out, FULL)
    file = out / "folder" / "record.json"
    data = json.loads(file.read_text(encoding="utf-8"))
    change(data)
    file.write_text(json.dumps(data), encoding="utf-8")
    return read_student(out, "folder")


def test_the_record_has_a_version_and_all_that_was_found(tmp_path: Path) -> None:
    write_student(tmp_path, FULL)

    data = json.loads((tmp_path / "folder" / "record.json").read_text(encoding="utf-8"))
    assert data.pop("version") == VERSION
    assert data == json.loads(json.dumps(asdict(FULL)))


def test_results_say_nothing_of_the_record_and_nothing_reads_them(tmp_path: Path) -> None:
    write_student(tmp_path, FULL)
    file = tmp_path / "folder" / "results.json"

    assert set(json.loads(file.read_text(encoding="utf-8"))["extra_data"]) == {"tasks", "output", "notes"}
    assert FULL.digest not in file.read_text(encoding="utf-8")
    file.write_text("{}")
    assert read_student(tmp_path, "folder") == FULL


@pytest.mark.parametrize("version", [VERSION + 1, VERSION - 1, True, float(VERSION), str(VERSION), None, [VERSION]])
def test_a_record_of_another_version_is_not_there(tmp_path: Path, version: object) -> None:
    assert changed(tmp_path, lambda data: data.update(version=version)) is None
    assert is_left(tmp_path, "folder")


def test_a_record_without_a_version_is_not_there(tmp_path: Path) -> None:
    assert changed(tmp_path, lambda data: data.pop("version")) is None


def test_what_an_older_kit_left_is_noticed_and_not_read(tmp_path: Path) -> None:
    write_student(tmp_path, FULL)
    (tmp_path / "folder" / "record.json").unlink()
    older = {"score": 5, "tests": [], "extra_data": {"record": FULL.to_json()}}
    (tmp_path / "folder" / "results.json").write_text(json.dumps(older))

    assert read_student(tmp_path, "folder") is None
    assert is_left(tmp_path, "folder")


def test_of_a_new_student_nothing_is_left(tmp_path: Path) -> None:
    assert read_student(tmp_path, "folder") is None
    assert not is_left(tmp_path, "folder")


@pytest.mark.parametrize("name", ["results.json", "report.html"])
def test_a_student_whose_files_are_gone_is_graded_again(tmp_path: Path, name: str) -> None:
    write_student(tmp_path, FULL)
    (tmp_path / "folder" / name).unlink()

    assert read_student(tmp_path, "folder") is None


@pytest.mark.parametrize(
    "score", [3.1, -0.5, 10**400, float("nan"), float("inf"), True, "3", None, [3]], ids=lambda score: str(score)[:5]
)
@pytest.mark.parametrize("part", ["tasks", "tests"])
def test_a_mark_that_cannot_be_is_none(tmp_path: Path, part: str, score: object) -> None:
    assert changed(tmp_path, lambda data: data[part][-1].update(score=score)) is None


def test_a_mark_may_be_rounded_above_its_maximum(tmp_path: Path) -> None:
    third = replace(FULL.tasks[1], score=0.666667, max_score=2 / 3)

    write_student(tmp_path, replace(FULL, tasks=(third,)))

    assert read_student(tmp_path, "folder") is not None


WRONG: dict[type, list[object]] = {
    str: [1, None, ["a"], {"a": "b"}],
    float: ["1", None, [1.0], True, float("nan")],
    int: ["1", None, [1], True],
    bool: ["true", None, 1],
    list: [None, "text", {}, [1], [None], [[]]],
    dict: [None, "text", [], {"a": 1}],
    type(None): ["1", [1.0], True, -1.0],  # a number, where there is one
}


def parts(data: dict[str, Any]) -> list[tuple[tuple[str | int, ...], object]]:
    """List every part of a record with a value of each wrong kind."""
    found: list[tuple[tuple[str | int, ...], object]] = []
    for key, value in data.items():
        found += [((key,), wrong) for wrong in WRONG[type(value)]]
        if key in ("tasks", "tests"):
            found += [((key, 0, name), wrong) for name, part in value[0].items() for wrong in WRONG[type(part)]]
    return found


PARTS = parts({"version": VERSION, **json.loads(json.dumps(asdict(FULL)))})


@pytest.mark.parametrize(("where", "wrong"), PARTS, ids=[f"{where} {wrong!r}" for where, wrong in PARTS])
def test_no_part_of_a_record_may_be_of_another_kind(
    tmp_path: Path, where: tuple[str | int, ...], wrong: object
) -> None:
    def change(data: Any) -> None:
        for key in where[:-1]:
            data = data[key]
        data[where[-1]] = wrong

    assert changed(tmp_path, change) is None
    if wrong == wrong:  # a schema cannot tell NaN from a number
        assert complaints("record", read(tmp_path))


def read(out: Path) -> Any:
    return json.loads((out / "folder" / "record.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("text", ['[[1, "a"]]', "1", '"record"', "true", "NaN", '{"version": 1}', "{} {}"])
def test_what_is_no_record_at_all_is_not_there(tmp_path: Path, text: str) -> None:
    write_student(tmp_path, FULL)
    (tmp_path / "folder" / "record.json").write_text(text)

    assert read_student(tmp_path, "folder") is None


def test_a_file_that_is_too_large_to_be_ours_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_student(tmp_path, FULL)
    size = (tmp_path / "folder" / "record.json").stat().st_size

    monkeypatch.setattr(record, "MOST_BYTES", size)
    assert read_student(tmp_path, "folder") == FULL
    monkeypatch.setattr(record, "MOST_BYTES", size - 1)
    assert read_student(tmp_path, "folder") is None


def test_an_older_record_does_not_stand_for_the_marks_of_now(tmp_path: Path) -> None:
    write_student(tmp_path, FULL)
    better = replace(FULL, digest="1" * 64, tasks=(replace(FULL.tasks[0], score=2.0, outcome="passed"), FULL.tasks[1]))

    now = better.without_details()

    assert list(Written(tmp_path, [now])) == [now]
    assert list(Written(tmp_path, [FULL.without_details()])) == [FULL]
