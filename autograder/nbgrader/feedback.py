"""Limit the feedback to what a student may read: the verdicts, never the tests or their tracebacks."""

from typing import Any

from nbgrader.preprocessors import ClearHiddenTests
from nbgrader.utils import is_grade, is_solution

from autograder.nbgrader.autograde import CHECK, KIT, TEST
from autograder.nbgrader.lessons import find_student_lesson


class Tidy(ClearHiddenTests):  # type: ignore[misc]
    """Cut hidden tests out of grade cells, and tracebacks down to the line that says what happened."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Tidy a notebook; of a lesson, the cells that only serve the machine are left out."""
        nb, resources = super().preprocess(nb, resources)
        if find_student_lesson(self.config, resources) is not None:
            nb.cells = [cell for cell in nb.cells if not _serves_the_machine(cell)]
            for cell in nb.cells:
                if _id(cell).startswith(TEST):
                    _keep_the_verdict(cell)
        return nb, resources

    def preprocess_cell(self, cell: Any, resources: Any, cell_index: int) -> tuple[Any, Any]:
        """Tidy one cell; only grade cells are touched."""
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        if cell.cell_type == "code" and is_grade(cell) and not is_solution(cell):
            for output in cell.outputs:
                if output.output_type == "error":
                    output.traceback = [f"{output.ename}: {output.evalue}"]
        return cell, resources


def _id(cell: Any) -> str:
    marks = cell.metadata.get("nbgrader", {})
    return str(marks.get("grade_id", "")) if marks.get("locked") else ""


def _serves_the_machine(cell: Any) -> bool:
    return _id(cell) == KIT or (_id(cell).startswith(CHECK) and not cell.metadata.nbgrader.get("points"))


def _keep_the_verdict(cell: Any) -> None:
    """Keep what the cell says about itself, and the verdict without the number that nbgrader reads."""
    lines = cell.source.split("\n")
    cell.source = "\n".join(line for line in lines if line.startswith("#"))
    cell.outputs = [output for output in cell.outputs if output.output_type != "execute_result"]
