"""Unroll: `unroll grade` on `.py` files, and nbgrader with the kit's configuration on notebooks."""

import csv
import shutil
from collections.abc import Sequence
from pathlib import Path

from autograder.course.model import MANIFEST
from peers import spent
from peers.checks import ROOT
from peers.grader import Job
from peers.hand_ins import HandIn
from peers.nbgrader_alone import autograde, full_cells, generate
from peers.notebooks import answered, read_cells, write_lessons

UNROLL = ("-m", "autograder.cli")
CHECKED = "sine/cell"


class UnrollGrade:
    """`unroll grade` for the class.

    Args:
        pictures: whether pages have the course's pictures, for which students' code is run once more.
    """

    environment, few = "", 1

    def __init__(self, pictures: bool = True) -> None:
        self.name = "unroll grade" if pictures else "unroll grade without pictures"
        self._pictures = pictures

    def set_up(self, place: Path, job: Job) -> None:
        """Copy the course."""
        copy_course(place)
        if not self._pictures:
            manifest = place / MANIFEST
            manifest.write_text(f"pictures = false\n{manifest.read_text(encoding='utf-8')}", encoding="utf-8")

    def hand_in(self, place: Path, job: Job, hand_in: HandIn) -> None:
        """Write a folder of modules."""
        folder = place / "hand-ins" / hand_in.student
        folder.mkdir(parents=True)
        for lesson in job.lessons:
            (folder / f"{lesson.name}.py").write_text(hand_in.text(lesson.name), encoding="utf-8")

    def grade(self, place: Path, job: Job, hand_ins: Sequence[HandIn]) -> float:
        """Grade the class."""
        command = [str(job.python("")), *UNROLL, "grade", job.assignment, str(place / "hand-ins")]
        return spent.cpu([*command, "-o", str(place / "out")], place, job.variables(""))

    def passed(self, place: Path, job: Job, hand_in: HandIn) -> dict[str, bool]:
        """Read `grades.csv`."""
        with (place / "out" / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["student"] == hand_in.student]
        return {f"{row['lesson']}:{row['task']}": row["outcome"] == "passed" for row in rows}


class NbgraderWithKit:
    """nbgrader with this repository's configuration.

    Args:
        batch: whether `unroll nbgrade` autogrades the class, or `nbgrader autograde`.
    """

    environment, few = "", 1

    def __init__(self, batch: bool = False) -> None:
        self.name = "unroll nbgrade" if batch else "nbgrader with the kit"
        self._batch = batch

    def set_up(self, place: Path, job: Job) -> None:
        """Copy the course, and have nbgrader make the assignment."""
        copy_course(place)
        shutil.copy(ROOT / "nbgrader_config.py", place)
        generate(place, job, "")

    def hand_in(self, place: Path, job: Job, hand_in: HandIn) -> None:
        """Hand in notebooks."""
        folder = place / "submitted" / hand_in.student / job.assignment
        write_lessons(folder, job.lessons, lambda lesson: answered(read_cells(lesson), lesson, hand_in))

    def grade(self, place: Path, job: Job, hand_ins: Sequence[HandIn]) -> float:
        """Autograde the class."""
        if not self._batch:
            return autograde(place, job, "")
        return spent.cpu([str(job.python("")), *UNROLL, "nbgrade", job.assignment], place, job.variables(""))

    def passed(self, place: Path, job: Job, hand_in: HandIn) -> dict[str, bool]:
        """Read the gradebook: a task passed where its cell has all of its points."""
        full = full_cells(place, job.assignment, hand_in.student)
        return {f"{one.name}:{task.name}": f"test_{task.name}" in full for one in job.lessons for task in one.tasks}


def copy_course(place: Path) -> None:
    """Copy the course of this repository."""
    for part in ("solutions", "source", "exercises"):
        shutil.copytree(ROOT / part, place / part, ignore=shutil.ignore_patterns("__pycache__"))


def own_code(job: Job) -> float:
    """Return the CPU of a right student's own code: the calls of all checks, made directly in one warm process."""
    text = f"from grading import alone; print(alone({job.assignment!r}))"
    return float(spent.run([str(job.python("")), "-c", text], ROOT / "benchmarks", job.variables("")).split()[-1])


def make_home(place: Path, job: Job) -> Path:
    """Make a student's folder with one right lesson."""
    spent.run([str(job.python("")), *UNROLL, "init", str(place)], ROOT, job.variables(""))
    shutil.copy(ROOT / "solutions" / CHECKED / "lesson.py", place / f"{CHECKED}.py")
    return place


def cold_check(home: Path, job: Job) -> float:
    """Return the CPU of a cold `unroll check` of one lesson, right after that of `import torch`, as their ratio."""
    python, given = str(job.python("")), job.variables("")
    alone = spent.cpu([python, "-c", "import torch"], home, given)
    return spent.cpu([python, *UNROLL, "check", CHECKED], home, given) / alone
