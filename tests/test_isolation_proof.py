"""Before the first hand-in a worker tries what is forbidden; what it can do counts, not what was set."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pytest
from classroom import REPOSITORY

from autograder.course.model import MANIFEST, Course
from autograder.errors import GradingError, TooWeak
from autograder.grading import run, single
from autograder.grading.crew import Crew
from autograder.grading.opening import Class, Options, open_class
from autograder.isolation import proof
from autograder.isolation.forked import Zygote
from autograder.isolation.inside.sandbox import LAYERS, WEAK_ACCEPTED, weakness
from autograder.isolation.proof import PROMISED, prove_layers
from autograder.nbgrader import examiners
from autograder.text.console import progress

OUTSIDE = REPOSITORY / MANIFEST
COULD = ["open a socket", "read a file outside"]


@pytest.fixture(scope="module")
def bare() -> Iterator[Zygote]:
    """A zygote without any layer."""
    with Zygote(()) as zygote:
        assert zygote.layers == {}
        yield zygote


@pytest.fixture
def boasting(bare: Zygote, monkeypatch: pytest.MonkeyPatch) -> Zygote:
    """One that says it has every layer, and has none."""
    monkeypatch.setattr(bare, "_layers", {name: name for name in LAYERS})
    return bare


def test_a_sandbox_that_holds_is_proved(zygote: Zygote) -> None:
    before = dict(zygote.layers)

    assert prove_layers(zygote, OUTSIDE) == []
    assert zygote.layers == before


def test_a_layer_that_does_not_hold_does_not_count(boasting: Zygote) -> None:
    allowed = prove_layers(boasting, OUTSIDE)

    assert allowed == sorted({name.replace("_", " ") for names in PROMISED.values() for name in names})
    assert boasting.layers == {}
    assert boasting.tier == "process-only"


@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer_has_a_promise_that_is_tried(bare: Zygote, monkeypatch: pytest.MonkeyPatch, layer: str) -> None:
    monkeypatch.setattr(bare, "_layers", {layer: layer})

    assert prove_layers(bare, OUTSIDE)
    assert bare.layers == {}


def test_what_is_not_answered_was_not_refused(zygote: Zygote, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zygote, "_layers", dict(zygote.layers))
    monkeypatch.setattr(proof, "ask_to_try", lambda *args: {"open_a_socket": [1, ""], "read_a_file_outside": []})

    allowed = prove_layers(zygote, OUTSIDE)

    assert {"open a socket", "read a file outside"} <= set(allowed)
    assert zygote.tier == "process-only"


@pytest.mark.parametrize("fault", ["no such file", "the code does not load", "the worker ends"])
def test_what_cannot_be_tried_stops_the_grading(
    zygote: Zygote, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: str
) -> None:
    broken = tmp_path / "attempts.py"
    broken.write_text("import os\ndef tried(*args):\n    os._exit(0)\n" if "ends" in fault else "def tried(", "utf-8")
    if fault == "no such file":
        outside = tmp_path / "missing"
    else:
        outside = OUTSIDE
        monkeypatch.setattr(proof, "SOURCE", broken)

    with pytest.raises(GradingError, match="could not be tried"):
        prove_layers(zygote, outside)


def test_a_weakness_says_what_a_worker_could_do() -> None:
    assert weakness("strong", []) == ""
    assert weakness("medium", []).startswith("Isolation is only medium here, so a hand-in")
    assert weakness("medium", COULD).startswith("Isolation is only medium here (a worker could open a socket, read a")
    assert weakness("strong", COULD[:1]).startswith("Isolation does not hold here (a worker could open a socket), so")


@dataclass
class Told:
    """An examiner that has said one thing."""

    message: dict[str, Any]

    def receive(self) -> dict[str, Any]:
        return self.message


def told(*layers: str, allowed: tuple[str, ...] = ()) -> Any:
    return Told({"layers": {name: name for name in layers}, "allowed": list(allowed)})


def test_a_crew_is_as_weak_as_its_weakest_examiner() -> None:
    crew = Crew({}, 0, "autograder.nbgrader.hand")

    crew._greet(told(*LAYERS))
    assert (crew.tier, crew.weakness) == ("strong", "")
    crew._greet(told("seccomp", "rlimits"))
    crew._greet(told(*LAYERS))

    assert crew.tier == "medium"
    assert crew.weakness.startswith("Isolation is only medium here")


def test_an_examiner_that_is_weaker_than_the_one_before_is_not_given_work(monkeypatch: pytest.MonkeyPatch) -> None:
    weaker = told("rlimits", allowed=("open a socket",))
    crew = Crew({}, 0, "autograder.nbgrader.hand")
    crew._greet(told(*LAYERS))
    monkeypatch.setattr("autograder.grading.crew.start", lambda *args: weaker)

    with pytest.raises(GradingError, match="stronger when the grading began"):
        crew._open_once()


class WeakCrew:
    """A crew whose sandbox does not hold, and which nobody should ask to grade."""

    layers: dict[str, str] = {"rlimits": "rlimits"}  # noqa: RUF012
    tier = "process-only"
    weakness = weakness("process-only", COULD)
    budget = 15.0

    def __init__(self, *args: object) -> None:
        self.asked = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def wait_until_warm(self) -> None:
        pass

    def grade(self, requests: object) -> Iterator[Any]:
        yield from ()


@pytest.fixture
def one_student(tmp_path: Path, course: Course, monkeypatch: pytest.MonkeyPatch) -> Class:
    """A class of one, before a crew that is weak."""
    (tmp_path / "in" / "ada").mkdir(parents=True)
    monkeypatch.setattr(run, "Crew", WeakCrew)
    return open_class(course, "sine", tmp_path / "in", tmp_path / "out", "")


def test_grading_stops_with_status_3_where_the_sandbox_does_not_hold(one_student: Class) -> None:
    with pytest.raises(GradingError, match="a worker could open a socket, read a file outside") as raised:
        run.grade(one_student, Options(), None)  # type: ignore[arg-type]

    assert raised.value.exit_status == 3
    assert not (one_student.out / "grades.csv").exists()


def test_who_accepts_a_weak_tier_is_told_the_one_that_was_proved(one_student: Class) -> None:
    with progress(0) as bar:
        run.grade(one_student, Options(accept_weak_isolation=True), bar)

    assert '"tier": "process-only"' in (one_student.out / "run.json").read_text(encoding="utf-8")


def test_nbgrader_is_stopped_too(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examiners, "Crew", WeakCrew)
    monkeypatch.delenv(WEAK_ACCEPTED, raising=False)

    with pytest.raises(TooWeak, match="a worker could open a socket"):
        examiners.ExaminerPool(course, "sine", "seed", "kit")


def test_one_hand_in_with_pytest_is_stopped_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(WEAK_ACCEPTED, raising=False)

    with pytest.raises(GradingError, match="a worker could open a socket") as raised:
        single._refuse_weak(WeakCrew())  # type: ignore[arg-type]

    assert raised.value.exit_status == 3


def test_pytest_grades_where_weakness_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(single, "Crew", WeakCrew)
    monkeypatch.setenv(WEAK_ACCEPTED, "1")

    single._refuse_weak(WeakCrew())  # type: ignore[arg-type]

    monkeypatch.delenv(WEAK_ACCEPTED)
    with pytest.raises(GradingError):
        single._refuse_weak(WeakCrew())  # type: ignore[arg-type]
