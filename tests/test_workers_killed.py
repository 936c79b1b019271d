"""A worker that something from outside ends costs nobody a point, and not the class."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import psutil
import pytest
from classroom import REPOSITORY, grade, hand_in

from autograder.course.model import Course
from autograder.errors import GradingError, NotStarted, WorkerBroke, WorkerCrashed, WorkerKilled, WorkerTimeout
from autograder.exam.results import HandInResult
from autograder.grading.crew import Crew
from autograder.isolation import worker as worker_module
from autograder.isolation.child import Child
from autograder.isolation.forked import Zygote
from autograder.isolation.inside import sandbox
from autograder.isolation.inside.sandbox import Ceiling
from autograder.isolation.inside.zygote import _can_fork_with, fork
from autograder.isolation.limits import Limits
from autograder.isolation.proof import prove_layers
from autograder.isolation.worker import Worker

RIGHT = "def double(x):\n    return 2 * x\n\n\ndef double_all(xs):\n    return [double(x) for x in xs]\n"
LEAVES = RIGHT.replace("    return 2 * x", "    import os\n    os._exit(3)", 1)
Asked = list[tuple[str, Any]]


def kill_before(monkeypatch: pytest.MonkeyPatch, moment: Callable[[str, int], bool]) -> Asked:
    """Kill a worker from outside before some requests; return the list of all that are made.

    Args:
        moment: whether to kill, from the operation and the number of requests before.
    """
    asked: Asked = []
    ask = Worker.ask

    def wrapped(self: Worker, op: str, value: Any, *more: Any) -> Any:
        asked.append((op, value))
        if moment(op, len(asked) - 1):
            os.kill(self._child._pid, signal.SIGKILL)  # type: ignore[attr-defined]
        return ask(self, op, value, *more)

    monkeypatch.setattr(Worker, "ask", wrapped)
    return asked


def outcomes(result: HandInResult) -> list[str]:
    return [task.outcome for task in result.tasks]


def graded(mini: Course, text: str, workers: Any, limits: Limits | None = None) -> HandInResult:
    (result,) = grade(mini, "play", [hand_in("ada", double=text)], workers, limits or mini.limits)
    return result


@pytest.mark.parametrize("number", range(5))
def test_one_kill_changes_no_mark(mini: Course, zygote: Zygote, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    kill_before(monkeypatch, lambda op, count: count == number)

    result = graded(mini, RIGHT, zygote)

    assert outcomes(result) == ["passed", "passed"]
    assert result.score == result.max_score
    assert not result.again


def test_a_second_kill_is_said_and_remembered(mini: Course, zygote: Zygote, monkeypatch: pytest.MonkeyPatch) -> None:
    kill_before(monkeypatch, lambda op, count: op == "call")

    result = graded(mini, RIGHT, zygote)

    assert outcomes(result) == ["crashed", "crashed"]
    assert result.tasks[0].message == "The process ended with signal SIGKILL. It was tried twice."
    assert result.again


def test_a_kill_of_the_second_try_hides_nothing_of_the_first(
    mini: Course, zygote: Zygote, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed = graded(mini, LEAVES, zygote)
    asked = kill_before(monkeypatch, lambda op, count: op == "call" and [one for one, _ in asked].count("load") == 2)

    result = graded(mini, LEAVES, zygote)

    assert [task.message for task in result.tasks] == [task.message for task in undisturbed.tasks]
    assert "status 3. It was tried twice." in result.tasks[0].message
    assert (undisturbed.again, result.again) == (False, True)


def test_what_ends_itself_is_tried_twice_and_gains_nothing(
    mini: Course, zygote: Zygote, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = kill_before(monkeypatch, lambda op, count: False)

    result = graded(mini, LEAVES, zygote)

    assert outcomes(result) == ["crashed", "crashed"]
    assert result.score == 0
    assert result.tasks[0].message == "The process ended itself with status 3. It was tried twice."
    assert not result.again
    first, second = (value["args"][0] for op, value in asked if op == "call" and value["name"] == "double")
    assert first.equal(second)


def test_a_second_try_knows_nothing_of_the_first(mini: Course, zygote: Zygote, monkeypatch: pytest.MonkeyPatch) -> None:
    kill_before(monkeypatch, lambda op, count: count == 2)
    text = "calls = []\n" + RIGHT.replace(
        "    return 2 * x", "    calls.append(x)\n    print(len(calls))\n    return 2 * x"
    )

    result = graded(mini, text, zygote)

    assert result.score == result.max_score
    assert result.output["play/double"].split() == ["1", "2", "1", "2", "3"]


def test_a_second_try_has_no_seconds_of_its_own(mini: Course, zygote: Zygote) -> None:
    slow = LEAVES.replace("import os", "import os, time\n    time.sleep(1)")
    limits = replace(mini.limits, hand_in_seconds=1.5)

    result = graded(mini, slow, zygote, limits)

    assert result.tasks[0].outcome == "crashed"
    assert result.tasks[0].message.endswith("There was no time to try it again.")


@pytest.mark.parametrize(("times", "expected"), [(1, "rejected"), (2, "crashed")])
def test_a_kill_does_not_let_a_forbidden_name_through(
    mini: Course, zygote: Zygote, monkeypatch: pytest.MonkeyPatch, times: int, expected: str
) -> None:
    kills: list[str] = []
    kill_before(monkeypatch, lambda op, count: op == "names" and (kills.append(op) or len(kills) <= times))

    result = graded(mini, RIGHT.replace("[double(x) for x in xs]", "list(map(double, xs))"), zygote)

    assert outcomes(result) == ["passed", expected]
    assert result.again == (expected == "crashed")


def test_writing_to_the_channel_is_tried_once(mini: Course, zygote: Zygote, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = kill_before(monkeypatch, lambda op, count: False)

    result = graded(mini, RIGHT.replace("    return 2 * x", "    import os\n    os.write(3, b'x' * 99)", 1), zygote)

    assert result.tasks[0].outcome == "crashed"
    assert "wrote to the grader's channel" in result.tasks[0].message
    assert len([op for op, value in asked if op == "call" and value["name"] == "double"]) == 1


ENDS = {
    "os.kill from outside": ("def f():\n    return 1\n", WorkerKilled),
    "its own SIGKILL": ("import signal\ndef f():\n    signal.raise_signal(9)\n", WorkerKilled),
    "SIGTERM": ("import signal\ndef f():\n    signal.raise_signal(15)\n", WorkerKilled),
    "abort": ("import os\ndef f():\n    os.abort()\n", WorkerCrashed),
    "exit": ("import os\ndef f():\n    os._exit(0)\n", WorkerCrashed),
    "a real-time signal": ("import signal\ndef f():\n    signal.raise_signal(40)\n", WorkerKilled),
    "a closed channel": ("import os, time\ndef f():\n    os.close(3)\n    time.sleep(60)\n", WorkerBroke),
}


@pytest.mark.parametrize("name", ENDS)
def test_an_end_from_outside_is_told_from_an_own_one(
    zygote: Zygote, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    text, kind = ENDS[name]
    monkeypatch.setattr(worker_module, "END_SECONDS", 1.0)
    kill_before(monkeypatch, lambda op, count: "outside" in name and op == "call")
    with Worker(zygote, Limits()) as made:
        made.ask("load", {"value": {"lesson": "play", "sources": {"play": [text]}, "light": False}})

        with pytest.raises(kind) as raised:
            made.ask("call", {"name": "f", "args": [], "kwargs": {}})

    assert type(raised.value) is kind


@pytest.mark.parametrize("caught", ["pass", "signal.signal(24, signal.SIG_IGN)"])
def test_too_much_cpu_is_a_timeout_and_no_kill(zygote: Zygote, caught: str) -> None:
    text = f"import signal\ndef f():\n    {caught}\n    while True:\n        pass\n"
    with Worker(zygote, Limits(call_seconds=60), cpu_seconds=0.5) as made:
        made.ask("load", {"value": {"lesson": "play", "sources": {"play": [text]}, "light": False}})

        with pytest.raises(WorkerTimeout, match="more CPU time"):
            made.ask("call", {"name": "f", "args": [], "kwargs": {}})


class Doomed:
    """Starts workers, some of which end while they are locked up: their limits cannot be set.

    Args:
        ends: whether the worker of this number does.
    """

    missing = ""

    def __init__(self, zygote: Zygote, ends: Callable[[int], bool]) -> None:
        self._zygote = zygote
        self._ends = ends
        self.count = 0

    def start(self, ceiling: Ceiling, reply_bytes: int) -> Child:
        self.count += 1
        wanted = replace(ceiling, open_files=-7) if self._ends(self.count - 1) else ceiling
        return self._zygote.start(wanted, reply_bytes)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "START_WAITS", (0.0, 0.0))


@pytest.mark.usefixtures("at_once")
def test_a_worker_that_dies_while_it_is_locked_is_started_again(mini: Course, zygote: Zygote) -> None:
    result = graded(mini, RIGHT, Doomed(zygote, lambda number: number % 3 < 2))

    assert result.score == result.max_score


def test_a_worker_that_is_killed_while_it_is_locked_costs_nothing(mini: Course, zygote: Zygote) -> None:
    class Deadly(Doomed):
        def start(self, ceiling: Ceiling, reply_bytes: int) -> Child:
            child = super().start(ceiling, reply_bytes)
            if self.count == 1:
                child.kill()
            return child

    result = graded(mini, RIGHT, Deadly(zygote, lambda number: False))

    assert result.score == result.max_score


@pytest.mark.usefixtures("at_once")
def test_it_is_not_started_again_for_ever(zygote: Zygote) -> None:
    doomed = Doomed(zygote, lambda number: True)

    with pytest.raises(NotStarted, match="could not be locked"):
        Worker(doomed, Limits())  # type: ignore[arg-type]

    assert doomed.count == 3


def test_a_fork_that_fails_for_a_moment_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([BlockingIOError(11, "Resource temporarily unavailable"), OSError(12, "No memory"), 77])

    def failing() -> int:
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    monkeypatch.setattr(os, "fork", failing)

    assert fork() == 77


FORKS_FAIL = """
import os
import torch
from autograder.isolation.limits import Limits
from autograder.isolation.proof import prove_layers
from autograder.errors import NotStarted
from autograder.isolation.forked import Zygote
from autograder.isolation.launch import launch_from_here
from autograder.isolation.inside.sandbox import Ceiling
from autograder.isolation.worker import Worker

