"""`unroll mutate`: find out whether the hidden tests notice every small change of the answer."""

import tomllib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from autograder.authoring.mutants import Mutant, mutants
from autograder.course.model import Course, Lesson, Task
from autograder.errors import CourseError
from autograder.exam.clock import Clock
from autograder.exam.exam import Exam, course_exam, run_session
from autograder.exam.remote import Remote
from autograder.isolation.forked import Zygote
from autograder.isolation.limits import Limits

Reasons = dict[tuple[str, str], str]
LISTED = "survivors.toml"
SEED = "mutants"
CALL_SECONDS = 3.0


@dataclass
class Tally:
    """The results of the mutants of one task.

    Args:
        survived: mutants that no test noticed, each with the reason why none can, or "".
    """

    lesson: Lesson
    task: Task
    made: int = 0
    survived: dict[str, str] = field(default_factory=dict)

    @property
    def noticed(self) -> int:
        return self.made - len(self.survived)


def mutate(
    course: Course,
    lessons: Sequence[Lesson],
    say: Callable[[str], None],
    begun: Callable[[str, int], None],
    only: Collection[str] | None = None,
) -> tuple[list[Tally], list[str]]:
    """Run the hidden tests on every mutant of every answer, and say which no test noticed.

    Args:
        begun: called with a task's address and its number of mutants before they are run.
        only: addresses of the tasks to take; None takes all.

    Returns:
        tallies: one a task.
        wrong: a sentence for each mutant that survived without a reason, and for each reason without a mutant.
    """
    found: list[Tally] = []
    wrong: list[str] = []
    limits = replace(course.limits, call_seconds=min(CALL_SECONDS, course.limits.call_seconds))
    with Zygote() as zygote:
        for lesson in lessons:
            tasks = [task for task in lesson.tasks if only is None or lesson.address(task) in only]
            if not tasks:
                continue
            reasons = read_reasons(lesson)
            tallies = _tallies(lesson, tasks, zygote, limits, begun, reasons)
            for tally in tallies:
                for line in _lines(tally):
                    say(line)
            found += tallies
            wrong += _to_mend(lesson, tallies, reasons)
    return found, wrong


def read_reasons(lesson: Lesson) -> Reasons:
    """Read why some mutants of a lesson survive, by task and change.

    Raises:
        CourseError: an entry lacks something.
    """
    path = lesson.folder / LISTED
    if not path.is_file():
        return {}
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("survivor", [])
        return {(entry["task"], entry["mutant"]): entry["reason"] for entry in entries}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path}: {error}. Mend the TOML.") from None
    except (KeyError, TypeError):
        raise CourseError(f"{path}: each [[survivor]] has task, mutant and reason. Add what is missing.") from None


def _tallies(
    lesson: Lesson,
    tasks: Sequence[Task],
    zygote: Zygote,
    limits: Limits,
    begun: Callable[[str, int], None],
    reasons: Reasons,
) -> list[Tally]:
    found: list[Tally] = []

    def work(exam: Exam) -> None:
        for task in tasks:
            made = list(mutants(exam.lessons[lesson.key].answer, task.name))
            begun(f"{lesson.key}:{task.name}", len(made))
            left = [mutant.what for mutant in made if not _is_noticed(exam, lesson, mutant, zygote, limits)]
            found.append(Tally(lesson, task, len(made), {what: reasons.get((task.name, what), "") for what in left}))

    run_session(course_exam([lesson], SEED, work))
    return found


def _is_noticed(exam: Exam, lesson: Lesson, mutant: Mutant, zygote: Zygote, limits: Limits) -> bool:
    """Run the tests of the mutant's task until one fails."""
    remote = Remote(zygote, limits, Clock(limits), lesson.name, {lesson.name: [mutant.source]})
    plans = [plan for plan in exam.lessons[lesson.key].plans if plan.task.name == mutant.task]
    try:
        return any(exam.run(plan, remote.ask).error is not None for plan in plans)
    finally:
        remote.end()


def _lines(tally: Tally) -> list[str]:
    lines = [f"{tally.lesson.key}:{tally.task.name}: {tally.made} mutants, {tally.noticed} noticed"]
    for what, reason in tally.survived.items():
        lines.append(f"  survives: {what}\n            {reason or 'NO REASON GIVEN'}")
    return lines


def _to_mend(lesson: Lesson, tallies: Sequence[Tally], reasons: Reasons) -> list[str]:
    survived = {(tally.task.name, what) for tally in tallies for what in tally.survived}
    left = {task.name for task in lesson.tasks} - {tally.task.name for tally in tallies}
    path = lesson.folder / LISTED
    unlisted = [
        f"{lesson.key}:{task} with {what}: no hidden test notices. Write one, or say in {path} why none can."
        for task, what in sorted(survived - reasons.keys())
    ]
    stale = [
        f"{path}: {task}, {what!r} does not survive, or is no mutant. Take it out."
        for task, what in sorted(reasons.keys() - survived)
        if task not in left
    ]
    return unlisted + stale
