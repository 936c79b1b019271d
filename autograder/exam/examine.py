"""Put one hand-in through the exam: every task of every lesson, each with a worker of its own."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from autograder.course.model import Assignment, Lesson, Task
from autograder.errors import WorkerCrashed
from autograder.exam.clock import Budget, Clock
from autograder.exam.complaints import by_complaint
from autograder.exam.curves import curves_of
from autograder.exam.evidence import Panel
from autograder.exam.exam import Exam
from autograder.exam.excerpt import excerpt_of, of_mistake, place_of, with_suspect
from autograder.exam.follow_through import found_sentence, passes_with, replaced
from autograder.exam.marks import share_points, task_result, worst
from autograder.exam.mistakes import named, partial_causes, recognised
from autograder.exam.outcome import judged, result_of
from autograder.exam.pictures import panels_of
from autograder.exam.public_checks import with_public_case
from autograder.exam.remade import in_another_program, two_mistakes
from autograder.exam.remote import Remote
from autograder.exam.results import HandInResult, TaskResult, TestResult, small_enough
from autograder.exam.session import PlannedTest, TestRun
from autograder.exam.trials import found_by_trial
from autograder.exam.tries import TWICE, run_tests
from autograder.intake import HandIn, Source
from autograder.isolation.child import Workers
from autograder.isolation.limits import Limits

Both = tuple[TaskResult, list[TestResult]]
MOST_ARRIVAL = 20


@dataclass(frozen=True)
class Finding:
    """What is known about a task beside its tests.

    Args:
        mistake: the id of the recognised mistake, or "".
        cause: its sentence, or "".
        besides: what else is to be said, or "".
        part: what the task earns of its points; None leaves it to the tests.
    """

    mistake: str = ""
    cause: str = ""
    besides: str = ""
    part: float | None = None


NOTHING = Finding()


@dataclass(frozen=True)
class Room:
    """Where and for how long a hand-in's code may run."""

    workers: Workers
    limits: Limits
    clock: Clock


def examine(
    exam: Exam,
    assignment: Assignment,
    hand_in: HandIn,
    workers: Workers,
    limits: Limits,
    budget: Budget | None = None,
    asleep: Callable[[], None] | None = None,
    has_cases: bool = False,
    has_pictures: bool = False,
) -> HandInResult:
    """Grade one hand-in; the result always has every task of the assignment.

    Args:
        budget: what it may take; without one it has the seconds of the limits.
        asleep: called once, where its code lets time pass without computing.
        has_cases: whether to ask for public cases that show what is wrong, in seconds that cost no marks.
        has_pictures: whether to ask for the course's pictures, in such seconds too.

    Raises:
        NotStarted: no worker could be had for it.
    """
    started = time.monotonic()
    clock = Clock(limits, budget, asleep)
    results: list[Both] = []
    output, notes, again = {}, list(hand_in.notes), False
    panels: list[Panel] = []
    sources = sources_of(hand_in)
    for lesson in assignment.lessons:
        source = hand_in.sources.get(lesson.name)
        if source is None or source.problem or hand_in.problem:
            clock.next_lesson()
            results += [refuse(exam, lesson, task, hand_in, source) for task in lesson.tasks]
            notes += [f"{source.file}: {note}" for note in source.notes] if source else []
            continue
        version, best, remote, was_killed = best_version(exam, lesson, source, sources, Room(workers, limits, clock))
        sources[lesson.name] = list(version.cells)
        if has_cases:
            aside = remote.aside(clock.for_public)
            best = [(with_public_case(exam, lesson, task, aside), tests) for task, tests in best]
        results += [_to_look_at(both, source.look) for both in best]
        notes += [f"{version.file}: {note}" for note in (*source.notes, *_passed_over(remote), *remote.remarks)]
        if has_pictures:
            unwritten = [task.task for task, _ in best if task.outcome in ("missing", "rejected")]
            panels += panels_of(lesson, unwritten, remote.aside())
        again |= was_killed
        if remote.output:
            output[lesson.key] = remote.output
    return small_enough(
        HandInResult(
            hand_in.student,
            hand_in.folder,
            hand_in.digest,
            tuple(task for task, _ in results),
            tuple(test for _, tests in results for test in tests),
            output,
            tuple(notes),
            round(time.monotonic() - started, 3),
            again,
            tuple(hand_in.arrival[:MOST_ARRIVAL]),
            unread=tuple(_unread(assignment, hand_in)),
            panels=tuple(panels),
        )
    )


