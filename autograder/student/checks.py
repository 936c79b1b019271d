"""Run the public tests of some tasks, and name the known mistake that returns the same numbers."""

from collections.abc import Callable, Container, Sequence
from dataclasses import replace

from autograder.course.model import Lesson, Task
from autograder.errors import StudentError
from autograder.exam.case import call_text, find_definition, smallest_wrong
from autograder.exam.exam import Exam
from autograder.exam.marks import share_points, task_result
from autograder.exam.mistakes import RecordedMistakes, causes, named
from autograder.exam.outcome import judged, unwritten
from autograder.exam.session import TestRun
from autograder.exam.tries import Bound, TaskRun, run_once
from autograder.student.collected import with_tests
from autograder.student.exercises import Exercises
from autograder.student.verdict import Verdict


def run_checks(
    exercises: Exercises,
    lesson: Lesson,
    tasks: Sequence[Task],
    bound: Bound,
    done: Callable[[Verdict], None] = lambda verdict: None,
    first: Container[str] = (),
    cells: Sequence[str] = (),
) -> list[Verdict]:
    """Check some tasks of one lesson.

    Args:
        bound: the student's lesson.
        done: called with each verdict as soon as it is there.
        first: names of tests that are run before the others of their task.
        cells: the lesson's source, where it is known; a `.py` file is one cell.
    """
    known = RecordedMistakes(exercises.known[lesson.name])
    found: list[Verdict] = []

    def work(exam: Exam) -> None:
        for task in tasks:
            ran = _run(exam, lesson, task, bound, first)
            found.append(_verdict(lesson, task, ran, bound, known, cells))
            done(found[-1])

    with_tests(exercises, lesson, work)
    return found


def _run(exam: Exam, lesson: Lesson, task: Task, bound: Bound, first: Container[str]) -> TaskRun:
    """Run the tests of one task; return them in the order of the file, whatever was run first."""
    plans = [plan for plan in exam.lessons[lesson.key].plans if plan.task == task]
    plans.sort(key=lambda plan: (plan.item.name not in first, plan.order))
    ran = run_once(exam, plans, bound)
    return replace(ran, runs=sorted(ran.runs, key=lambda run: run.plan.order))


def _verdict(
    lesson: Lesson, task: Task, ran: TaskRun, bound: Bound, known: RecordedMistakes, cells: Sequence[str]
) -> Verdict:
    pairs = [(run, judged(run, bound)) for run in ran.runs]
    found = causes(known, ran.runs)
    mistake, cause = named(found)
    smallest = smallest_wrong(pairs)
    # A task's message is that of its first test with the worst outcome.
    pairs.sort(key=lambda pair: pair[0] is not smallest)
    tests = share_points(task, [test for _, test in pairs])
    verdict = Verdict(lesson, task, task_result(lesson.key, task, tests, mistake, cause, ran.beside))
    return verdict if smallest is None else _with_case(verdict, smallest, bound, cells)


def _with_case(verdict: Verdict, run: TestRun, bound: Bound, cells: Sequence[str]) -> Verdict:
    last = run.requests[-1] if run.requests else None
    called = str(last.value.get("name")) if last else ""
    frames = run.error.frames if isinstance(run.error, StudentError) else ()
    case = "" if verdict.is_unwritten else call_text(last, find_definition(called, cells).parameters)
    needs = unwritten(run.error, run.plan, bound) if isinstance(run.error, StudentError) else ""
    shown = replace(verdict, test=run.plan.item.name, case=case, frames=frames, printed=run.printed)
    return replace(shown, requests=run.requests, needs=_address(verdict.lesson, needs))


def _address(lesson: Lesson, name: str) -> str:
    """Complete the name of a task, or of another lesson and its task."""
    if not name:
        return ""
    return f"{lesson.assignment}/{name}" if ":" in name else f"{lesson.key}:{name}"
