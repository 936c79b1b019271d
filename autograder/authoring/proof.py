"""What `verify` finds out about one lesson: each variant's marks, and its message."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from autograder.authoring.anew import forget_tests
from autograder.authoring.explained import line_of
from autograder.authoring.luck import Luck, note
from autograder.authoring.matrix import Matrix, matrices
from autograder.authoring.unseen import unseen_slips
from autograder.authoring.warm import slow_checks
from autograder.course.model import Course, Lesson, Task
from autograder.course.probes import defined, probe_source
from autograder.course.variants import Variant, alternatives, mistakes, other_ways
from autograder.exam.clock import Clock
from autograder.exam.exam import Exam, course_exam, run_session
from autograder.exam.examine import Both, examine_task
from autograder.exam.lesson_tests import HIDDEN
from autograder.exam.mistakes import candidates
from autograder.exam.remote import Remote
from autograder.exam.results import TaskResult, TestResult
from autograder.isolation.forked import Zygote
from autograder.isolation.limits import Limits

PUBLIC = ("test_public.py",)
OR_ONE = "or, if no test can tell them apart, give both one id and a sentence that names both causes"


@dataclass(frozen=True)
class Program:
    """What an author's program, right or wrong, got in the hidden tests.

    Args:
        kind: answer, stub, alternative, stand-in or mistake.
        id: catalogue id of a mistake, else its name.
        task: what it replaces, or "" for all tasks.
        found: the tasks that it can change.
    """

    kind: str
    id: str
    name: str
    task: str
    found: Sequence[Both]

    def as_data(self) -> dict[str, Any]:
        """Write as plain JSON data: the points, the outcome and the named mistake of each task."""
        tasks = {one.task: {"score": one.score, "outcome": one.outcome, "named": one.mistake} for one, _ in self.found}
        return {"kind": self.kind, "id": self.id, "name": self.name, "task": self.task, "tasks": tasks}


def _program(kind: str, variant: Variant, found: Sequence[Both]) -> Program:
    return Program(kind, variant.id, variant.name, variant.task, found)


@dataclass
class Proof:
    """Counts of what was proved, and a sentence for each thing that is wrong.

    Args:
        slow: a sentence for each task whose public tests take long; this depends on the machine, so it is not wrong.
    """

    lesson: Lesson
    points: float = 0.0
    tests: int = 0
    alternatives: int = 0
    seeds: int = 1
    mistakes: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    matrices: list[Matrix] = field(default_factory=list)
    programs: list[Program] = field(default_factory=list)
    luck: dict[tuple[str, str], Luck] = field(default_factory=dict)
    slow: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ProofBench:
    """Where a variant is examined.

    Args:
        programs: what has been examined here so far.
    """

    exam: Exam
    zygote: Zygote
    lesson: Lesson
    limits: Limits
    programs: list[Program] = field(default_factory=list)

    def examine(self, source: str, tasks: Sequence[Task]) -> list[Both]:
        """Examine those of some tasks of a lesson's source text that have tests."""
        clock = Clock(self.limits)
        remote = Remote(self.zygote, self.limits, clock, self.lesson.name, {self.lesson.name: [source]})
        results: list[Both] = []
        for task in self._tested(tasks):
            clock.next_lesson()
            wrong = {result.task for result, _ in results if result.outcome != "passed"}
            results.append(examine_task(self.exam, self.lesson, task, remote, wrong))
        return results

    def _tested(self, tasks: Sequence[Task]) -> list[Task]:
        planned = {plan.task.name for plan in self.exam.lessons[self.lesson.key].plans}
        return [task for task in tasks if task.name in planned]

    def users(self, variant: Variant) -> list[Task]:
        """List the tasks that a variant can change: its own, and those that call it."""
        uses = self.exam.lessons[self.lesson.key].uses
        return [task for task in self.lesson.tasks if variant.task in uses[task.name]]


def prove(course: Course, lesson: Lesson, stub: str, zygote: Zygote, secret: str, with_matrices: bool = True) -> Proof:
    """Prove one lesson on fresh inputs: hidden tests first, then the public ones.

    Args:
        with_matrices: whether to compare every two wrong answers of a task too. This decides nothing.
    """
    proof = Proof(lesson, sum(task.points for task in lesson.tasks))
    forget_tests(lesson)
    for files in (HIDDEN, PUBLIC):
        work = partial(
            _prove,
            course=course,
            lesson=lesson,
            stub=stub,
            zygote=zygote,
            proof=proof,
            secret=secret,
            with_matrices=with_matrices,
        )
        run_session(course_exam([lesson], secret, work, files))
    return proof


def _prove(
    exam: Exam,
    course: Course,
    lesson: Lesson,
    stub: str,
    zygote: Zygote,
    proof: Proof,
    secret: str,
    with_matrices: bool,
) -> None:
    bench = ProofBench(exam, zygote, lesson, course.limits)
    hidden = tuple(file.name for file in exam.files) == HIDDEN
    proof.tests += len(exam.lessons[lesson.key].plans)
    _prove_answer(bench, proof)
    _prove_stub(bench, stub, proof)
    _prove_alternatives(bench, proof, hidden)
    _prove_stand_ins(bench, proof)
    for variant in mistakes(lesson):
        _prove_mistake(bench, variant, proof, hidden, stub)
    if hidden:
        proof.programs = bench.programs
        note(exam, lesson, secret, proof.luck)
        proof.matrices = matrices(exam, exam.lessons[lesson.key]) if with_matrices else []
    else:
        proof.slow += slow_checks(exam, exam.lessons[lesson.key])


