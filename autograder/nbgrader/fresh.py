"""Write a student's notebook again: the same cells in a sound notebook of the newest format.

Programs write the formats 4.0 to 4.5, some with fields that their own format does not have. A cell that the kit adds
has an id, which no format before 4.5 may have. So only what is needed is kept: kind, text, pictures in the text, and
nbgrader's name of a cell. The rest of its marks is in the gradebook.
"""

import re
from collections.abc import Sequence
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from autograder.intake.notebook import cell_source

MAKE = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}
LANGUAGE = {"language_info": {"name": "python"}}
LONGEST_NAME = 200
PICTURE = re.compile(r"image/[a-z0-9.+-]+")
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")


def fresh(cells: Sequence[Any]) -> Any:
    """Make a notebook of cells that are plain JSON; what is no cell at all is left out."""
    made = [_cell(cell) for cell in cells if isinstance(cell, dict)]
    return numbered(new_notebook(cells=[cell for cell in made if cell is not None], metadata=LANGUAGE))


def new_cell(kind: str, text: str) -> Any:
    """Make a cell: code, markdown or raw."""
    return MAKE[kind](text)


def markdown(text: str) -> Any:
    """Make a cell of prose."""
    return new_cell("markdown", text)


def numbered(nb: Any) -> Any:
    """Give every cell an id of its own."""
    for number, cell in enumerate(nb.cells):
        cell.id = f"cell-{number}"
    return nb


def retyped(cell: Any, kind: str) -> Any:
    """Return a cell of another kind with the same text and marks."""
    return cell if cell.cell_type == kind else MAKE[kind](cell.source, id=cell.id, metadata=cell.metadata)


def _cell(cell: dict[str, Any]) -> Any:
    source = cell_source(cell)
    make = MAKE.get(str(cell.get("cell_type")))
    if make is None or source is None:
        return None
    made = make(_encodable(source), metadata=_marks(cell.get("metadata")))
    if made.cell_type != "code" and (pictures := _pictures(cell.get("attachments"))):
        made.attachments = nbformat.from_dict(pictures)
    return made


def _marks(metadata: Any) -> dict[str, Any]:
    """Keep nbgrader's name of a cell."""
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
        return {}
    return {"nbgrader": {"grade_id": _encodable(name)}}


def _pictures(attachments: Any) -> dict[str, dict[str, str]]:
    """Keep pictures, by name and kind, as base64."""
    named = attachments.items() if isinstance(attachments, dict) else ()
    kept = {_encodable(name): _of_a_picture(bundle) for name, bundle in named if isinstance(bundle, dict)}
    return {name: bundle for name, bundle in kept.items() if bundle}


def _of_a_picture(bundle: dict[str, Any]) -> dict[str, str]:
    joined = {kind: "".join(data) if _is_text(data) else "" for kind, data in bundle.items()}
    return {kind: data for kind, data in joined.items() if PICTURE.fullmatch(kind) and BASE64.fullmatch(data)}


def _is_text(data: Any) -> bool:
    return isinstance(data, str) or (isinstance(data, list) and all(isinstance(line, str) for line in data))


def _encodable(text: str) -> str:
    """Replace what no file can hold: half a character."""
    return text.encode(errors="replace").decode()
