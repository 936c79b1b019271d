"""Numbers that another processor computes otherwise: they are not recorded, and decide nothing."""

import json
import os
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest
from classroom import REPOSITORY

from autograder.authoring.build import differences, plan_files, write_files
from autograder.authoring.kernels import agreed, steady
from autograder.authoring.known import known_content
from autograder.course.model import Course, load_course
from autograder.errors import CourseError
from autograder.exam.distance import same_returns
from autograder.exam.numbers import as_recorded, plain
from autograder.exam.remote import Clock, Remote
from autograder.exam.results import TaskResult
from autograder.isolation.forked import Zygote
from autograder.isolation.limits import Limits
from autograder.student.checks import run_checks
from autograder.student.exercises import find_exercises
from autograder.student.notebook.kernel import Kernel

KERNELS = {
    "ATEN_CPU_CAPABILITY=default": "sine/cell",
    "MKL_CBWR=COMPATIBLE": "gates/lstm",
    "OPENBLAS_CORETYPE=Prescott": "gradients/flow",
}
BY_PROCESSOR = """

import os


@mistake("D04", task="double", says="You added one.")
def one_more_and_a_little(x):
    return 2 * x + (1.0003 if "MKL_CBWR" in os.environ else 1.0)


@mistake("D05", task="double_all", says="You counted too.")
def with_a_count(xs):
    return [3 * xs[0], 2 * xs[0] * (1.0001 if "MKL_CBWR" in os.environ else 1.0)]
"""


def tensor(*numbers: float) -> dict[str, Any]:
    return {"dtype": "torch.float32", "shape": [len(numbers)], "numbers": list(numbers)}


BARE = {"dtype": "torch.float32", "shape": [2]}


def recorded(returns: Any, right: Any = None, variant: str = "one_more") -> Any:
    entry = {"id": "M01", "variant": variant, "says": "So.", "returns": returns}
    return {"cell": {"test_values": {"right": right, "mistakes": [entry]}}}


def left(first: Any, second: Any, right: Any) -> Any:
    (entry,) = agreed(recorded(first, right), [recorded(second, right)], "sine")["cell"]["test_values"]["mistakes"]
    return entry.get("returns", "nothing")


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        pytest.param([tensor(1, 2.0), 5.0], [tensor(1, 2.00001), 5.0], [tensor(1, 2.0), 5.0], id="near enough"),
        pytest.param([tensor(1, 2.0), 5.0], [tensor(1, 2.0001), 5.0], [BARE, 5.0], id="a number of a tensor"),
        pytest.param([5.0, 2.0], [5.0, 2.0001], [5.0, {"type": "float"}], id="a number"),
        pytest.param([5.0, 2], [5.0, 3], [5.0, {"type": "int"}], id="a count"),
        pytest.param([5.0, [1, 2]], [5.0, [1]], [5.0, {"type": "list"}], id="a length"),
        pytest.param([5.0, tensor(1)], [5.0, tensor(1, 2)], [5.0, {"type": "dict"}], id="a shape"),
        pytest.param({"a": 5.0, "b": 2.0}, {"a": 5.0, "b": 9.0}, {"a": 5.0, "b": {"type": "float"}}, id="of a dict"),
    ],
)
def test_a_value_that_moves_between_kernels_is_left_out(first: Any, second: Any, kept: Any) -> None:
    assert left(first, second, right=[0.0, 0.0]) == kept or left(first, second, right={"a": 0.0, "b": 0.0}) == kept
    assert same_returns(as_recorded(first, kept), kept) and same_returns(as_recorded(second, kept), kept)


def test_several_kernels_leave_out_what_any_of_them_moves() -> None:
    moved = [[tensor(1, 2.1), 5.0, 6.0], [tensor(1, 2.2), 5.1, 6.0]]

    found = agreed(recorded([tensor(1, 2.0), 5.0, 6.0], [0.0, 0.0, 0.0]), [recorded(one) for one in moved], "sine")

    (entry,) = found["cell"]["test_values"]["mistakes"]
    assert entry["returns"] == [BARE, {"type": "float"}, 6.0]


def test_an_entry_without_a_number_that_tells_has_no_returns() -> None:
    assert left([tensor(1, 2.0), 5.0], [tensor(1, 2.1), 5.0], right=[tensor(3, 3), 5.0]) == "nothing"
    assert left([tensor(1, 2.0), 5.0], [tensor(1, 2.1), 5.0], right=[tensor(3, 3), 6.0]) == [BARE, 5.0]
    assert left([tensor(1, 2.0)], [tensor(1, 2.1)], right=[tensor(3)]) == "nothing"


