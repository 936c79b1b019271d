"""`unroll init --notebooks`: stub notebooks that are built of the lessons, and a folder that keeps them."""

import ast
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from classroom import REPOSITORY
from secret_lines import secret_lines

from autograder.authoring.build import plan_files, write_files
from autograder.course.model import Course
from autograder.errors import UsageError
from autograder.intake import read_one
from autograder.intake.contents import contents
from autograder.isolation.limits import Limits
from autograder.student.exercises import find_exercises, find_spots, read_exercises
from autograder.student.folder.init import bring, show_init
from autograder.student.folder.manifest import read_manifest, suffix_of
from autograder.student.folder.notice import MADE_AGAIN, about_folder
from autograder.student.folder.reset import reset
from autograder.student.folder.shipped import NOTEBOOK, read_shipped
from autograder.student.listing import stands
from autograder.student.memory import State, file_digests
from autograder.student.notebook.cell import spots_for
from autograder.student.packing.plan import pack

BUILT = sorted((REPOSITORY / "exercises" / "notebooks").glob("*/*.ipynb"))
LESSON = "play/double.ipynb"
DOUBLE = "def double(x):\n    return 2 * x"


@pytest.fixture(scope="module")
def secret() -> set[str]:
    return secret_lines()


@pytest.fixture
def books(mini_exercises: Path, tmp_path: Path) -> Path:
    """A student's folder with the notebooks of the small course."""
    bring(read_shipped(mini_exercises, NOTEBOOK), tmp_path / "books")
    return tmp_path / "books"


def cells(path: Path) -> list[Any]:
    found: list[Any] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return found


def write(path: Path, name: str, text: str) -> None:
    """Write an answer into the cell of a task."""
    data = json.loads(path.read_text(encoding="utf-8"))
    for cell in data["cells"]:
        if cell["id"] == name:
            cell["source"] = text
    path.write_text(json.dumps(data), encoding="utf-8")


def code(path: Path) -> Iterator[str]:
    yield from ("".join(cell["source"]) for cell in cells(path) if cell["cell_type"] == "code")


