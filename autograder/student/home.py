"""The public checks of the exercises in a student's own folder, each lesson in a worker."""

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

from autograder.course.model import Lesson, Task
from autograder.errors import Note
from autograder.exam.case import find_definition
from autograder.exam.clock import Clock
from autograder.exam.examine import sources_of
from autograder.exam.remote import Remote
from autograder.exam.results import TaskResult
from autograder.intake import HandIn, Source, read_one
from autograder.isolation.child import Workers
from autograder.isolation.limits import Limits
from autograder.student.checks import run_checks
from autograder.student.exercises import Exercises, Spot
from autograder.student.outside import look_outside, raised
from autograder.student.place import place_text
from autograder.student.verdict import Verdict

Done = Callable[[Verdict], None]


@dataclass
class Checked:
    """What `unroll check` found.

    Args:
        verdicts: one for each task.
        notes: sentences about the files.
        output: what the student's code printed, by lesson key.
        outside: what of it was printed outside of functions, once.
        inside: what of it was printed by functions in the checks.
    """

    verdicts: list[Verdict] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    output: dict[str, str] = field(default_factory=dict)
    outside: dict[str, str] = field(default_factory=dict)
    inside: dict[str, str] = field(default_factory=dict)

    @property
    def results(self) -> list[TaskResult]:
        return [verdict.result for verdict in self.verdicts]

    @property
    def all_pass(self) -> bool:
        return all(verdict.passes for verdict in self.verdicts)


def check_spots(spots: Sequence[Spot], workers: Workers, begun: Callable[[str], None] = lambda lesson: None) -> Checked:
    """Run the public checks of some tasks on the files of a student's folder.

    Args:
        begun: called with the key of each lesson before it is checked.
    """
    checked = Checked()
    for exercises, there in groupby(spots, key=lambda spot: spot.exercises):
        home = Home(exercises, workers)
        for lesson, own in groupby(there, key=lambda spot: spot.lesson):
            begun(lesson.key)
            home.check(lesson, [spot.task for spot in own], checked)
    return checked


class Home:
    """One assignment of a student's folder, read once.

    Args:
        begun: called with what runs a lesson before it is run; another thread may cancel it.
    """

    def __init__(
        self, exercises: Exercises, workers: Workers, begun: Callable[[Remote], None] = lambda remote: None
    ) -> None:
        self._exercises = exercises
        self._hand_in = read_one(exercises.folder, exercises.assignment, Limits())
        self._workers = workers
        self._begun = begun
        self._clock = Clock(Limits())

    def check(
        self,
        lesson: Lesson,
        tasks: Sequence[Task],
        checked: Checked,
        done: Done = lambda verdict: None,
        first: Container[str] = (),
    ) -> None:
        """Check one lesson, and write down what was found.

        Args:
            tasks: those to be checked, in this order.
            done: called with each verdict as soon as it is there.
            first: names of tests that are run before the others of their task.
        """
        source = self._hand_in.sources.get(lesson.name)

        def add(verdict: Verdict) -> None:
            checked.verdicts.append(_placed(verdict, source, remote.notes if remote else ()))
            done(checked.verdicts[-1])

        remote: Remote | None = None
        if source is None or source.problem or self._hand_in.problem:
            for verdict in _refused(lesson, tasks, self._hand_in, source):
                add(verdict)
            return
        self._clock.next_lesson()
        remote = self._remote(lesson, source.cells)
        try:
            run_checks(self._exercises, lesson, tasks, remote, add, first, source.cells)
        finally:
            remote.end()
        self._note(lesson, source, remote, checked)

    def _remote(self, lesson: Lesson, cells: Sequence[str]) -> Remote:
        sources = {**sources_of(self._hand_in), lesson.name: list(cells)}
        remote = Remote(self._workers, Limits(), self._clock, lesson.name, sources)
        self._begun(remote)
        return remote

    def _note(self, lesson: Lesson, source: Source, remote: Remote, checked: Checked) -> None:
        """Write down what a lesson printed, and what of it was not run."""
        file = lesson.folder / source.file
        given = _given(self._exercises.examples(lesson), source)
        found = look_outside(file, source.cells, remote, lambda cells: self._remote(lesson, cells), given)
        own = [note for note in remote.notes if note.cell not in given]
        remarks = [f"{place_text(file)}: {remark}" for remark in remote.remarks]
        checked.notes += [*source.notes, *passed_over(file, own), *remarks, *found.notes]
        for texts, text in (
            (checked.output, remote.output),
            (checked.outside, found.printed),
            (checked.inside, remote.printed_in_tests),
        ):
            if text:
                texts[lesson.key] = text


def _given(examples: Container[str], source: Source) -> set[int | None]:
    """List the numbers of a notebook's cells that show examples as they were handed out."""
    return {number for number, text in enumerate(source.cells, 1) if source.is_notebook and text.strip() in examples}


def _placed(verdict: Verdict, source: Source | None, notes: Sequence[Note]) -> Verdict:
    """Say where in the student's file to look: the line that raised, else where the task is defined.

    Args:
        notes: the statements that could not be run.
    """
    if source is None:
        return verdict
    own = [frame for frame in verdict.frames if frame.lesson == verdict.lesson.name]
    place = own[-1] if own else find_definition(verdict.task.name, source.cells)
    if place.line is None and notes:
        return replace(verdict, file=source.file, line=notes[0].line, cell=notes[0].cell)
    return replace(verdict, file=source.file, line=place.line, cell=place.cell)


def passed_over(file: Path, notes: Sequence[Note]) -> Iterator[str]:
    """Say which statements could not be run; other tasks may still pass."""
    for note in notes:
        yield f"{raised(file, note)} The checks went on without it."


def _refused(lesson: Lesson, tasks: Sequence[Task], hand_in: HandIn, source: Source | None) -> Iterator[Verdict]:
    """Say of each task why its lesson could not be run."""
    outcome, message = "missing", f"There is no {lesson.name}.py here."
    if hand_in.problem:
        outcome, message = "rejected", hand_in.problem
    elif source is not None:
        outcome, message = source.outcome, source.problem
    for task in tasks:
        yield Verdict(lesson, task, TaskResult(lesson.key, task.name, 0.0, task.points, outcome, "", message))
