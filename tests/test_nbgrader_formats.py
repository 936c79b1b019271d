"""A notebook of any format 4.x, with cells lost, doubled, moved or stripped, has the marks of `unroll grade`."""

import copy
import csv
import itertools
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.utils import compute_checksum, is_grade
from nbgrader_course import cell, replaced
from nbgrader_small import SmallCourse
from traitlets.config import Config

from autograder.nbgrader.fresh import fresh
from autograder.nbgrader.restore import Restore

pytestmark = pytest.mark.nbgrader

MINORS = range(6)
NAMES = ("unroll", "double", "check_double", "test_double", "double_all", "check_double_all", "test_double_all", "why")
ANSWERS = ("double", "double_all", "why")
WRITTEN = "It is twice as much, for a reason."


def deleted(notebook: dict, name: str) -> None:
    notebook["cells"].remove(named(notebook, name))


def duplicated(notebook: dict, name: str) -> None:
    notebook["cells"].append(copy.deepcopy(named(notebook, name)))


def moved(notebook: dict, name: str) -> None:
    one = named(notebook, name)
    notebook["cells"].remove(one)
    notebook["cells"].insert(0, one)


def stripped(notebook: dict, name: str) -> None:
    named(notebook, name)["metadata"] = {}


DEEDS: tuple[Callable[[dict, str], None], ...] = (deleted, duplicated, moved, stripped)


def named(notebook: dict, name: str) -> dict:
    return next(one for one in notebook["cells"] if one["metadata"].get("nbgrader", {}).get("grade_id") == name)


def saved_as(notebook: Any, minor: int) -> dict:
    """Return a notebook's JSON as a program of that format writes it: ids stand in 4.5 alone."""
    made = json.loads(nbformat.writes(notebook)) | {"nbformat_minor": minor}
    for one in made["cells"] if minor < 5 else ():
        one.pop("id", None)
    return made


def right(course: SmallCourse) -> Any:
    solved = nbformat.read(course.root / "source" / "play" / "double.ipynb", 4)
    return replaced(solved, "why", WRITTEN)


@pytest.fixture(scope="module")
def made(small_course: SmallCourse, tmp_path_factory: pytest.TempPathFactory) -> SmallCourse:
    return small_course.copied(tmp_path_factory.mktemp("course"))


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
@pytest.mark.parametrize("minor", MINORS)
def test_what_the_kit_writes_is_sound_and_has_every_cell_with_its_mark(
    made: SmallCourse, minor: int, deed: Callable[[dict, str], None]
) -> None:
    for name in NAMES:
        notebook = saved_as(right(made), minor)
        deed(notebook, name)

        restored = restore(made, notebook)

        nbformat.validate(restored)
        assert sorted(one.metadata.nbgrader.grade_id for one in restored.cells if is_grade(one)) == [
            "check_double", "check_double_all", "test_double", "test_double_all", "why",
        ]  # fmt: skip
        locked = [one for one in restored.cells if one.metadata.get("nbgrader", {}).get("locked")]
        assert all(compute_checksum(one) == one.metadata.nbgrader.checksum for one in locked)
        kept = {one: cell(restored, one).source for one in ANSWERS if (deed, name) != (deleted, one)}
        assert kept.items() <= {one: cell(right(made), one).source for one in ANSWERS}.items()
        assert "unroll" not in restored.metadata


def restore(course: SmallCourse, notebook: dict) -> Any:
    """Do what comes before judging."""
    config = Config()
    config.CourseDirectory.root = str(course.root)
    here = {"assignment": "play", "notebook": "double", "student": "ana", "db_url": course.db_url}
    restored, _ = Restore(config=config).preprocess(fresh(notebook["cells"]), {"nbgrader": here})
    return nbformat.reads(nbformat.writes(restored), 4)


@pytest.mark.parametrize(
    "odd",
    [
        {"cell_type": "markdown", "metadata": {"tags": 1, "nbgrader": []}, "source": ["half \ud800", " a character"]},
        {
            "cell_type": "markdown",
            "metadata": None,
            "source": "![](attachment:x)",
            "attachments": {"x": {"image/png": 1}},
        },
        {"cell_type": "raw", "metadata": {"nbgrader": {"grade_id": 7, "grade": True}}, "source": "raw", "id": "why"},
        {"cell_type": "code", "source": "1", "outputs": "none", "execution_count": "x", "id": "why", "collapsed": 1},
        {"cell_type": "heading", "level": 1, "source": "of another format"},
        {"cell_type": "code", "source": 5},
        None,
    ],
    ids=["half-a-character", "no-picture", "mark-of-nothing", "no-outputs", "heading", "no-source", "no-cell"],
)
def test_a_cell_that_no_format_has_is_taken_as_far_as_it_goes(made: SmallCourse, odd: Any) -> None:
    notebook = saved_as(right(made), 4)
    notebook["cells"].append(odd)

    restored = restore(made, notebook)

    nbformat.validate(restored)
    assert cell(restored, "why").source == WRITTEN


