"""Where graders say the same of a task, and where they do not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Verdicts = Mapping[tuple[str, str], bool]  # (student, task): whether every check of the task passed


@dataclass(frozen=True)
class Difference:
    """One task of one student that two graders judge in two ways."""

    student: str
    task: str
    passed: bool | None
    by_the_first: bool | None

    def __str__(self) -> str:
        words = {True: "passed", False: "not passed", None: "no verdict"}
        return f"{self.student} {self.task}: {words[self.passed]}, where the first says {words[self.by_the_first]}"


@dataclass(frozen=True)
class Agreement:
    """How often a grader agrees with the first one, and where not."""

    equal: int
    of: int
    differences: tuple[Difference, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it in plain words and numbers."""
        return {"equal": self.equal, "of": self.of, "differences": [str(one) for one in self.differences]}


def compare(first: Verdicts, other: Verdicts) -> Agreement:
    """Compare verdicts on the hand-ins that both were given; a verdict that is missing agrees with none."""
    students = {student for student, _ in first} & {student for student, _ in other}
    keys = sorted(key for key in {*first, *other} if key[0] in students)
    differences = tuple(
        Difference(*key, other.get(key), first.get(key))
        for key in keys
        if key not in first or key not in other or first[key] != other[key]
    )
    return Agreement(len(keys) - len(differences), len(keys), differences)
