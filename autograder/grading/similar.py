"""`unroll similar OUT`: which hand-ins of a graded class are similar. Texts are read; no code of a student is run."""

import json
import math
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from autograder.course.model import Assignment, Course, Lesson
from autograder.errors import UsageError
from autograder.exam.results import HandInResult
from autograder.grading.anonymous import in_numbers, is_by_number
from autograder.grading.arrivals import SORTED, find_class
from autograder.grading.fingerprint import with_kit_digest
from autograder.grading.similar_code import FEW, SHARE, Compared, compare
from autograder.intake import HandIn, Source, read_hand_in
from autograder.intake.alike import is_begun
from autograder.reports.class_page.entry import PLACE
from autograder.reports.class_page.runs import NO_RUN, read_runs
from autograder.reports.class_page.write import now, readable
from autograder.reports.record import read_student
from autograder.reports.similar import SIMILAR, SharedMistake, Side, SimilarPage, SimilarPair, similar_page
from autograder.text.clean import one_line
from autograder.text.files import write_atomically
from autograder.text.ours import NOBODY_ELSE, read_own

LISTED, SOME = 0.4, 0.2  # points of a pair that is shown; a single mistake in common needs some code beside it
MOST_PAIRS, MOST_SAID = 40, 3
MOST_CHARACTERS = 200_000  # of a lesson that are compared
NO_HAND_INS = "{place} is not there, so no code can be compared. Say where the hand-ins lie: --hand-ins FOLDER"
Mistake = tuple[str, str, str]  # task, id, what was found


@dataclass(frozen=True)
class GradedRun:
    """What a run left in OUT.

    Args:
        submissions: where the hand-ins lay, or "" where nobody kept it.
        fingerprint: names the kit that graded.
    """

    assignment: str
    submissions: str
    fingerprint: str


@dataclass(frozen=True)
class Compare:
    """One student's work, as it is compared.

    Args:
        codes: of each lesson that is begun, by its key.
        mistakes: of each lesson, likewise.
        is_changed: whether it is not the work that was graded, so that no mistake of it is known.
    """

    student: str
    folder: str
    codes: Mapping[str, str]
    mistakes: Mapping[str, frozenset[Mistake]] = field(default_factory=dict)
    is_changed: bool = False


def show_similar(course: Course, out: Path, hand_ins: Path | None = None) -> None:
    """Compare a class that was graded into OUT, write the page, and say which pairs are the most similar.

    Args:
        hand_ins: where they lie now; None for where they lay.

    Raises:
        UsageError: no class was graded into OUT, its hand-ins are gone, or copydetect is not installed.
        GradingError: OUT cannot be written.
    """
    run = read_graded(out)
    assignment = course.assignment(run.assignment)
    students = read_work(course, assignment, out, run, hand_ins or _where(out, run))
    pairs, count = similar_pairs(course, assignment, students)
    changed = [one.student for one in students if one.is_changed]
    when = readable(now())
    page = SimilarPage(assignment.title, when, len(students), pairs, count, changed)
    write_atomically(out / SIMILAR, similar_page(page), mode=NOBODY_ELSE)
    click.echo(f"Compared {len(students)} hand-ins of {assignment.name}, a lesson at a time: {_count(count)}")
    for pair in pairs[:MOST_SAID]:
        names = " and ".join(one_line(side.student, 60) for side in (pair.one, pair.other))
        click.echo(f"  {pair.lesson}: {names}, {pair.share:.0%} common code{_with(pair)}")
    click.echo(f"Page: {out / SIMILAR}")


def _count(pairs: int) -> str:
    return f"{pairs or 'no'} pair{' is' if pairs == 1 else 's are'} similar."


def _with(pair: SimilarPair) -> str:
    ids = pair.ids
    return f", the same rare mistake{'s' if ids[1:] else ''} {', '.join(ids)}" if ids else ""


def read_graded(out: Path) -> GradedRun:
    """Read which class was graded into OUT.

    Raises:
        UsageError: none was.
    """
    runs = read_runs(out)
    try:
        data: Any = json.loads(read_own(out / "run.json"))
        submissions = data.get("submissions", "")
        return GradedRun(str(data["assignment"]), str(submissions), str(data["fingerprint"]))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        if not runs:
            raise UsageError(NO_RUN.format(out=out)) from None
    return GradedRun(runs[0].assignment.name, "", runs[0].fingerprint)


def _where(out: Path, run: GradedRun) -> Path:
    """Say where the hand-ins lay: a platform's download was sorted into OUT."""
    place = out / SORTED
    if not place.is_dir():
        place = Path(run.submissions)
        if not run.submissions or not place.exists():
            raise UsageError(NO_HAND_INS.format(place=place if run.submissions else "The folder of the hand-ins"))
    return place


