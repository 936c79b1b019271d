"""Lock the other way of writing a task with what a right program answers; ship none where that could be guessed.

A lesson's `lock.py` has a function for each such task: it asks the lesson, and returns what only a right program
returns. All right programs have to make one secret, and no known mistake may make it. A guess has to hit numbers that
have `LEAST_BITS` together. Only numbers that were computed count: no labels, shapes, counts or copies of an input.
"""

import contextlib
import io
import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from autograder.course.model import Lesson, Task
from autograder.course.probes import defined, probe_source
from autograder.course.variants import Variant, alternatives, mistakes, other_ways
from autograder.exam.distance import uses
from autograder.exam.keys import (
    Choice,
    Seen,
    choices_data,
    choose,
    digest,
    merged,
    read_choices,
    secret,
    seen_of,
    still_fit,
)
from autograder.exam.local import Local
from autograder.exam.question import ENTRY, PRELUDE, Answer, numbers_for, put
from autograder.text.locked import lock

FILE = "lock.py"
LEAST_BITS = 80
NUDGE = 1.0001  # how much farther inputs lie to see which numbers follow
FOLLOWS = 0.01  # how far a number may follow, of its size: a count jumps
DIGITS = 5  # two numbers that agree so far are one

NO_QUESTION = "lock.py asks nothing about it"
NO_ANSWER = "a right program does not answer"
FEW = "too little of what a right program returns is hard to guess"
OPENED = "a wrong program returns the same"

LockData = dict[str, Any]
Found = dict[str, list[Seen]]


@dataclass(frozen=True)
class Question:
    """What `lock.py` asks about a task.

    Args:
        source: of the probe.
    """

    lesson: Lesson
    task: Task
    source: str

    @property
    def address(self) -> str:
        return self.lesson.address(self.task)

    def put_to(self, variant: Variant, reach: float = 1.0) -> Answer | None:
        """Put it to a program of the lesson; what that prints or warns of is nobody's business here."""
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return put(Local(self.lesson.name, variant.source).ask, self.source, self.address, reach)


def question_of(lesson: Lesson, task: Task) -> Question | None:
    """Read what is asked about a task; None if nothing is."""
    path = lesson.folder / FILE
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if task.name not in defined(text):
        return None
    probes = lesson.folder / "probes.py"
    beside = probes.read_text(encoding="utf-8") if probes.exists() else ""
    source = "\n\n".join([PRELUDE.read_text(encoding="utf-8"), beside, text])
    return Question(lesson, task, probe_source(source, [ENTRY, task.name]))


def right_programs(lesson: Lesson, task: Task) -> list[Variant]:
    """List the programs of a lesson that differ in a task or in what it calls, and are right; the answer first."""
    text = (lesson.folder / "lesson.py").read_text(encoding="utf-8")
    called = _called(text, lesson, task)
    others = [variant for variant in (*alternatives(lesson), *other_ways(lesson)) if variant.task in called]
    return [Variant("answer", task.name, "", "answer", 0, text), *others]


def wrong_programs(lesson: Lesson, task: Task) -> list[Variant]:
    """List the known mistakes in a task."""
    return [variant for variant in mistakes(lesson) if variant.task == task.name]


def _called(text: str, lesson: Lesson, task: Task) -> set[str]:
    return uses(text, [one.name for one in lesson.tasks])[task.name]


def record_right(lesson: Lesson) -> Found:
    """Write down for each task of a lesson what its right programs answer, with the kernels of this process."""
    found: Found = {}
    for task in lesson.tasks:
        question = question_of(lesson, task)
        answers = [question.put_to(variant) for variant in right_programs(lesson, task)] if question else []
        given = [seen_of(answer) for answer in answers if answer is not None]
        found[task.name] = merged(given) if given and len(given) == len(answers) else []
    return found


