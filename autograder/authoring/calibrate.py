"""Measure losses of right and wrong programs over many seeds, and put a threshold between them.

A threshold stands halfway, on a logarithmic scale, between the worst right run and the best wrong run. Only wrong
programs that are clearly apart count. The threshold is at least `MARGIN` times the worst right run. It is rounded up,
but no wrong program may come below it by that. The picture and the JSON say which wrong programs lie below it: the loss
cannot see them. The JSON says which other tests catch them.
"""

import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from typing import Any

import torch

from autograder.authoring.picture import draw_losses
from autograder.course import calibration
from autograder.course.model import Lesson
from autograder.course.variants import Variant, alternatives, mistakes
from autograder.errors import CourseError
from autograder.exam.exam import Exam, course_exam, run_session
from autograder.exam.local import Local
from autograder.exam.session import PlannedTest

MARGIN = 2.5


@dataclass
class Losses:
    """The losses of one check: by program, right and wrong."""

    right: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    @property
    def worst_right(self) -> float:
        return max(max(values) for values in self.right.values())

    @property
    def threshold(self) -> float:
        least = [min(values) for values in self.wrong.values()]
        apart = [loss for loss in least if loss > 2 * MARGIN * self.worst_right]
        middle = math.sqrt(self.worst_right * min(apart)) if apart else 0.0
        exact = max(MARGIN * self.worst_right, middle)
        seen = min((loss for loss in least if loss > exact), default=math.inf)
        round_one = rounded_up(exact, 1)
        return round_one if round_one < seen else rounded_up(exact, 2)

    def add(self, more: "Losses") -> None:
        """Add the runs of other seeds."""
        for mine, theirs in ((self.right, more.right), (self.wrong, more.wrong)):
            for name, values in theirs.items():
                mine[name] += values

    def unseen(self) -> list[str]:
        """Name the wrong programs that stay below the threshold in some run."""
        return sorted(name for name, values in self.wrong.items() if min(values) <= self.threshold)


def rounded_up(value: float, digits: int) -> float:
    """Round up to some significant digits: with one, 0.00123 becomes 0.002."""
    scale = 10.0 ** (math.floor(math.log10(value)) + 1 - digits)
    return float(f"{math.ceil(value / scale) * scale:.{digits}g}")


def calibrate(lesson: Lesson, seeds: int, wrong_seeds: int, say: Callable[[str], None], jobs: int = 1) -> None:
    """Measure, then write `calibration.json` and `calibration.png` beside the lesson.

    Args:
        seeds: how many runs each right program has.
        wrong_seeds: how many each wrong one has; no more than `seeds`.
        jobs: how many processes measure.
    """
    found: dict[str, Losses] = {}
    for number, part in enumerate(_parts(lesson, seeds, wrong_seeds, jobs), 1):
        for name, losses in part.items():
            found.setdefault(name, Losses()).add(losses)
        if not found:
            raise CourseError(f"{lesson.key} has no trained check: no test uses the fixture `calibrated`.")
        say(f"seed {number} of {seeds}")
    caught = _caught(lesson, {name for losses in found.values() for name in losses.unseen()})
    _write(lesson, found, caught, seeds, wrong_seeds)
    for name, losses in found.items():
        say(outcome_sentence(name, losses))


def _parts(lesson: Lesson, seeds: int, wrong_seeds: int, jobs: int) -> Iterator[dict[str, Losses]]:
    """Measure seed by seed, in order."""
    measure = partial(_measure, lesson, wrong_seeds)
    if jobs == 1:
        yield from map(measure, range(seeds))
        return
    with ProcessPoolExecutor(jobs, get_context("spawn"), torch.set_num_threads, (1,)) as pool:
        yield from pool.map(measure, range(seeds))


