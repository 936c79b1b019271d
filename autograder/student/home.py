"""`unroll check`: the public checks of the exercises in a student's own folder, each lesson in a worker."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course import Lesson, Limits, Task
from autograder.errors import UsageError
from autograder.grading.examine import sources_of
from autograder.grading.intake import HandIn, Source, read_one
from autograder.grading.records import TaskResult
from autograder.grading.student import Clock, Remote
from autograder.isolation.worker import Zygote
from autograder.student.checks import run_checks
from autograder.student.exercises import (
    KNOWN,
    Address,
    Exercises,
    assignments_in,
    chosen,
    find_exercises,
    read_address,
)


@dataclass
class Checked:
    """What `unroll check` found.

    Args:
        results: one for each task.
        notes: sentences about the files.
        output: what the student's code printed, by lesson key.
    """

    results: list[TaskResult] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    output: dict[str, str] = field(default_factory=dict)

    @property
    def all_pass(self) -> bool:
        return all(result.outcome == "passed" for result in self.results)


def find_home(start: Path) -> Path:
    """Look upward for the folder that holds the assignments; in a course it is `exercises`.

    Raises:
        UsageError: there is none.
    """
    for folder in (start.resolve(), *start.resolve().parents):
        for root in (folder, folder / "exercises"):
            if assignments_in(root):
                return root
    raise UsageError(f"{start}: no exercises here or above. Go into the folder that holds them.")


def find_chosen(start: Path, address: str) -> list[tuple[Exercises, list[tuple[Lesson, list[Task]]]]]:
    """Find what an address means in the folder of exercises here or above; without one, the assignment one stands in.

    Raises:
        UsageError: it names what is not there.
    """
    root = find_home(start)
    wanted = read_address(address) if address else Address(_assignment_of(root, start.resolve()))
    names = [wanted.assignment] if wanted.assignment else assignments_in(root)
    return [(exercises, chosen(exercises, wanted)) for exercises in (find_exercises(root, name) for name in names)]


def _assignment_of(root: Path, start: Path) -> str:
    """Name the assignment whose folder one stands in, or none of them."""
    inside = start.relative_to(root).parts if start.is_relative_to(root) else ()
    return inside[0] if inside and (root / inside[0] / KNOWN).is_file() else ""


def check_files(
    start: Path,
    address: str,
    zygote: Zygote,
    begun: Callable[[str], None] = lambda lesson: None,
) -> Checked:
    """Run the public checks on the files of a student's folder.

    Args:
        address: such as `sine/cell:rnn_cell`, `sine/cell` or `sine`; "" for all there is.
        begun: called with the key of each lesson before it is checked.

    Raises:
        UsageError: there are no such exercises.
    """
    checked = Checked()
    for exercises, wanted in find_chosen(start, address):
        hand_in = read_one(exercises.folder, exercises.assignment, Limits())
        home = _Home(exercises, hand_in, zygote, Clock(Limits()), checked)
        for lesson, tasks in wanted:
            begun(lesson.key)
            home.check(lesson, tasks)
    return checked


@dataclass
class _Home:
    """One assignment of a student's folder, while it is checked."""

    exercises: Exercises
    hand_in: HandIn
    zygote: Zygote
    clock: Clock
    checked: Checked

    def check(self, lesson: Lesson, tasks: Sequence[Task]) -> None:
        """Check one lesson, and write down what was found."""
        source = self.hand_in.sources.get(lesson.name)
        if source is None or source.problem or self.hand_in.problem:
            self.checked.results += _refused(lesson, tasks, self.hand_in, source)
            return
        self.clock.next_lesson()
        remote = Remote(self.zygote, Limits(), self.clock, lesson.name, sources_of(self.hand_in))
        self.checked.results += run_checks(self.exercises, lesson, tasks, remote)
        self.checked.notes += source.notes
        if remote.output:
            self.checked.output[lesson.key] = remote.output


def _refused(lesson: Lesson, tasks: Sequence[Task], hand_in: HandIn, source: Source | None) -> Iterator[TaskResult]:
    """Say of each task why its lesson could not be run."""
    outcome, message = "missing", f"There is no {lesson.name}.py here."
    if hand_in.problem:
        outcome, message = "rejected", hand_in.problem
    elif source is not None:
        outcome, message = source.outcome, source.problem
    for task in tasks:
        yield TaskResult(lesson.key, task.name, 0.0, task.points, outcome, "", message)
