"""Run all tests of a lesson on its own answer, in this process. Note the calls, and the order of the questions."""

import functools
import inspect
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from autograder.authoring.anew import forget_tests
from autograder.course.model import Lesson, Task
from autograder.exam.exam import Exam, course_exam, run_session
from autograder.exam.lesson_tests import HIDDEN
from autograder.exam.local import ask_here
from autograder.exam.module import Ask
from autograder.isolation.inside import loader, wire

FILES = ("test_public.py", *HIDDEN)
SECRET = "rehearsal"  # of the inputs; any will do, since no verdict depends on them


@dataclass(frozen=True)
class Call:
    """A call of a task's answer: its arguments by name, and what it returned."""

    test: str
    arguments: dict[str, Any]
    result: Any


@dataclass
class Rehearsal:
    """The calls and the order of questions in a run of all tests.

    Args:
        calls: of each task.
        ahead: places and names of tests that ask `student` something before they ask `reference` the same.
    """

    calls: dict[str, list[Call]]
    ahead: list[str] = field(default_factory=list)
    test: str = ""


def rehearse(lesson: Lesson) -> Rehearsal:
    """Run the public and the hidden tests of a lesson on its answer."""
    answer = (lesson.folder / "lesson.py").read_text(encoding="utf-8")
    module, _ = loader.load(f"_rehearsed_{lesson.name}", [answer])
    seen = Rehearsal({task.name: [] for task in lesson.tasks})
    for task in lesson.tasks:
        _record(module, task, seen)
    forget_tests(lesson)
    run_session(course_exam([lesson], SECRET, lambda exam: _run(exam, lesson, module, seen), FILES))
    return seen


def asked_too_early(seen: Rehearsal) -> list[str]:
    """Make a line for each test that asks `student` before `reference`."""
    return [
        f"{place} asks student before reference. Ask reference first, or both with `answers` of autograder.testing."
        for place in seen.ahead
    ]


def _run(exam: Exam, lesson: Lesson, module: types.ModuleType, seen: Rehearsal) -> None:
    tests, order = exam.lessons[lesson.key], Order()
    assert tests.reference is not None  # a course has its answers
    tests.reference = types.SimpleNamespace(ask=order.of_reference(tests.reference.ask))  # type: ignore[assignment]
    for plan in tests.plans:
        order.begin()
        seen.test = plan.item.name
        exam.run(plan, order.of_student(lambda op, request: ask_here(module, op, request)))
        if order.student_was_first:
            seen.ahead.append(f"{plan.item.path}:{(plan.item.location[1] or 0) + 1}: {plan.item.name}")


def _record(module: types.ModuleType, task: Task, seen: Rehearsal) -> None:
    """Put a recording function in the place of the answer's; of a class, its `forward` is recorded."""
    made = getattr(module, task.name, None)
    if isinstance(made, type) and hasattr(made, "forward"):
        made.forward = _recorded(made.forward, task.name, seen)
    elif callable(made) and not isinstance(made, type):
        setattr(module, task.name, _recorded(made, task.name, seen))


def _recorded(function: Callable[..., Any], name: str, seen: Rehearsal) -> Callable[..., Any]:
    """Write down the arguments and the result of every call that returns."""
    signature = inspect.signature(function)

    @functools.wraps(function)
    def record(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        seen.calls[name].append(Call(seen.test, dict(bound.arguments), result))
        return result

    return record


class Order:
    """Notes for each question of one test whether `student` or `reference` is asked first."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Forget the test before."""
        self._student: set[Any] = set()
        self._reference: set[Any] = set()
        self.student_was_first = False

    def of_student(self, ask: Ask) -> Ask:
        """Note each question on its way."""

        def asked(op: str, request: dict[str, Any]) -> Any:
            self._student.add(_question(op, request))
            return ask(op, request)

        return asked

    def of_reference(self, ask: Ask) -> Ask:
        """Note each question on its way, and whether the student had it before."""

        def asked(op: str, request: dict[str, Any]) -> Any:
            question = _question(op, request)
            if question in self._student - self._reference:
                self.student_was_first = True
            self._reference.add(question)
            return ask(op, request)

        return asked


def _question(op: str, request: dict[str, Any]) -> Any:
    """Name a question; an argument given by its name or by its place is the same question."""
    given = [*request.get("args", ()), *request.get("kwargs", {}).values(), *request.get("data", {}).values()]
    blobs: list[bytes] = []
    header = wire.encode([given, request.get("cotangents", [])], blobs)
    return op, request["name"], repr(header), b"".join(blobs)
