"""Wrong answers and other right answers, read as text and put into an otherwise right lesson."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course import Lesson
from autograder.errors import CourseError

COSTS = ("", "little", "most")


def mistake(id: str, *, task: str, says: str, worth: float | None = None, costs: str = "") -> Callable[[Any], Any]:
    """Mark a wrong answer with its catalogue id, the task it replaces and the sentence that a student reads.

    Args:
        worth: the part of the task's points, 0 to 1, that it earns where it is recognised; None leaves it to the tests.
        costs: "little" for a slip at an edge, which should cost less than half of the points; "most" for an answer
            that misses what the task is for, which should earn less than half; "" for all others.
    """
    return lambda function: function


def alternative(task: str, name: str) -> Callable[[Any], Any]:
    """Mark a right answer that is written otherwise, with the task it replaces and what is different."""
    return lambda function: function


@dataclass(frozen=True)
class Variant:
    """A lesson in which one task is answered otherwise.

    Args:
        id: catalogue id of a mistake, or the name of an alternative.
        task: the task that it replaces.
        says: the sentence of a mistake; "" for an alternative.
        name: the function's name in its file.
        line: where it stands in its file.
        source: the whole lesson, with the task replaced.
        worth: the part of the points that a recognised mistake earns; None leaves it to the tests.
        costs: what a mistake should cost, "little" or "most"; "" leaves it open.
    """

    id: str
    task: str
    says: str
    name: str
    line: int
    source: str
    worth: float | None = None
    costs: str = ""


def mistakes(lesson: Lesson) -> list[Variant]:
    """Read a lesson's wrong answers."""
    return list(_variants(lesson, "mistakes.py", "mistake"))


def alternatives(lesson: Lesson) -> list[Variant]:
    """Read a lesson's other right answers."""
    return list(_variants(lesson, "alternatives.py", "alternative"))


def other_ways(lesson: Lesson) -> Iterator[Variant]:
    """Read the other ways of writing its tasks that a lesson shows to those who pass."""
    answer = _answer(lesson)
    for task in lesson.tasks:
        if task.another.strip():
            source = f"{answer}\n\n{task.another}\n"
            yield Variant("another", task.name, "", task.name, 0, source)


def _variants(lesson: Lesson, file: str, decorator: str) -> Iterator[Variant]:
    path = lesson.folder / file
    if not path.exists():
        return
    answer = _answer(lesson)
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    marked = [node for node in tree.body if _mark(node, decorator)]
    shared = "\n".join(ast.unparse(node) for node in tree.body if node not in marked and not _is_ours(node))
    for node in marked:
        mark = _mark(node, decorator)
        assert mark is not None and isinstance(node, (ast.FunctionDef, ast.ClassDef))
        first, task, says, worth, costs = _arguments(mark, path)
        name, node.name = node.name, task
        node.decorator_list.remove(mark)
        source = f"{answer}\n\n{shared}\n\n{ast.unparse(node)}\n"
        yield Variant(first, task, says, name, node.lineno, source, worth, costs)


def _answer(lesson: Lesson) -> str:
    return (lesson.folder / "lesson.py").read_text(encoding="utf-8")


def _mark(node: ast.stmt, decorator: str) -> ast.Call | None:
    for mark in getattr(node, "decorator_list", ()):
        if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name) and mark.func.id == decorator:
            return mark
    return None


def _arguments(mark: ast.Call, path: Path) -> tuple[str, str, str, float | None, str]:
    """Return id, task, sentence, worth and costs; an alternative's id is its name, and the rest is empty."""
    try:
        values = [ast.literal_eval(arg) for arg in mark.args]
        named = {keyword.arg: ast.literal_eval(keyword.value) for keyword in mark.keywords}
    except ValueError:
        raise CourseError(f"{path}:{mark.lineno}: write the arguments as plain texts.") from None
    if isinstance(mark.func, ast.Name) and mark.func.id == "mistake":
        id = values[0] if values else named["id"]
        return id, named["task"], named["says"], named.get("worth"), _costs(named.get("costs", ""), mark, path)
    values += [named[key] for key in ("task", "name") if key in named]
    return values[1], values[0], "", None, ""


def _costs(given: str, mark: ast.Call, path: Path) -> str:
    if given not in COSTS:
        raise CourseError(f'{path}:{mark.lineno}: costs is {given!r}. Write "little" or "most", or leave it out.')
    return given


def _is_ours(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and (node.module or "").startswith("autograder")
