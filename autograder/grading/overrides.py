"""Marks that a person gives: `overrides.csv` says student, task, points and reason.

They are applied after the examination, as a deadline is: a change of the table changes marks and grades nothing anew.
What the checks gave is kept beside them. A written question counts as soon as the table marks it for somebody; whoever
has no mark for it yet has no row for it.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.collect.record import Row
from autograder.collect.roster import split_rows
from autograder.course.model import Assignment, Course, Lesson, Task
from autograder.errors import UsageError
from autograder.exam.results import HandInResult, TaskResult
from autograder.grading.addresses import called
from autograder.intake import Student
from autograder.intake.hand_in import Unfit
from autograder.intake.names import printable_name
from autograder.intake.text import decode
from autograder.text.clean import from_csv_cell, one_line
from autograder.text.words import points, score

FILE = "overrides.csv"
COLUMNS = ("student", "task", "points", "reason")
BY = "by"  # a fifth column, which may be left out
MOST_BYTES = 20 << 20
LONGEST = 500
MOST_NAMED = 10
NUMBER = re.compile(r"\d{1,9}(?:[.,]\d{1,9})?")  # some Excels write a comma

Place = tuple[str, str]  # a lesson's key; a task's or a question's name


@dataclass(frozen=True)
class Override:
    """One line of the table.

    Args:
        place: the file and the line, for a message.
        student: as written.
        worth: the maximum of the task or the question.
        by: who says so, or "".
    """

    place: str
    student: str
    lesson: str
    task: str
    points: float
    worth: float
    reason: str
    by: str


def own_table(course: Course) -> Path | None:
    """Find the table in the folder of a course, if there is one."""
    path = course.root / FILE
    return path if path.exists() or path.is_symlink() else None


def read_overrides(course: Course, assignment: str, path: Path | None) -> list[Override]:
    """Read the lines that are about an assignment.

    Args:
        path: the table; without one there are no lines.

    Raises:
        UsageError: it cannot be read, or a line fits no task or has no points that the task can have.
    """
    if path is None:
        return []
    (_, titles), *lines = _rows(path) or [(1, [])]
    columns = [cell.strip().casefold() for cell in titles]
    missing = [name for name in COLUMNS if name not in columns]
    if missing:
        raise UsageError(f"{path}:1: there is no column {missing[0]}. Its first line must be: {','.join(COLUMNS)}.")
    found = []
    for number, row in lines:
        cells = dict(zip(columns, (from_csv_cell(cell.strip()) for cell in row), strict=False))
        one = _override(course, assignment, f"{path}:{number}", {**dict.fromkeys((*COLUMNS, BY), ""), **cells})
        found += [one] if one else []
    return found


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    try:
        with path.open("rb") as file:
            text = decode(path.name, file.read(MOST_BYTES))
        return [(number, row) for number, row in split_rows(text.removeprefix("\ufeff")) if any(map(str.strip, row))]
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}. Give the file of overrides.") from None
    except (Unfit, csv.Error) as error:
        raise UsageError(f"{path}: this is no CSV ({error}). Save the table as CSV in UTF-8.") from None


def _override(course: Course, assignment: str, place: str, cells: Mapping[str, str]) -> Override | None:
    """Make an override of a line; None where it is about another assignment of the course."""
    address = cells["task"]
    here = [one for one in _tasks(course.assignment(assignment)) if address in _parts(*one)]
    if not here and any(address in _parts(*one) for other in course.assignments for one in _tasks(other)):
        return None
    if len(here) != 1:
        there = ", ".join(f"{lesson.key}:{task.name}" for lesson, task in here or _tasks(course.assignment(assignment)))
        what = "are several tasks" if here else "is no task"
        raise UsageError(f"{place}: '{one_line(address, 80)}' {what} of {assignment}. There is: {there}.")
    ((lesson, task),) = here
    given = _points(place, cells["points"], task)
    reason, by = (one_line(cells[name], LONGEST) for name in ("reason", BY))
    return Override(place, cells["student"], lesson.key, task.name, given, task.points, reason, by)


def _tasks(assignment: Assignment) -> list[tuple[Lesson, Task]]:
    """List the tasks of an assignment, and its written questions."""
    return [
        (lesson, task)
        for lesson in assignment.lessons
        for task in (*lesson.tasks, *(Task(one.name, one.points) for one in lesson.questions))
    ]


def _parts(lesson: Lesson, task: Task) -> tuple[str, str, str]:
    """List what a task may be called: its address, the same without the assignment, its name."""
    return lesson.address(task), f"{lesson.name}:{task.name}", task.name


def _points(place: str, text: str, task: Task) -> float:
    number = float(text.replace(",", ".")) if NUMBER.fullmatch(text) else -1.0
    if not 0 <= number <= task.points:
        said = f"'{one_line(text, 40)}' is no number from 0 to {points(task.points)}, which {task.name} is worth"
        raise UsageError(f"{place}: {said}. Mend the column points.")
    return number


Marks = Mapping[Place, Override]


def overrides_of(
    overrides: Iterable[Override], students: Sequence[Student], rows: Mapping[str, Row]
) -> dict[str, dict[Place, Override]]:
    """Find the student of each override; return them by the folder of the report.

    Args:
        rows: what is known of the students beside their work, likewise.

    Raises:
        UsageError: a line is about nobody, about several, or about what another line has marked.
    """
    names = called(students, rows)
    found: dict[str, dict[Place, Override]] = {}
    for one in overrides:
        folders = names.folders(one.student)
        if len(folders) != 1:
            what = "are several students" if folders else "is no student"
            said = f"{one.place}: '{printable_name(one.student)}' {what} of this class"
            raise UsageError(f"{said}. Write a name as in grades.csv, an id or an e-mail.")
        (folder,) = folders
        marks = found.setdefault(folder, {})
        if (one.lesson, one.task) in marks:
            earlier = marks[one.lesson, one.task].place.rpartition(":")[2]
            raise UsageError(f"{one.place}: line {earlier} has marked {one.task} of this student. Take one out.")
        marks[one.lesson, one.task] = one
    return found


def with_questions(assignment: Assignment, overrides: Mapping[str, Iterable[Place]]) -> Assignment:
    """Let the written questions that somebody has a mark for count as tasks.

    Args:
        overrides: what is marked, by the folder of the report.
    """
    marked = {place for marks in overrides.values() for place in marks}
    lessons = tuple(
        replace(lesson, tasks=(*lesson.tasks, *(one for one in _questions(lesson) if (lesson.key, one.name) in marked)))
        for lesson in assignment.lessons
    )
    return replace(assignment, lessons=lessons)


def _questions(lesson: Lesson) -> list[Task]:
    return [Task(one.name, one.points) for one in lesson.questions]


def checked(assignment: Assignment, tasks: Iterable[TaskResult]) -> list[TaskResult]:
    """Take back all that persons have marked: what the checks gave stays."""
    questions = {(lesson.key, one.name) for lesson in assignment.lessons for one in lesson.questions}
    return [_checked(task) for task in tasks if (task.lesson, task.task) not in questions]


def _checked(task: TaskResult) -> TaskResult:
    return task if task.checked is None else replace(task, score=task.checked, checked=None, by_hand="")


def marked(result: HandInResult, assignment: Assignment, marks: Marks) -> HandInResult:
    """Give a hand-in the marks of persons, and no others.

    Args:
        assignment: with the questions that count.
    """
    tasks = [_marked(task, marks.get((task.lesson, task.task))) for task in checked(assignment, result.tasks)]
    for lesson in assignment.lessons:
        names = {one.name for one in lesson.questions}
        counted = [task for task in lesson.tasks if task.name in names]
        own = [(task, marks[lesson.key, task.name]) for task in counted if (lesson.key, task.name) in marks]
        tasks += [_answer(lesson, task, override) for task, override in own]
    return replace(result, tasks=tuple(tasks))


def _marked(task: TaskResult, override: Override | None) -> TaskResult:
    if override is None:
        return task
    told = _told(override, f", where the checks gave {points(task.score)}")
    return replace(task, score=override.points, checked=task.score, by_hand=told)


def _answer(lesson: Lesson, question: Task, override: Override) -> TaskResult:
    outcome = "passed" if override.points >= question.points else "failed"
    told = _told(override, "")
    return TaskResult(lesson.key, question.name, override.points, question.points, outcome, by_hand=told)


def _told(override: Override, otherwise: str) -> str:
    by = f" by {override.by}" if override.by else " by hand"
    reason = f" Reason: {override.reason}" if override.reason else ""
    return f"Marked{by}: {score(override.points, override.worth)} points{otherwise}.{reason}"


def by_hand_lines(results: Sequence[HandInResult]) -> Iterator[str]:
    """Say which marks persons have given, for the last lines of a run."""
    lines = [
        f"  {one_line(result.student, 60)}, {task.lesson}:{task.task}: {one_line(task.by_hand, 200)}"
        for result in results
        for task in result.tasks
        if task.by_hand
    ]
    if lines:
        yield f"Marked by hand, {len(lines)}:"
        yield from lines


def unmarked_lines(assignment: Assignment, results: Sequence[HandInResult]) -> Iterator[str]:
    """Name those who have no mark yet for a written question that others have one for."""
    for lesson in assignment.lessons:
        names = {one.name for one in lesson.questions}
        for task in (one for one in lesson.tasks if one.name in names):
            has = {one.folder for one in results if (lesson.key, task.name) in {(t.lesson, t.task) for t in one.tasks}}
            left = [one_line(one.student, 60) for one in results if one.folder not in has]
            more = " ..." if len(left) > MOST_NAMED else ""
            if left:
                who = ", ".join(left[:MOST_NAMED])
                yield f"Without a mark for {lesson.address(task)} yet, {len(left)}: {who}{more}"
