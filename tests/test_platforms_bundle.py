"""What every export carries: a wheel of the kit, the solutions of one assignment alone, the same bytes each time."""

import io
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest
from classroom import REPOSITORY

from autograder.course.model import Course, load_course
from autograder.errors import CourseError, UsageError
from autograder.platforms.bundle import TEMPLATE, File, filled, plain, write_folder, write_new, zipped
from autograder.platforms.docker import docker_files, image_name
from autograder.platforms.github import github_files
from autograder.platforms.gradescope import gradescope_files, read_settings, write_gradescope
from autograder.platforms.one_assignment import course_files, only_assignment
from autograder.platforms.wheel import Wheel, kit_wheel

SECRET = ("mistakes.py", "mistakes.toml", "alternatives.py", "test_hidden.py", "lesson.py", "stand_ins.py")


@pytest.fixture(scope="module")
def wheel() -> Wheel:
    return kit_wheel()


def test_the_wheel_of_the_kit_has_its_files_and_its_exercises_and_no_solution(wheel: Wheel) -> None:
    names = zipfile.ZipFile(io.BytesIO(wheel.data)).namelist()
    machine = REPOSITORY / "autograder"
    files = {path for path in machine.rglob("*") if path.is_file() and "__pycache__" not in path.parts}

    assert {path.relative_to(REPOSITORY).as_posix() for path in files} <= set(names)
    assert "autograder/exercises/sine/cell.py" in names
    assert not [name for name in names if name.startswith(("solutions", "tests", "source"))]
    assert not [name for name in names if "/exercises/" in name and Path(name).name in SECRET]


def test_pip_takes_the_wheel_and_the_installed_kit_starts_from_it(wheel: Wheel, tmp_path: Path) -> None:
    (tmp_path / wheel.name).write_bytes(wheel.data)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", "site", wheel.name]
    subprocess.run(pip, cwd=tmp_path, check=True, capture_output=True, timeout=300)
    code = "import autograder, autograder.cli.commands; print(autograder.__file__)"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}

    done = subprocess.run([sys.executable, "-c", code], env=environment, cwd="/", capture_output=True, text=True)

    assert done.stdout.startswith(str(tmp_path / "site")), done.stderr
    assert (tmp_path / "site" / "bin" / "unroll").is_file()


def test_what_grading_needs_beside_the_wheel_is_listed_and_nbgrader_is_not(wheel: Wheel) -> None:
    names = [line.split(">")[0].split("<")[0].split("=")[0] for line in wheel.requirements]
    extra = [one for one in distribution("unroll").requires or () if 'extra == "instructor"' in one]

    assert "jinja2" in names and "charset-normalizer" in names
    assert "nbgrader" not in names
    assert len(names) == len(extra) - 1


def test_the_same_course_gives_the_same_bytes(course: Course) -> None:
    first = zipped(gradescope_files(course, "sine", "", False))

    assert zipped(gradescope_files(course, "sine", "", False)) == first
    assert zipped(gradescope_files(course, "sine", "another", False)) != first


@pytest.mark.parametrize("make", [gradescope_files, github_files, docker_files])
def test_an_export_holds_the_solutions_of_its_assignment_alone(course: Course, make) -> None:
    arguments = {gradescope_files: ("", False), github_files: ("sine-",), docker_files: ()}[make]
    files = make(course, "sine", *arguments)
    solved = [name for name in files if Path(name).name in SECRET]

    assert solved
    assert all("course/solutions/sine/" in name for name in solved)
    assert not [name for name in files if "__pycache__" in name or name.endswith(".pyc")]
    assert not [name for name in files if name.startswith("students/") and "solutions" in name]


def test_a_course_of_one_assignment_is_read_as_it_was(course: Course, tmp_path: Path) -> None:
    for name, data in course_files(course, "gates").items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    cut = load_course(tmp_path)

    assert [one.name for one in cut.assignments] == ["gates"]
    assert (cut.limits, cut.letters, cut.late, cut.zone) == (course.limits, course.letters, course.late, course.zone)
    assert [one.tasks for one in cut.lessons()] == [one.tasks for one in course.assignment("gates").lessons]


@pytest.mark.parametrize(
    "text",
    [
        'title = "A"\nassignment = [\n  { name = "a", title = "A", lessons = [] },\n'
        '  { name = "b", title = "B", lessons = [] },\n]\n',
        'title = "A"\n',
    ],
    ids=["one array", "none"],
)
def test_assignments_that_cannot_be_cut_are_an_error_of_the_course(tmp_path: Path, text: str) -> None:
    (tmp_path / "course.toml").write_text(text)

    with pytest.raises(CourseError, match=r"\[\[assignment\]\]"):
        only_assignment(tmp_path / "course.toml", "a")


