"""The caller's environment decides no mark: what Python and pytest read from it never reaches a judge."""

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader_small import SmallCourse

from autograder.course.model import Course
from autograder.isolation.environment import NO_ASSERTIONS, environment, program

ANSWER = "def double(x):\n    return 2 * x\n\n\ndef double_all(xs):\n    return [double(x) for x in xs]\n"
WRONG = ANSWER.replace("2 * x", "0 * x")
MARKS = [("ada", "2"), ("ada", "3"), ("bob", "0"), ("bob", "0")]
REPLACED = "import os\nos._exit(0)\n"
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
MODULES = ("torch", "json", "click", "pytest", "numpy")
CHANGES = {
    "assertions": {"PYTHONOPTIMIZE": "2"},
    "modules": {"PYTHONPATH": os.pathsep.join(f"EVIL/{name}" for name in MODULES)},
    "options": {
        "PYTHONHASHSEED": "7",
        "PYTHONINSPECT": "1",
        "PYTHONIOENCODING": "ascii",
        "PYTHONPLATLIBDIR": "lib",
        "PYTHONPYCACHEPREFIX": "EVIL/bytecode",
        "PYTHONSAFEPATH": "1",
        "PYTHONSTARTUP": "EVIL/torch/torch.py",
        "PYTHONUSERBASE": "EVIL/user",
        "PYTHONUTF8": "0",
        "PYTHONWARNINGS": "error",
        "PYTEST_ADDOPTS": "--collect-only -k nothing",
        "PYTEST_PLUGINS": "nothing_of_this_name",
        "OMP_NUM_THREADS": "7",
        "MPLBACKEND": "nothing_of_this_name",
    },
}
ALL = {name: value for change in CHANGES.values() for name, value in change.items()}


@pytest.fixture
def evil(tmp_path: Path) -> Path:
    """Folders for PYTHONPATH, each with one module that ends whatever imports it."""
    for name in MODULES:
        folder = tmp_path / "evil" / name
        folder.mkdir(parents=True)
        (folder / f"{name}.py").write_text(REPLACED)
    return tmp_path / "evil"


def given(change: dict[str, str], evil: Path) -> dict[str, str]:
    return ENVIRONMENT | {key: value.replace("EVIL", str(evil)) for key, value in change.items()}


def run(command: list[str], where: Path, environment: dict[str, str] = ENVIRONMENT) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command, cwd=where, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600
    )
    assert "Traceback" not in done.stderr + done.stdout, done.stderr + done.stdout
    return done


@pytest.fixture
def small_class(mini: Course) -> Path:
    """A course, and hand-ins of ada, who is right, and bob."""
    for name, text in (("ada", ANSWER), ("bob", WRONG)):
        (mini.root / "hand-ins" / name).mkdir(parents=True)
        (mini.root / "hand-ins" / name / "double.py").write_text(text)
    return mini.root


def marks(course: Path) -> list[tuple[str, str]]:
    with (course / "out" / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        return [(row["student"], row["score"]) for row in csv.DictReader(file)]


@pytest.mark.environment
@pytest.mark.parametrize("name", CHANGES)
def test_grade_gives_the_same_marks(small_class: Path, evil: Path, name: str) -> None:
    script = str(Path(sys.executable).with_name("unroll"))

    done = run([script, "grade", "play", "hand-ins", "-o", "out"], small_class, given(CHANGES[name], evil))

    assert done.returncode == 0, done.stderr
    assert marks(small_class) == MARKS


@pytest.mark.environment
def test_a_module_in_the_working_directory_is_not_imported(small_class: Path, evil: Path) -> None:
    for name in ("torch", "json", "click"):
        shutil.copy(evil / name / f"{name}.py", small_class)

    run([sys.executable, "-m", "autograder.cli", "grade", "play", "hand-ins", "-o", "out"], small_class)

    assert marks(small_class) == MARKS


@pytest.mark.parametrize("option", ["-O", "-OO"])
def test_the_command_refuses_to_judge_without_assertions(small_class: Path, option: str) -> None:
    command = [sys.executable, option, "-m", "autograder.cli", "grade", "play", "hand-ins", "-o", "out"]

    done = run(command, small_class)

    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"unroll: {NO_ASSERTIONS}\n")


@pytest.mark.environment
@pytest.mark.parametrize("backend", ["", "plain"])
def test_check_finds_the_same_at_home(home: Path, evil: Path, backend: str) -> None:
    command = [sys.executable, "-m", "autograder.cli", "check", "play/double"]
    environment = given(ALL, evil) | {"UNROLL_BACKEND": backend}

    (home / "play" / "double.py").write_text(WRONG)
    wrong = run(command, home, environment)
    (home / "play" / "double.py").write_text(ANSWER)
    right = run(command, home, environment)

    assert (wrong.returncode, right.returncode) == (1, 0), wrong.stdout + right.stdout + right.stderr


def submission(student: str, *options: str) -> list[str]:
    arguments = ["-p", "no:cacheprovider", "autograder", "--submission", f"hand-ins/{student}"]
    return [sys.executable, *options, "-m", "pytest", *arguments]


