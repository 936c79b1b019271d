"""`nbgrader autograde` gives the marks of `unroll grade`, task by task, whatever was handed in."""

import copy
import csv
import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from classroom import REPOSITORY
from nbgrader_course import CourseDirectory, cell, outputs, replaced

from autograder.course.model import load_course
from autograder.course.variants import alternatives, mistakes

pytestmark = pytest.mark.nbgrader

LESSONS = load_course(REPOSITORY).assignment("sine").lessons
SPIN = "def rnn_cell(*args):\n    while True:\n        pass"
FORGERIES = {
    "transformer": "get_ipython().input_transformers_post.append(lambda lines: ['pass\\n'])",
    "forged-result": """\
import sys
from IPython.display import publish_display_data
class Full(float):
    def __repr__(self): return "3.0"
get_ipython().events.register("pre_run_cell", lambda info: sys.displayhook(Full(3)))
Full(3)""",
    "gradebook": """\
import glob, sqlite3
for path in ["../../../gradebook.db", ROOT + "/gradebook.db", *glob.glob("/tmp/**/gradebook.db", recursive=True)]:
    sqlite3.connect(path).execute("update grade set manual_score = 99")""",
    "reads-the-notebook": """\
import glob
for path in [*glob.glob("*.ipynb"), *glob.glob(ROOT + "/**/*", recursive=True)]:
    print(open(path).read())""",
    "exit": "import os\\nos._exit(0)",
}


