"""The files of a class: grades.csv, marks.csv, junit.xml, run.json; of each student a page, results and a record."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any
from xml.etree import ElementTree

from autograder.course.model import SENTENCE, Assignment
from autograder.exam.results import CAUSE, HandInResult, TaskResult, TestResult
from autograder.reports.marks import MARKS, Identity, marks_table
from autograder.reports.page import report_page
from autograder.reports.record import PAGE, RESULTS, read_student, write_record
from autograder.reports.shown import for_student
from autograder.text.clean import BOM, csv_cell, csv_rows, one_line, printable
from autograder.text.files import real_folder, write_atomically
from autograder.text.ours import NOBODY_ELSE
from autograder.text.words import points

HEADER = ("student", "assignment", "lesson", "task", "score", "max_score", "outcome", "mistake", "message", "folder")
EXACT = 6


def write_student(out: Path, result: HandInResult, lessons: Sequence[str] = (), hidden_checks: str = SENTENCE) -> None:
    """Write a student's results.json, report.html and record.json; each appears whole or not at all.

    Args:
        lessons: the lessons' titles in order, for the page.
        hidden_checks: what the student may see of them; the record has all.

    Raises:
        GradingError: the disk is full, or the folder is a link or cannot be written.
    """
    shown = for_student(result, hidden_checks)
    page = report_page(shown, lessons)
    folder = real_folder(out / result.folder)
    write_atomically(folder / PAGE, page)
    write_atomically(folder / RESULTS, json.dumps(gradescope(shown), indent=1) + "\n")
    write_record(folder, result)  # the last one: a run that goes on takes a student with a record for graded


@dataclass(frozen=True)
class Written:
    """The records of a class, read from OUT one at a time, so that no class is too large for the memory.

    Args:
        results: the marks of each student, which stand for a record that cannot be read back or says otherwise.
    """

    out: Path
    results: Sequence[HandInResult]

    def __iter__(self) -> Iterator[HandInResult]:
        for result in self.results:
            record = read_student(self.out, result.folder)
            # Where a record could not be written, an older one may stand in its place, with other marks.
            is_this = record and record.without_details() == result.without_details()
            yield record if record and is_this else result


def write_class(
    out: Path,
    assignment: Assignment,
    results: Iterable[HandInResult],
    run: Mapping[str, Any],
    people: Mapping[str, Identity] = MappingProxyType({}),
) -> None:
    """Write grades.csv, marks.csv, junit.xml and run.json.

    Args:
        results: gone through once for each file.
        people: who the students are, by the folder of the report, where that is known.

    Raises:
        GradingError: the disk is full or OUT cannot be written.
    """
    write_atomically(out / "grades.csv", grades(assignment, results))
    write_atomically(out / MARKS, marks_table(assignment, results, people))
    write_atomically(out / "junit.xml", junit(results))
    write_atomically(out / "run.json", json.dumps(dict(run), indent=2) + "\n", mode=NOBODY_ELSE)  # it holds the seed


def gradescope(result: HandInResult) -> dict[str, Any]:
    """Make Gradescope's results format; what Gradescope has no word for stands in `extra_data`."""
    return {
        "score": round(result.score, EXACT),
        "tests": list(_tests(result)),
        "extra_data": {
            "tasks": [_task(task) for task in result.tasks],
            "output": {lesson: printable(text) for lesson, text in result.output.items()},
            "notes": [printable(note) for note in result.notes],
            **_late(result),
        },
    }


def _tests(result: HandInResult) -> Iterator[dict[str, Any]]:
    """Go through the tests; a task's cause stands in each that fails, and its public case in the first of them."""
    tasks = {(task.lesson, task.task): task for task in result.tasks}
    cases = {place: "\n".join(("", *task.cases[0].lines)) for place, task in tasks.items() if task.cases}
    for test in _with_marks(result):
        place = (test.lesson, test.task)
        case = cases.pop(place, "") if test.outcome != "passed" else ""
        yield _test(test, tasks[place].cause if place in tasks else "", case)


