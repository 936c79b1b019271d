"""A hand-in has seconds enough for right answers many times over, and no more; what sleeps holds nobody up."""

import json
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

import pytest
from classroom import grade, hand_in

from autograder.course.model import Course, load_course
from autograder.errors import GradingError, NotStarted, WorkerTimeout
from autograder.exam.clock import Budget, Clock, budget_for
from autograder.exam.exam import Exam, course_exam, run_session
from autograder.exam.examine import examine
from autograder.exam.remote import Remote
from autograder.exam.results import HandInResult
from autograder.grading import crew as crew_module
from autograder.grading import examiner as examiner_module
from autograder.grading import run as run_module
from autograder.grading.crew import ASLEEP_PER_JOB, Crew
from autograder.grading.opening import Options, open_class
from autograder.grading.pace import measured
from autograder.grading.processes import Examiner
from autograder.grading.request import ExaminerRequest
from autograder.isolation import stopwatch
from autograder.isolation.child import Ended
from autograder.isolation.forked import Zygote
from autograder.isolation.limits import Limits
from autograder.isolation.stopwatch import Stopwatch, Used
from autograder.isolation.worker import Worker
from autograder.text.console import progress

RIGHT = "def double(x):\n    return 2 * x\n\n\ndef double_all(xs):\n    return [x + x for x in xs]\n"
HANGS = RIGHT.replace("    return 2 * x", "    import time\n    time.sleep(600)")


@pytest.mark.parametrize(("need", "seconds"), [(0.2, 15), (1.01, 21), (4.0, 80), (20.0, 180)])
def test_a_budget_is_twenty_times_what_right_answers_take(need: float, seconds: float) -> None:
    assert budget_for(Limits(), {"a": need / 2, "b": need / 2}).seconds == seconds


def test_a_budget_can_be_set_in_the_course(mini: Course) -> None:
    manifest = mini.root / "solutions" / "course.toml"
    limits = "[limits]\nhand_in_times = 5\nhand_in_least_seconds = 3\n"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("[limits]\n", limits), encoding="utf-8")

    budget = budget_for(load_course(mini.root).limits, {"a": 2.0})

    assert str(budget) == "The 10 s of this hand-in are used up (5 times what right answers take, at least 3 s)."


def test_what_is_kept_for_later_tasks_is_a_third_at_most() -> None:
    budget = budget_for(Limits(), {"a": 0.01, "b": 0.5, "c": 3.0})

    assert budget.kept["a"] < budget.kept["b"] < budget.kept["c"]
    assert sum(budget.kept.values()) <= budget.seconds / 3
    assert budget_for(Limits(), {"a": 5.0, "b": 50.0}).kept["b"] < 60


def test_a_task_may_take_what_was_kept_for_it_and_not_what_is_kept_for_others() -> None:
    clock = Clock(Limits(), Budget(10.0, kept={"a": 1.0, "b": 2.0, "c": 3.0}))

    clock.next_task("a")
    clock.spend(5.0)
    with pytest.raises(WorkerTimeout, match="The 10 s of this hand-in are used up"):
        clock.left()
    clock.next_task("c")

    assert clock.left() == 5.0


def test_a_lesson_keeps_its_own_limit() -> None:
    clock = Clock(Limits(lesson_seconds=2.0))

    clock.spend(2.0)
    with pytest.raises(WorkerTimeout, match="The 2 s of this lesson are used up"):
        clock.left()
    clock.next_lesson()

    assert clock.left() == 2.0


def examined(mini: Course, zygote: Zygote, text: str, budget: Budget, asleep: Any = None) -> HandInResult:
    found: list[HandInResult] = []
    play = mini.assignment("play")

    def work(exam: Exam) -> None:
        found.append(examine(exam, play, hand_in("ada", double=text), zygote, mini.limits, budget, asleep))

    run_session(course_exam(play.lessons, "a secret", work))
    return found[0]


def test_a_task_that_sleeps_costs_itself_and_is_told_the_budget(mini: Course, zygote: Zygote) -> None:
    told: list[str] = []
    budget = Budget(3.0, " (so the course says)", {"play/double:double": 0.1, "play/double:double_all": 2.0})

    result = examined(mini, zygote, HANGS, budget, lambda: told.append("asleep"))

    assert [task.outcome for task in result.tasks] == ["timeout", "passed"]
    assert result.tasks[0].message == "The 3 s of this hand-in are used up (so the course says)."
    assert told == ["asleep"]


def test_what_computes_is_not_asleep(mini: Course, zygote: Zygote) -> None:
    told: list[str] = []
    spins = RIGHT.replace("    return 2 * x", "    while True:\n        pass")

    result = examined(mini, zygote, spins, Budget(2.0), lambda: told.append("asleep"))

    assert result.tasks[0].outcome == "timeout"
    assert not told


def test_right_answers_are_timed_in_a_worker(mini: Course, zygote: Zygote) -> None:
    lessons, found = mini.assignment("play").lessons, []

    run_session(
        course_exam(lessons, "a secret", lambda exam: found.append(measured(exam, lessons, zygote, mini.limits)))
    )

    assert list(found[0].kept) == ["play/double:double", "play/double:double_all"]
    assert 15 <= found[0].seconds <= 180


