"""A hand-in that is a notebook, whole or garbled."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.course.model import Assignment, Lesson
from autograder.intake import Source, Student, read_hand_in
from autograder.intake.conflict import sides
from autograder.intake.notebook import MOST_CELLS, MOST_PARTS, code_cells
from autograder.isolation.limits import Limits

SINE = Assignment("sine", "Sine", (Lesson("sine", "cell", "The cell", 45, (), Path()),))
LIMITS = Limits()


def read(folder: Path, data: Any, limits: Limits = LIMITS) -> Source:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    (folder / "cell.ipynb").write_bytes(raw)
    return read_hand_in(Student("ada", "ada", folder), SINE, limits).sources["cell"]


def notebook(*cells: Any) -> dict[str, Any]:
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)}


def code(source: Any, **nbgrader: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "metadata": {"nbgrader": nbgrader}, "outputs": []}


def test_the_code_cells_count_in_order(tmp_path: Path) -> None:
    prose = {"cell_type": "markdown", "source": "# The cell"}

    source = read(tmp_path, notebook(code("x = 1"), prose, code(["def f():\n", "    return x\n"])))

    assert source.is_notebook and source.file == "cell.ipynb" and source.problem == ""
    assert source.cells == ("x = 1", "def f():\n    return x\n")


def test_magics_are_left_for_the_worker(tmp_path: Path) -> None:
    assert read(tmp_path, notebook(code("%matplotlib inline\n!ls"))).cells == ("%matplotlib inline\n!ls",)


@pytest.mark.parametrize(
    ("marks", "counts"),
    [
        pytest.param({"grade": True, "solution": False}, False, id="test"),
        pytest.param({"grade": True}, False, id="test without a solution mark"),
        pytest.param({"grade": True, "solution": True}, True, id="answer graded by hand"),
        pytest.param({"grade": False, "solution": True}, True, id="answer"),
        pytest.param({"grade": False, "solution": False, "locked": True}, True, id="read only"),
        pytest.param({"grade": "true"}, True, id="garbage"),
        pytest.param({}, True, id="plain"),
    ],
)
def test_test_cells_alone_are_left_out(tmp_path: Path, marks: dict[str, Any], counts: bool) -> None:
    source = read(tmp_path, notebook(code("first = 1"), code("second = 2", **marks)))

    assert ("second = 2" in source.cells) is counts


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(json.dumps(notebook(code("x = 'ä'"))).encode("utf-8-sig"), id="UTF-8 with a mark"),
        pytest.param(json.dumps(notebook(code("x = 'ä'"))).encode("utf-16"), id="UTF-16"),
        pytest.param(json.dumps(notebook(code("x = 'ä'")), indent=1).replace("\n", "\r\n").encode(), id="CRLF"),
        pytest.param(json.dumps(notebook(code("x = 'ä'")), ensure_ascii=False).encode(), id="UTF-8"),
        pytest.param(json.dumps(notebook(code("x = 'ä'")), ensure_ascii=False).encode("latin-1"), id="Latin-1"),
    ],
)
def test_every_usual_encoding_is_read_alike(tmp_path: Path, data: bytes) -> None:
    assert read(tmp_path, data).cells == ("x = 'ä'",)


WHOLE = json.dumps(notebook(code("x = 1")), indent=1).encode()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b" \n", "empty", id="blank"),
        pytest.param(WHOLE[: len(WHOLE) // 2], "damaged or cut off", id="cut in half"),
        pytest.param(b"<html>", "is a web page", id="a web page"),
        pytest.param(b"<<<<<<< HEAD\n{\n", "damaged", id="a conflict without an end"),
        pytest.param(b"\0" * 100, "damaged", id="NULs"),
        pytest.param(b"[" * 200_000, "no notebook", id="absurd depth"),
        pytest.param(b'{"a":' * 200_000, "no notebook", id="absurd depth of objects"),
        pytest.param(b"1" * 10_000, "no notebook", id="absurd number"),
        pytest.param([], "no notebook", id="a list"),
        pytest.param(None, "no notebook", id="null"),
        pytest.param("cells", "no notebook", id="a string"),
        pytest.param({}, "list of cells", id="no cells"),
        pytest.param({"nbformat": 4, "cells": {}}, "list of cells", id="cells an object"),
        pytest.param({"nbformat": 4, "cells": "x = 1"}, "list of cells", id="cells a string"),
        pytest.param(
            {"nbformat": 3, "worksheets": [{"cells": {}}]},
            "open it in Jupyter and save it again",
            id="nbformat 3 without cells",
        ),
        pytest.param({"worksheets": []}, "old notebook format", id="worksheets alone"),
        pytest.param({"nbformat": 2, "cells": []}, "old notebook format", id="nbformat 2"),
        pytest.param(notebook(code("x = 1\n\0")), "cell 1, has a NUL", id="NUL in a cell"),
        pytest.param(notebook(code("x = '\ud800'")), "half a character", id="half a character"),
    ],
)
def test_a_notebook_that_cannot_be_read_says_what_to_do(tmp_path: Path, data: Any, says: str) -> None:
    source = read(tmp_path, data)

    assert (source.outcome, source.cells, source.is_notebook) == ("failed", (), True)
    assert "cell.ipynb" in source.problem and says in source.problem
    assert "\n" not in source.problem


@pytest.mark.parametrize("cell", [None, 7, "x = 1", [], {}, {"cell_type": ["code"]}, {"cell_type": "raw"}], ids=repr)
def test_what_is_no_code_cell_is_passed_over(tmp_path: Path, cell: Any) -> None:
    assert read(tmp_path, notebook(code("x = 1"), cell, code("y = 2"))).cells == ("x = 1", "y = 2")


@pytest.mark.parametrize("text", [None, 7, {}, ["x = 1", 2], [["x"]], True], ids=repr)
def test_a_code_cell_without_text_is_passed_over_with_a_note(tmp_path: Path, text: Any) -> None:
    source = read(tmp_path, notebook(code("x = 1"), code(text)))

    assert source.cells == ("x = 1",) and source.problem == ""
    assert source.notes == ("cell.ipynb: cell 2 has no readable source and is passed over.",)


@pytest.mark.parametrize("metadata", [None, 7, [], {"nbgrader": ["grade"]}, {"nbgrader": {"grade": []}}], ids=repr)
def test_garbage_in_metadata_costs_nothing(tmp_path: Path, metadata: Any) -> None:
    cell = {"cell_type": "code", "source": "x = 1", "metadata": metadata}

    assert read(tmp_path, notebook(cell)).cells == ("x = 1",)


def test_many_notes_are_cut_short(tmp_path: Path) -> None:
    assert len(read(tmp_path, notebook(*[code(None)] * 1000)).notes) < 10


def test_a_notebook_without_code_has_a_note(tmp_path: Path) -> None:
    source = read(tmp_path, notebook())

    assert source.problem == "" and source.notes == ("cell.ipynb has no code cells.",)


def test_large_outputs_cost_nothing(tmp_path: Path) -> None:
    cell = code("x = 1") | {"outputs": [{"data": {"image/png": "A" * (20 << 20)}}]}

    assert read(tmp_path, notebook(cell)).cells == ("x = 1",)


@pytest.mark.parametrize(
    ("data", "limits"),
    [
        pytest.param(notebook(code("x = 1")), replace(LIMITS, notebook_bytes=20), id="many bytes"),
        pytest.param(notebook(code("x = 1"), code("y")), replace(LIMITS, source_bytes=5), id="much code"),
        pytest.param(notebook(*[code("")] * (MOST_CELLS + 1)), LIMITS, id="many cells"),
        pytest.param(b"[" + b"[]," * MOST_PARTS + b"0]", LIMITS, id="many parts"),
    ],
)
def test_a_notebook_that_is_too_large_is_rejected(tmp_path: Path, data: Any, limits: Limits) -> None:
    source = read(tmp_path, data, limits)

    assert source.outcome == "rejected" and source.cells == ()
    assert "cell.ipynb" in source.problem


def test_the_cells_of_an_old_format_are_read_as_those_of_today(tmp_path: Path) -> None:
    old = {"cell_type": "code", "input": ["x = 1\n", "y = 2"], "language": "python", "outputs": [], "prompt_number": 1}
    heading = {"cell_type": "heading", "level": 2, "source": "Two"}

    source = read(tmp_path, {"nbformat": 3, "worksheets": [{"cells": [heading, old]}, {"cells": [old]}]})

    assert source.problem == "" and source.cells == ("x = 1\ny = 2",) * 2


def test_a_cell_that_no_python_can_hold_costs_itself(tmp_path: Path) -> None:
    source = read(tmp_path, notebook(code("x = 1"), code("y\0"), code("z = '\ud800'"), code("w = 2")))

    assert source.problem == "" and source.cells == ("x = 1", "w = 2")
    assert "cell 2, has a NUL" in source.notes[0] and "cell 3, has half a character" in source.notes[1]


@pytest.mark.parametrize("lost", [1, 200])
def test_of_a_damaged_notebook_the_whole_cells_count_and_a_person_looks(tmp_path: Path, lost: int) -> None:
    data = json.dumps(notebook(code("x = 1"), code("y = 2"), code("z = 3" * 100)), indent=1).encode()

    source = read(tmp_path, data[:-lost])

    assert source.cells[:2] == ("x = 1", "y = 2") and source.problem == ""
    assert source.notes[0].startswith("Look at this by hand: cell.ipynb is damaged")


def conflict(first: str, second: str, base: str = "") -> str:
    return f"<<<<<<< HEAD\n{first}{base}=======\n{second}>>>>>>> theirs\n"


def test_each_side_of_a_merge_conflict_is_a_version(tmp_path: Path) -> None:
    texts = [json.dumps(code(text)) + "\n" for text in ("x = 1", "x = 2", "x = 0")]
    data = '{"nbformat": 4, "cells": [\n' + conflict(*texts[:2], base=f"||||||| base\n{texts[2]}") + "]}"

    (_, _), (second, _) = sides(data)
    source = read(tmp_path, data.encode())

    assert source.cells == ("x = 1",) and "merge-conflict markers" in " ".join(source.notes)
    assert code_cells("cell.ipynb", data, 1000, second) == (("x = 2",), ())


@pytest.mark.parametrize(
    "text", ["x = 1\n=======\n", "<<<<<<< a\nx\n", "=======\n>>>>>>> b\n", "<<<<<<<x\n>>>>>>>\n"], ids=ascii
)
def test_signs_that_are_no_whole_conflict_are_left_alone(text: str) -> None:
    assert list(sides(text)) == [("", text)]


def test_a_side_keeps_the_number_of_every_line() -> None:
    (_, first), (_, second) = sides("a\n" + conflict("b\n", "c\n") + "d")

    assert first == "a\n\nb\n\n\n\nd" and second == "a\n\n\n\nc\n\nd"


@pytest.mark.parametrize(
    "magic", ["%%writefile cell.py", "%%writefile -a a.py", "%%file a/b.py", "%%capture", "%%time"]
)
def test_code_below_a_magic_that_writes_or_times_it_counts(tmp_path: Path, magic: str) -> None:
    source = read(tmp_path, notebook(code(f"\n{magic}\ndef f():\n    return 1")))

    assert source.cells == ("\n\ndef f():\n    return 1",)


@pytest.mark.parametrize("magic", ["%%bash", "%%html", "%%writefile notes.txt", "%%script ruby"])
def test_what_is_no_python_below_a_magic_is_left_for_the_worker_to_drop(tmp_path: Path, magic: str) -> None:
    assert read(tmp_path, notebook(code(f"{magic}\nls"))).cells == (f"{magic}\nls",)


def test_a_cell_that_has_lost_its_type_is_code_if_it_had_outputs(tmp_path: Path) -> None:
    lost = {"source": "x = 1", "outputs": [], "metadata": {}}

    assert read(tmp_path, notebook(lost, {"source": "# prose", "metadata": {}})).cells == ("x = 1",)


@pytest.mark.parametrize("kernel", [{}, {"name": "ir", "language": "R"}, {"name": "python2"}, None, 7], ids=repr)
def test_the_kernel_does_not_count(tmp_path: Path, kernel: Any) -> None:
    assert read(tmp_path, {**notebook(code("x = 1")), "metadata": {"kernelspec": kernel}}).cells == ("x = 1",)


@pytest.mark.parametrize("name", ["cell.py", "cell.ipynb.txt", "cell (1).py"])
def test_a_notebook_is_one_whatever_its_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(json.dumps(notebook(code("x = 1"))))

    source = read_hand_in(Student("ada", "ada", tmp_path), SINE, LIMITS).sources["cell"]

    assert source.is_notebook and source.cells == ("x = 1",)


def test_python_that_is_named_as_a_notebook_is_python(tmp_path: Path) -> None:
    source = read(tmp_path, b"import torch\n\ndef f():\n    return 1\n")

    assert not source.is_notebook and source.problem == ""
