"""What a known mistake changes, as a diff: the right program that it begins with against the mistake."""

import ast
import difflib

from autograder.course.edits import definition, edited
from autograder.course.mistakes_file import FILE, Edit, read_mistakes_file
from autograder.course.model import Lesson
from autograder.course.variants import Variant, base_of, right_programs


def difference(lesson: Lesson, mistake: Variant) -> str:
    """Write a unified diff of a right program and a mistake; "" if there is no program of the task.

    An edit stands beside the program that it edits. Any other mistake stands beside the lesson's answer, both in one
    form and without docstrings: a program of its own is kept so.
    """
    edit = next((one for one in read_mistakes_file(lesson).edits if one.name == mistake.name), None)
    right, wrong = _of_edit(lesson, edit) if edit and mistake.file == FILE else _of_program(lesson, mistake)
    place = f"{lesson.folder.name}/{mistake.file}:{mistake.line}, {mistake.name}"
    names = (f"{lesson.folder.name}/lesson.py, a right answer", place)
    lines = difflib.unified_diff(right.splitlines(), wrong.splitlines(), *names, n=6, lineterm="")
    return "\n".join(lines)


def _of_edit(lesson: Lesson, edit: Edit) -> tuple[str, str]:
    base = base_of(right_programs(lesson), edit)
    return base.text, edited(base, edit.texts)


def _of_program(lesson: Lesson, mistake: Variant) -> tuple[str, str]:
    answer = (lesson.folder / "lesson.py").read_text(encoding="utf-8")
    return _bare(answer, mistake.task), _bare(mistake.source, mistake.task)


def _bare(source: str, name: str) -> str:
    """Write a definition in the one form that `ast.unparse` has, without its docstrings."""
    text = definition(source, name)
    if text is None:
        return ""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)
