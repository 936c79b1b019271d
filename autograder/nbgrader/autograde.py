"""Autograde a lesson: answer cells run in a locked worker, grade cells are judged by the exam of `unroll grade`."""

from typing import Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.preprocessors import Execute
from nbgrader.utils import is_grade, is_solution

from autograder.errors import GradingError
from autograder.exam.results import HandInResult, TaskResult
from autograder.nbgrader.examiners import pool_for
from autograder.nbgrader.lessons import StudentLesson, find_student_lesson
from autograder.nbgrader.verdict import verdict
from autograder.reports.shown import task_for_student

TEST, CHECK, KIT = "test_", "check_", "unroll"


class Judge(Execute):  # type: ignore[misc]
    """Takes the place of nbgrader's Execute; a notebook that is no lesson of the course is left to it."""

    def preprocess(self, nb: Any, resources: Any, km: Any = None) -> tuple[Any, Any]:
        """Fill in the outputs of every code cell; nbgrader reads the marks from those of the grade cells."""
        place = find_student_lesson(self.config, resources)
        if place is None:
            return super().preprocess(nb, resources, km)
        _refuse_gaps(nb, place, resources["nbgrader"])
        with pool_for(place) as pool:
            result = pool.result(place)
            own = [cell for cell in nb.cells if cell.cell_type == "code" and not is_ours(cell)]
            shown = pool.shown(place, [cell.source for cell in own])
        for number, (cell, outputs) in enumerate(zip(own, shown, strict=True), 1):
            cell.execution_count = number
            cell.outputs = [_output(one, number) for one in outputs]
        for cell in nb.cells:
            if cell.cell_type == "code" and is_grade(cell) and not is_solution(cell):
                cell.outputs = _judged(cell, place, result)
        return nb, resources


def _refuse_gaps(nb: Any, place: StudentLesson, here: Any) -> None:
    """See that every mark of the gradebook has its cell; one that has none would be a 0 that nobody has judged."""
    with Gradebook(here["db_url"]) as gradebook:
        wanted = {one.name for one in gradebook.find_notebook(here["notebook"], here["assignment"]).grade_cells}
    lost = wanted - {cell.metadata.nbgrader.grade_id for cell in nb.cells if is_grade(cell)}
    if lost:
        said = f"the autograded notebook {place.lesson.name} has lost its cells {', '.join(sorted(lost))}"
        raise GradingError(f"{place.student}: {said}. Autograde this student again.")


def is_ours(cell: Any) -> bool:
    """Say whether a cell belongs to the kit and is not run: it checks or judges, or makes that possible."""
    marks = cell.metadata.get("nbgrader", {})
    return bool(marks.get("locked") and (marks.get("grade") or marks.get("grade_id") == KIT))


def _judged(cell: Any, place: StudentLesson, result: HandInResult) -> list[Any]:
    name = cell.metadata.nbgrader.grade_id
    if not name.startswith(TEST):
        return []
    task = task_for_student(_task(place, result, name.removeprefix(TEST)), place.course.hidden_checks)
    return verdict(task, float(cell.metadata.nbgrader.points))


def _task(place: StudentLesson, result: HandInResult, name: str) -> TaskResult:
    for task in result.tasks:
        if (task.lesson, task.task) == (place.lesson.key, name):
            return task
    said = f"This course has no task {name}. Generate the assignment again, and release it again."
    return TaskResult(place.lesson.key, name, 0.0, 1.0, "rejected", "", said)


def _output(one: dict[str, Any], number: int) -> Any:
    new = nbformat.v4.new_output
    if one["kind"] == "png":
        alt = {"image/png": {"alt": "a figure that this cell drew"}}
        return new("display_data", {"image/png": one["data"], "text/plain": "<Figure>"}, metadata=alt)
    if one["kind"] == "value":
        return new("execute_result", {"text/plain": one["text"]}, execution_count=number)
    if one["kind"] == "error":
        lines = [*one["lines"], f"{one['name']}: {one['text']}".removesuffix(": ")]
        return new("error", ename=one["name"], evalue=one["text"], traceback=lines)
    return new("stream", name="stdout", text=one["text"])
