"""Prove every lesson, and report it: right answers get full marks, the stub none, each mistake is found and named."""

import secrets
from collections.abc import Callable, Sequence
from typing import Any

from autograder.authoring.lesson import check_course, read_lesson
from autograder.authoring.matrix import as_data, matrix_lines
from autograder.authoring.proof import Proof, prove, prove_again
from autograder.authoring.rehearsal import asked_too_early, rehearse
from autograder.authoring.shapes import wrong_shapes
from autograder.authoring.unseen import too_many_unseen
from autograder.course.model import Course, Lesson
from autograder.isolation.forked import Zygote


def verify(
    course: Course,
    lessons: Sequence[Lesson],
    say: Callable[[str], None],
    seed: str = "",
    matrix: bool = False,
    seeds: int = 1,
    proved: Callable[[Proof], None] | None = None,
) -> list[str]:
    """Prove lessons one by one, saying what was proved; return a sentence for each thing that is wrong.

    Args:
        seeds: how many secrets the right answers and the mistakes are proved with.
        matrix: say also which wrong answer fails which test, and how near each is to the next.
        proved: called with each proof, which then has its matrices too.
    """
    check_course(course, lessons)
    wrong = too_many_unseen(course, lessons)
    for line in wrong:
        say(line)
    with Zygote() as zygote:
        for lesson in lessons:
            stub = read_lesson(lesson.folder / "lesson.py").stub()
            secret = seed or secrets.token_hex(16)
            proof = prove(course, lesson, stub, zygote, secret, matrix or proved is not None)
            for number in range(1, seeds):
                prove_again(course, lesson, zygote, f"{secret} {number}", proof)
            proof.wrong += [line for luck in proof.luck.values() for line in luck.wrong()]
            proof.wrong += rehearsed(lesson)
            facts = [line for luck in proof.luck.values() for line in luck.facts()]
            tables = [line for one in proof.matrices for line in matrix_lines(lesson.key, one)] if matrix else []
            for line in (*tables, *facts, *proof.slow, *proof.wrong, *proof_summary(proof)):
                say(line)
            wrong += proof.wrong
            if proved:
                proved(proof)
    return wrong


def rehearsed(lesson: Lesson) -> list[str]:
    """Say which shapes are not those of the tests, and which tests ask `student` too early."""
    seen = rehearse(lesson)
    return [*wrong_shapes(lesson, seen.calls), *asked_too_early(seen)]


def as_json(proof: Proof) -> dict[str, Any]:
    """Turn one lesson's proof into plain data: programs with their marks, and of each task its tests and mistakes."""
    tasks = {one.task: as_data(one) for one in proof.matrices}
    return {"programs": [program.as_data() for program in proof.programs], "tasks": tasks}


def proof_summary(proof: Proof) -> list[str]:
    """Say what was proved of one lesson."""
    tasks = len(proof.lesson.tasks)
    counted = f"{tasks} task{'s' if tasks > 1 else ''}, {proof.points:g} points, {proof.tests} tests"
    verdict = f"{len(proof.wrong)} to mend" if proof.wrong else "proved"
    return [
        f"{proof.lesson.key}: {verdict}. {counted}: "
        f"the answer and {proof.alternatives} alternatives get full marks{_times(proof)}, the stub gets none, "
        f"{len(proof.mistakes)} wrong answers with {len(set(proof.mistakes))} ids lose marks and are named."
        if not proof.wrong
        else f"{proof.lesson.key}: {verdict}."
    ]


def _times(proof: Proof) -> str:
    return f" with each of {proof.seeds} secrets" if proof.seeds > 1 else ""
