"""The files of a graded class: grades.csv, junit.xml, run.json, and for each student results.json and report.html."""

import csv
import io
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from autograder.course import Assignment
from autograder.errors import GradingError
from autograder.grading.records import HandInResult, TestResult
from autograder.reporting.clean import cell, printable
from autograder.reporting.page import report_page

HEADER = ("student", "assignment", "lesson", "task", "score", "max_score", "outcome", "mistake", "message")


def write_student(out: Path, result: HandInResult) -> None:
    """Write OUT/<student>/results.json and report.html; each file appears whole or not at all.

    Raises:
        GradingError: the disk is full or the folder cannot be written.
    """
    folder = out / result.folder
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise _cannot_write(folder, error) from None
    if folder.is_symlink():
        raise GradingError(f"{folder} is a link. Remove it, then run the same command again.")
    write_whole(folder / "report.html", report_page(result))
    write_whole(folder / "results.json", json.dumps(gradescope(result), indent=1) + "\n")


def read_student(out: Path, folder: str) -> HandInResult | None:
    """Read what an earlier run found out about a student; None where there is nothing that can be used."""
    try:
        data = json.loads((out / folder / "results.json").read_text(encoding="utf-8"))
        return HandInResult.from_json(data["extra_data"]["record"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_class(out: Path, assignment: Assignment, results: Sequence[HandInResult], run: Mapping[str, Any]) -> None:
    """Write grades.csv, junit.xml and run.json."""
    write_whole(out / "grades.csv", grades(assignment, results))
    write_whole(out / "junit.xml", junit(results))
    write_whole(out / "run.json", json.dumps(dict(run), indent=2) + "\n")


def gradescope(result: HandInResult) -> dict[str, Any]:
    """Make Gradescope's results format, with our own record beside it."""
    return {
        "score": result.score,
        "tests": [_test(test) for test in result.tests],
        "extra_data": {
            "tasks": [task for task in result.to_json()["tasks"]],
            "output": {lesson: printable(text) for lesson, text in result.output.items()},
            "student": result.student,
            "notes": list(result.notes),
            "seconds": result.seconds,
            "digest": result.digest,
            "record": result.to_json(),
        },
    }


def _test(test: TestResult) -> dict[str, Any]:
    return {
        "name": f"{test.task}: {test.name}",
        "score": round(test.score, 6),
        "max_score": round(test.max_score, 6),
        "status": "passed" if test.outcome == "passed" else "failed",
        "output": printable(test.message),
        "visibility": "visible",
        "extra_data": {"lesson": test.lesson, "task": test.task, "outcome": test.outcome},
    }


def grades(assignment: Assignment, results: Sequence[HandInResult]) -> str:
    """Write the table of marks: a row per student and task."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for result in results:
        for task in result.tasks:
            marks = (f"{task.score:g}", f"{task.max_score:g}", task.outcome, task.mistake, cell(task.message))
            writer.writerow((cell(result.student), assignment.name, task.lesson.split("/")[-1], task.task, *marks))
    return text.getvalue()


def junit(results: Sequence[HandInResult]) -> str:
    """Write the tests for programs that read JUnit's XML: a suite per student."""
    root = ElementTree.Element("testsuites")
    for result in results:
        failed = [test for test in result.tests if test.outcome != "passed"]
        counts = {"tests": str(len(result.tests)), "failures": str(len(failed)), "time": str(result.seconds)}
        suite = ElementTree.SubElement(root, "testsuite", {"name": cell(result.student), **counts})
        for test in result.tests:
            case = ElementTree.SubElement(suite, "testcase", classname=f"{test.lesson}:{test.task}", name=test.name)
            if test.outcome != "passed":
                ElementTree.SubElement(case, "failure", type=test.outcome, message=printable(test.message))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def write_whole(path: Path, text: str) -> None:
    """Write a file that appears whole or not at all, and replaces a link instead of following it."""
    name = ""
    try:
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
            name = file.name
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError as error:
        if name and os.path.lexists(name):
            Path(name).unlink()
        raise _cannot_write(path, error) from None


def _cannot_write(path: Path, error: OSError) -> GradingError:
    return GradingError(
        f"{path}: {error.strerror}. Free space or choose another -o, then run the same command again: "
        "what is graded is kept."
    )