def best_version(
    exam: Exam, lesson: Lesson, source: Source, sources: dict[str, list[str]], room: Room
) -> tuple[Source, list[Both], Remote, bool]:
    """Examine every version of a lesson; the first of those with the best marks stands."""
    tried: list[tuple[Source, list[Both], Remote]] = []
    for version in source.versions:
        room.clock.next_lesson()
        texts = {**sources, lesson.name: list(version.cells)}
        remote = Remote(room.workers, room.limits, room.clock, lesson.name, texts)
        tried.append((version, examine_tasks(exam, lesson, lesson.tasks, remote), remote))
    version, best, remote = max(tried, key=lambda one: sum(task.score for task, _ in one[1]))
    return version, best, remote, any(one.was_killed for _, _, one in tried)


def _to_look_at(both: Both, look: str) -> Both:
    """Ask in a task's row for a person, where it is not clear which version of the lesson is meant."""
    task, tests = both
    return (replace(task, fact=f"{look} {task.fact}".strip()) if look else task), tests


def _unread(assignment: Assignment, hand_in: HandIn) -> Iterator[str]:
    """Say which files could not be read, and which count as no lesson while a lesson is missing."""
    for source in hand_in.sources.values():
        if source.problem and source.outcome != "rejected":
            yield f"{source.file}: {source.problem}"
    lessons = [lesson.name for lesson in assignment.lessons]
    missing = [name for name in lessons if name not in hand_in.sources]
    if missing and hand_in.others and not hand_in.problem:
        there = ", ".join(hand_in.others[:MOST_ARRIVAL])
        yield f"There is no {' and no '.join(missing)}, and nobody has read {there}."


def sources_of(hand_in: HandIn) -> dict[str, list[str]]:
    """Return the cells of every lesson that can be run, by name."""
    return {name: list(source.cells) for name, source in hand_in.sources.items() if not source.problem}


def _passed_over(remote: Remote) -> list[str]:
    return [f"{note.place} was passed over: {note.kind}: {note.text}" for note in remote.notes]


def refuse(exam: Exam, lesson: Lesson, task: Task, hand_in: HandIn, source: Source | None) -> Both:
    """Give 0 for a task whose lesson is missing, cannot be read or was rejected, and say why."""
    if hand_in.problem:
        outcome, message = "rejected", hand_in.problem
    elif source is None:
        outcome = "missing"
        message = f"There is no {lesson.name}.py and no {lesson.name}.ipynb in this hand-in.{_instead(hand_in)}"
    else:
        outcome, message = source.outcome, source.problem
    tests = [result_of(plan, outcome, message) for plan in _plans(exam, lesson, task)]
    return _both(lesson, task, tests, NOTHING)


def _instead(hand_in: HandIn) -> str:
    there = " and ".join(hand_in.others)
    return f" There is {there}: name a lesson as it was handed out." if there else ""


def examine_tasks(exam: Exam, lesson: Lesson, tasks: Sequence[Task], remote: Remote) -> list[Both]:
    """Examine some tasks of a lesson in order; a task may call those before it."""
    results: list[Both] = []
    for task in tasks:
        wrong = {result.task for result, _ in results if result.outcome != "passed"}
        results.append(examine_task(exam, lesson, task, remote, wrong))
    return results


