"""Find out whether the verdict on a wrong answer depends on luck: try its points and its name with several secrets."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from autograder.course.model import Lesson
from autograder.course.variants import Variant
from autograder.exam.distance import only_one
from autograder.exam.exam import Exam
from autograder.exam.marks import share_points
from autograder.exam.mistakes import candidates
from autograder.exam.outcome import result_of
from autograder.exam.results import TestResult
from autograder.exam.session import TestRun


@dataclass
class Luck:
    """One wrong answer.

    Args:
        points: those of its task by secret, without what a recognised mistake is worth.
        unnamed: the secrets with which it fails a test, and is not recognised.
    """

    variant: Variant
    place: str
    most: float
    points: dict[str, float] = field(default_factory=dict)
    unnamed: list[str] = field(default_factory=list)

    def wrong(self) -> list[str]:
        """Say with which secrets it gets full marks or is not recognised; leave out the first secret."""
        first, *others = self.points
        full = [secret for secret in others if self.points[secret] >= self.most]
        unnamed = [secret for secret in self.unnamed if secret != first]
        lines = []
        if full:
            test = f"Write a test of {self.variant.task} that it fails whatever the inputs are"
            lines.append(f"{self.place} gets full marks with {self._some(full)}. {test}.")
        if unnamed:
            test = f"Make a test of {self.variant.task} whose returns differ whatever the inputs are"
            lines.append(f"{self.place} is not recognised with {self._some(unnamed)}. {test}.")
        return lines

    def facts(self) -> list[str]:
        """Say where its points differ between secrets."""
        found = {points: [s for s, other in self.points.items() if other == points] for points in self.points.values()}
        if len(found) < 2:
            return []
        parts = (f"{points:g} with {self._some(secrets)}" for points, secrets in sorted(found.items()))
        return [f"{self.place} gets, of {self.most:g} points, {'; '.join(parts)}."]

    def _some(self, secrets: Sequence[str]) -> str:
        return f"{len(secrets)} of {len(self.points)} secrets (--seed '{secrets[0]}')"


def note(exam: Exam, lesson: Lesson, secret: str, seen: dict[tuple[str, str], Luck]) -> None:
    """Run every wrong answer of a lesson through the tests of its own task, and write down what it got."""
    for variant in exam.lessons[lesson.key].mistakes:
        place = f"{lesson.folder / variant.file}:{variant.line}: {variant.id} ({variant.name})"
        fresh = Luck(variant, place, lesson.task(variant.task).points)
        _note(exam, lesson, secret, seen.setdefault((variant.task, variant.name), fresh))


def _note(exam: Exam, lesson: Lesson, secret: str, luck: Luck) -> None:
    variant, task = luck.variant, lesson.task(luck.variant.task)
    plans = [plan for plan in exam.lessons[lesson.key].plans if plan.task == task]
    runs = [exam.run_mistake(plan, variant) for plan in plans]
    luck.points[secret] = sum(test.score for test in share_points(task, [_result(run) for run in runs]))
    failed = any(run.error is not None for run in runs)
    if failed and only_one([other.id for other in candidates(exam.mistakes(lesson), runs)]) != variant.id:
        luck.unnamed.append(secret)


def _result(run: TestRun) -> TestResult:
    return result_of(run.plan, "passed" if run.error is None else "failed", "")
