"""What a student's kit knows of a lesson's page: prose, code, the stub of each task, and the cells that show it."""

import re

from autograder.authoring.lesson import LessonText, stub_of

KINDS = {"markdown": "prose", "example": "demo", "code": "code"}


def page_parts(text: LessonText) -> list[dict[str, str]]:
    """List the parts of a lesson's page in their order; no part holds an answer.

    Returns: of each part its `kind` (`prose`, `code`, `task` or `demo`), its `text`, and of a task its `name`.
    """
    names = {cell.line: name for name, cell in text.solutions()}
    return [_part(KINDS[cell.kind], cell.text, names.get(cell.line, "")) for cell in text.cells]


def _part(kind: str, text: str, task: str) -> dict[str, str]:
    if task:
        return {"kind": "task", "name": task, "text": stub_of(text)}
    return {"kind": kind, "text": stub_of(text) if kind == "code" else re.sub("^# ?", "", text, flags=re.MULTILINE)}
