"""The rows that earlier runs left of a class: those that a run goes on from, and those that it keeps as they are."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from autograder.errors import UsageError
from autograder.exam.results import HandInResult
from autograder.grading.opening import Class
from autograder.grading.overrides import checked, with_questions
from autograder.grading.publication import Publication
from autograder.grading.selection import Place
from autograder.intake import Student
from autograder.intake.names import printable_name
from autograder.reports.record import read_student

MOST_NAMED = 10
STILL = "An earlier run could not grade this hand-in. Grade it whole: name this student alone, without --task."

Earlier = Mapping[str, HandInResult | None]


def earlier_rows(found: Class, publication: Publication) -> Earlier:
    """Read what earlier runs gave, by the folder of the report; None where nothing can be used.

    Of a part of a class, only what stands in its place counts, and nothing that waits to be published.

    Raises:
        UsageError: a row that is to be kept, or a part of it, cannot be used.
    """
    if found.selection.is_whole:
        return {one.folder: _usable(found, publication.read(one.folder)) for one in found.students}
    rows: dict[str, HandInResult | None] = {}
    for one in found.students:
        record = read_student(found.out, one.folder)
        is_same = record is not None and record.student == one.student
        new = found.selection.tasks if found.selection.has(one.folder) else frozenset()
        rows[one.folder] = _usable(found, record if is_same else None, new)
    _refuse_without(found, rows)
    return rows


def _usable(found: Class, result: HandInResult | None, new: frozenset[Place] = frozenset()) -> HandInResult | None:
    """Take a result if it is of these very tasks, but for those that are new; of it, the marks alone."""
    if result is None:
        return None
    lessons = found.course.assignment(found.assignment.name).lessons
    worth = [(lesson.key, task.name, task.points) for lesson in lessons for task in lesson.tasks]
    given = [(one.lesson, one.task, one.max_score) for one in checked(found.assignment, result.tasks)]
    kept = [sorted(one for one in rows if one[:2] not in new) for rows in (worth, given)]
    return result.without_details() if kept[0] == kept[1] else None


def _refuse_without(found: Class, rows: Earlier) -> None:
    """Refuse to grade a part of a class if the rest has no row."""
    only = found.selection
    lost = [one for one in found.students if rows[one.folder] is None]
    kept = [one for one in lost if not only.has(one.folder)]
    if kept:
        raise UsageError(
            f"{_names(kept)}: no record in {found.out} can be used, so there is no row to keep. "
            "Name these students too, or grade the whole class without --student and --task."
        )
    if only.tasks and lost:
        raise UsageError(
            f"{_names(lost)}: no record in {found.out} can be used, so one task cannot take its place in it. "
            "Grade these students first, without --task."
        )


def _names(students: Iterable[Student]) -> str:
    names = [printable_name(one.student) for one in students]
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"{', '.join(names[:MOST_NAMED])}{more}"


def kept_rows(found: Class, rows: Earlier) -> dict[str, HandInResult]:
    """Return the rows that stay exactly as they are."""
    return {folder: row for folder, row in rows.items() if row is not None and not found.selection.has(folder)}


def with_kept_questions(found: Class, kept: Mapping[str, HandInResult]) -> Class:
    """Let the written questions count that kept rows have marks for."""
    places = {folder: [(one.lesson, one.task) for one in row.tasks] for folder, row in kept.items()}
    wanted = found.course.assignment(found.assignment.name)
    return replace(found, assignment=with_questions(wanted, {**found.marks, **places}))