@pytest.mark.parametrize("path", BUILT, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_stub_notebook_is_sound_and_has_no_output_and_no_answer(path: Path, secret: set[str]) -> None:
    found = nbformat.read(path, as_version=4)

    nbformat.validate(found)
    assert (found.nbformat, found.nbformat_minor) == (4, 5)
    assert all(not cell.outputs and cell.execution_count is None for cell in found.cells if cell.cell_type == "code")
    assert not any("nbgrader" in cell.metadata for cell in found.cells)
    text = "\n".join(cell.source for cell in found.cells)
    assert "SOLUTION" not in text
    assert not secret & {line.strip() for line in text.split("\n")}


@pytest.mark.parametrize("path", BUILT, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_each_task_has_a_cell_of_its_own_and_one_that_checks_it(path: Path, course: Course) -> None:
    lesson = course.lesson(f"{path.parent.name}/{path.stem}")
    ids = [cell["id"] for cell in cells(path)]

    for task in lesson.tasks:
        stub = next("".join(cell["source"]) for cell in cells(path) if cell["id"] == task.name)
        assert contents([stub], [task.name]).defined == {task.name}
        assert not contents([stub], [task.name]).begun
        assert ids[ids.index(task.name) + 1] == f"check_{task.name}"
        assert f'check("{lesson.address(task)}")' in list(code(path))
    assert list(code(path))[-1] == f'check("{lesson.key}")'


@pytest.mark.parametrize("path", BUILT, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_notebook_needs_no_file_beside_it(path: Path) -> None:
    for cell in cells(path):
        for name in re.findall(r"!\[[^]]*\]\(([^)]*)\)", "".join(cell["source"])):
            assert name.removeprefix("attachment:") in cell["attachments"], name


def test_there_is_a_notebook_for_each_lesson(course: Course) -> None:
    assert {f"{path.parent.name}/{path.stem}" for path in BUILT} == {lesson.key for lesson in course.lessons()}


def test_build_writes_the_notebook_and_refuses_one_that_was_worked_in(built: Course) -> None:
    path = built.root / "exercises" / "notebooks" / LESSON
    lesson = built.lesson("play/double").folder / "lesson.py"

    def planned() -> dict[str, str | bytes]:
        known = json.loads((built.root / "exercises/play/known.json").read_text(encoding="utf-8"))
        return plan_files(built, lambda assignment: {"title": known["title"], "lessons": known["lessons"]})

    lesson.write_text(lesson.read_text(encoding="utf-8").replace("Twice as much", "Two times"), encoding="utf-8")
    assert f"wrote exercises/notebooks/{LESSON}" in write_files(built, planned())
    assert "Two times" in path.read_text(encoding="utf-8")

    write(path, "double", DOUBLE)
    with pytest.raises(Exception, match="somebody has worked in this file"):
        write_files(built, planned())


def test_a_folder_of_notebooks_has_no_python_file_of_a_lesson(books: Path, mini_exercises: Path) -> None:
    there = {str(path.relative_to(books)) for path in books.rglob("*") if path.is_file()}

    assert there == {".unroll/manifest.json", "README.md", LESSON, "play/known.json", "play/test_double.py"}
    assert "`play/double.ipynb`" in (books / "README.md").read_text(encoding="utf-8")
    source = mini_exercises / "notebooks" / LESSON
    assert (books / LESSON).read_bytes() == source.read_bytes()


def test_a_later_init_keeps_the_form_and_the_work(
    built: Course, books: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(books / LESSON, "double", DOUBLE)
    before = (books / LESSON).read_bytes()
    monkeypatch.chdir(books)

    show_init(None, built.root)

    assert (books / LESSON).read_bytes() == before
    assert not (books / "play" / "double.py").exists()
    assert "your work, left as it is" in capsys.readouterr().out
    assert suffix_of(books) == NOTEBOOK


def test_a_folder_of_python_files_does_not_become_one_of_notebooks(
    built: Course, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home)

    with pytest.raises(UsageError, match="has the lessons as Python files"):
        show_init(None, built.root, notebooks=True)
    assert not list(home.rglob("*.ipynb"))


def test_the_form_is_known_also_where_dot_unroll_was_lost(books: Path) -> None:
    manifest = read_manifest(books)
    shutil.rmtree(books / ".unroll")

    assert suffix_of(books) == NOTEBOOK
    assert about_folder(books)[0] == MADE_AGAIN
    again = read_manifest(books)
    manifest["files"].pop("README.md")
    assert again == {**manifest, "kit": again["kit"]}


def test_a_python_file_in_place_of_a_notebook_is_the_students_work(books: Path, mini_exercises: Path) -> None:
    (books / LESSON).unlink()
    (books / "play" / "double.py").write_text(DOUBLE, encoding="utf-8")

    bring(read_shipped(mini_exercises, NOTEBOOK), books)

    assert not (books / LESSON).exists()


def test_a_course_without_built_notebooks_says_so(built: Course) -> None:
    known = built.root / "exercises" / "play" / "known.json"
    data = json.loads(known.read_text(encoding="utf-8"))
    data["built"].pop(f"exercises/notebooks/{LESSON}")
    known.write_text(json.dumps(data), encoding="utf-8")

    read_shipped(built.root / "exercises")
    with pytest.raises(UsageError, match="no notebooks are built here"):
        read_shipped(built.root / "exercises", NOTEBOOK)


def test_running_a_notebook_makes_no_check_of_it_old(books: Path) -> None:
    spots = find_spots(books, "play")
    before = file_digests(spots)
    data = json.loads((books / LESSON).read_text(encoding="utf-8"))
    for cell in data["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "1"}]
    (books / LESSON).write_text(json.dumps(data), encoding="utf-8")

    assert file_digests(spots) == before
    assert stands(spots[0], State(), before["play/double"]).plain == "open"
    write(books / LESSON, "double", DOUBLE)
    assert file_digests(spots) != before
    assert stands(spots[0], State(), file_digests(spots)["play/double"]).plain == "not checked"


def test_a_finished_notebook_is_packed_as_it_is(books: Path) -> None:
    write(books / LESSON, "double", DOUBLE)

    made = pack(find_exercises(books, "play"), Limits())

    assert made.members == {LESSON: (books / LESSON).read_bytes()}
    graded = made.hand_in.sources["double"]
    assert graded.is_notebook and not graded.notes
    assert contents(graded.cells, ["double", "double_all"]).written == {"double"}


def test_the_cells_of_the_kit_define_nothing_of_the_lesson(books: Path) -> None:
    source = read_one(books / "play", read_exercises(books / "play").assignment, Limits()).sources["double"]

    assert not source.notes
    assert all(ast.parse(text) for text in source.cells)
    assert not contents(source.cells, ["double", "double_all"]).begun


def test_a_notebooks_own_check_looks_into_the_folder_that_init_made(
    books: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(books / "play")

    assert [spot.address for spot in spots_for("double_all")] == ["play/double:double_all"]


def test_a_notebook_is_begun_anew_and_its_copy_is_kept(
    books: Path, mini_exercises: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.student.folder.reset.shipped_exercises", lambda: mini_exercises)
    write(books / LESSON, "double", DOUBLE)
    worked_in = (books / LESSON).read_bytes()
    exercises = read_exercises(books / "play")

    copy = reset(exercises, exercises.assignment.lessons[0])

    assert (books / "play" / copy).read_bytes() == worked_in
    assert (books / LESSON).read_bytes() == (mini_exercises / "notebooks" / LESSON).read_bytes()


def test_a_notebook_from_elsewhere_is_not_begun_anew(home: Path) -> None:
    (home / "play" / "double.py").rename(home / "play" / "double.ipynb")
    exercises = read_exercises(home / "play")

    with pytest.raises(UsageError, match="the kit did not put here"):
        reset(exercises, exercises.assignment.lessons[0])
