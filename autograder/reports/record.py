"""The record of a hand-in: OUT/<student>/record.json, all that was found out, for a later run to go on from.

It stands by itself: results.json and report.html are made from what it holds, and nothing reads them. A record in
another layout has another version, and counts as none.
"""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from autograder.errors import UsageError
from autograder.exam.evidence import Panel
from autograder.exam.results import OUTCOMES, HandInResult, TaskResult, TestResult
from autograder.text.files import write_atomically
from autograder.text.ours import read_own

VERSION = 5  # raised whenever a key comes, goes or changes its meaning
RECORD, RESULTS, PAGE = "record.json", "results.json", "report.html"
ROUNDED = 1e-6  # a score is rounded to so much, and its maximum is not
MOST = 1e15  # of any number; NaN, the infinite and an integer that is no float are not less
MOST_BYTES = 4_000_000  # ten times what `small_enough` lets through: a larger file is not ours


def write_record(folder: Path, result: HandInResult) -> None:
    """Write a student's record; it appears whole or not at all.

    Raises:
        GradingError: the disk is full or the folder cannot be written.
    """
    write_atomically(folder / RECORD, json.dumps({"version": VERSION, **asdict(result)}, indent=1) + "\n")


def read_student(out: Path, folder: str) -> HandInResult | None:
    """Read what an earlier run found out about a student; None where there is nothing that can be used.

    A file on disk may hold anything: whatever is not as `write_record` leaves it is not there. So is a student whose
    results.json or report.html is gone.
    """
    place = out / folder
    try:
        if place.is_symlink() or not all(_is_plain(place / name) for name in (RECORD, RESULTS, PAGE)):
            return None
        if (place / RECORD).stat().st_size > MOST_BYTES:
            return None
        data = json.loads(read_own(place / RECORD, private=False))
        result = _result(data)
        return result if result.folder == folder and _is_sound(result) else None
    except (OSError, UsageError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def is_left(out: Path, folder: str) -> bool:
    """Say whether an earlier run left something about a student, in this layout or in another one."""
    place = out / folder
    return not place.is_symlink() and any((place / name).exists() for name in (RECORD, RESULTS))


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _result(data: dict[str, Any]) -> HandInResult:
    """Make a result of what `write_record` wrote; refuse another version, and what is no list although it reads as one.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: it is something else.
    """
    version = data.pop("version")
    if type(version) is not int or version != VERSION:
        raise ValueError(f"version {version!r}")
    if not all(isinstance(data[key], list) for key in ("tasks", "tests", "notes", "arrival", "unread", "panels")):
        raise ValueError("no list")
    tasks = tuple(TaskResult.from_record(task) for task in data["tasks"])
    tests = tuple(TestResult(**test) for test in data["tests"])
    said = {key: tuple(data[key]) for key in ("notes", "arrival", "unread")}
    panels = tuple(Panel.from_json(panel) for panel in data["panels"])
    return HandInResult(**{**data, "tasks": tasks, "tests": tests, "panels": panels, **said})


def _is_sound(result: HandInResult) -> bool:
    """Check what a later run and the page rely on: every text is one, and no mark is beyond what it is of."""
    verdicts: tuple[TaskResult | TestResult, ...] = (*result.tasks, *result.tests)
    texts = [
        result.student,
        result.folder,
        result.digest,
        result.hand_in,
        *result.notes,
        *result.arrival,
        *result.unread,
        result.late,
        result.collected,
        *result.output,
        *result.output.values(),
    ]
    texts += [text for verdict in verdicts for text in (verdict.lesson, verdict.task, verdict.message)]
    texts += [text for task in result.tasks for text in (task.mistake, task.fact, task.cause, task.by_hand)]
    texts += [test.name for test in result.tests]
    kept = [*result.panels, *(one for task in result.tasks for one in task.evidence)]
    flags = [result.again, *(test.core for test in result.tests)]
    return (
        all(isinstance(text, str) for text in texts)
        and all(type(flag) is bool for flag in flags)
        and all(one.is_sound() for one in kept)
        and all(verdict.outcome in OUTCOMES for verdict in verdicts)
        and all(_is_number(number) for number in (result.seconds, *(test.weight for test in result.tests)))
        and all(_is_mark(verdict) for verdict in verdicts)
        and all(task.checked is None or _is_mark(replace(task, score=task.checked)) for task in result.tasks)
        and _is_number(result.kept)
        and 0 <= result.kept <= 1
    )


def _is_mark(verdict: TaskResult | TestResult) -> bool:
    score, best = verdict.score, verdict.max_score
    return _is_number(score) and _is_number(best) and 0 <= score <= best + ROUNDED


def _is_number(number: Any) -> bool:
    """Tell whether it is a finite number, and no true or false."""
    return type(number) in (int, float) and abs(number) < MOST