def lock_data(
    lesson: Lesson, task: Task, found: Sequence[Seen], before: Any = None, with_mistakes: bool = True
) -> LockData:
    """Lock the other way of writing a task.

    Args:
        found: what its right programs answered.
        before: what was shipped. Its choices stay while they fit, as a number stays while it is within the tolerance.
        with_mistakes: ask the known mistakes though nothing has changed.

    Returns: plain JSON data: the question, the choices and the locked text; or `none`, which says why there is no lock.
    """
    question = question_of(lesson, task)
    if question is None or not found:
        return {"none": NO_ANSWER if question else NO_QUESTION}
    choices = _choices(found, before)
    answer = question.put_to(right_programs(lesson, task)[0]) or ()
    made = as_locked(question, choices, answer)
    if made == before and not with_mistakes:
        return made
    reason = _reason(question, choices, answer)
    return {"none": reason} if reason else made


def as_locked(question: Question, choices: Sequence[Choice], answer: Answer) -> LockData:
    """Write a lock as plain JSON data, and a digest that tells a damaged one from one that does not open."""
    text = lock(secret(choices, answer), question.address, question.task.another.strip())
    data = {"asks": question.source, "choices": choices_data(choices), **asdict(text)}
    return {**data, "digest": digest(data)}


def _choices(found: Sequence[Seen], before: Any) -> list[Choice]:
    try:
        kept = read_choices(before["choices"])
    except (KeyError, TypeError, ValueError):
        return choose(found)
    return kept if still_fit(kept, found) else choose(found)


def _reason(question: Question, choices: Sequence[Choice], answer: Answer) -> str:
    """Say why there can be no lock, or nothing."""
    if bits(question, choices, answer) < LEAST_BITS:
        return FEW
    opened = next(opening(question, choices, answer), None)
    return f"{OPENED}: {opened.id} ({opened.name})" if opened else ""


def unlocked(lesson: Lesson, locks: Mapping[str, LockData]) -> Iterator[str]:
    """Say of each task of a lesson that ships no other way why that is so."""
    for task in lesson.tasks:
        reason = locks.get(task.name, {}).get("none")
        if reason:
            yield f"{lesson.address(task)} ships no other way: {reason}."


def opening(question: Question, choices: Sequence[Choice], answer: Answer) -> Iterator[Variant]:
    """Go through the known mistakes that make the secret of the answer."""
    right = secret(choices, answer)
    for variant in wrong_programs(question.lesson, question.task):
        if secret(choices, question.put_to(variant)) == right:
            yield variant


def bits(question: Question, choices: Sequence[Choice], answer: Answer) -> float:
    """Measure what a guess has to hit: of each number that was computed, its size in steps of rounding, in bits."""
    nudged = question.put_to(right_programs(question.lesson, question.task)[0], NUDGE) or ()
    given = {round(number, DIGITS) for number in map(abs, numbers_for(question.address).tolist())}
    sizes: dict[float, float] = {}
    for choice, part, other in zip(choices, answer, nudged, strict=False):
        for place, pair in enumerate(zip(part.numbers, other.numbers, strict=False)):
            number = abs(pair[0])
            if choice.digits is not None and place not in choice.without and _follows(*pair):
                sizes[round(number, DIGITS)] = math.log2(max(1.0, number * 10**choice.digits))
    return sum(size for number, size in sizes.items() if number not in given)


def _follows(number: float, nudged: float) -> bool:
    return 0 < abs(number - nudged) <= FOLLOWS * (1 + abs(number))


def as_data(found: Found) -> dict[str, Any]:
    """Write what right programs answered as plain JSON data."""
    return {task: [[one.frame, list(one.lows), list(one.highs)] for one in parts] for task, parts in found.items()}


def from_data(data: dict[str, Any]) -> Found:
    """Read what `as_data` wrote."""
    return {
        task: [Seen(frame, tuple(lows), tuple(highs)) for frame, lows, highs in parts] for task, parts in data.items()
    }


def with_other_kernels(own: Found, others: Sequence[Found]) -> Found:
    """Put together what was answered with several kernels."""
    return {task: merged([parts, *(other[task] for other in others)]) for task, parts in own.items()}
