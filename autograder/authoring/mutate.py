"""`unroll mutate`: are the hidden tests good enough to notice any small change of the answer?"""

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from autograder.authoring.mutants import Mutant, mutants
from autograder.course import Course, Lesson, Limits, Task
from autograder.errors import CourseError
from autograder.grading.exam import Exam, hold
from autograder.grading.student import Clock, Remote
from autograder.isolation.worker import Zygote

LISTED = "survivors.toml"
SEED = "mutants"
CALL_SECONDS = 3.0


@dataclass
class Tally:
    """What became of the mutants of one task.

    Args:
        survived: what no test noticed.
    """

    lesson: Lesson
    task: Task
    made: int = 0
    survived: list[str] = field(default_factory=list)


def mutate(
    course: Course, lessons: Sequence[Lesson], say: Callable[[str], None], begun: Callable[[str, int], None]
) -> list[str]:
    """Run the hidden tests on every mutant of every answer, and say which no test noticed.

    Args:
        begun: called with a task's address and its number of mutants before they are run.

    Returns: a sentence for each mutant that survived without a reason, and for each reason without a mutant.
    """
    wrong: list[str] = []
    limits = replace(course.limits, call_seconds=min(CALL_SECONDS, course.limits.call_seconds))
    with Zygote() as zygote:
        for lesson in lessons:
            reasons = read_reasons(lesson)
            tallies = _tallies(lesson, zygote, limits, begun)
            for tally in tallies:
                for line in _table(tally, reasons):
                    say(line)
            wrong += _to_mend(lesson, tallies, reasons)
    return wrong


def read_reasons(lesson: Lesson) -> dict[tuple[str, str], str]:
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


def _tallies(lesson: Lesson, zygote: Zygote, limits: Limits, begun: Callable[[str, int], None]) -> list[Tally]:
    found: list[Tally] = []

    def work(exam: Exam) -> None:
        found.extend(_tally(exam, lesson, task, zygote, limits, begun) for task in lesson.tasks)

    hold(Exam([lesson], SEED, work))
    return found


def _tally(
    exam: Exam, lesson: Lesson, task: Task, zygote: Zygote, limits: Limits, begun: Callable[[str, int], None]
) -> Tally:
    made = list(mutants(exam.rooms[lesson.key].answer, task.name))
    begun(f"{lesson.key}:{task.name}", len(made))
    survived = [mutant.what for mutant in made if not _is_noticed(exam, lesson, mutant, zygote, limits)]
    return Tally(lesson, task, len(made), survived)


def _is_noticed(exam: Exam, lesson: Lesson, mutant: Mutant, zygote: Zygote, limits: Limits) -> bool:
    """Run the tests of the mutant's task until one fails."""
    remote = Remote(zygote, limits, Clock(limits), lesson.name, {lesson.name: [mutant.source]})
    plans = [plan for plan in exam.rooms[lesson.key].plans if plan.task.name == mutant.task]
    try:
        return any(exam.run(plan, remote.ask).error is not None for plan in plans)
    finally:
        remote.end()


def _table(tally: Tally, reasons: dict[tuple[str, str], str]) -> list[str]:
    noticed = tally.made - len(tally.survived)
    lines = [f"{tally.lesson.key}:{tally.task.name}: {tally.made} mutants, {noticed} noticed"]
    for what in tally.survived:
        reason = reasons.get((tally.task.name, what), "NO REASON GIVEN")
        lines.append(f"  survives: {what}\n            {reason}")
    return lines


def _to_mend(lesson: Lesson, tallies: Sequence[Tally], reasons: dict[tuple[str, str], str]) -> list[str]:
    survived = {(tally.task.name, what) for tally in tallies for what in tally.survived}
    path = lesson.folder / LISTED
    unlisted = [
        f"{lesson.key}:{task} with {what}: no hidden test notices. Write one, or say in {path} why none can."
        for task, what in sorted(survived - reasons.keys())
    ]
    stale = [
        f"{path}: {task}, {what!r} does not survive, or is no mutant. Take it out."
        for task, what in sorted(reasons.keys() - survived)
    ]
    return unlisted + stale