def _measure(lesson: Lesson, wrong_seeds: int, number: int) -> dict[str, Losses]:
    """Run all programs with one seed."""
    found: dict[str, Losses] = defaultdict(Losses)
    right = [("the answer", None), *((variant.id, variant) for variant in alternatives(lesson))]
    wrong = [(_name(variant), variant) for variant in mistakes(lesson)]
    _run_all(lesson, f"calibrate {number}", right, found, True)
    if number < wrong_seeds:
        _run_all(lesson, f"calibrate {number}", wrong, found, False)
    return dict(found)


def _name(variant: Variant) -> str:
    return f"{variant.id} {variant.name}"


def _run_all(
    lesson: Lesson,
    seed: str,
    programs: Sequence[tuple[str, Variant | None]],
    found: dict[str, Losses],
    right: bool,
) -> None:
    def work(exam: Exam) -> None:
        room = exam.lessons[lesson.key]
        for plan in filter(_is_trained, room.plans):
            for name, variant in programs:
                if variant is None or variant.task in room.uses[plan.task.name]:
                    source = room.answer if variant is None else variant.source
                    _observe(exam, plan, Local(lesson.name, source), name, found, right)

    run_session(course_exam([lesson], seed, work))


def _is_trained(plan: PlannedTest) -> bool:
    return "calibrated" in plan.item.fixturenames


def _caught(lesson: Lesson, names: set[str]) -> dict[str, list[str]]:
    """Find the other tests that see the wrong programs that a loss cannot see."""
    found: dict[str, list[str]] = {}

    def work(exam: Exam) -> None:
        room = exam.lessons[lesson.key]
        others = [plan for plan in room.plans if not _is_trained(plan)]
        for variant in (variant for variant in room.mistakes if _name(variant) in names):
            own = [plan for plan in others if variant.task in room.uses[plan.task.name]]
            found[_name(variant)] = [plan.name for plan in own if exam.run_mistake(plan, variant).error is not None]

    run_session(course_exam([lesson], "calibrate", work))
    return found


def _observe(exam: Exam, plan: PlannedTest, local: Local, name: str, found: dict[str, Losses], right: bool) -> None:
    def note(check: str, loss: float) -> None:
        side = found[check].right if right else found[check].wrong
        side[name].append(loss if math.isfinite(loss) else math.inf)

    exam.observe = note
    try:
        run = exam.run(plan, local.ask)
    finally:
        exam.observe = None
    if right and run.error is not None:
        raise CourseError(f"{plan.lesson.key}: the right program {name!r} fails {plan.name!r}: {run.error}")


def outcome_sentence(name: str, losses: Losses) -> str:
    """Say the outcome of one check in one line."""
    unseen = losses.unseen()
    blind = f"; it cannot see {', '.join(unseen)}" if unseen else "; it sees every wrong program"
    return f"{name}: threshold {losses.threshold:g}, the worst right run has {losses.worst_right:.2g}{blind}."


def _write(
    lesson: Lesson, found: dict[str, Losses], caught: dict[str, list[str]], seeds: int, wrong_seeds: int
) -> None:
    checks: dict[str, Any] = {
        name: {
            "threshold": losses.threshold,
            "worst_right": float(f"{losses.worst_right:.3g}"),
            "margin": float(f"{losses.threshold / losses.worst_right:.3g}"),
            "unseen, but caught by": {name: caught[name] for name in losses.unseen()},
            "right": {program: _summary(values) for program, values in losses.right.items()},
            "wrong": {program: _summary(values) for program, values in losses.wrong.items()},
        }
        for name, losses in found.items()
    }
    facts = {
        "torch": torch.__version__.split("+")[0],
        "seeds": seeds,
        "wrong_seeds": wrong_seeds,
        "checks": checks,
    }
    path = lesson.folder / calibration.FILE
    path.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    draw_losses(checks, lesson.folder / "calibration.png")


def _summary(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    numbers = {"min": ordered[0], "median": ordered[len(ordered) // 2], "max": ordered[-1]}
    return {name: float(f"{value:.3g}") for name, value in numbers.items()}