def test_where_right_answers_cannot_be_timed_the_limits_stand(
    mini: Course, zygote: Zygote, monkeypatch: pytest.MonkeyPatch
) -> None:
    lessons, found = mini.assignment("play").lessons, []

    def gone(*_: Any) -> None:
        raise WorkerTimeout("There was no answer.")

    monkeypatch.setattr(Worker, "ask", gone)
    run_session(
        course_exam(lessons, "a secret", lambda exam: found.append(measured(exam, lessons, zygote, mini.limits)))
    )

    assert found == [Budget(180.0)]


class Busy:
    """A worker on a machine that is too busy for it."""

    def __init__(self) -> None:
        self.now = Used()

    def used(self) -> Used:
        return self.now


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Stopwatch, Busy, list[float]]]:
    """A stopwatch of 10 s, who is timed, and the clock on the wall."""
    wall, busy = [0.0], Busy()
    monkeypatch.setattr(stopwatch.time, "monotonic", lambda: wall[0])
    monkeypatch.setattr(stopwatch, "own", lambda: Used())
    yield Stopwatch(busy, 10.0), busy, wall


def test_waiting_for_a_processor_is_not_charged(watch: tuple[Stopwatch, Busy, list[float]]) -> None:
    timed, busy, wall = watch

    wall[0], busy.now = 12.0, Used(ran=3.0, queued=8.0)

    assert (*timed.charge(), timed.left()) == (4.0, 1.0, 6.0)


def test_sleeping_is_charged(watch: tuple[Stopwatch, Busy, list[float]]) -> None:
    timed, busy, wall = watch

    wall[0], busy.now = 12.0, Used(ran=0.5)

    assert (*timed.charge(), timed.left()) == (12.0, 11.5, -2.0)


def test_where_the_kernel_does_not_tell_the_wall_counts_and_nobody_sleeps(
    watch: tuple[Stopwatch, Busy, list[float]],
) -> None:
    timed, _, wall = watch

    wall[0] = 4.0

    assert (*timed.charge(), timed.left()) == (4.0, 0.0, 6.0)


def test_no_machine_is_so_busy_that_a_call_never_ends(watch: tuple[Stopwatch, Busy, list[float]]) -> None:
    timed, busy, wall = watch

    wall[0], busy.now = 61.0, Used(ran=0.1, queued=60.0)

    assert timed.left() < 0


def test_the_kernel_is_asked_about_a_process() -> None:
    assert stopwatch.Counter("self").used().ran > 0
    assert stopwatch.own().ran > 0
    assert stopwatch.Counter(-1).used() == Used()


