"""otter-grader: a notebook for each hand-in, a test file for each task, `otter run` for each notebook.

`otter grade` needs Docker and runs the same in a container. All lessons are one notebook, because otter grades one.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from peers import spent
from peers.checks import Check
from peers.grader import Job
from peers.hand_ins import HandIn
from peers.notebooks import answered, read_cells, without_kit, write_lessons

HEAD = """\
from checking import check
from otter.test_files import test_case

OK_FORMAT = False
name = {name!r}
points = None
"""
CASE = """

@test_case(name={name!r}, points={points:g}, hidden=True)
def {name}(env):
    check({lesson!r}, {name!r}, env)
"""


class Otter:
    """One `otter run` for each hand-in."""

    name, environment, few = "otter run", "otter", 0

    def set_up(self, place: Path, job: Job) -> None:
        """Write the test files, and pack them with `otter generate`."""
        (place / "tests").mkdir()
        for name, text in test_files(job.checks):
            (place / "tests" / name).write_text(text, encoding="utf-8")
        command = [self._otter(job), "generate", "-t", "tests", "-o", "autograder.zip", "-l", "python"]
        spent.run([*command, "--no-environment", "--no-requirements"], place, job.variables(self.environment))

    def hand_in(self, place: Path, job: Job, hand_in: HandIn) -> None:
        """Write a notebook, and a folder for its results."""
        (place / hand_in.student).mkdir()
        write_hand_in(place, job, hand_in)

    def grade(self, place: Path, job: Job, hand_ins: Sequence[HandIn]) -> float:
        """Run otter once for each student."""
        command = [self._otter(job), "run", "--no-logo", "-a", "autograder.zip", "-o"]
        given = job.variables(self.environment)
        return sum(spent.cpu([*command, one.student, f"{one.student}.ipynb"], place, given) for one in hand_ins)

    def passed(self, place: Path, job: Job, hand_in: HandIn) -> dict[str, bool]:
        """Read the marks of a student."""
        return passed_in((place / hand_in.student / "results.json").read_text(encoding="utf-8"), job.checks)

    def _otter(self, job: Job) -> str:
        return str(job.python(self.environment).parent / "otter")


def write_hand_in(place: Path, job: Job, hand_in: HandIn) -> None:
    """Write all lessons of a student as one notebook."""
    write_lessons(
        place, job.lessons, lambda lesson: without_kit(answered(read_cells(lesson), lesson, hand_in)), hand_in.student
    )


def test_files(checks: Sequence[Check]) -> Iterator[tuple[str, str]]:
    """Make the name and the text of a test file for each task; its form is the one that is based on exceptions."""
    for (lesson, task), cases in groupby(checks, lambda check: (check.lesson, check.task)):
        made = [CASE.format(name=one.name, points=one.weight, lesson=one.lesson) for one in cases]
        yield f"{task}.py", HEAD.format(name=f"{lesson}:{task}") + "".join(made)


def passed_in(results: str, checks: Sequence[Check]) -> dict[str, bool]:
    """Read otter's results: a task passed where it has all of its points."""
    tests = [one for one in json.loads(results)["tests"] if "max_score" in one]  # not a note on what went wrong
    scores = {one["name"]: one["score"] == one["max_score"] for one in tests}
    return {f"{check.lesson}:{check.task}": scores.get(f"{check.lesson}:{check.task}", False) for check in checks}
