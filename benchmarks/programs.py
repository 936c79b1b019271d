"""Wrong programs that no test knows, made by machine: see `naming.py`."""

import itertools
from dataclasses import dataclass, replace

from autograder.authoring.mutants import mutants
from autograder.course.edits import EditError
from autograder.course.mistakes_file import ANSWER, read_mistakes_file
from autograder.course.variants import edited_variant, right_programs


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
    rights = right_programs(lesson)
    edits = read_mistakes_file(lesson).edits
    for first, second in itertools.combinations(edits, 2):
        together = first.texts | second.texts
        apart = len(together) == len(first.texts) + len(second.texts)
        if (first.task, first.of) == (second.task, second.of) and first.id != second.id and apart:
            both = replace(first, texts=together, name=f"{first.name} and {second.name}")
            yield from _made(rights, both, "pair", (first.id, second.id))


def _made(rights, edit, group, ids):
    try:
        made = edited_variant(rights, edit)
    except EditError:
        return
    yield Program(group, f"{edit.name} in {edit.of}", edit.task, made.source, ids)