def prove_again(course: Course, lesson: Lesson, zygote: Zygote, secret: str, proof: Proof) -> None:
    """Prove on other inputs that right answers get full marks, and note what the wrong ones get.

    It may add to what is wrong.
    """

    def work(exam: Exam) -> None:
        bench = ProofBench(exam, zygote, lesson, course.limits)
        _prove_answer(bench, proof)
        _prove_alternatives(bench, proof, False)
        note(exam, lesson, secret, proof.luck)

    run_session(course_exam([lesson], secret, work))
    proof.seeds += 1


def _prove_answer(bench: ProofBench, proof: Proof) -> None:
    found = bench.examine(bench.exam.lessons[bench.lesson.key].answer, bench.lesson.tasks)
    bench.programs.append(Program("answer", "", "", "", found))
    for result, tests in found:
        proof.wrong += _lost(f"{bench.lesson.key}: the answer", result, tests)


def _prove_stub(bench: ProofBench, stub: str, proof: Proof) -> None:
    found = bench.examine(stub, bench.lesson.tasks)
    bench.programs.append(Program("stub", "", "", "", found))
    for result, _ in found:
        if result.score or result.outcome != "missing":
            proof.wrong.append(
                f"{bench.lesson.key}: the stub of {result.task} earns {result.score:g} points and is {result.outcome}. "
                "It should be missing, with 0 points: see that every test calls it."
            )


def _prove_alternatives(bench: ProofBench, proof: Proof, count: bool) -> None:
    for variant, place in _right_answers(bench.lesson):
        proof.alternatives += count
        found = bench.examine(variant.source, bench.users(variant))
        bench.programs.append(_program("alternative", variant, found))
        for result, tests in found:
            proof.wrong += _lost(place, result, tests)


def _right_answers(lesson: Lesson) -> Iterator[tuple[Variant, str]]:
    """Go through the alternatives, then the code that students see after passing, each with its place."""
    for variant in alternatives(lesson):
        yield variant, f"{lesson.folder / 'alternatives.py'}:{variant.line}: the right answer {variant.id!r}"
    toml = lesson.folder / "lesson.toml"
    for variant in other_ways(lesson):
        yield variant, f"{toml}:{line_of(toml, variant.task, variant.id)}: the right answer {variant.id!r}"


def _prove_stand_ins(bench: ProofBench, proof: Proof) -> None:
    room = bench.exam.lessons[bench.lesson.key]
    for name in sorted(defined(room.stand_ins)):
        source = f"{room.answer}\n\n{probe_source(room.stand_ins, [name])}"
        found = bench.examine(source, [task for task in bench.lesson.tasks if name in room.uses[task.name]])
        bench.programs.append(Program("stand-in", name, name, name, found))
        for result, tests in found:
            proof.wrong += _lost(f"{bench.lesson.folder / 'stand_ins.py'}: the right {name}", result, tests)


def _lost(what: str, result: TaskResult, tests: Sequence[TestResult]) -> list[str]:
    return [
        f"{what} fails {result.task}, {test.name!r}: {test.message} Mend the test or the answer."
        for test in tests
        if test.outcome != "passed"
    ]


def _prove_mistake(bench: ProofBench, variant: Variant, proof: Proof, hidden: bool, stub: str) -> None:
    place = f"{bench.lesson.folder / variant.file}:{variant.line}: {variant.id} ({variant.name})"
    found = bench.examine(variant.source, bench.users(variant))
    bench.programs.append(_program("mistake", variant, found))
    for result, _ in found:
        own = result.task == variant.task
        if hidden and own and result.score >= result.max_score:
            proof.wrong.append(f"{place} gets full marks. Write a test of {variant.task} that it fails.")
        elif result.mistake != variant.id and (result.mistake or (hidden and own)):
            proof.wrong.append(f"{place} is {_named(bench, variant, result)}")
        if hidden and own and (unfair := _unfair(variant, result)):
            proof.wrong.append(f"{place} {unfair}")
    if hidden:
        proof.mistakes.append(variant.id)
    else:
        seen = any(result.task == variant.task and result.outcome != "passed" for result, _ in found)
        proof.wrong += [f"{place} {slip}" for slip in unseen_slips(bench.lesson, variant, seen, stub)]


def _unfair(variant: Variant, result: TaskResult) -> str:
    """Say where a slip costs half of the points or more, or where an answer beside the point earns as much."""
    earned = f"earns {result.score:g} of {result.max_score:g} points"
    if variant.costs == "little" and result.score <= result.max_score / 2:
        return f"{earned}, and should cost less than half. Give that edge a test of its own, not a core one."
    if variant.costs == "most" and result.score >= result.max_score / 2:
        return f"{earned}, and should earn less than half. Make what it misses a core test, or let it weigh more."
    return ""


def _named(bench: ProofBench, variant: Variant, result: TaskResult) -> str:
    if result.mistake:
        return f"named as {result.mistake} in {result.task}. Make a test whose returns differ for the two, {OR_ONE}."
    twins = _twins(bench, variant)
    if twins:
        return f"not told apart from {', '.join(twins)}. Make a test of {variant.task} whose returns differ, {OR_ONE}."
    return f"not recognised ({result.outcome}: {result.message}). Do its returns depend on chance?"


def _twins(bench: ProofBench, variant: Variant) -> list[str]:
    """Find the other mistakes that return the same in every test that this one fails."""
    room = bench.exam.lessons[bench.lesson.key]
    plans = [plan for plan in room.plans if plan.task.name == variant.task]
    runs = [bench.exam.run_mistake(plan, variant) for plan in plans]
    found = candidates(bench.exam.mistakes(bench.lesson), runs)
    return sorted({f"{other.id} ({other.name})" for other in found if other.id != variant.id})