def test_an_unanswered_question_that_lost_its_metadata_is_still_that_cell(made: SmallCourse) -> None:
    released = nbformat.read(made.root / "release" / "play" / "double.ipynb", 4)
    notebook = saved_as(released, 4)
    stripped(notebook, "why")

    restored = restore(made, notebook)

    assert [one.source for one in restored.cells] == [one.source for one in released.cells]
    assert compute_checksum(cell(restored, "why")) == cell(restored, "why").metadata.nbgrader.checksum


def test_a_picture_in_an_answer_stays_there(made: SmallCourse) -> None:
    notebook = saved_as(right(made), 2)
    picture = {"image.png": {"image/png": ["aGVs\n", "bG8="], "text/html": "<b>"}}
    named(notebook, "why")["attachments"] = picture

    restored = restore(made, notebook)

    assert cell(restored, "why").attachments == {"image.png": {"image/png": "aGVs\nbG8="}}


@pytest.fixture(scope="module")
def graded(made: SmallCourse, tmp_path_factory: pytest.TempPathFactory) -> SmallCourse:
    """A class with each format and deed, each time at another cell; and what only a person can tell."""
    course = made.copied(tmp_path_factory.mktemp("graded"))
    names = itertools.cycle([*NAMES, *NAMES[:3]])  # 11 has no factor in common with the 4 deeds
    for minor, deed in itertools.product(MINORS, DEEDS):
        notebook, name = saved_as(right(course), minor), next(names)
        deed(notebook, name)
        course.write(f"minor-{minor}-{deed.__name__}-{name}", notebook)
    for minor in MINORS:
        notebook = saved_as(replaced(right(course), "double", "def double(x):\n    return x * x"), minor)
        for one in notebook["cells"]:
            one["metadata"] = {}
        course.write(f"minor-{minor}-wrong-all", notebook)
    for student, (notebook, name) in uncertain(course).items():
        course.write(student, notebook, name)
    with course.gradebook() as gradebook:
        for student in ("renamed", "renamed-unanswered", "another-name"):
            gradebook.add_student(student)
    course.log = course.must("autograde", "play")
    return course


def cut_off(notebook: dict, whole: int) -> str:
    """Write a notebook as far as so many cells, and the beginning of one more."""
    cells = "".join(f"{json.dumps(one)}, " for one in notebook["cells"][:whole])
    return f'{{"cells": [{cells}{{"cell_type": "co'


def uncertain(course: SmallCourse) -> dict[str, tuple[dict | str, str]]:
    """Make hand-ins that are renamed, damaged, or have an answer in the wrong place."""
    blank = nbformat.read(course.root / "release" / "play" / "double.ipynb", 4)
    unanswered = saved_as(replaced(right(course), "why", cell(blank, "why").source), 2)
    two = saved_as(right(course), 4)
    duplicated(two, "why")
    two["cells"][-1]["source"] = "Or for another reason."
    blank_below = saved_as(right(course), 4)
    duplicated(blank_below, "why")
    blank_below["cells"][-1]["source"] = cell(blank, "why").source
    elsewhere = copy.deepcopy(unanswered)
    elsewhere["cells"].append({"cell_type": "markdown", "metadata": {}, "source": WRITTEN})
    not_run = saved_as(right(course), 0)
    named(not_run, "double")["cell_type"] = "markdown"
    in_ours = saved_as(right(course), 0)
    named(in_ours, "test_double")["source"] = named(in_ours, "double")["source"]
    deleted(in_ours, "double")
    no_task = saved_as(right(course), 4)
    for name in ("double", "double_all"):
        deleted(no_task, name)
    usual = "double.ipynb"
    return {
        "renamed": (saved_as(right(course), 1), "Double.ipynb"),
        "browser-copy": (saved_as(right(course), 4), "jdoe_double (1).ipynb"),
        "second-ending": (saved_as(right(course), 5), "double.ipynb.txt"),
        "by-content": (saved_as(right(course), 2), "Assignment 1.ipynb"),
        "renamed-unanswered": (unanswered, "Double.ipynb"),
        "another-name": (no_task, "work <b>.ipynb"),
        "damaged": (cut_off(two, 2), usual),
        "two-answers": (two, usual),
        "blank-below": (blank_below, usual),
        "elsewhere": (elsewhere, usual),
        "unanswered": (unanswered, usual),
        "not-run": (not_run, usual),
        "in-ours": (in_ours, usual),
    }


SAID = {
    "another-name": "double.ipynb was not handed in. There is work <b>.ipynb: is it this lesson?",
    "damaged": "Look at this by hand: double.ipynb is damaged or cut off (line 1). The 2 cells that can be read count.",
    "two-answers": "several cells answer why, and they differ. The last one is marked; read the others too.",
    "elsewhere": "the cell for why holds no answer, and there is text in cells that are not the lesson's.",
    "not-run": "the answer to double stands in a cell of text, which is not run.",
    "in-ours": "double is defined in test_double, a cell that is not for answers and is not run.",
}
AT_HAND = ("another-name", "renamed-unanswered", "unanswered")