@pytest.mark.environment
def test_pytest_grades_a_hand_in_the_same(small_class: Path, evil: Path) -> None:
    ends_pytest_itself = {"PYTEST_PLUGINS": "", "PYTHONWARNINGS": "", "PYTHONINSPECT": ""}
    environment = given(CHANGES["options"] | {"PYTHONPATH": "EVIL/torch"} | ends_pytest_itself, evil)

    right, wrong = (run(submission(student), small_class, environment) for student in ("ada", "bob"))

    assert (right.returncode, wrong.returncode) == (0, 1), right.stdout + wrong.stdout
    assert "5 of 5 points" in right.stdout
    assert "0 of 5 points" in wrong.stdout


@pytest.mark.parametrize("how", ["option", "variable"])
def test_pytest_refuses_to_grade_without_assertions(small_class: Path, how: str) -> None:
    options, more = (["-O"], {}) if how == "option" else ([], {"PYTHONOPTIMIZE": "1"})

    done = run(submission("ada", *options), small_class, ENVIRONMENT | more)

    assert done.returncode == 2
    assert done.stderr.strip() == f"Exit: {NO_ASSERTIONS}"


def test_pytest_refuses_to_grade_with_another_json(small_class: Path, tmp_path: Path) -> None:
    shutil.copytree(Path(json.__file__).parent, tmp_path / "theirs" / "json")

    done = run(submission("ada"), small_class, ENVIRONMENT | {"PYTHONPATH": str(tmp_path / "theirs")})

    assert done.returncode == 2
    assert "in the place of json, which judges. Unset PYTHONPATH." in done.stderr


def test_the_public_tests_refuse_to_judge_without_assertions(home: Path) -> None:
    (home / "play" / "double.py").write_text(ANSWER)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:warnings", "play"]

    done = run(command, home, ENVIRONMENT | {"PYTHONOPTIMIZE": "1"})

    assert done.returncode == 2
    assert NO_ASSERTIONS in done.stdout + done.stderr


NOTEBOOK = """
from autograder.student import check

try:
    check("sine/cell:rnn_cell")
except Exception as error:
    print(error)
"""
UNDEFINED = "rnn_cell: rnn_cell is not defined."


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"PYTHONOPTIMIZE": "1"}, NO_ASSERTIONS),
        ({"PYTHONPATH": "EVIL/torch"}, "in the place of torch, which judges. Unset PYTHONPATH."),
        ({"PYTHONPATH": "EVIL/pytest"}, "in the place of pytest, which judges. Unset PYTHONPATH."),
        ({"PYTEST_ADDOPTS": "--collect-only", "PYTEST_PLUGINS": "nothing_of_this_name"}, UNDEFINED),
    ],
    ids=["assertions", "torch", "pytest", "options"],
)
def test_a_notebook_checks_the_same_or_refuses(tmp_path: Path, evil: Path, more: dict[str, str], said: str) -> None:
    (tmp_path / "notebook.py").write_text(NOTEBOOK)

    done = run([sys.executable, "notebook.py"], tmp_path, given(more, evil))

    assert said in done.stdout.strip().splitlines()[-1], done.stdout + done.stderr


@pytest.fixture
def nbgrader_course(small_course: SmallCourse, tmp_path: Path) -> SmallCourse:
    course = small_course.copied(tmp_path)
    course.submit("ada", "bob")
    course.spoil("bob")
    return course


@pytest.mark.nbgrader
def test_nbgrade_gives_the_same_marks(nbgrader_course: SmallCourse, evil: Path) -> None:
    script = str(Path(sys.executable).with_name("unroll"))

    done = run([script, "nbgrade", "play"], nbgrader_course.root, given(ALL, evil))

    assert done.returncode == 0, done.stderr
    assert nbgrader_course.scores() == {"ada": 5.0, "bob": 0.0}


@pytest.mark.nbgrader
def test_autograde_gives_the_same_marks(nbgrader_course: SmallCourse, evil: Path) -> None:
    more = {"PYTHONPATH": "EVIL/torch", "PYTEST_ADDOPTS": "--collect-only", "PYTHONHASHSEED": "7"}
    environment = given(more, evil)

    done = run([sys.executable, "-m", "nbgrader", "autograde", "play"], nbgrader_course.root, environment)

    assert done.returncode == 0, done.stderr
    assert nbgrader_course.scores() == {"ada": 5.0, "bob": 0.0}


@pytest.mark.nbgrader
@pytest.mark.parametrize("how", ["option", "variable", "another json"])
def test_autograde_refuses_what_would_not_be_just(nbgrader_course: SmallCourse, tmp_path: Path, how: str) -> None:
    shutil.copytree(Path(json.__file__).parent, tmp_path / "theirs" / "json")
    options = ["-O"] if how == "option" else []
    more = {"variable": {"PYTHONOPTIMIZE": "1"}, "another json": {"PYTHONPATH": str(tmp_path / "theirs")}}.get(how, {})
    command = [sys.executable, *options, "-m", "nbgrader", "autograde", "play"]

    done = run(command, nbgrader_course.root, ENVIRONMENT | more)

    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert nbgrader_course.scores() == {}


def test_a_set_has_the_same_order_in_every_process_that_runs_code() -> None:
    code = "import sys; print(sys.flags.hash_randomization, sys.flags.optimize, sys.flags.safe_path)"
    wild = {"PYTHONHASHSEED": "7", "PYTHONOPTIMIZE": "2"}
    before = dict(os.environ)
    os.environ.update(wild)
    clean = environment()
    os.environ.clear()
    os.environ.update(before)

    done = subprocess.run([*program("x")[:5], "-c", code], env=clean, capture_output=True, text=True)

    assert done.stdout == "0 0 True\n"