def test_a_bracket_that_begins_a_line_of_an_array_cuts_nothing(tmp_path: Path) -> None:
    tables = '[[assignment]]\nname = "b"\n[[assignment]]\nname = "a"\nlessons = [\n  "l",\n]\n'
    text = f'title = "A"\nx = [\n  ["b"],\n]\n{tables}'
    (tmp_path / "course.toml").write_text(text)

    cut = only_assignment(tmp_path / "course.toml", "a")

    assert '["b"]' in cut and 'name = "b"' not in cut and '"l"' in cut


def test_nothing_is_overwritten_unless_it_is_said(course: Course, tmp_path: Path) -> None:
    path = tmp_path / "sine.zip"
    path.write_text("mine")

    with pytest.raises(UsageError, match=r"sine\.zip is there already.*--force"):
        write_gradescope(course, "sine", path, "", False, [], False)
    assert path.read_text() == "mine"
    write_gradescope(course, "sine", path, "", False, [], True)
    assert zipfile.is_zipfile(path)


def test_a_link_in_place_of_the_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("mine")
    (tmp_path / "out.zip").symlink_to(tmp_path / "target")

    with pytest.raises(UsageError, match="is there already"):
        write_new(tmp_path / "out.zip", b"x", False)
    write_new(tmp_path / "out.zip", b"x", True)

    assert (tmp_path / "target").read_text() == "mine"


def test_a_folder_that_holds_something_is_left_alone_unless_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    files = plain({"a/b.txt": b"1"})

    with pytest.raises(UsageError, match="out is not empty"):
        write_folder(tmp_path / "out", files, False)
    write_folder(tmp_path / "out", files, True)

    assert (tmp_path / "out" / "thesis.txt").read_text() == "mine"
    assert (tmp_path / "out" / "a" / "b.txt").read_bytes() == b"1"


def test_what_holds_solutions_is_for_nobody_else(tmp_path: Path) -> None:
    write_new(tmp_path / "a.zip", b"x", False)
    write_folder(tmp_path / "out", {"run.sh": File(b"#!", True), "a.txt": File(b"x")}, False)

    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("a.zip", "out/run.sh", "out/a.txt")]
    assert modes == [0o600, 0o700, 0o600]


def test_the_programs_of_a_zip_may_be_run_once_it_is_unpacked(course: Course, tmp_path: Path) -> None:
    archive = zipfile.ZipFile(io.BytesIO(zipped(gradescope_files(course, "sine", "", False))))

    modes = {entry.filename: (entry.external_attr >> 16) & 0o777 for entry in archive.infolist()}
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755
    assert {modes[name] for name in modes if name not in ("setup.sh", "run_autograder")} == {0o644}


@pytest.mark.parametrize("template", sorted(TEMPLATE.glob("*.txt")), ids=lambda path: path.name)
def test_every_word_of_a_template_is_filled(template: Path, course: Course) -> None:
    words = dict.fromkeys(("ASSIGNMENT", "WHEEL", "PIP_OPTIONS", "PREFIX", "IMAGE"), "x")

    text = filled(template.name.removesuffix(".txt"), words).data.decode()

    left = [part for part in text.split("@")[1:-1] if part.isupper()]
    assert not left


@pytest.mark.parametrize("template", [*sorted(TEMPLATE.glob("*.sh.txt")), TEMPLATE / "run_autograder.txt"])
def test_every_script_is_one_that_bash_reads(template: Path) -> None:
    done = subprocess.run([shutil.which("bash") or "bash", "-n"], input=template.read_bytes(), capture_output=True)

    assert done.returncode == 0, done.stderr


def test_options_for_pip_are_one_word_each_in_the_script(course: Course) -> None:
    files = gradescope_files(course, "sine", "", False, ["--extra-index-url=https://example.org/a b", "$(rm -r /)"])

    assert b"PIP_OPTIONS=('--extra-index-url=https://example.org/a b' '$(rm -r /)' ${UNROLL" in files["setup.sh"].data


def test_settings_that_were_changed_are_one_line(tmp_path: Path) -> None:
    path = tmp_path / "unroll.json"
    for text in ("", "[]", '{"assignment": "sine"}', '{"assignment": "s", "seed": "", "accept_weak_isolation": "no"}'):
        path.write_text(text)

        with pytest.raises(UsageError, match="Export it once more"):
            read_settings(path)


@pytest.mark.parametrize(
    ("name", "image"), [("sine", "unroll-sine"), ("Week 3_B", "unroll-week-3-b"), ("과제", "unroll-course")]
)
def test_an_image_has_a_name_that_docker_takes(name: str, image: str) -> None:
    assert image_name(name) == image


@pytest.mark.parametrize("prefix", ["", "a b", "-x", "a/b", "a'", "x" * 100])
def test_a_prefix_that_is_none_is_refused(course: Course, prefix: str) -> None:
    with pytest.raises(UsageError, match="is no beginning of a repository's name"):
        github_files(course, "sine", prefix)
