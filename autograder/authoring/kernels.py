"""Compute the same mistakes with other kernels: a number that differs between them is not recorded.

A library chooses its kernels by the processor, and each kernel rounds in its own way. Most numbers differ only in the
last digit. In a one-sided difference in float32 this grows to 1e-4, and a student's machine would give another number.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch

from autograder.authoring.known import Test, Tests, known_content, record_tests
from autograder.authoring.locks import Found, as_data, from_data, record_right, with_other_kernels
from autograder.course.model import Assignment, Course, load_course
from autograder.errors import CourseError, GradingError
from autograder.exam.distance import distance, same_returns
from autograder.exam.mistakes import RecordedMistake
from autograder.exam.numbers import as_recorded, is_tensor, without_numbers
from autograder.isolation.environment import environment, program

Kernels = dict[str, str]
MOST = 1e-5


def others() -> list[Kernels]:
    """List kernels that this machine can compute with beside its own: the plainest, and what most laptops have."""
    features = np.show_config(mode="dicts")["SIMD Extensions"]["found"]
    plain = {
        "ATEN_CPU_CAPABILITY": "default",
        "MKL_CBWR": "COMPATIBLE",
        "OPENBLAS_CORETYPE": "Prescott",
        "NPY_DISABLE_CPU_FEATURES": " ".join(features),
    }
    middle = {"ATEN_CPU_CAPABILITY": "avx2", "MKL_ENABLE_INSTRUCTIONS": "AVX2", "OPENBLAS_CORETYPE": "Haswell"}
    return [plain, middle] if torch.backends.cpu.get_cpu_capability() == "AVX512" else [plain]


def steady(course: Course) -> Callable[[Assignment], dict[str, Any]]:
    """Run every program with several kernels at once; return what makes `known.json` from the numbers that agree.

    Raises:
        CourseError: a public test fails a mistake with some kernels, and lets it pass with others.
    """
    with ExitStack() as stack:
        runs = [stack.enter_context(Run(course, kernels)) for kernels in others()]
        own = {assignment.name: _record(assignment) for assignment in course.assignments}
        found = [run.wait() for run in runs]

    def content(assignment: Assignment) -> dict[str, Any]:
        mine, others = own[assignment.name], [one[assignment.name] for one in found]
        right = {
            name: with_other_kernels(one, [other.right[name] for other in others]) for name, one in mine.right.items()
        }
        tests = agreed(mine.tests, [other.tests for other in others], assignment.name)
        return known_content(assignment, tests, right)

    return content


@dataclass(frozen=True)
class Recorded:
    """What the programs of an assignment did with one set of kernels.

    Args:
        tests: what the mistakes returned in the public tests.
        right: by lesson, what right programs answered to the questions of locks.
    """

    tests: Tests
    right: Mapping[str, Found]


def _record(assignment: Assignment) -> Recorded:
    return Recorded(record_tests(assignment), {lesson.name: record_right(lesson) for lesson in assignment.lessons})


class Run:
    """A process that records the lessons of a course with kernels of its own."""

    def __init__(self, course: Course, kernels: Kernels) -> None:
        self._kernels = kernels
        self._folder = tempfile.TemporaryDirectory()
        self._file = Path(self._folder.name) / "found.json"
        self._process = subprocess.Popen(
            program("autograder.authoring.kernels", str(course.root), str(self._file), *_keys(course)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # a mistake may print
            env={**environment(), **kernels},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._folder.cleanup()

    def wait(self) -> dict[str, Recorded]:
        """Return by assignment what was recorded.

        Raises:
            GradingError: the process has failed.
        """
        if self._process.wait():
            chosen = " ".join(f"{name}={value!r}" for name, value in self._kernels.items())
            raise GradingError(f"The mistakes could not be run with {chosen}; the reason stands above.")
        found = json.loads(self._file.read_text(encoding="utf-8"))
        return {name: _read(tests, right) for name, (tests, right) in found.items()}


def _read(tests: Tests, right: Mapping[str, Any]) -> Recorded:
    return Recorded(tests, {name: from_data(answers) for name, answers in right.items()})


def agreed(own: Tests, found: Sequence[Tests], assignment: str) -> Tests:
    """Leave out the numbers of a record that differ in another record.

    If the rest of an entry is the same as the right answer, its returns are left out. It says only that the mistake
    fails the test.

    Raises:
        CourseError: a test fails a mistake in some records only.
    """
    return {
        lesson: {
            name: _agreed(test, [one[lesson][name] for one in found], f"solutions/{assignment}/{lesson}: {name}")
            for name, test in tests.items()
        }
        for lesson, tests in own.items()
    }


def _agreed(test: Test, found: Sequence[Test], place: str) -> Test:
    mine, *others = ({entry["variant"]: entry for entry in one["mistakes"]} for one in (test, *found))
    for variant in {variant for one in others for variant in one.keys() ^ mine.keys()}:
        raise CourseError(
            f"{place} fails mistake {variant} with the kernels of some processors only. "
            "Compare with other inputs, or with another tolerance."
        )
    entries = [_what_tells(entry, [one[variant] for one in others], test["right"]) for variant, entry in mine.items()]
    return {"right": test["right"], "mistakes": entries}


def _what_tells(entry: RecordedMistake, found: Sequence[RecordedMistake], right: Any) -> RecordedMistake:
    returns = entry["returns"]
    for other in found:
        returns = _what_stays(returns, as_recorded(other["returns"], returns))
    if returns == entry["returns"] or _tells(returns, right):
        return {**entry, "returns": returns}
    return {key: value for key, value in entry.items() if key != "returns"}


def _what_stays(value: Any, other: Any) -> Any:
    """Return a recorded value; where another record differs, keep only the type, or the dtype and shape."""
    if distance(value, other) <= MOST:
        return value
    if isinstance(value, dict) and isinstance(other, dict) and value.keys() == other.keys():
        if not is_tensor(value):
            return {key: _what_stays(value[key], other[key]) for key in value}
        if without_numbers(value) == without_numbers(other):
            return without_numbers(value)
    if isinstance(value, list) and isinstance(other, list) and len(value) == len(other):
        return [_what_stays(mine, theirs) for mine, theirs in zip(value, other, strict=True)]
    return {"type": type(value).__name__}


def _tells(value: Any, right: Any) -> bool:
    """Say whether a part of a record that is still whole differs from what the right answer returns."""
    if isinstance(value, list):
        return isinstance(right, list) and any(map(_tells, value, right))
    if is_tensor(value) and "numbers" not in value:
        return False
    if isinstance(value, dict) and not is_tensor(value):
        return isinstance(right, dict) and any(_tells(value[key], right[key]) for key in value.keys() & right.keys())
    return not same_returns(value, right)


def _keys(course: Course) -> list[str]:
    return [lesson.key for lesson in course.lessons()]


def main() -> None:
    """Record some lessons of a course with the kernels of this process, into a file."""
    course = load_course(Path(sys.argv[1]))
    course = course.only([course.lesson(key) for key in sys.argv[3:]])
    found = {}
    for assignment in course.assignments:
        recorded = _record(assignment)
        right = {name: as_data(answers) for name, answers in recorded.right.items()}
        found[assignment.name] = recorded.tests, right
    Path(sys.argv[2]).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
