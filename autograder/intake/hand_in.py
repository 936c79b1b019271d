"""The nouns of intake: a source, a hand-in, and why one is not taken."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any, Self


class Unfit(Exception):
    """Something handed in cannot be taken: one sentence for the student."""

    outcome = "failed"


class Refused(Unfit):
    """It is refused unread: a link, a device, too large."""

    outcome = "rejected"


class Unreadable(Unfit):
    """It is no text or no notebook."""


@dataclass(frozen=True)
class Source:
    """One lesson's text in a hand-in.

    Args:
        lesson: the lesson's name, such as `cell`.
        file: the file's name as handed in.
        cells: a `.py` file is one cell; a notebook its code cells in order, without test cells.
        problem: one sentence; if set, the lesson is not run.
        outcome: with a problem, `rejected` (refused) or `failed` (could not be read).
        rivals: other versions, which may be the one that is meant; the best of all stands.
        look: what a person has to look at, or "".
        label: names it among other versions: the end of its path, and its side of a merge conflict.
    """

    lesson: str
    file: str
    cells: tuple[str, ...]
    is_notebook: bool
    notes: tuple[str, ...] = ()
    problem: str = ""
    outcome: str = ""
    rivals: tuple["Source", ...] = ()
    look: str = ""
    label: str = ""

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read what `dataclasses.asdict` made, and JSON kept."""
        rivals = tuple(cls.from_json(one) for one in data["rivals"])
        return cls(**{**data, "cells": tuple(data["cells"]), "notes": tuple(data["notes"]), "rivals": rivals})

    @property
    def versions(self) -> tuple["Source", ...]:
        """All that is graded: this one and its rivals."""
        return (self, *self.rivals)


@dataclass(frozen=True)
class HandIn:
    """What one student handed in.

    Args:
        student: the name as given.
        folder: the name on disk, unique in the class.
        sources: by lesson name; a lesson that is missing is absent.
        problem: one sentence; if set, every task is `rejected`.
        digest: SHA-256 over all that counts.
        others: Python files and notebooks that count as no lesson.
    """

    student: str
    folder: str
    sources: dict[str, Source] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    problem: str = ""
    digest: str = ""
    others: tuple[str, ...] = ()

    @property
    def arrival(self) -> tuple[str, ...]:
        """Say what was done to read it as lessons, in one sentence each."""
        notes = (note for source in self.sources.values() for note in source.notes)
        return tuple(dict.fromkeys((*self.notes, *notes)))

    def to_json(self) -> dict[str, Any]:
        """Turn into plain data for `json.dumps`."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read what `to_json` made."""
        sources = {name: Source.from_json(one) for name, one in data["sources"].items()}
        return cls(**{**data, "sources": sources, "notes": tuple(data["notes"]), "others": tuple(data["others"])})


def digest(sources: dict[str, Source], problem: str = "") -> str:
    """Sum up all that can change a verdict; neither notes nor the student's name can."""
    counts = [
        [name, one.cells, one.is_notebook, one.problem, one.outcome]
        for name, source in sorted(sources.items())
        for one in source.versions
    ]
    return hashlib.sha256(json.dumps([counts, problem]).encode()).hexdigest()
