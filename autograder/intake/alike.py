"""Digests of the code of each lesson, so that the same code is found without keeping any of it."""

import hashlib

from autograder.course.model import Assignment, Lesson
from autograder.intake.contents import contents
from autograder.intake.hand_in import HandIn, Source


def code_of(source: Source) -> str:
    """Write a lesson's code as one text; ends of lines, spaces there and blank lines do not count."""
    lines = (line.rstrip() for text in source.cells for line in text.splitlines())
    return "\n".join(filter(None, lines))


def is_begun(source: Source, lesson: Lesson) -> bool:
    """Say whether anything of a lesson is written in it, so that it is more than what was handed out."""
    found = contents(source.cells, [task.name for task in lesson.tasks])
    return not source.problem and bool(found.begun)


def code_digests(hand_in: HandIn, assignment: Assignment) -> dict[str, list[str]]:
    """Sum up the code of each lesson that could be read, by its key; a lesson of several versions has several sums."""
    return {
        lesson.key: sorted({_sha(code_of(one)) for one in read})
        for lesson in assignment.lessons
        if (source := hand_in.sources.get(lesson.name))
        and (read := [one for one in source.versions if not one.problem])
    }


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
