"""The threat catalogue, run: no hostile hand-in gains a point, leaks a line or touches another student's marks."""

from dataclasses import replace
from pathlib import Path

import pytest
from attacks import ATTACKS
from classroom import REPOSITORY, grade, hand_in

from autograder.course import Course
from autograder.grading.records import HandInResult
from autograder.isolation.forks import Zygote

LIMITS = {"call_seconds": 2.0, "lesson_seconds": 8.0, "memory_bytes": 1536 << 20}
SECRETS = ("lesson.py", "test_hidden.py", "mistakes.py", "alternatives.py")
PLANTED = ("/tmp", "/dev/shm", str(REPOSITORY), "/work")
ENDINGS = {
    "29 endless loop": "timeout",
    "35 abort": "crashed",
    "38 memory of tensors": "overflow",
    "38 a large answer in every call": "overflow",
    "28 fifty thousand tensors in every answer": "overflow",
}


@pytest.fixture(scope="module")
def windows(course: Course) -> Course:
    """The sine assignment cut down to its first lesson."""
    sine = course.assignment("sine")
    limits = replace(course.limits, **LIMITS)
    return replace(course, assignments=(replace(sine, lessons=sine.lessons[:1]),), limits=limits)


@pytest.fixture(scope="module")
def graded(windows: Course, zygote: Zygote) -> dict[str, HandInResult]:
    """All attacks in one class, with a right hand-in after every one."""
    answer = (REPOSITORY / "solutions/sine/windows/lesson.py").read_text(encoding="utf-8")
    hand_ins = []
    for name, text in ATTACKS.items():
        hand_ins.append(hand_in(name, windows=f"ROOT = {str(REPOSITORY)!r}\n{text}"))
        hand_ins.append(hand_in(f"after {name}", windows=answer))
    results = grade(windows, "sine", hand_ins, zygote, windows.limits)
    return {result.student: result for result in results}


@pytest.fixture(scope="module")
def secret_lines() -> set[str]:
    """Every line of the hidden files that is long enough to be told from others."""
    lines: set[str] = set()
    for path in (REPOSITORY / "solutions" / "sine" / "windows").iterdir():
        if path.name in SECRETS:
            lines |= {line.strip() for line in path.read_text(encoding="utf-8").splitlines()}
    given = "\n".join(ATTACKS.values())
    return {line for line in lines if len(line) > 30 and line not in given}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_gains_no_point(graded: dict[str, HandInResult], name: str) -> None:
    task = next(task for task in graded[name].tasks if task.task == "make_windows")

    assert task.score == 0
    assert task.max_score > 0
    assert task.outcome != "passed"


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_leaks_no_line(graded: dict[str, HandInResult], secret_lines: set[str], name: str) -> None:
    shown = str(graded[name].to_json())

    assert not [line for line in secret_lines if line in shown]
    assert "LEAK" not in "".join(graded[name].output.values())
    assert "root:x" not in shown


@pytest.mark.parametrize("name", ATTACKS)
def test_the_next_student_keeps_full_marks(graded: dict[str, HandInResult], name: str) -> None:
    result = graded[f"after {name}"]

    assert result.score == result.max_score


@pytest.mark.parametrize("name", ENDINGS)
def test_an_end_is_called_by_its_name(graded: dict[str, HandInResult], name: str) -> None:
    task = next(task for task in graded[name].tasks if task.task == "make_windows")

    assert task.outcome == ENDINGS[name]


@pytest.mark.usefixtures("graded")
@pytest.mark.parametrize("folder", PLANTED)
def test_nothing_was_planted(folder: str) -> None:
    assert not list(Path(folder).glob("evil*"))


def test_the_secret_lines_are_there_to_be_leaked(secret_lines: set[str]) -> None:
    assert len(secret_lines) > 50
