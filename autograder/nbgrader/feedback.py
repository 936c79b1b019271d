"""What a student may read in the feedback: the verdicts, never the tests or how they found out."""

from typing import Any

from nbgrader.preprocessors import ClearHiddenTests
from nbgrader.utils import is_grade, is_solution


class Tidy(ClearHiddenTests):  # type: ignore[misc]
    """Cut hidden tests out of grade cells, and tracebacks down to the line that says what happened."""

    def preprocess_cell(self, cell: Any, resources: Any, cell_index: int) -> tuple[Any, Any]:
        """Tidy one cell; only grade cells are touched."""
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        if cell.cell_type == "code" and is_grade(cell) and not is_solution(cell):
            for output in cell.outputs:
                if output.output_type == "error":
                    output.traceback = [f"{output.ename}: {output.evalue}"]
        return cell, resources
