"""A lesson in this process: what does not end is ended, and tests of one name do not take each other's place."""

import _thread
import shutil
import sys
import threading
import time
import types
from pathlib import Path

import pytest
from classroom import REPOSITORY

from autograder.errors import StudentMissing
from autograder.exam.results import TaskResult
from autograder.isolation.limits import Limits
from autograder.student.checks import run_checks
from autograder.student.exercises import KNOWN, find_exercises
from autograder.student.notebook.check import CheckFailed, check
from autograder.student.notebook.guard import within
from autograder.student.notebook.kernel import Kernel

QUICK = Limits(call_seconds=0.2)


def module(source: str) -> types.ModuleType:
    made = types.ModuleType("__main__")
    exec(compile(source, "cell", "exec"), made.__dict__)
    return made


def checked(root: Path, address: str, source: str) -> list[TaskResult]:
    assignment, _, lesson = address.partition("/")
    exercises = find_exercises(root, assignment)
    wanted = next(one for one in exercises.assignment.lessons if one.name == lesson)
    return [one.result for one in run_checks(exercises, wanted, wanted.tasks, Kernel(module(source), QUICK))]


def test_a_loop_that_never_ends_is_ended() -> None:
    results = checked(REPOSITORY / "exercises", "sine/cell", "def readout(*_):\n    while True:\n        pass\n")

    assert results[-1].outcome == "timeout"
    assert results[-1].message == "There was no answer within 0.2 s. Is there a loop that never ends?"


def test_what_ends_in_time_is_left_alone() -> None:
    with within(0.05):
        pass
    time.sleep(0.1)


def test_an_interrupt_of_ones_own_is_no_timeout() -> None:
    with pytest.raises(KeyboardInterrupt), within(60):
        _thread.interrupt_main()
        time.sleep(1)


def test_beside_the_main_thread_nothing_is_interrupted() -> None:
    ended = []

    def wait() -> None:
        with within(0.05):
            time.sleep(0.1)
            ended.append(True)

    thread = threading.Thread(target=wait)
    thread.start()
    thread.join()

    assert ended == [True]


def test_an_attribute_of_another_module_is_not_missing() -> None:
    kernel = Kernel(module("def readout():\n    import math\n    return math.tahn\n"), QUICK)

    with pytest.raises(StudentMissing):
        kernel.ask("call", {"name": "read_out", "args": [], "kwargs": {}})
    with pytest.raises(Exception, match=r"has no attribute 'tahn' \(line 3"):
        kernel.ask("call", {"name": "readout", "args": [], "kwargs": {}})


def test_two_assignments_may_have_a_lesson_of_one_name(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        shutil.copy(REPOSITORY / "exercises" / "sine" / KNOWN, tmp_path / name / KNOWN)
    test = (
        "import pytest\n@pytest.mark.task('readout')\ndef test_it(student):\n    assert student.readout() == {}, 'no'\n"
    )
    (tmp_path / "one" / "test_cell.py").write_text(test.format(1))
    (tmp_path / "two" / "test_cell.py").write_text(test.format(2))
    source = "def readout():\n    return 1\n"

    found = [checked(tmp_path, f"{name}/cell", source)[-1].outcome for name in ("one", "two")]

    assert found == ["passed", "failed"]


def test_without_a_notebook_the_text_is_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = "def readout(output, w_hy, b_y):\n    return output @ w_hy.T + b_y\n"
    monkeypatch.setitem(sys.modules, "__main__", module(source))

    check("sine/cell:readout")
    with pytest.raises(CheckFailed, match="rnn_cell is not defined"):
        check("sine/cell")

    assert capsys.readouterr().out.splitlines()[0] == "readout: passed"
