"""Why a task does not pass, for the instructor alone: each failing check with inputs, expected and actual values.

The hand-in's code runs in its worker as in any grading, and is asked what the hidden tests ask. What the right answer
returns for the same inputs is found out here, where no student's code runs.
"""

import inspect
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from autograder.course.differences import difference
from autograder.course.model import Assignment, Lesson
from autograder.course.variants import Variant
from autograder.errors import StudentError, StudentMissing
from autograder.exam.arguments import signature_of, values_of
from autograder.exam.clock import Budget, Clock
from autograder.exam.distance import same_returns
from autograder.exam.exam import Exam
from autograder.exam.examine import Room, best_version, examine_task, refuse, sources_of
from autograder.exam.excerpt import of_mistake
from autograder.exam.lesson_tests import LessonTests
from autograder.exam.mistakes import failed_of
from autograder.exam.module import Answer, Request
from autograder.exam.outcome import judged
from autograder.exam.remote import Remote
from autograder.exam.results import TaskResult
from autograder.exam.session import PlannedTest, TestRun
from autograder.exam.value_text import first_difference, value_lines
from autograder.intake import HandIn
from autograder.isolation.child import Workers
from autograder.isolation.limits import Limits
from autograder.text.clean import one_line

OPERATIONS = {
    "call": "{}({})",
    "gradients": "the gradients of {}({})",
    "effects": "what {}({}) changes, shares and draws",
    "follows_device": "whether {}({}) stays on the device of its arguments",
    "run_probe": "the probe {}({})",
}


@dataclass(frozen=True)
class AskedCall:
    """One request of a check.

    Args:
        number: its place among all of the check, from 1.
        what: the call in words.
        inputs, expected, actual: lines of text.
        differs: where the two differ first, or "".
    """

    number: int
    count: int
    what: str
    inputs: tuple[str, ...]
    expected: tuple[str, ...]
    actual: tuple[str, ...]
    differs: str


@dataclass(frozen=True)
class FailedCheck:
    """A hidden check that does not pass.

    Args:
        name: what it checks, as a sentence.
        tests: its docstring: what it is there to find; or "".
        place: the file and the line where it stands.
        found: what it says of this hand-in.
        call: the request that shows it; None where nothing was asked.
    """

    name: str
    tests: str
    place: str
    is_core: bool
    found: str
    call: AskedCall | None


