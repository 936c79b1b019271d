"""nbgrader takes what `unroll grade` takes: any name, any packing; and whoever reads the page sees what was done."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from classroom import REPOSITORY
from hypothesis import given, settings
from hypothesis import strategies as st
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from test_intake_property import LESSONS, RIGHT, SAME, SINE, Files, files, laid_down, notebook, tasks_of, zipped
from traitlets.config import Config

from autograder.course.model import load_course
from autograder.intake import Student, read_hand_in
from autograder.isolation.limits import Limits
from autograder.nbgrader.attention import ARRIVAL, LOOK, NOTES, flag, flags, notes, tell
from autograder.nbgrader.reading import handed_in
from autograder.nbgrader.submissions import holds_work, see_all_work

COURSE = load_course(REPOSITORY)
WRITTEN = "def make_windows(series, seq_length, horizon=1):\n    return 'mine'\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A course directory of nbgrader's with an assignment of the course and one of nbgrader's own."""
    (tmp_path / "solutions").mkdir()
    shutil.copy(REPOSITORY / "solutions" / "course.toml", tmp_path / "solutions")
    for assignment in COURSE.assignments:
        for lesson in assignment.lessons:
            folder = tmp_path / "solutions" / lesson.key
            folder.mkdir(parents=True)
            shutil.copy(lesson.folder / "lesson.toml", folder)
    return tmp_path


@pytest.fixture(autouse=True)
def all_work() -> Iterator[None]:
    stock = Autograde.init_notebooks, Autograde.__mro__[1].init_assignment
    see_all_work()
    yield
    Autograde.init_notebooks, Autograde.__mro__[1].init_assignment = stock


def hand_in(root: Path, student: str, assignment: str = "sine", **made: bytes) -> Path:
    folder = root / "submitted" / student / assignment
    folder.mkdir(parents=True)
    for name, data in made.items():
        (folder / name.replace("_dot_", ".")).write_bytes(data)
    return folder


def converter(root: Path, assignment: str = "sine", **options: str) -> Any:
    config = Config({"CourseDirectory": {"root": str(root), "assignment_id": assignment, **options}})
    return Autograde(coursedir=CourseDirectory(config=config), config=config)


def found(root: Path, **options: str) -> dict[str, list[str]]:
    made = converter(root, **options)
    made.init_notebooks()
    return {Path(path).parent.name: [Path(one).stem for one in some] for path, some in made.assignments.items()}


@pytest.mark.parametrize(
    "name", ["windows_dot_py", "hand_in_dot_zip", "Copy of cell_dot_ipynb", "cell_dot_ipynb_dot_txt", "report_dot_pdf"]
)
def test_whatever_is_handed_in_every_lesson_is_expected(root: Path, name: str) -> None:
    hand_in(root, "ada", **{name: b"x"})

    assert found(root) == {"ada": sorted(LESSONS)}


def test_a_folder_of_which_only_the_time_stamp_is_nbgraders_is_empty(root: Path) -> None:
    hand_in(root, "ada", windows_dot_py=b"x")
    hand_in(root, "bob", timestamp_dot_txt=b"2026-01-01 12:00:00 UTC")
    (root / "submitted" / "cy").mkdir()
    (root / "submitted" / "cy" / "sine").write_bytes(b"a file")

    assert list(found(root)) == ["ada"]


def test_one_notebook_alone_may_be_asked_for(root: Path) -> None:
    hand_in(root, "ada", windows_dot_py=b"x")

    assert found(root, notebook_id="cell") == {"ada": ["cell"]}


def test_notebooks_that_are_no_lesson_are_taken_where_they_are_of_the_assignment(root: Path) -> None:
    (root / "source" / "sine").mkdir(parents=True)
    (root / "source" / "sine" / "more.ipynb").touch()
    hand_in(root, "ada", more_dot_ipynb=b"{}", other_dot_ipynb=b"{}")
    hand_in(root, "bob", other_dot_ipynb=b"{}")

    assert found(root) == {"ada": sorted([*LESSONS, "more"]), "bob": sorted(LESSONS)}


def test_an_assignment_that_is_not_the_courses_is_left_to_nbgrader(root: Path) -> None:
    hand_in(root, "ada", "ps1", one_dot_ipynb=b"{}")
    hand_in(root, "bob", "ps1", one_dot_py=b"")

    assert found(root, assignment="ps1") == {"ada": ["one"]}