def examine_task(
    exam: Exam,
    lesson: Lesson,
    task: Task,
    remote: Remote,
    wrong: Collection[str] = (),
    keep: Callable[[Sequence[TestRun]], object] = len,
) -> Both:
    """Run the tests of one task in one worker, and name the mistake.

    Args:
        wrong: the tasks that are known not to pass.
        keep: gets the tests that were run, with all that was asked; nobody needs them otherwise.
    """
    plans = _plans(exam, lesson, task)
    remote.clock.next_task(lesson.address(task))
    if refused := _refused(task, remote):
        return _both(lesson, task, [result_of(plan, *refused) for plan in plans], NOTHING)
    ran = run_tests(exam, plans, remote)
    keep(ran.runs)
    tests = [judged(run, remote) for run in ran.runs]
    tests += [result_of(plan, tests[-1].outcome, "") for plan in plans[len(tests) :]]
    outcome = worst(test.outcome for test in tests)
    found = _diagnose(exam, lesson, task, ran.runs, is_written=outcome != "missing")
    if outcome not in ("passed", "missing"):
        names = replaced(exam, lesson, task, wrong)
        if names and passes_with(exam, lesson, task, remote, names):
            earned = sum(test.score for test in share_points(task, tests, found.part)) / task.points
            found = replace(found, besides=found_sentence(task, names), part=max(earned, task.follow_through))
    tried = "" if found.mistake else _tried(exam, lesson, task, remote, ran.runs)
    found = replace(found, besides=" ".join(filter(None, (tried, ran.beside, found.besides))))
    result, tests = _both(lesson, task, tests, found)
    return _with_evidence(exam, lesson, task, result, ran.runs, remote), tests


def _with_evidence(
    exam: Exam, lesson: Lesson, task: Task, result: TaskResult, runs: Sequence[TestRun], remote: Remote
) -> TaskResult:
    """Add what people see beside a verdict: the learning curves, and the own code where it does not pass."""
    curves = curves_of(runs)
    if result.outcome in ("passed", "missing"):
        return replace(result, curves=curves)
    excerpt = excerpt_of(task.name, remote.cells, place_of(task.name, lesson.name, runs, remote))
    tests = exam.lessons[lesson.key]
    known = of_mistake(tests, result.mistake, result.cause)
    if excerpt is not None and known:
        excerpt = with_suspect(excerpt, known, tests.rights)
    return replace(result, curves=curves, excerpts=(excerpt,) if excerpt else ())


def _tried(exam: Exam, lesson: Lesson, task: Task, remote: Remote, runs: Sequence[TestRun]) -> str:
    aside = remote.aside()
    try:
        return found_by_trial(exam.lessons[lesson.key], task, runs, aside.ask)
    finally:
        aside.end()


def _plans(exam: Exam, lesson: Lesson, task: Task) -> list[PlannedTest]:
    return [plan for plan in exam.lessons[lesson.key].plans if plan.task == task]


def _both(lesson: Lesson, task: Task, tests: Sequence[TestResult], found: Finding) -> Both:
    tests = share_points(task, tests, found.part)
    return task_result(lesson.key, task, tests, found.mistake, found.cause, found.besides), tests


def _refused(task: Task, remote: Remote) -> tuple[str, str] | None:
    """Say with which outcome and why a task is not run, if it is not: it may use what it must not."""
    if not task.forbid:
        return None
    try:
        used = remote.names_used()
    except WorkerCrashed as error:
        remote.was_killed = True
        return error.outcome, f"{error} {TWICE}"
    own = used.get(task.name, [])
    names = {*own, *(name for helper in own for name in used.get(helper, []))}
    found = next((name for name in task.forbid if name in names), "")
    return ("rejected", f"{task.name} may not use {found}; write it by hand.") if found else None


def _diagnose(exam: Exam, lesson: Lesson, task: Task, runs: Sequence[TestRun], is_written: bool) -> Finding:
    known = exam.mistakes(lesson)
    found = recognised(known, runs)
    if not found:
        parts = partial_causes(known, runs) or by_complaint(known, runs)
        if is_written and not parts:  # of a stub, hundreds of programs would be made and run in vain
            parts = in_another_program(exam, runs) or two_mistakes(exam, runs)
        return Finding(*named(parts))
    worth = {variant.worth for variant in found if variant.task == task.name}
    return Finding(found[0].id, found[0].says, part=worth.pop() if len(worth) == 1 else None)