def _with_marks(result: HandInResult) -> Iterator[TestResult]:
    """Go through the tests; where a person gave other points, they share those, or one line stands for them."""
    marked = {(task.lesson, task.task): task for task in result.tasks if task.by_hand}
    for test in result.tests:
        task = marked.get((test.lesson, test.task))
        yield replace(test, score=test.max_score * task.score / task.max_score) if task else test
    tested = {(test.lesson, test.task) for test in result.tests}
    for place, task in marked.items():
        if place not in tested:
            yield TestResult(*place, "marked by hand", task.outcome, task.score, task.max_score, task.by_hand)


def _late(result: HandInResult) -> dict[str, Any]:
    """Say what the deadline did, where there is one that says something."""
    said = {"before": round(result.before, EXACT), "kept": result.kept, "said": printable(result.late)}
    return {"late": said} if result.late else {}


def _task(task: TaskResult) -> dict[str, Any]:
    kept = ("lesson", "task", "score", "max_score", "outcome", "mistake")
    said = [task.told] if task.told else []
    said += [line for case in task.cases for line in case.lines]
    return {**{key: getattr(task, key) for key in kept}, "message": printable("\n".join(said))}


def grades(assignment: Assignment, results: Iterable[HandInResult]) -> Iterator[str]:
    """Make the table of marks: a row per student and task, in the order of the students and of the course."""
    yield BOM + csv_rows([HEADER])
    order = {
        (lesson.key, task.name): (i, j)
        for i, lesson in enumerate(assignment.lessons)
        for j, task in enumerate(lesson.tasks)
    }
    last = (len(assignment.lessons), 0)
    for result in results:
        tasks = sorted(result.tasks, key=lambda task: order.get((task.lesson, task.task), last))
        yield csv_rows(
            (csv_cell(result.student), assignment.name, *_marks(task, result.kept), csv_cell(result.folder))
            for task in tasks
        )


def junit(results: Iterable[HandInResult]) -> Iterator[str]:
    """Make the tests for programs that read JUnit's XML, in pieces: a suite per student."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n'
    for result in results:
        suite = _suite(result)
        ElementTree.indent(suite)
        yield ElementTree.tostring(suite, encoding="unicode") + "\n"
    yield "</testsuites>\n"


def _test(test: TestResult, cause: str, case: str) -> dict[str, Any]:
    has_failed = test.outcome != "passed"
    said = f"{test.message}{CAUSE if cause and has_failed else ''}{cause if has_failed else ''}{case}"
    return {
        "name": one_line(f"{test.task}: {test.name}"),
        "score": round(test.score, EXACT),
        "max_score": round(test.max_score, EXACT),
        "status": "failed" if has_failed else "passed",
        "output": printable(said.strip()),
        "visibility": "visible",
        "extra_data": {"lesson": test.lesson, "task": test.task, "outcome": test.outcome},
    }


def _marks(task: TaskResult, kept: float) -> tuple[str, ...]:
    lesson, before = task.lesson.split("/")[-1], points(task.score, EXACT)
    earned, best = points(task.score * kept, EXACT), points(task.max_score, EXACT)
    said = f"{task.told} Points before the deadline's deduction: {before}." if kept < 1 else task.told
    return lesson, task.task, earned, best, task.outcome, csv_cell(task.mistake), csv_cell(said.strip())


def _suite(result: HandInResult) -> ElementTree.Element:
    tested = {(test.lesson, test.task) for test in result.tests}
    # A task without a test must not look as if nothing were wrong.
    untested = [
        TestResult(task.lesson, task.task, "the task was graded", task.outcome, 0.0, 0.0, task.message)
        for task in result.tasks
        if (task.lesson, task.task) not in tested
    ]
    tests = [*result.tests, *untested]
    failed = sum(test.outcome != "passed" for test in tests)
    counts = {"tests": str(len(tests)), "failures": str(failed), "time": str(result.seconds)}
    suite = ElementTree.Element("testsuite", {"name": one_line(result.student), **counts})
    for test in tests:
        _add_case(suite, test)
    return suite


def _add_case(suite: ElementTree.Element, test: TestResult) -> None:
    names = {"classname": one_line(f"{test.lesson}:{test.task}"), "name": one_line(test.name)}
    case = ElementTree.SubElement(suite, "testcase", names)
    if test.outcome != "passed":
        ElementTree.SubElement(case, "failure", {"type": test.outcome, "message": printable(test.message)})