def test_the_marks_are_those_of_unroll_grade(graded: SmallCourse) -> None:
    done = graded.unroll("grade", "play", "submitted", "-o", "graded")

    assert done.returncode == 0, done.stderr
    with (graded.root / "graded" / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        expected = {(row["student"], row["task"]): float(row["score"]) for row in csv.DictReader(file)}
    assert len(expected) == 2 * ((4 + 1) * len(MINORS) + len(uncertain(graded)))
    assert automatic(graded) == expected
    lost = {student for (student, _), mark in expected.items() if not mark}
    ends = ("-deleted-double", "-deleted-double_all", "-wrong-all")
    assert all(student.endswith(ends) or student in SAID for student in lost)


def test_an_answer_in_words_waits_for_a_person_wherever_it_stands(graded: SmallCourse) -> None:
    with graded.gradebook() as gradebook:
        waits = {one.student.id: one.needs_manual_grade for one in gradebook.assignment_submissions("play")}

    assert sorted(student for student, waiting in waits.items() if not waiting) == sorted(AT_HAND)
    assert WRITTEN in cell(autograded(graded, "renamed"), "why").source
    assert WRITTEN in cell(autograded(graded, "blank-below"), "why").source


def test_a_renamed_notebook_does_not_empty_its_cell_in_another_gradebook(graded: SmallCourse) -> None:
    said = graded.must("export", "--exporter=autograder.nbgrader.exporter.Moodle", "--to=moodle.csv")

    with (graded.root / "moodle.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["Username"]: row for row in csv.DictReader(file)}
    assert [rows[student]["play"] for student in AT_HAND] == ["0", "5", "5"]
    assert rows["renamed"]["play"] == ""
    assert rows["renamed-unanswered"]["play state"] == ""
    assert rows["another-name"]["play state"] == f"a person has to look: double: {SAID['another-name']}"
    assert f"play, for a person to look at: two-answers: double: {SAID['two-answers']}" in said


def test_what_a_person_has_to_look_at_stands_in_the_last_lines(
    made: SmallCourse, graded: SmallCourse, tmp_path: Path
) -> None:
    students = [*SAID, *(f"minor-{minor}-wrong-all" for minor in MINORS), "renamed", "unanswered"]
    again = made.copied(tmp_path)
    for student in students:
        shutil.copytree(graded.root / "submitted" / student, again.root / "submitted" / student)

    done = again.unroll("nbgrade", "play", "--jobs", "2")

    assert done.returncode == 0, done.stderr
    assert automatic(again) == {key: mark for key, mark in automatic(graded).items() if key[0] in students}
    lines = [f"  {student}: double: {said}" for student, said in sorted(SAID.items())]
    assert done.stdout.splitlines()[-len(lines) :] == lines
    logged = graded.log.splitlines()[-len(lines) :]
    assert [line.partition("look at: ")[2] for line in logged] == [line.strip() for line in lines]


def test_the_autograded_notebook_says_it_and_nothing_of_it_is_markup(graded: SmallCourse) -> None:
    first = autograded(graded, "another-name").cells[0].source

    assert first.startswith("**For a person to look at**")
    assert "work &lt;b&gt;.ipynb" in first


BREAKS = """
from pathlib import Path
from autograder.nbgrader.reading import EmptyIfUnreadable

class Breaks(EmptyIfUnreadable):
    def from_filename(self, filename, resources=None, **kw):
        if "autograded/eve" in filename:
            Path(filename).chmod(0o600)
            Path(filename).write_text({text!r})
        return super().from_filename(filename, resources, **kw)

c.Autograde.exporter_class = Breaks
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"nbformat": 4', "double.ipynb: what the kit wrote for eve cannot be read"),
        ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}', "eve: the autograded notebook double"),
    ],
    ids=["cut-off", "empty"],
)
def test_a_notebook_of_the_kits_own_that_is_broken_is_no_0(
    made: SmallCourse, tmp_path: Path, text: str, said: str
) -> None:
    course = made.copied(tmp_path)
    course.submit("ana", "eve")
    course.configure(BREAKS.format(text=text))

    done = course.unroll("nbgrade", "play")

    assert done.returncode == 3, done.stderr
    assert "play: 1 graded, 1 could not be graded." in done.stdout
    assert f"  eve: {said}" in done.stdout.replace(f"{course.root}/autograded/eve/play/", "")
    course.must("export", "--exporter=autograder.nbgrader.exporter.Moodle", "--to=moodle.csv")
    with (course.root / "moodle.csv").open(encoding="utf-8", newline="") as file:
        assert {row["Username"]: row["play"] for row in csv.DictReader(file)}["eve"] == ""


def autograded(course: SmallCourse, student: str) -> Any:
    return nbformat.read(course.root / "autograded" / student / "play" / "double.ipynb", 4)


def automatic(course: SmallCourse) -> dict[tuple[str, str], float | None]:
    """Return the marks of all tasks, by student and task."""
    with course.gradebook() as gradebook:
        return {
            (submission.student.id, grade.name.removeprefix("test_")): grade.auto_score
            for submission in gradebook.assignment_submissions("play")
            for notebook in submission.notebooks
            for grade in notebook.grades
            if grade.name.startswith("test_")
        }
