"""Wrong programs that no test knows, made by machine: see `naming.py`."""

import itertools
from dataclasses import dataclass

from autograder.authoring.mutants import mutants
from autograder.course.variants import edits_of


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
    for task in lesson.tasks:
        known = edits_of(lesson, task.name)
        for edit in known.edits:
            for made in known.elsewhere(edit):
                yield Program("moved", made.name, task.name, made.source, (edit.id,))


def pairs(lesson):
    """Put two mistakes into one right program."""
    for task in lesson.tasks:
        known = edits_of(lesson, task.name)
        for first, second in itertools.combinations(known.edits, 2):
            for made in known.together(first, second):
                yield Program("pair", made.name, task.name, made.source, (first.id, second.id))