@dataclass(frozen=True)
class Explanation:
    """Why a task does not pass.

    Args:
        checks: those that fail, the decisive first; none where the code was not run.
        count: how many checks the task has.
        file: the file that counts as the lesson, or "".
        difference: the recognised mistake beside a right answer, as a diff, or "".
        digest: of the hand-in, with the kit that graded it.
    """

    result: TaskResult
    checks: tuple[FailedCheck, ...]
    count: int
    file: str
    difference: str
    digest: str

    def to_json(self) -> dict[str, Any]:
        """Turn into plain data."""
        return {**asdict(self), "result": self.result.to_json()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        checks = tuple(_check_from(one) for one in data["checks"])
        return cls(**{**data, "result": TaskResult.from_json(data["result"]), "checks": checks})


def _check_from(data: dict[str, Any]) -> FailedCheck:
    call = data["call"]
    lists = {key: tuple(call[key]) for key in ("inputs", "expected", "actual")} if call else {}
    return FailedCheck(**{**data, "call": AskedCall(**{**call, **lists}) if call else None})


def explain(
    exam: Exam, assignment: Assignment, address: str, hand_in: HandIn, workers: Workers, limits: Limits, budget: Budget
) -> Explanation:
    """Examine one task of a hand-in again, and say what its failing checks saw.

    Args:
        address: the task's, such as `sine/cell:rnn_cell`.

    Raises:
        NotStarted: no worker could be had for it.
    """
    lesson, task = next(
        (lesson, task) for lesson in assignment.lessons for task in lesson.tasks if lesson.address(task) == address
    )
    count = sum(plan.task == task for plan in exam.lessons[lesson.key].plans)
    source = hand_in.sources.get(lesson.name)
    if source is None or source.problem or hand_in.problem:
        result, _ = refuse(exam, lesson, task, hand_in, source)
        return Explanation(result, (), count, source.file if source else "", "", hand_in.digest)
    clock = Clock(limits, budget)
    sources, file = _that_counted(exam, assignment, lesson, hand_in, Room(workers, limits, clock))
    clock.next_lesson()
    remote = Remote(workers, limits, clock, lesson.name, sources)
    runs: list[TestRun] = []
    result, _ = examine_task(exam, lesson, task, remote, keep=runs.extend)
    failed = failed_of(runs)
    checks = tuple(_check(exam.lessons[lesson.key], run, remote) for run in failed)
    return Explanation(result, checks, count, file, _difference(exam, lesson, result, failed), hand_in.digest)


def _that_counted(
    exam: Exam, assignment: Assignment, lesson: Lesson, hand_in: HandIn, room: Room
) -> tuple[dict[str, list[str]], str]:
    """Choose among several versions of a lesson as the grading does; return all texts, and this lesson's file."""
    sources, file = sources_of(hand_in), hand_in.sources[lesson.name].file
    for one in assignment.lessons[: assignment.lessons.index(lesson) + 1]:
        source = hand_in.sources.get(one.name)
        if source is not None and source.rivals and not source.problem:
            version = best_version(exam, one, source, sources, room)[0]
            sources[one.name] = list(version.cells)
            file = version.file if one == lesson else file
    return sources, file


def _check(tests: LessonTests, run: TestRun, remote: Remote) -> FailedCheck:
    function = run.plan.item.function
    said = inspect.cleandoc(function.__doc__ or "")
    place = f"{run.plan.item.path.name}:{function.__code__.co_firstlineno}"
    found = judged(run, remote).message
    return FailedCheck(
        run.plan.name, said, f"{tests.lesson.key}/{place}", run.plan.core, found, _telling_call(tests, run)
    )


def _telling_call(tests: LessonTests, run: TestRun) -> AskedCall | None:
    """Find the first request that the right answer answers quite otherwise, or a little; else the last one."""
    trios = [(*pair, _expected(tests, pair[0])) for pair in zip(run.requests, run.transcript, strict=False)]
    if not trios:
        return None
    wrong = [number for number, (_, answer, expected) in enumerate(trios) if not _agree(answer, expected)]
    near = [number for number, (_, answer, expected) in enumerate(trios) if _differs(answer, expected)]
    number = (*wrong, *near, len(trios) - 1)[0]
    request, answer, expected = trios[number]
    what, inputs = _asked(tests, run.plan, request)
    actual = _answer_lines(answer, run.error if number == len(trios) - 1 else None)
    return AskedCall(
        number + 1,
        len(trios),
        what,
        tuple(inputs),
        tuple(_answer_lines(expected)),
        tuple(actual),
        _differs(answer, expected),
    )


def _expected(tests: LessonTests, request: Request) -> Answer:
    """Ask the lesson's own answer the same."""
    assert tests.reference is not None
    try:
        return ("value", tests.reference.ask(request.op, request.value))
    except StudentError as error:
        return ("raised", error.kind, error.text)
    except StudentMissing as error:
        return ("gone", type(error).__name__)


def _agree(answer: Answer, expected: Answer) -> bool:
    """Tell whether two answers are the same; of an exception, its kind counts."""
    if (answer[0], expected[0]) == ("value", "value"):
        return same_returns(answer[1], expected[1])
    return answer[0] == "raised" and answer[:2] == expected[:2]


def _differs(answer: Answer, expected: Answer) -> str:
    both = (answer[0], expected[0]) == ("value", "value")
    return first_difference(answer[1], expected[1]) if both else ""


def _asked(tests: LessonTests, plan: PlannedTest, request: Request) -> tuple[str, list[str]]:
    """Say what was asked, and list what was given by name."""
    name = request.value.get("name", plan.task.name)
    given = dict(values_of(request, signature_of(tests.answer, name))) or _by_order(tests, request, name)
    if request.op == "gradients":
        given["cotangents"] = request.value["cotangents"]
    pattern = OPERATIONS.get(request.op, "{}({})")
    return pattern.format(name, ", ".join(given)), [
        line for key, value in given.items() for line in value_lines(key, value)
    ]


def _by_order(tests: LessonTests, request: Request, name: str) -> dict[str, Any]:
    """Name what is given to what is neither a call of a function nor a probe."""
    names = signature_of(tests.answer, name).names
    args = request.value.get("args", ())
    keys = [names[number] if number < len(names) else f"argument {number + 1}" for number in range(len(args))]
    return {**dict(zip(keys, args, strict=True)), **request.value.get("kwargs", {})}


def _answer_lines(answer: Answer, error: BaseException | None = None) -> list[str]:
    if answer[0] == "value":
        return value_lines("", answer[1])
    if error is not None:
        return [one_line(str(error), 1000)]
    return [one_line(f"raised {': '.join(str(part) for part in answer[1:])}", 1000)]


def _difference(exam: Exam, lesson: Lesson, result: TaskResult, failed: Sequence[TestRun]) -> str:
    """Write the recognised mistake as a diff: of those with its id and its sentence, the one that returned the same."""
    known = exam.mistakes(lesson)
    mistakes = of_mistake(exam.lessons[lesson.key], result.mistake, result.cause)
    same = (one for one in mistakes if all(known.returned(one, run) for run in failed))
    found: Variant | None = next(same, mistakes[0] if mistakes else None)
    return difference(lesson, found) if found else ""
