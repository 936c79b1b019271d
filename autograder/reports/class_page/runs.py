"""The marks of this run and of the one before it, in OUT/class.json: small, and enough to say what changed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.course.model import Assignment, Lesson, Task
from autograder.errors import UsageError
from autograder.exam.evidence import is_number
from autograder.exam.results import OUTCOMES, HandInResult, TaskResult
from autograder.text.clean import as_text
from autograder.text.files import write_atomically
from autograder.text.ours import read_own

FILE, VERSION = "class.json", 2
READABLE = (1, VERSION)  # the first knows no parts, no table, and no hand-in by itself
EXACT = 6
BY_HAND = "by hand"  # what a person said of it stands in the record
NO_RUN = "{out} holds no graded class. Grade one into it first: unroll grade ASSIGNMENT SUBMISSIONS -o {out}"


@dataclass(frozen=True)
class ClassRun:
    """What one run found.

    Args:
        written: when, as ISO 8601 with its zone.
        fingerprint: names the kit, the lessons and the seed.
        is_complete: whether everybody has a row; of a run that was stopped, some have none.
        assignment: what was graded, as far as a page needs it.
        results: the marks alone.
        parts: the digests of what the fingerprint is made of, by name.
        table: SHA-256 of the run's grades.csv, or "" where there is none.
    """

    written: str
    fingerprint: str
    is_complete: bool
    assignment: Assignment
    results: tuple[HandInResult, ...]
    parts: Mapping[str, str] = field(default_factory=dict)
    table: str = ""


def keep_run(out: Path, run: ClassRun) -> None:
    """Put a run beside the last one before it that was complete.

    Raises:
        GradingError: OUT cannot be written.
    """
    before = next((one for one in read_runs(out) if one.is_complete), None)
    data = {"version": VERSION, "runs": [_data(one) for one in (run, before) if one is not None]}
    write_atomically(out / FILE, json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n")


def read_runs(out: Path) -> tuple[ClassRun, ...]:
    """Read this run and the one before it; a file that is not as `keep_run` leaves it holds none."""
    try:
        data = json.loads(read_own(out / FILE, private=False))
        if type(data["version"]) is not int or data["version"] not in READABLE:
            return ()
        return tuple(_run(one) for one in data["runs"])
    except (OSError, UsageError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return ()


def _data(run: ClassRun) -> dict[str, Any]:
    lessons = run.assignment.lessons
    return {
        "written": run.written,
        "fingerprint": run.fingerprint,
        "parts": dict(run.parts),
        "table": run.table,
        "complete": run.is_complete,
        "assignment": run.assignment.name,
        "title": run.assignment.title,
        "lessons": [[one.name, one.title, [[task.name, task.points] for task in one.tasks]] for one in lessons],
        "students": [_student(result, lessons) for result in run.results],
    }


def _student(result: HandInResult, lessons: Sequence[Lesson]) -> dict[str, Any]:
    """Write one verdict for each task in the course's order: its points, its outcome, its mistake."""
    found = {(task.lesson, task.task): task for task in result.tasks}
    tasks = [found.get((lesson.key, task.name)) for lesson in lessons for task in lesson.tasks]
    verdicts = [task and [round(task.score, EXACT), task.outcome, task.mistake, *_hand(task)] for task in tasks]
    who = {"student": result.student, "folder": result.folder, "digest": result.digest, "hand_in": result.hand_in}
    return {**who, "kept": result.kept, "tasks": verdicts}


def _hand(task: TaskResult) -> list[bool]:
    return [True] if task.by_hand else []


def _run(data: dict[str, Any]) -> ClassRun:
    lessons = tuple(_lesson(data["assignment"], *entry) for entry in data["lessons"])
    assignment = Assignment(as_text(data["assignment"]), as_text(data["title"]), lessons)
    results = tuple(_result(one, lessons) for one in data["students"])
    parts = {name: as_text(digest) for name, digest in data.get("parts", {}).items()}
    written, kit, table = as_text(data["written"]), as_text(data["fingerprint"]), as_text(data.get("table", ""))
    return ClassRun(written, kit, data["complete"] is True, assignment, results, parts, table)


def _lesson(assignment: str, name: str, title: str, tasks: Sequence[Sequence[Any]]) -> Lesson:
    found = tuple(Task(as_text(name), _number(points)) for name, points in tasks)
    return Lesson(assignment, as_text(name), as_text(title), 0, found, Path())


def _result(data: dict[str, Any], lessons: Sequence[Lesson]) -> HandInResult:
    places = [(lesson.key, task) for lesson in lessons for task in lesson.tasks]
    pairs = zip(places, data["tasks"], strict=True)
    tasks = tuple(_task(key, task, verdict) for (key, task), verdict in pairs if verdict is not None)
    student, folder, digest = (as_text(data[key]) for key in ("student", "folder", "digest"))
    return HandInResult(
        student, folder, digest, tasks, kept=_number(data["kept"]), hand_in=as_text(data.get("hand_in", ""))
    )


def _task(lesson: str, task: Task, verdict: Sequence[Any]) -> TaskResult:
    score, outcome, mistake, *hand = verdict
    if outcome not in OUTCOMES or hand not in ([], [True]):
        raise ValueError(f"outcome {outcome!r}")
    by_hand = BY_HAND if hand else ""
    return TaskResult(lesson, task.name, _number(score), task.points, outcome, as_text(mistake), by_hand=by_hand)


def _number(value: Any) -> float:
    if not is_number(value):
        raise TypeError("no number")
    return float(value)