fork, forks = os.fork, []
def failing():
    forks.append(1)
    if 2 < len(forks) <= 14:  # the zygote itself, its trial; then two workers, six times each
        raise BlockingIOError(11, "Resource temporarily unavailable")
    return fork()

os.fork = failing
with Zygote(launched=launch_from_here(quick=True)) as workers:
    for _ in range(2):
        try:
            workers.start(Ceiling(), 1000)
        except NotStarted as error:
            print(error)
    with Worker(workers, Limits()) as worker:
        print(worker.ask("names", {"value": {"cells": ["def f(): pass"]}}))
"""


def test_a_zygote_survives_a_fork_that_fails() -> None:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

    done = subprocess.run(
        [sys.executable, "-c", FORKS_FAIL], env=environment, capture_output=True, text=True, timeout=300
    )

    assert done.stdout.splitlines() == ["No process can be started: Resource temporarily unavailable."] * 2 + [
        "{'f': []}"
    ], done.stderr


@pytest.mark.kills
def test_a_zygote_that_was_killed_is_replaced(mini: Course) -> None:
    with Zygote() as doomed:
        layers = doomed.layers
        os.kill(doomed.pid, signal.SIGKILL)

        result = graded(mini, RIGHT, doomed)

        assert result.score == result.max_score
        assert doomed.layers == layers


@pytest.mark.kills
def test_a_zygote_that_is_killed_during_a_call_costs_nothing(mini: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    with Zygote() as doomed:
        first: list[int] = []

        def moment(op: str, count: int) -> bool:
            if op == "call" and not first:
                first.append(doomed.pid)
                os.kill(doomed.pid, signal.SIGKILL)
            return False

        kill_before(monkeypatch, moment)

        result = graded(mini, RIGHT, doomed)

        assert result.score == result.max_score
        assert doomed.pid not in first


@pytest.mark.parametrize("number", range(3))
def test_a_worker_that_is_killed_while_it_tries_the_sandbox_is_replaced(
    zygote: Zygote, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    asked = kill_before(monkeypatch, lambda op, count: count == number)

    assert prove_layers(zygote, REPOSITORY / "solutions" / "course.toml") == []

    assert len(asked) == number + 1 + 3
    assert zygote.tier == "strong"


def test_a_sandbox_whose_trials_are_all_killed_is_not_trusted(zygote: Zygote, monkeypatch: pytest.MonkeyPatch) -> None:
    kill_before(monkeypatch, lambda op, count: True)

    with pytest.raises(GradingError, match="could not be tried: The process ended with signal SIGKILL"):
        prove_layers(zygote, REPOSITORY / "solutions" / "course.toml")


@pytest.mark.parametrize(("times", "expected"), [(0, True), (1, True), (2, False)])
def test_a_fork_that_is_killed_while_it_tries_to_lock_itself_up_is_replaced(
    monkeypatch: pytest.MonkeyPatch, times: int, expected: bool
) -> None:
    killed: list[int] = []
    waitpid = os.waitpid

    def kill_some(pid: int, options: int) -> tuple[int, int]:
        if len(killed) < times:
            killed.append(pid)
            os.kill(pid, signal.SIGKILL)
        return waitpid(pid, options)

    monkeypatch.setattr(os, "waitpid", kill_some)
    monkeypatch.setattr(sandbox, "lock_worker", lambda *_: time.sleep(60) if len(killed) < times else None)

    assert _can_fork_with(frozenset({"seccomp"})) is expected
    assert len(killed) == times


def crew_of(course: Course) -> Crew:
    return Crew({"course": str(course.root), "assignment": "play", "seed": "a secret", "fingerprint": ""}, 1)


def chief_of(crew: Crew) -> psutil.Process:
    return psutil.Process(crew._chief._process.pid)  # type: ignore[union-attr, attr-defined]


@pytest.mark.kills
def test_a_grader_process_that_is_killed_while_it_starts_is_replaced_once(mini: Course) -> None:
    with crew_of(mini) as crew:
        chief_of(crew).kill()
        crew.wait_until_warm()

        assert crew.tier == "strong"

    with crew_of(mini) as crew:
        start_again = crew._start_again

        def kill_another(examiner: Any) -> Any:
            fresh = start_again(examiner)
            chief_of(crew).kill()
            return fresh

        crew._start_again = kill_another  # type: ignore[method-assign]
        chief_of(crew).kill()

        with pytest.raises(GradingError, match=r"^A grader process was killed while it started\. Free some memory"):
            crew.wait_until_warm()


@pytest.mark.kills
def test_an_examiner_that_was_killed_leaves_no_zombie(mini: Course) -> None:
    with crew_of(mini) as crew:
        crew.wait_until_warm()
        before = len(chief_of(crew).children(recursive=True))
        for _ in range(3):
            opened = crew._open()
            opened._process.kill()
            opened.close()

        for _ in range(500):
            left = chief_of(crew).children(recursive=True)
            if len(left) == before:
                break
            time.sleep(0.02)

        assert len(left) == before, left


@pytest.mark.kills
def test_a_second_run_grades_again_what_was_killed(mini: Course) -> None:
    (mini.root / "hand-ins" / "ada").mkdir(parents=True)
    (mini.root / "hand-ins" / "ada" / "double.py").write_text(RIGHT, encoding="utf-8")
    command = [sys.executable, "-m", "autograder.cli", "grade", "play", "hand-ins", "-o", "out"]

    def run() -> None:
        subprocess.run(command, cwd=mini.root, check=True, capture_output=True, timeout=300)

    run()
    file = mini.root / "out" / "ada" / "record.json"
    record = json.loads(file.read_text(encoding="utf-8"))
    record["tasks"][0] |= {"outcome": "crashed", "score": 0.0}
    for again in (False, True):
        record["again"] = again
        file.write_text(json.dumps(record), encoding="utf-8")
        run()
        table = (mini.root / "out" / "grades.csv").read_text(encoding="utf-8")

        assert ("double,2,2,passed" in table) is again
