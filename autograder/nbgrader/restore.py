"""Put a student's notebook back into shape: duplicated, edited, moved, deleted and anonymous cells."""

from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import DeduplicateIds, OverwriteCells

from autograder.intake.hand_in import Unfit
from autograder.intake.notebook import plain_cells
from autograder.nbgrader.answers import settle
from autograder.nbgrader.attention import ARRIVAL, KEY, LOOK, NOTES, Absence, announce, flag, report, tell
from autograder.nbgrader.fresh import fresh, new_cell, numbered, retyped
from autograder.nbgrader.lessons import StudentLesson, find_student_lesson
from autograder.nbgrader.matching import Named, Release, match, squeezed

SCHEMA = 3


class OneCellPerId(DeduplicateIds):  # type: ignore[misc]
    """Keep one cell of each id; the others are a student's own cells from then on, and stop nobody's batch."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Take nbgrader's marks from all but the last cell of an id."""
        nb, resources = super().preprocess(nb, resources)
        for cell in nb.cells:
            if "nbgrader" in cell.metadata and not cell.metadata.nbgrader:
                del cell.metadata["nbgrader"]
        return nb, resources


class Restore(OverwriteCells):  # type: ignore[misc]
    """Give every cell of a lesson the marks that the gradebook has, find answers by name, add what was deleted."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Mend the marks first; nbgrader's own class then restores the source of locked cells."""
        place = find_student_lesson(self.config, resources)
        if place is None:
            return super().preprocess(nb, resources)
        arrival = nb.metadata.pop(ARRIVAL, {})
        look = [*arrival.get(LOOK, []), *mend(nb, self._release(place, resources["nbgrader"]))]
        nb, resources = super().preprocess(nb, resources)
        notes = arrival.get(NOTES, [])
        tell(nb, notes)
        flag(nb, look)
        report(self.log, place.student, notes)
        announce(self.log, place.student, place.lesson.name, look)
        return numbered(nb), resources

    def _release(self, place: StudentLesson, here: Any) -> Release:
        folder = CourseDirectory(config=self.config)
        homes = (folder.source_directory, folder.release_directory) if place.lesson.questions else ()
        paths = [Path(folder.format_path(home, ".", place.assignment.name)) for home in homes]
        prose = {text for path in paths for text in _prose(path / f"{place.lesson.name}.ipynb")}
        with Gradebook(here["db_url"]) as gradebook:
            named = named_cells(gradebook.find_notebook(here["notebook"], here["assignment"]))
        return Release(named, frozenset(prose), {one.name: one.ask for one in place.lesson.questions})


def _prose(path: Path) -> list[str]:
    """Return the words of each cell of prose of a notebook; of none, if it is not there."""
    try:
        cells = plain_cells(path.name, path.read_bytes())
    except (Unfit, OSError):
        return []
    return [squeezed(cell.source) for cell in fresh(cells).cells if cell.cell_type != "code"]


def named_cells(notebook: Any) -> tuple[Named, ...]:
    """List the cells of a lesson that the gradebook knows."""
    return tuple(Named(one.name, one.cell_type, one.source, _marks(one, notebook)) for one in notebook.source_cells)


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


def mend(nb: Any, release: Release) -> list[str]:
    """Give each cell of the release its place and its marks.

    Returns: what a person has to look at.
    """
    absence = Absence(**nb.metadata.pop(KEY)) if KEY in nb.metadata else None
    settled = settle(nb.cells, release, match(nb.cells, release), absence)
    for cell in nb.cells:
        cell.metadata.pop("nbgrader", None)
    at = -1
    for one in release.named:
        cell = settled.cells.get(one.name)
        place = _place(nb, cell)
        if place is None and one.marks["grade"]:
            place = at + 1
            nb.cells.insert(place, cell or new_cell(one.kind, one.source))
        if place is not None:
            at = place
            nb.cells[at] = retyped(nb.cells[at], one.kind)
            nb.cells[at].metadata["nbgrader"] = dict(one.marks)
    return settled.look


def _place(nb: Any, cell: Any) -> int | None:
    return next((number for number, other in enumerate(nb.cells) if other is cell), None)