def test_the_cpu_of_all_threads_is_charged(zygote: Zygote, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(Limits())
    remote = Remote(zygote, Limits(), clock, "play", {"play": ["def f():\n    return 1\n"]})
    remote.ask("call", {"name": "f", "args": [], "kwargs": {}})
    close = Worker.close

    def busy(self: Worker) -> Ended:
        return replace(close(self), cpu_seconds=7.0)

    monkeypatch.setattr(Worker, "close", busy)
    remote.end()

    assert clock.spent >= 7.0


class Done:
    """A process that ends when it is asked to."""

    def kill(self) -> None:
        pass

    def wait(self, timeout: float | None = None) -> int:
        return 0


class Office:
    """A crew whose examiners are played by the test: `theirs` has the other ends of their channels."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, jobs: int) -> None:
        self.theirs: list[Connection] = []
        monkeypatch.setattr(crew_module, "start", lambda settings, module: self._open([]))
        monkeypatch.setattr(crew_module, "fork_examiner", lambda chief: self._open(self.theirs))
        self.crew = Crew({}, jobs)

    def _open(self, kept: list[Connection]) -> Examiner:
        ours, theirs = Pipe()
        kept.append(theirs)
        return Examiner(ours, Done())

    def grade(self, count: int) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
        return self.crew.grade([ExaminerRequest(str(n), str(n)) for n in range(count)])

    def say(self, number: int, **message: Any) -> None:
        self.theirs[number].send_bytes(json.dumps(message).encode())


def test_one_that_sleeps_leaves_its_place_to_another(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office(monkeypatch, jobs=2)
    events = office.grade(5)
    assert [next(events)[1].folder for _ in range(2)] == ["0", "1"]

    office.say(0, asleep=True)
    assert next(events)[:2] == ("start", ExaminerRequest("2", "2"))
    office.say(2, result="third")
    assert next(events) == ("done", ExaminerRequest("2", "2"), {"result": "third"})
    assert next(events)[1].folder == "3"
    office.say(0, result="first")
    assert next(events) == ("done", ExaminerRequest("0", "0"), {"result": "first"})

    assert len(office.theirs) == 3


def test_no_more_compute_than_there_are_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office(monkeypatch, jobs=2)
    events = office.grade(4)
    for _ in range(2):
        next(events)

    office.say(1, result="second")
    assert [next(events)[0] for _ in range(2)] == ["done", "start"]

    assert len(office.theirs) == 2


def test_the_next_hand_in_begins_before_the_last_one_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office(monkeypatch, jobs=1)
    events = office.grade(2)
    next(events)
    office.theirs[0].recv_bytes()

    office.say(0, result="of 0")
    assert next(events)[0] == "done"

    assert office.theirs[0].poll()


def test_what_was_graded_is_told_where_no_other_grader_process_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office(monkeypatch, jobs=2)
    events = office.grade(4)
    for _ in range(2):
        next(events)
    monkeypatch.setattr(crew_module.Crew, "_open", lambda crew: (_ for _ in ()).throw(GradingError("none")))
    monkeypatch.setattr(crew_module.Crew, "_free", lambda crew: crew._open())

    office.say(0, result="of 0")

    assert next(events)[::2] == ("done", {"result": "of 0"})
    with pytest.raises(GradingError):
        next(events)


def test_where_too_many_sleep_the_others_are_graded_first(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office(monkeypatch, jobs=1)
    events = office.grade(ASLEEP_PER_JOB + 2)
    for number in range(ASLEEP_PER_JOB + 1):
        assert next(events)[:2] == ("start", ExaminerRequest(str(number), str(number)))
        office.say(number, asleep=True)

    last = str(ASLEEP_PER_JOB + 1)
    assert next(events)[1].folder == last
    office.say(ASLEEP_PER_JOB + 1, result="of the last")
    assert next(events)[1].folder == last
    again = next(events)

    assert again[:2] == ("start", ExaminerRequest(str(ASLEEP_PER_JOB), str(ASLEEP_PER_JOB)))


def test_where_memory_is_short_those_that_sleep_come_last_and_are_set_aside_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(crew_module, "_has_memory", lambda: False)
    office = Office(monkeypatch, jobs=1)
    events = office.grade(2)

    next(events)
    office.say(0, asleep=True)
    assert next(events)[1].folder == "1"
    office.say(1, result="of 1")
    assert [next(events)[:2] for _ in range(2)] == [
        ("done", ExaminerRequest("1", "1")),
        ("start", ExaminerRequest("0", "0")),
    ]
    office.say(1, asleep=True)
    office.say(1, result="of 0")

    assert [event for event, *_ in events] == ["done"]
    assert len(office.theirs) == 2


@pytest.mark.parametrize("ends", [True, False])
def test_a_hand_in_that_could_not_be_graded_is_tried_by_another(monkeypatch: pytest.MonkeyPatch, ends: bool) -> None:
    office = Office(monkeypatch, jobs=1)
    events = office.grade(2)

    for number in range(2):
        assert next(events)[1].folder == "0"
        if ends:
            office.theirs[number].close()
        else:
            office.say(number, lost="No process can be started.")
    event, request, answer = next(events)

    assert (event, request.folder) == ("done", "0")
    assert answer["lost"]
    assert next(events)[1].folder == "1"


def test_a_hand_in_without_a_worker_is_a_row_and_the_others_are_graded(
    mini: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ada", "bob"):
        (mini.root / "hand-ins" / name).mkdir(parents=True)
        (mini.root / "hand-ins" / name / "double.py").write_text(RIGHT, encoding="utf-8")
    (good,) = grade(mini, "play", [hand_in("bob")], None, mini.limits)  # type: ignore[arg-type]
    answers = {"ada": {"lost": "No process can be started."}, "bob": {"result": good.to_json()}}

    class Starved:
        layers, tier, weakness, budget = {}, "strong", "", 15.0

        def __init__(self, *_: Any) -> None: ...

        def __enter__(self) -> "Starved":
            return self

        def __exit__(self, *_: object) -> None: ...

        def wait_until_warm(self) -> None: ...

        def grade(self, requests: Any) -> Any:
            for request in requests:
                yield "start", request, {}
                yield "done", request, answers[request.student]

    monkeypatch.setattr(run_module, "Crew", Starved)
    found = open_class(mini, "play", mini.root / "hand-ins", mini.root / "out", "")
    with progress(0) as bar:
        run_module.grade(found, Options(), bar)

    table = (mini.root / "out" / "grades.csv").read_text(encoding="utf-8")
    assert 'ada,play,double,double,0,2,crashed,,"No process can be started. It was tried twice.' in table
    assert "bob,play,double,double,0,2,missing" in table


def test_an_examiner_says_that_it_has_no_worker(mini: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    def starved(*_: Any) -> None:
        raise NotStarted("No process can be started.")

    monkeypatch.setattr(examiner_module, "examine", starved)
    bench = examiner_module.ExaminerBench(None, mini, mini.assignment("play"), "", Budget(1.0))  # type: ignore[arg-type]

    assert bench._grade(hand_in("ada"), "ada", None, lambda: None) == {"lost": "No process can be started."}  # type: ignore[arg-type]


def test_an_examiner_that_cannot_be_had_ends_the_run_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office(monkeypatch, jobs=1)
    monkeypatch.setattr(crew_module, "OPEN_WAITS", (0.0, 0.0))

    def full(chief: Examiner) -> Examiner:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(crew_module, "fork_examiner", full)

    with pytest.raises(GradingError, match="No grader process can be started"):
        next(office.grade(1))