def variants() -> list[tuple[str, str, str, str]]:
    """Choose wrong and unusual answers: student, lesson, task and the source of the task's cell."""
    found = []
    for lesson in LESSONS:
        wrong, unusual = mistakes(lesson), alternatives(lesson)
        for kind, chosen in (("wrong", wrong[:: len(wrong) // 5][:5]), ("unusual", unusual[:2])):
            for number, variant in enumerate(chosen):
                found.append((f"{kind}-{lesson.name}-{number}", lesson.name, variant.task, variant.source))
    return found


def without(notebook, name: str):
    made = copy.deepcopy(notebook)
    made.cells.remove(cell(made, name))
    return made


def duplicated(notebook, name: str):
    made = copy.deepcopy(notebook)
    twin = copy.deepcopy(cell(made, name))
    twin.id = f"{twin.id}-again"
    made.cells.append(twin)
    return made


def without_metadata(notebook):
    made = copy.deepcopy(notebook)
    for one in made.cells:
        one.metadata.clear()
    return made


def as_markdown(notebook, name: str):
    made = copy.deepcopy(notebook)
    old = cell(made, name)
    made.cells[made.cells.index(old)] = nbformat.v4.new_markdown_cell(old.source, metadata=old.metadata, id=old.id)
    return made


def of_another_year(notebook):
    made = copy.deepcopy(notebook)
    for one in made.cells:
        marks = one.metadata.get("nbgrader")
        if marks:
            marks.update(schema_version=1, grade_id=f"{marks['grade_id']}_2019")
    return made


def with_another_kernel(notebook):
    made = copy.deepcopy(notebook)
    made.metadata.kernelspec = {"name": "julia-1.9", "display_name": "Julia", "language": "julia"}
    return made


def warning(notebook):
    source = cell(notebook, "readout").source
    return replaced(
        notebook, "readout", source.replace("    # BEGIN", "    print('!', file=__import__('sys').stderr)\n    # BEGIN")
    )


def class_of_many(course: CourseDirectory) -> None:
    right = course.solved("cell")
    course.hand_in("right", **{lesson.name: course.solved(lesson.name) for lesson in LESSONS})
    course.hand_in("blank", **{lesson.name: course.released(lesson.name) for lesson in LESSONS})
    for student, lesson, task, source in variants():
        course.hand_in(student, **{lesson: replaced(course.solved(lesson), task, source)})
    course.hand_in("cut-in-half", cell=nbformat.writes(right)[:4000], windows=course.solved("windows"))
    course.hand_in("renamed", Cell=right)
    course.hand_in("renamed-freely", **{"cell_ada (1)": right, "windows": course.solved("windows")})
    course.hand_in("deleted-test", cell=without(right, "test_rnn_cell"))
    course.hand_in("deleted-answer", cell=without(right, "readout"))
    course.hand_in("duplicated-test", cell=duplicated(right, "test_rnn_cell"))
    course.hand_in("duplicated-answer", cell=duplicated(right, "rnn_cell"))
    course.hand_in("edited-test", cell=replaced(right, "test_rnn_cell", "3.0"))
    course.hand_in("markdown-answer", cell=as_markdown(right, "rnn_cell"))
    course.hand_in("markdown-test", cell=as_markdown(right, "test_readout"))
    course.hand_in("no-metadata", cell=without_metadata(right))
    course.hand_in("another-year", cell=of_another_year(right))
    course.hand_in("another-kernel", cell=with_another_kernel(right))
    course.hand_in("warns", cell=warning(right))
    course.hand_in("endless", cell=replaced(right, "rnn_cell", SPIN))
    course.hand_in(
        "endless-cell", cell=replaced(right, "readout", cell(right, "readout").source + "\nwhile True: pass")
    )
    hog = "def readout(*args):\n    return bytearray(8 << 30)"
    course.hand_in("memory", cell=replaced(right, "readout", hog))
    blank = course.released("cell")
    for name, trick in FORGERIES.items():
        source = f"ROOT = {str(course.root)!r}\n{trick}"
        course.hand_in(f"forger-{name}", cell=replaced(blank, "rnn_cell", source))


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> CourseDirectory:
    made = CourseDirectory(tmp_path_factory.mktemp("course"))
    toml = made.root / "solutions" / "course.toml"
    toml.write_text(toml.read_text().replace("[limits]\n", "[limits]\ncall_seconds = 4.0\n"))
    made.must("generate_assignment", "sine")
    class_of_many(made)
    made.must("autograde", "sine")
    return made


@pytest.fixture(scope="module")
def grades(course: CourseDirectory, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[tuple[str, str], dict]]:
    out = tmp_path_factory.mktemp("grades")
    places = [str(course.root / "submitted"), "-o", str(out), "--course", str(course.root)]
    command = [sys.executable, "-m", "autograder.cli", "grade", "sine", *places]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[tuple[str, str], dict]] = {}
    with (out / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["student"], {})[row["lesson"], row["task"]] = row
    return found


def test_the_marks_of_a_class_are_those_of_unroll_grade(course: CourseDirectory, grades) -> None:
    assert len(grades) >= 40

    for student, rows in grades.items():
        expected = {place: float(row["score"]) for place, row in rows.items()}
        assert course.marks(student) == pytest.approx(expected), student


def test_right_answers_have_full_marks_and_wrong_ones_have_not(course: CourseDirectory) -> None:
    best = {(lesson.name, task.name): task.points for lesson in LESSONS for task in lesson.tasks}

    assert course.marks("right") == best
    assert not any(course.marks("blank").values())
    for student, lesson, task, _ in variants():
        mark = course.marks(student)[lesson, task]
        assert (mark == best[lesson, task]) == student.startswith("unusual"), student


SAME = ("renamed", "renamed-freely", "deleted-test", "duplicated-test", "duplicated-answer", "edited-test",
        "markdown-test", "no-metadata", "another-year", "another-kernel", "warns")  # fmt: skip


@pytest.mark.parametrize("student", SAME)
def test_a_mishap_costs_nothing(course: CourseDirectory, student: str) -> None:
    marks = course.marks(student)

    assert {task: mark for (lesson, task), mark in marks.items() if lesson == "cell"} == {
        "rnn_cell": 3, "rnn_forward": 4, "readout": 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("student", "task", "said"),
    [
        ("cut-in-half", "readout", "readout is not defined"),
        ("deleted-answer", "readout", "readout is not defined"),
        ("markdown-answer", "rnn_cell", "rnn_cell is not defined"),
        ("endless", "rnn_cell", "took too long"),
        ("memory", "readout", "used too much"),
        ("blank", "rnn_cell", "still the stub"),
    ],
)
def test_what_went_wrong_is_said_and_costs_its_own_task(
    course: CourseDirectory, student: str, task: str, said: str
) -> None:
    assert said in outputs(course, student, "cell", f"test_{task}")
    assert course.marks(student)["cell", task] == 0
    with course.gradebook() as gradebook:
        assert gradebook.find_submission_notebook("cell", "sine", student).max_score == 9


def test_what_a_damaged_notebook_still_has_counts_and_a_person_is_asked(course: CourseDirectory) -> None:
    graded = nbformat.read(course.root / "autograded" / "cut-in-half" / "sine" / "cell.ipynb", 4)

    assert course.marks("cut-in-half")["cell", "rnn_cell"] == 3
    assert "Look at this by hand: cell.ipynb is damaged or cut off" in graded.cells[0].source


def test_a_cell_that_hangs_does_not_cost_the_batch(course: CourseDirectory) -> None:
    assert course.marks("endless-cell")["cell", "rnn_forward"] == 4
    assert "no answer within" in outputs(course, "endless-cell", "cell", "readout")


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_gains_and_leaks_nothing(course: CourseDirectory, name: str) -> None:
    student = f"forger-{name}"

    assert not any(course.marks(student).values())
    with course.gradebook() as gradebook:
        assert gradebook.find_submission("sine", student).score == 0
    folder = course.root / "autograded" / student / "sine"
    text = "".join(path.read_text() for path in folder.glob("*.ipynb"))
    assert "BEGIN SOLUTION" not in text and "torch.tanh(x_t @" not in text


def test_prints_and_pictures_come_back(course: CourseDirectory) -> None:
    graded = nbformat.read(course.root / "autograded" / "right" / "sine" / "training.ipynb", 4)
    kinds = [output for one in graded.cells if one.cell_type == "code" for output in one.outputs]

    assert any("Epoch [100/100]" in str(output) for output in kinds)
    assert any("image/png" in output.get("data", {}) for output in kinds)


def test_the_feedback_has_the_sentence_and_none_of_the_tests(course: CourseDirectory) -> None:
    course.must("generate_feedback", "sine")

    wrong = next(student for student, lesson, *_ in variants() if student.startswith("wrong-cell"))
    page = (course.root / "feedback" / wrong / "sine" / "cell.html").read_text()
    assert "Likely cause" in page
    for secret in ("reference.", "cotangents", "AssertionError", "NBGRADER_EXECUTION"):
        assert secret not in page


def test_a_course_without_the_configuration_says_so_and_gives_no_marks(tmp_path: Path) -> None:
    course = CourseDirectory(tmp_path, config=False)
    course.must("generate_assignment", "sine")
    course.hand_in("right", cell=course.solved("cell"))

    course.must("autograde", "sine")

    assert "add Unroll's nbgrader_config.py to this course" in outputs(course, "right", "cell", "test_rnn_cell")
    assert not any(course.marks("right").values())


def test_the_secret_of_the_course_is_its_owners(course: CourseDirectory) -> None:
    path = course.root / ".unroll-seed"

    assert path.stat().st_mode & 0o077 == 0
    assert len(path.read_text()) == 32
    assert path.read_text() not in json.dumps([str(p.read_bytes()) for p in (course.root / "release").rglob("*.ipynb")])
