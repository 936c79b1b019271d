"""What changed from one run to the next: a function of two lists of results."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.exam.results import HandInResult, TaskResult

LEAST = 1e-6  # of a mark that moved: scores are rounded to so much
HAND_IN, KIT, DEADLINE, AGAIN = "another hand-in", "another kit, lesson or seed", "the deadline", "graded again"
OVERRIDE = "a mark by hand"
SEED, FAILED = "the seed", "the grading itself had failed"


@dataclass(frozen=True)
class TaskChange:
    """A task whose verdict or points are others; None where one of the runs did not have it."""

    lesson: str
    task: str
    before: TaskResult | None
    after: TaskResult | None


@dataclass(frozen=True)
class Change:
    """A student of whom something moved.

    Args:
        before, after: the marks, with what being late costs.
        why: what is another.
    """

    student: str
    folder: str
    before: float
    after: float
    tasks: tuple[TaskChange, ...]
    why: tuple[str, ...]


@dataclass(frozen=True)
class Changes:
    """The difference of two runs.

    Args:
        moved: the students whose marks or verdicts are others, in the order of the later run.
        new, gone: the names of those whom only one run has.
    """

    moved: tuple[Change, ...] = ()
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


def other_parts(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Name what is another in two fingerprints that differ; where no part is another, the seed is.

    Args:
        before, after: the parts, each with its digest; without any, nothing is known.
    """
    if not (before and after):
        return ()
    return tuple(name for name in {**before, **after} if before.get(name) != after.get(name)) or (SEED,)


def changes(
    before: Sequence[HandInResult],
    after: Sequence[HandInResult],
    is_same_kit: bool = True,
    others: Sequence[str] = (),
) -> Changes:
    """Compare two runs, student by student.

    Args:
        is_same_kit: whether kit, lessons and seed are the same; a digest depends on them too.
        others: which of them are others, where that is known.
    """
    kit = () if is_same_kit else tuple(others) or (KIT,)
    earlier = {result.student: result for result in before}
    later = {result.student: result for result in after}
    pairs = [(earlier[name], result) for name, result in later.items() if name in earlier]
    moved = (_change(*pair, kit) for pair in pairs)
    return Changes(
        tuple(one for one in moved if one is not None),
        tuple(name for name in later if name not in earlier),
        tuple(name for name in earlier if name not in later),
    )


def _change(before: HandInResult, after: HandInResult, kit: Sequence[str]) -> Change | None:
    tasks = tuple(_tasks(_by_name(before), _by_name(after)))
    if not tasks and abs(before.score - after.score) <= LEAST:
        return None
    why = tuple(_why(before, after, kit))
    return Change(after.student, after.folder, before.score, after.score, tasks, why)


def _tasks(
    before: Mapping[tuple[str, str], TaskResult], after: Mapping[tuple[str, str], TaskResult]
) -> Iterator[TaskChange]:
    for lesson, task in dict.fromkeys((*after, *before)):
        was, now = before.get((lesson, task)), after.get((lesson, task))
        if was is None or now is None or _verdict(was) != _verdict(now) or abs(was.score - now.score) > LEAST:
            yield TaskChange(lesson, task, was, now)


def _by_name(result: HandInResult) -> dict[tuple[str, str], TaskResult]:
    return {(task.lesson, task.task): task for task in result.tasks}


def _verdict(task: TaskResult) -> tuple[str, str, float]:
    return task.outcome, task.mistake, task.max_score


def _why(before: HandInResult, after: HandInResult, kit: Sequence[str]) -> Iterator[str]:
    if not (before.digest and after.digest):
        yield FAILED
    elif before.digest != after.digest:
        yield from _other(before, after, kit)
    if before.kept != after.kept:
        yield DEADLINE
    tasks = list(_tasks(_by_name(before), _by_name(after)))
    by_hand = [one for one in tasks if any(task and task.by_hand for task in (one.before, one.after))]
    if by_hand:
        yield OVERRIDE
    if before.digest == after.digest and before.kept == after.kept and (len(by_hand) < len(tasks) or not tasks):
        yield AGAIN


def _other(before: HandInResult, after: HandInResult, kit: Sequence[str]) -> Iterator[str]:
    """Say what another digest comes from; where only one of them may be it, that one is it."""
    is_known = before.hand_in and after.hand_in
    is_other = before.hand_in != after.hand_in if is_known else not kit
    if is_other:
        yield HAND_IN
    if kit or not is_other:
        yield from kit or (KIT,)
