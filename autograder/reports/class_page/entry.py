"""What the class page needs of one student; a class of any size is gone through one record at a time."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from sys import intern

from autograder.course.late import NO_TIME
from autograder.course.model import Assignment
from autograder.exam.evidence import Curve, Excerpt
from autograder.exam.results import HandInResult, TaskResult
from autograder.reports.terminal import stands_out
from autograder.text.clean import one_line
from autograder.text.words import LOOK

LONGEST = 300
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|\b-?(?:nan|inf)\b")
PLACE = re.compile(r" \((?:cell|line) \d+.*$", re.DOTALL)
COMMENT = re.compile(r"(^|\s)#.*$")
TWICE = "tried twice"


@dataclass(frozen=True)
class Loss:
    """A task that does not pass.

    Args:
        points: what it cost, before what being late costs.
        fact: what was found.
        kind: the same without its numbers and places, so that it can be counted.
        line: a line of the student's that is wrong, or "".
    """

    lesson: str
    task: str
    outcome: str
    points: float
    mistake: str
    cause: str
    fact: str
    kind: str
    line: str


@dataclass(frozen=True)
class Look:
    """Why a person should look at a hand-in: in a word, and in a sentence."""

    kind: str
    said: str


@dataclass(frozen=True)
class Entry:
    """One student.

    Args:
        lessons: the points of each lesson, in the course's order.
        outcomes: of each task, likewise; "" for one that has no verdict.
        scores: the points of each task, likewise.
        curves: by the lesson and task, what its trainings returned.
        said: what stands out, for the table.
    """

    student: str
    folder: str
    score: float
    max_score: float
    lessons: tuple[float, ...]
    outcomes: tuple[str, ...]
    scores: tuple[float, ...]
    losses: tuple[Loss, ...]
    looks: tuple[Look, ...]
    curves: tuple[tuple[str, str, Curve], ...]
    said: str


def entry_of(result: HandInResult, assignment: Assignment, is_read: bool = True) -> Entry:
    """Take from a student's result what the page needs.

    Args:
        is_read: whether the record could be read; without it, only the marks are known.
    """
    found = {(task.lesson, task.task): task for task in result.tasks}
    tasks = [found.get((lesson.key, task.name)) for lesson in assignment.lessons for task in lesson.tasks]
    of_lesson = [[task for task in result.tasks if task.lesson == lesson.key] for lesson in assignment.lessons]
    return Entry(
        result.student,
        result.folder,
        result.score,
        result.max_score,
        tuple(sum(task.score for task in some) * result.kept for some in of_lesson),
        tuple(intern(task.outcome) if task else "" for task in tasks),
        tuple(task.score if task else 0.0 for task in tasks),
        tuple(_loss(result, task) for task in result.tasks if task.outcome != "passed"),
        tuple(looks_at(result, is_read)),
        tuple((task.lesson, task.task, curve) for task in result.tasks for curve in task.curves),
        one_line(stands_out(result), LONGEST),
    )


def _loss(result: HandInResult, task: TaskResult) -> Loss:
    line = wrong_line(task.excerpts, result.student)
    fact = one_line(task.fact, LONGEST)
    return Loss(
        intern(task.lesson),
        intern(task.task),
        intern(task.outcome),
        task.max_score - task.score,
        intern(task.mistake),
        intern(task.cause),
        intern(fact),
        intern(kind_of(fact)),
        line,
    )


def kind_of(fact: str) -> str:
    """Take the numbers and the places out of a fact, and all that follows a place."""
    return NUMBER.sub("#", PLACE.sub("", fact))


def wrong_line(excerpts: Sequence[Excerpt], student: str) -> str:
    """Return the first wrong line of a student's without its comment; "" if none is known, or it tells who wrote it."""
    for excerpt in excerpts:
        line = COMMENT.sub("", excerpt.line(excerpt.marked or excerpt.suspect)).strip()
        if line and not _names(line, student):
            return one_line(line, 200)
    return ""


def _names(line: str, student: str) -> bool:
    parts = [part for part in re.split(r"[\W_]+", student.casefold()) if len(part) > 2]
    return any(part in line.casefold() for part in parts)


def looks_at(result: HandInResult, is_read: bool = True) -> Iterator[Look]:
    """Say why a person should look at a hand-in, what is most urgent first."""
    if not is_read:
        yield Look("no record", "Its record in this folder cannot be read. Run the same command again.")
    if not result.digest:
        yield Look("not graded", next((task.fact for task in result.tasks if task.fact), "It could not be graded."))
        return
    yield from (Look("not read", said) for said in result.unread)
    yield from (Look("ambiguous", said) for said in dict.fromkeys(_ambiguous(result)))
    refused = {task.fact: task for task in result.tasks if task.outcome == "rejected"}
    yield from (Look("refused", f"{task.lesson}:{task.task}: {fact}") for fact, task in refused.items())
    if result.again or any(TWICE in task.fact for task in result.tasks):
        yield Look("tried twice", _twice(result))
    if result.late:
        yield Look("no time" if result.late == NO_TIME else "late", result.late)


def _ambiguous(result: HandInResult) -> Iterator[str]:
    said = (*result.arrival, *result.notes)
    yield from (one[one.find(LOOK) :] for one in said if LOOK in one)


def _twice(result: HandInResult) -> str:
    crashed = [f"{task.lesson}:{task.task}" for task in result.tasks if TWICE in task.fact]
    where = f" ({', '.join(crashed)})" if crashed else ""
    more = " The next run grades it again." if result.again else ""
    return f"A process ended while it was graded{where}.{more}"
