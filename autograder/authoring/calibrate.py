"""Measure losses of right and wrong programs over many seeds, and put a threshold between them.

A threshold stands halfway, on a logarithmic scale, between the worst right run and the best run of those wrong programs
that are clearly apart; never nearer to the right ones than `MARGIN` times. The picture and the JSON say which wrong
programs lie below it: those the loss cannot see.
"""

import json
import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch

from autograder.authoring.picture import draw_losses
from autograder.course import Course, Lesson
from autograder.errors import CourseError
from autograder.grading import calibration
from autograder.grading.exam import Exam, hold
from autograder.grading.session import Plan
from autograder.grading.student import Local
from autograder.grading.variants import Variant, alternatives, mistakes

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
        apart = [min(values) for values in self.wrong.values() if min(values) > 2 * MARGIN * self.worst_right]
        middle = math.sqrt(self.worst_right * min(apart)) if apart else 0.0
        return rounded_up(max(MARGIN * self.worst_right, middle))

    def unseen(self) -> list[str]:
        """Name the wrong programs that stay below the threshold in some run."""
        return sorted(name for name, values in self.wrong.items() if min(values) <= self.threshold)


def rounded_up(value: float) -> float:
    """Round up to one significant digit: 0.00123 becomes 0.002."""
    scale = 10.0 ** math.floor(math.log10(value))
    return float(f"{math.ceil(value / scale) * scale:.1g}")


def calibrate(course: Course, lesson: Lesson, seeds: int, wrong_seeds: int, say: Callable[[str], None]) -> None:
    """Measure, then write `calibration.json` and `calibration.png` beside the lesson."""
    found: dict[str, Losses] = defaultdict(Losses)
    programs = [("the answer", None), *((v.id, v) for v in alternatives(lesson))]
    for number in range(seeds):
        _run_all(lesson, f"calibrate {number}", programs, found, True)
        if number < wrong_seeds:
            _run_all(lesson, f"calibrate {number}", _wrong(lesson), found, False)
        say(f"seed {number + 1} of {seeds}")
    if not found:
        raise CourseError(f"{lesson.key} has no trained check: no test uses the fixture `calibrated`.")
    _write(lesson, found, seeds, wrong_seeds)
    for name, losses in found.items():
        say(sentence(name, losses))


def _wrong(lesson: Lesson) -> list[tuple[str, Variant | None]]:
    return [(f"{variant.id} {variant.name}", variant) for variant in mistakes(lesson)]


def _run_all(
    lesson: Lesson,
    seed: str,
    programs: list[tuple[str, Variant | None]],
    found: dict[str, Losses],
    right: bool,
) -> None:
    def work(exam: Exam) -> None:
        room = exam.rooms[lesson.key]
        for plan in (plan for plan in room.plans if "calibrated" in plan.item.fixturenames):
            for name, variant in programs:
                if variant is None or variant.task in room.uses[plan.task.name]:
                    source = room.answer if variant is None else variant.source
                    _observe(exam, plan, Local(lesson.name, source), name, found, right)

    hold(Exam([lesson], seed, work))


def _observe(exam: Exam, plan: Plan, local: Local, name: str, found: dict[str, Losses], right: bool) -> None:
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


def sentence(name: str, losses: Losses) -> str:
    """Say the outcome of one check in one line."""
    unseen = losses.unseen()
    blind = f"; it cannot see {', '.join(unseen)}" if unseen else "; it sees every wrong program"
    return f"{name}: threshold {losses.threshold:g}, the worst right run has {losses.worst_right:.2g}{blind}."


def _write(lesson: Lesson, found: dict[str, Losses], seeds: int, wrong_seeds: int) -> None:
    checks: dict[str, Any] = {
        name: {
            "threshold": losses.threshold,
            "worst_right": float(f"{losses.worst_right:.3g}"),
            "margin": float(f"{losses.threshold / losses.worst_right:.3g}"),
            "unseen": losses.unseen(),
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
    draw_losses(
        {name: (dict(ls.right), dict(ls.wrong), ls.threshold) for name, ls in found.items()},
        lesson.folder / "calibration.png",
    )


def _summary(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    numbers = {"min": ordered[0], "median": ordered[len(ordered) // 2], "max": ordered[-1]}
    return {name: float(f"{value:.3g}") for name, value in numbers.items()}
