"""What students get from `nbgrader generate_assignment`: all of the stubs, and not a line of an answer."""

import ast
import json
from pathlib import Path

import nbformat
import pytest
from classroom import REPOSITORY
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.validator import Validator
from nbgrader_course import CourseDirectory, cell, replaced
from secret_lines import LESSONS, secret_lines

pytestmark = pytest.mark.nbgrader


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> CourseDirectory:
    made = CourseDirectory(tmp_path_factory.mktemp("course"))
    for assignment in {lesson.assignment for lesson in LESSONS}:
        made.must("generate_assignment", assignment)
    return made


def lines_in(folder: Path) -> set[str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) == len(LESSONS)
    notebooks = [json.loads(path.read_text()) for path in files]
    texts = ["".join(one["source"]) for notebook in notebooks for one in notebook["cells"]]
    return {line.strip() for text in texts for line in text.split("\n")}


def test_no_line_of_an_answer_or_a_hidden_test_is_released(course: CourseDirectory) -> None:
    secret = secret_lines()
    assert len(secret) > 1000

    assert len(lines_in(course.root / "source") & secret) > 50
    assert not lines_in(course.root / "release") & secret
    assert not [path for path in (course.root / "release").rglob("*.ipynb") if "SOLUTION" in path.read_text()]
    for lesson in LESSONS:
        for question in lesson.questions:
            text = (course.root / "release" / lesson.assignment / f"{lesson.name}.ipynb").read_text()
            assert question.answer.strip().split("\n")[0] not in text


def test_a_second_run_releases_the_same(course: CourseDirectory) -> None:
    before = {path.name: path.read_bytes() for path in (course.root / "release" / "sine").iterdir()}

    course.must("generate_assignment", "sine", "--force")

    assert {path.name: path.read_bytes() for path in (course.root / "release" / "sine").iterdir()} == before


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_the_stub_is_that_of_the_exercise(course: CourseDirectory, lesson) -> None:
    exercise = ast.parse((REPOSITORY / "exercises" / lesson.assignment / f"{lesson.name}.py").read_text())
    wanted = {node.name: ast.unparse(node) for node in exercise.body if hasattr(node, "name")}

    for task in lesson.tasks:
        (stub,) = ast.parse(cell(course.released(lesson.name, lesson.assignment), task.name).source).body
        assert ast.unparse(stub) == wanted[task.name]


@pytest.mark.parametrize("folder", ["source", "release"])
def test_nbgrader_accepts_the_metadata_of_every_notebook(course: CourseDirectory, folder: str) -> None:
    for lesson in LESSONS:
        notebook = nbformat.read(course.root / folder / lesson.assignment / f"{lesson.name}.ipynb", 4)
        MetadataValidator().validate_nb(notebook)
        nbformat.validate(notebook)


def test_the_points_are_those_of_the_lessons(course: CourseDirectory) -> None:
    for lesson in LESSONS:
        notebook = course.released(lesson.name, lesson.assignment)
        for task in lesson.tasks:
            assert cell(notebook, f"test_{task.name}").metadata.nbgrader.points == task.points
            assert cell(notebook, f"check_{task.name}").metadata.nbgrader.points == 0


def validated(course: CourseDirectory, name: str, notebook, monkeypatch: pytest.MonkeyPatch) -> dict:
    """Do what the Validate button does."""
    path = course.root / f"{name}.ipynb"
    path.write_text(nbformat.writes(notebook))
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    return Validator().validate(str(path))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_the_solved_release_validates(course: CourseDirectory, lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = course.released(lesson.name, lesson.assignment)
    for task in lesson.tasks:
        notebook = replaced(notebook, task.name, cell(course.solved(lesson.name, lesson.assignment), task.name).source)
    for question in lesson.questions:
        notebook = replaced(notebook, question.name, "An answer.")

    assert validated(course, lesson.name, notebook, monkeypatch) == {}


@pytest.mark.filterwarnings("ignore")
def test_a_wrong_answer_does_not_validate_and_is_told_the_cause(
    course: CourseDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = cell(course.solved("cell"), "rnn_cell").source
    wrong = replaced(course.solved("cell"), "rnn_cell", right.replace("torch.tanh", "torch.sigmoid"))

    found = validated(course, "wrong", wrong, monkeypatch)

    said = " ".join(one["error"] for one in found["failed"])
    assert "h must be able to be negative" in said
    assert "Traceback" not in said
    assert [one["source"] for one in found["failed"]] == [
        'check("sine/cell:rnn_cell")',
        'check("sine/cell:rnn_forward")',
    ]


def test_without_the_kit_a_notebook_says_what_to_install(course: CourseDirectory) -> None:
    printed: list[str] = []
    space: dict = {"print": printed.append}
    source = cell(course.released("cell"), "unroll").source.replace("autograder.student", "no_such_kit")

    exec(source, space)
    space["check"]("sine/cell:rnn_cell")

    (line,) = printed
    assert "Install the kit that your course gives you" in line
    assert "pip install" not in line  # the package index has a stranger's package of that name
