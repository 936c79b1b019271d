"""Wrong programs that no test knows, made by machine: see `naming.py`."""

import itertools
from dataclasses import dataclass, replace

from autograder.authoring.mutants import mutants
from autograder.course.edits import EditError
from autograder.course.mistakes_file import ANSWER, read_mistakes_file
from autograder.course.variants import edited_variant, edits_of, right_programs


@dataclass(frozen=True)
class Program:
    """A wrong program.

    Args:
        group: `mutant`, `moved` or `pair`.
        ids: the mistakes that are in it; none for a mutant.
    """

    group: str
    what: str
    task: str
    source: str
    ids: tuple[str, ...] = ()


def changed(lesson):
    """Make the mutants of every answer."""
    answer = (lesson.folder / "lesson.py").read_text(encoding="utf-8")
    for task in lesson.tasks:
        for mutant in mutants(answer, task.name):
            yield Program("mutant", mutant.what, task.name, mutant.source)


def moved(lesson):
    """Put each mistake that is an edit into every other right program in which it can be made."""
    rights = right_programs(lesson)
    for edit in read_mistakes_file(lesson).edits:
        places = [ANSWER, *(f"alternatives.{name}" for name, task in rights.named.items() if task == edit.task)]
        for place in places:
            if place != edit.of:
                yield from _made(rights, replace(edit, of=place), "moved", (edit.id,))


def pairs(lesson):
    """Put two mistakes into one right program."""
    for task in lesson.tasks:
        known = edits_of(lesson, task.name)
        for first, second in itertools.combinations(known.edits, 2):
            if made := known.together(first, second):
                yield Program("pair", made.name, task.name, made.source, (first.id, second.id))


def _made(rights, edit, group, ids):
    try:
        made = edited_variant(rights, edit)
    except EditError:
        return
    yield Program(group, f"{edit.name} in {edit.of}", edit.task, made.source, ids)
