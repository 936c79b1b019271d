"""Put a student's notebook back into shape: duplicated, edited, moved, deleted and anonymous cells."""

import ast
from typing import Any

from nbformat.corpus.words import generate_corpus_id
from nbgrader.api import Gradebook
from nbgrader.preprocessors import DeduplicateIds, OverwriteCells

from autograder.nbgrader.place import find_place

SCHEMA = 3


class Unique(DeduplicateIds):  # type: ignore[misc]
    """Keep one cell of each id; the others are a student's own cells from then on, and stop nobody's batch."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Take nbgrader's marks from all but the last cell of an id."""
        if find_place(self.config, resources) is not None:
            for cell in nb.cells:
                _forget_nonsense(cell)
        nb, resources = super().preprocess(nb, resources)
        for cell in nb.cells:
            if "nbgrader" in cell.metadata and not cell.metadata.nbgrader:
                del cell.metadata["nbgrader"]
        return nb, resources


def _forget_nonsense(cell: Any) -> None:
    """Drop marks that are no marks of nbgrader's at all."""
    marks = cell.metadata.get("nbgrader")
    if marks is not None and not (isinstance(marks, dict) and isinstance(marks.get("grade_id"), str)):
        del cell.metadata["nbgrader"]


class Restore(OverwriteCells):  # type: ignore[misc]
    """Give every cell of a lesson the marks that the gradebook has, find answers by name, add what was deleted."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Mend the marks first; nbgrader's own class then restores the source of locked cells."""
        if find_place(self.config, resources) is not None:
            here = resources["nbgrader"]
            with Gradebook(here["db_url"]) as gradebook:
                _mend(nb, gradebook.find_notebook(here["notebook"], here["assignment"]))
        return super().preprocess(nb, resources)


def _mend(nb: Any, notebook: Any) -> None:
    known = {cell.name: _marks(cell, notebook) for cell in notebook.source_cells}
    for cell in nb.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.metadata.pop("nbgrader", None)
        if name in known:
            cell.metadata["nbgrader"] = dict(known[name])
    for name in known:
        if not _find(nb, name) and (anonymous := _anonymous(nb, name)) is not None:
            anonymous.metadata["nbgrader"] = dict(known[name])
    _add_missing(nb, notebook, known)


def _marks(cell: Any, notebook: Any) -> dict[str, Any]:
    """Write out what nbgrader wants to know of a cell, from its own tables."""
    grade = next((one for one in notebook.grade_cells if one.name == cell.name), None)
    solution = any(one.name == cell.name for one in notebook.solution_cells)
    marks = {
        "schema_version": SCHEMA,
        "grade_id": cell.name,
        "grade": grade is not None,
        "solution": solution,
        "locked": bool(cell.locked),
        "task": any(one.name == cell.name for one in notebook.task_cells),
        "cell_type": cell.cell_type,
        "checksum": cell.checksum,
    }
    return {**marks, "points": grade.max_score} if grade is not None else marks


def _find(nb: Any, name: str) -> Any:
    return next((cell for cell in nb.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name), None)


def _anonymous(nb: Any, name: str) -> Any:
    """Find the last code cell without marks that defines a name: an answer whose marks were lost."""
    free = [cell for cell in nb.cells if cell.cell_type == "code" and "nbgrader" not in cell.metadata]
    return next((cell for cell in reversed(free) if _defines(cell.source, name)), None)


def _defines(source: str, name: str) -> bool:
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(isinstance(one, (ast.FunctionDef, ast.ClassDef)) and one.name == name for one in body)


def _add_missing(nb: Any, notebook: Any, known: dict[str, dict[str, Any]]) -> None:
    """Add the grade cells that are missing, each behind the cell that it stood behind."""
    at = -1
    for source in notebook.source_cells:
        there = _find(nb, source.name)
        if there is not None:
            at = nb.cells.index(there)
        elif known[source.name]["grade"]:
            at += 1
            nb.cells.insert(at, _new(source, known[source.name], nb))


def _new(source: Any, marks: dict[str, Any], nb: Any) -> Any:
    from nbformat.v4 import new_code_cell, new_markdown_cell

    make = new_code_cell if source.cell_type == "code" else new_markdown_cell
    said = "" if marks["locked"] else "This answer was not in the notebook that was handed in."
    return make(source.source if marks["locked"] else said, id=generate_corpus_id(), metadata={"nbgrader": marks})