def read_work(course: Course, assignment: Assignment, out: Path, run: GradedRun, place: Path) -> list[Compare]:
    """Read the code of all students as `unroll grade` does, and from OUT what was found out about it.

    Raises:
        UsageError: there is no student.
    """
    with tempfile.TemporaryDirectory(prefix="unroll-") as scratch:
        found = find_class(course, assignment.name, place, Path(scratch))
        students = in_numbers(found.students, out) if is_by_number(out) else found.students
        return [
            _work(read_hand_in(one, assignment, course.limits), assignment, read_student(out, one.folder), run)
            for one in students
        ]


def _work(hand_in: HandIn, assignment: Assignment, record: HandInResult | None, run: GradedRun) -> Compare:
    codes = {
        lesson.key: _text(source)
        for lesson in assignment.lessons
        if (source := hand_in.sources.get(lesson.name)) and is_begun(source, lesson)
    }
    if record is None or with_kit_digest(hand_in, run.fingerprint).digest != record.digest:
        return Compare(hand_in.student, hand_in.folder, codes, is_changed=True)
    mistakes = {key: frozenset(_mistakes(record, key)) for key in codes}
    return Compare(hand_in.student, hand_in.folder, codes, mistakes)


def _text(source: Source) -> str:
    return "\n".join(line.rstrip() for text in source.cells for line in text.splitlines())[:MOST_CHARACTERS]


def _mistakes(record: HandInResult, lesson: str) -> Iterator[Mistake]:
    """Yield the known mistakes with what was found first; in which line it stands does not count."""
    for task in record.tasks:
        if task.lesson == lesson and task.mistake and task.fact:
            yield task.task, task.mistake, PLACE.sub("", task.fact)


@dataclass(frozen=True)
class Candidate:
    """Two of those who have begun a lesson, by their places among them."""

    lesson: str
    one: int
    other: int
    share: float
    weights: Mapping[Mistake, float]

    @property
    def by_id(self) -> dict[str, float]:
        """Weigh each mistake once: in another task it often follows from the first."""
        ordered = sorted(self.weights.items(), key=lambda pair: pair[1])
        return {id: weight for (_, id, _), weight in ordered}

    @property
    def points(self) -> float:
        return self.share + sum(self.by_id.values())

    @property
    def is_listed(self) -> bool:
        return self.points >= LISTED and (self.share >= SOME or len(self.by_id) > 1)


def similar_pairs(course: Course, assignment: Assignment, students: Sequence[Compare]) -> tuple[list[SimilarPair], int]:
    """Compare all pairs, a lesson at a time.

    Returns: the most similar pairs in order, and how many are similar at all.

    Raises:
        UsageError: copydetect is not installed.
    """
    compared: dict[str, tuple[list[Compare], Compared]] = {}
    found: list[Candidate] = []
    for lesson in assignment.lessons:
        own = [one for one in students if lesson.key in one.codes]
        compared[lesson.key] = own, compare([one.codes[lesson.key] for one in own], given_of(course, lesson))
        found += candidates(lesson.key, *compared[lesson.key])
    found.sort(key=lambda one: -one.points)
    return [_pair(one, *compared[one.lesson]) for one in found[:MOST_PAIRS]], len(found)


def candidates(lesson: str, own: Sequence[Compare], found: Compared) -> Iterator[Candidate]:
    """Yield the pairs that are similar."""
    counts = _counts(lesson, own)
    weights = {mistake: weight for mistake, count in counts.items() if (weight := weigh(count, len(own)))}
    shares = found.overlaps.tolist()
    made = [one.mistakes.get(lesson, frozenset()) & weights.keys() for one in own]
    for first in range(len(own)):
        for second in range(first + 1, len(own)):
            both = {mistake: weights[mistake] for mistake in made[first] & made[second]}
            one = Candidate(lesson, first, second, min(1.0, shares[first][second]), both)
            if one.is_listed:
                yield one


def _counts(lesson: str, own: Sequence[Compare]) -> Counter[Mistake]:
    return Counter(mistake for one in own for mistake in one.mistakes.get(lesson, ()))


def _pair(found: Candidate, own: Sequence[Compare], compared: Compared) -> SimilarPair:
    counts = _counts(found.lesson, own)
    said = tuple(SharedMistake(*mistake, counts[mistake]) for mistake in sorted(found.weights))
    texts = zip((own[found.one], own[found.other]), compared.common(found.one, found.other), strict=True)
    one, other = (Side(who.student, who.folder, text) for who, text in texts)
    return SimilarPair(found.lesson, one, other, found.share, said, found.points)


def given_of(course: Course, lesson: Lesson) -> list[str]:
    """Return what was handed out of a lesson."""
    path = course.root / "exercises" / lesson.assignment / f"{lesson.name}.py"
    return [path.read_text(encoding="utf-8")] if path.is_file() else []


def weigh(count: int, students: int) -> float:
    """Weigh a mistake that both have: as much as all of the code if only 2 of 200 have it, and nothing if many do.

    Args:
        count: how many have it.
        students: how many there are.
    """
    if count > max(FEW, SHARE * students):
        return 0.0
    return max(0.0, min(1.0, math.log10(students / count) / 2))