def test_what_is_left_out_makes_nothing_else_alike() -> None:
    assert not same_returns(as_recorded(plain([tensor(1.0), 5.0]), [BARE, 5.0]), [BARE, 5.0])
    assert not same_returns(as_recorded(plain([tensor(1, 2), 6.0]), [BARE, 5.0]), [BARE, 5.0])
    assert not same_returns(as_recorded(plain([tensor(1, 2), 5]), [BARE, {"type": "float"}]), [BARE, {"type": "float"}])


def test_a_test_that_fails_a_mistake_with_some_kernels_only_is_named() -> None:
    with pytest.raises(CourseError, match=r"solutions/sine/cell: test_values fails mistake one_less with the"):
        agreed(recorded(1.0, variant="one_less"), [{"cell": {"test_values": {"right": None, "mistakes": []}}}], "sine")


@pytest.fixture
def uneven(mini: Course) -> Course:
    """A course with mistakes whose numbers depend on the processor, built."""
    path = mini.root / "solutions/play/double/mistakes.py"
    path.write_text(path.read_text(encoding="utf-8") + BY_PROCESSOR, encoding="utf-8")
    course = load_course(mini.root)
    write_files(course, plan_files(course, steady(course)))
    return course


@pytest.mark.kernels
def test_what_was_built_holds_with_other_kernels(uneven: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    tests = json.loads((uneven.root / "exercises/play/known.json").read_text())["lessons"]["double"]["tests"]

    here = differences(uneven, plan_files(uneven, known_content))
    monkeypatch.setenv("MKL_CBWR", "COMPATIBLE")
    there = differences(uneven, plan_files(uneven, known_content))

    entries = {entry["id"]: entry.get("returns") for entries in tests.values() for entry in entries}
    assert here == there == []
    assert entries["D04"] is None
    assert [part.get("numbers") for part in entries["D05"][0][1]] == [[6.0], None]


@pytest.mark.kernels
def test_a_record_with_noise_is_written_anew(uneven: Course) -> None:
    path = uneven.root / "exercises/play/known.json"
    built = path.read_text()
    write_files(uneven, plan_files(uneven, known_content))
    with_noise = path.read_text()

    write_files(uneven, plan_files(uneven, steady(uneven)))

    assert with_noise != built == path.read_text()


def checked(root: Path, source: str) -> list[TaskResult]:
    """Check a lesson as a notebook of a student does."""
    exercises = find_exercises(root / "exercises", "play")
    (lesson,) = exercises.assignment.lessons
    module = types.ModuleType("__main__")
    exec(compile(source, "cell", "exec"), module.__dict__)
    return [one.result for one in run_checks(exercises, lesson, lesson.tasks, Kernel(module, Limits()))]


@pytest.mark.kernels
def test_at_home_nothing_is_named_by_a_number_that_was_left_out(uneven: Course) -> None:
    double = "def double(x):\n    return {}\n\ndef double_all(xs):\n    return {}\n"

    named = [one.mistake for one in checked(uneven.root, double.format("x * x", "[3 * xs[0], 7 * xs[0]]"))]
    other = [one.mistake for one in checked(uneven.root, double.format("2 * x + 1", "[4 * xs[0], 7 * xs[0]]"))]

    assert named == ["D01", "D05"]
    assert other == ["", ""]


@pytest.mark.kernels
def test_a_worker_computes_with_the_kernels_of_its_grader(mini: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    probe = "import torch\ndef which(student):\n    return torch.backends.cpu.get_cpu_capability()\n"
    monkeypatch.setenv("ATEN_CPU_CAPABILITY", "default")

    with Zygote() as zygote:
        remote = Remote(zygote, mini.limits, Clock(mini.limits), "double", {"double": ["x = 1"]})
        answer = remote.ask("run_probe", {"source": probe, "name": "which", "data": {}})
        remote.end()

    assert answer == "DEFAULT"


def proving(lesson: str, *variables: str) -> subprocess.Popen[bytes]:
    """Begin to prove a lesson in a process of its own."""
    chosen = dict(variable.split("=") for variable in variables)
    command = [sys.executable, "-m", "autograder.cli", "verify", lesson, "--matrix", "--seed", "7"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", **chosen}
    return subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE)


def programs(lesson: str, process: subprocess.Popen[bytes]) -> Any:
    """Wait for the proof; return every program with its marks and the mistakes that are named."""
    output, _ = process.communicate()
    assert process.returncode == 0
    return json.loads(output)["lessons"][lesson]["programs"]


@pytest.mark.kernels
@pytest.mark.parametrize("kernels", KERNELS)
def test_marks_and_ids_are_the_same_with_other_kernels(kernels: str) -> None:
    lesson = KERNELS[kernels]

    own, other = proving(lesson), proving(lesson, kernels)

    assert programs(lesson, other) == programs(lesson, own)