def test_links_and_pipes_are_not_copied_and_cost_nobody_the_grading(root: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    folder = hand_in(root, "ada", notes_dot_txt=b"mine")
    (folder / "page.html").symlink_to(secret)
    (folder / "lost.txt").symlink_to(tmp_path / "nowhere")
    os.mkfifo(folder / "pipe")

    Autograde.__mro__[1].init_assignment(converter(root), "sine", "ada")

    assert [one.name for one in (root / "autograded" / "ada" / "sine").iterdir()] == ["notes.txt"]


def test_of_a_submission_that_is_a_link_nothing_is_copied_and_it_has_its_row(root: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "secret.txt").write_text("secret")
    (root / "submitted" / "ada").mkdir(parents=True)
    (root / "submitted" / "ada" / "sine").symlink_to(elsewhere)

    Autograde.__mro__[1].init_assignment(converter(root), "sine", "ada")

    assert not (root / "autograded").exists()
    assert found(root) == {"ada": sorted(LESSONS)}
    assert "no plain folder" in shown(root / "submitted" / "ada" / "sine").cells[0].source


def test_a_folder_that_cannot_be_read_is_not_taken_for_an_empty_one(root: Path, monkeypatch) -> None:
    def refuse(self: Any, path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    folder = hand_in(root, "ada")
    assert not holds_work(folder)
    monkeypatch.setattr("autograder.nbgrader.submissions.FolderTree.__init__", refuse)

    assert holds_work(folder)


def shown(folder: Path, lesson: int = 0) -> Any:
    place: Any = SimpleNamespace(
        student="ada", handed_in=folder, assignment=SINE, lesson=SINE.lessons[lesson], course=COURSE
    )
    return handed_in(place)


@settings(SAME, max_examples=12)
@given(files(), st.sampled_from(range(len(LESSONS))))
def test_the_same_answers_are_found_however_they_arrive(tmp_path: Path, made: Files, number: int) -> None:
    folder, lesson = laid_down(tmp_path / "in", made, [], is_archive=False).path, SINE.lessons[number]

    graded = read_hand_in(Student("ada", "ada", folder), SINE, Limits())
    page = shown(folder, number)

    texts = tuple(cell.source for cell in page.cells if cell.cell_type == "code")
    assert tasks_of(texts, [task.name for task in lesson.tasks]) == RIGHT[lesson.name]
    said = {*graded.notes, *graded.sources[lesson.name].notes}
    assert (page.metadata[ARRIVAL][LOOK], set(page.metadata[ARRIVAL][NOTES])) == ([], said)


def test_a_notebook_in_an_archive_is_shown_and_said_to_be_there(tmp_path: Path) -> None:
    (tmp_path / "work.zip").write_bytes(zipped(Files({"a/windows (1).ipynb": notebook(WRITTEN, old=False)})))

    page = shown(tmp_path)

    assert page.cells[0].source == WRITTEN
    assert page.metadata[ARRIVAL][NOTES] == [
        "Lessons were found in work.zip/a.",
        "work.zip/a/windows (1).ipynb counts as windows.ipynb; name it windows.ipynb next time.",
    ]


def test_two_versions_are_flagged_for_a_person(tmp_path: Path) -> None:
    for folder, text in (("desktop", WRITTEN), ("laptop", WRITTEN.replace("mine", "other"))):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "windows.ipynb").write_bytes(notebook(text, old=False))

    (said,) = shown(tmp_path).metadata[ARRIVAL][LOOK]

    assert said.startswith("Look at this by hand: ")


def test_text_that_is_not_utf_8_is_read_as_for_unroll_grade_and_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "windows.py").write_bytes(f"# 제출자: 김철수\n{WRITTEN}".encode("cp949"))

    page = shown(tmp_path)

    assert "김철수" in page.cells[0].source
    assert any("was read as cp949" in note for note in page.metadata[ARRIVAL][NOTES])


def test_a_notebook_that_counts_as_another_lesson_is_not_asked_about(tmp_path: Path) -> None:
    (tmp_path / "Untitled.ipynb").write_bytes(notebook(WRITTEN, old=False))

    assert "?" not in shown(tmp_path, 1).cells[0].source

    (tmp_path / "Untitled1.ipynb").write_bytes(notebook("x = 1\n", old=False))

    assert shown(tmp_path, 1).cells[0].source == (
        "*cell.ipynb was not handed in. There is Untitled1.ipynb: is it this lesson?*"
    )


def test_what_was_done_stands_above_the_notebook_and_comes_back_from_it(tmp_path: Path) -> None:
    page = nbformat.v4.new_notebook()
    tell(page, ["a_b.ipynb counts as b.ipynb."])
    flag(page, ["two differ."])
    (tmp_path / "b.ipynb").write_text(nbformat.writes(page))
    other = nbformat.v4.new_notebook()
    tell(other, ["a_b.ipynb counts as b.ipynb."])
    (tmp_path / "c.ipynb").write_text(json.dumps(other))

    assert [cell.source for cell in page.cells] == [
        "**For a person to look at**\n\n- two differ.",
        r"**How this was read**" + "\n\n" + r"- a\_b.ipynb counts as b.ipynb.",
    ]
    assert flags(tmp_path) == ["b: two differ."]
    assert notes(tmp_path) == ["a_b.ipynb counts as b.ipynb."]
