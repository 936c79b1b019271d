"""Wrong answers and other right answers, read as text and put into an otherwise right lesson."""

import ast
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder.course.edits import Base, EditError, answer_base, edited, named_base
from autograder.course.loops import LOOPS, asked_in, is_asked, source_of
from autograder.course.mistakes_file import ANSWER, COSTS, FILE, Edit, read_mistakes_file
from autograder.course.model import Lesson
from autograder.errors import CourseError

MISTAKES, ALTERNATIVES = "mistakes.py", "alternatives.py"


def mistake(
    id: str, *, task: str, says: str, worth: float | None = None, costs: str = "", home: str = ""
) -> Callable[[Any], Any]:
    """Mark a wrong answer with its catalogue id, the task it replaces and the sentence that a student reads.

    Args:
        worth: the part of the task's points, 0 to 1, that it earns where it is recognised; None leaves it to the tests.
        costs: "little" for a slip at an edge, which should cost less than half of the points; "most" for an answer that
            misses the purpose of the task, which should earn less than half; "" for all others.
        home: what the public tests leave out, a sentence for students, where none of them fails it.
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
        file: the file of the lesson that it stands in.
        home: why no public test fails a mistake; "" where one does.
    """

    id: str
    task: str
    says: str
    name: str
    line: int
    source: str
    worth: float | None = None
    costs: str = ""
    file: str = MISTAKES
    home: str = ""


def mistakes(lesson: Lesson) -> list[Variant]:
    """Read a lesson's wrong answers: first the edits of `mistakes.toml`, then the programs of `mistakes.py`.

    Raises:
        CourseError: an edit cannot be made, or two wrong answers have one name.
    """
    found, wrong = _read_mistakes(lesson)
    if wrong:
        raise CourseError("\n".join(wrong))
    return found


def wrong_edits(lesson: Lesson) -> list[str]:
    """Make a line for each edit of `mistakes.toml` that cannot be made."""
    return _read_mistakes(lesson)[1]


def _read_mistakes(lesson: Lesson) -> tuple[list[Variant], list[str]]:
    read, rights = read_mistakes_file(lesson), right_programs(lesson)
    programs = [*_variants(lesson, MISTAKES, "mistake"), *_loops(lesson)]
    lines = {variant.name: f"line {variant.line} of {MISTAKES}" for variant in programs}
    found: list[Variant] = []
    for edit in read.edits:
        try:
            if edit.name in lines:
                raise EditError(f"{lines[edit.name]} has this name too. Choose another.")
            found.append(edited_variant(rights, edit))
        except EditError as error:
            read.refuse(edit.line, f"{edit.name}: {error}")
        lines[edit.name] = f"line {edit.line}"
    return found + programs, read.wrong


def _loops(lesson: Lesson) -> Iterator[Variant]:
    """Make the wrong loops that a lesson asks for with `loop_mistakes`."""
    for asked in asked_in(lesson.folder / MISTAKES):
        for loop in LOOPS:
            source = f"{_answer(lesson)}\n\n{source_of(loop, asked.task, asked.cell)}"
            name = f"{asked.task}_{loop.name}"
            yield Variant(loop.id, asked.task, loop.says, name, asked.line, source, costs=loop.costs)


@dataclass(frozen=True)
class Rights:
    """The right programs of a lesson.

    Args:
        answer: the text of the lesson.
        alternatives: the text of their file.
        named: the task of each alternative.
        beside: what a program needs of the file that it comes from, and of the mistakes' file.
    """

    answer: str
    alternatives: str
    named: dict[str, str]
    beside: dict[str, str]


def right_programs(lesson: Lesson) -> Rights:
    """Read the programs of a lesson that an edit can begin with."""
    path = lesson.folder / ALTERNATIVES
    return Rights(
        _answer(lesson),
        path.read_text(encoding="utf-8") if path.exists() else "",
        {variant.name: variant.task for variant in alternatives(lesson)},
        {ALTERNATIVES: _shared(lesson, ALTERNATIVES, "alternative"), MISTAKES: _shared(lesson, MISTAKES, "mistake")},
    )


@dataclass(frozen=True)
class Edits:
    """The mistakes of a task that are edits, and the right programs that they begin with."""

    rights: Rights
    edits: tuple[Edit, ...]

    def together(self, first: Edit, second: Edit) -> list[Variant]:
        """Make two edits in one right program; none where that cannot be."""
        texts = first.texts | second.texts
        if first.of != second.of or first.id == second.id or len(texts) < len(first.texts) + len(second.texts):
            return []
        return list(self._made(replace(first, texts=texts, name=f"{first.name} and {second.name}")))

    def elsewhere(self, edit: Edit) -> Iterator[Variant]:
        """Make an edit in each other right program of its task in which it can be made."""
        others = (f"alternatives.{name}" for name, task in self.rights.named.items() if task == edit.task)
        for place in (ANSWER, *others):
            if place != edit.of:
                yield from self._made(replace(edit, of=place, name=f"{edit.name} in {place}"))

    def _made(self, edit: Edit) -> Iterator[Variant]:
        with contextlib.suppress(EditError):
            yield edited_variant(self.rights, edit)


def edits_of(lesson: Lesson, task: str) -> Edits:
    """Read the mistakes of a task that are edits."""
    edits = tuple(edit for edit in read_mistakes_file(lesson).edits if edit.task == task)
    return Edits(right_programs(lesson), edits)


def edited_variant(rights: Rights, edit: Edit) -> Variant:
    """Make the wrong answer that an edit describes.

    Raises:
        EditError: it cannot be made.
    """
    text = edited(base_of(rights, edit), edit.texts)
    files = [MISTAKES] if edit.of == ANSWER else [ALTERNATIVES, MISTAKES]
    source = "\n\n".join([rights.answer, *(rights.beside[file] for file in files), text])
    return Variant(edit.id, edit.task, edit.says, edit.name, edit.line, source, edit.worth, edit.costs, FILE, edit.home)


def base_of(rights: Rights, edit: Edit) -> Base:
    """Find the right program that is edited."""
    there = [name for name, task in rights.named.items() if task == edit.task]
    name = edit.of.removeprefix("alternatives.")
    base = None
    if edit.of == ANSWER:
        base = answer_base(rights.answer, edit.task)
    elif edit.of != name and name in there:
        base = named_base(rights.alternatives, name, edit.task, f"{name} of {ALTERNATIVES}")
    if base is None:
        names = ", ".join(f"alternatives.{name}" for name in there)
        raise EditError(f"of = {edit.of!r} is no right program of {edit.task}. Leave it out, or name one: {names}.")
    return base


def _shared(lesson: Lesson, file: str, decorator: str) -> str:
    """Write the other code of a file, without the marked programs and the imports of the kit."""
    path = lesson.folder / file
    if not path.exists():
        return ""
    body = ast.parse(path.read_text(encoding="utf-8"), str(path)).body
    ours = [node for node in body if _mark(node, decorator) or _is_ours(node) or is_asked(node)]
    return "\n".join(ast.unparse(node) for node in body if node not in ours)


def alternatives(lesson: Lesson) -> list[Variant]:
    """Read a lesson's other right answers."""
    return list(_variants(lesson, ALTERNATIVES, "alternative"))


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
    shared = _shared(lesson, file, decorator)
    for node in [node for node in tree.body if _mark(node, decorator)]:
        mark = _mark(node, decorator)
        assert mark is not None and isinstance(node, (ast.FunctionDef, ast.ClassDef))
        first, task, says, worth, costs, home = _arguments(mark, path)
        name, node.name = node.name, task
        node.decorator_list.remove(mark)
        source = f"{answer}\n\n{shared}\n\n{ast.unparse(node)}\n"
        yield Variant(first, task, says, name, node.lineno, source, worth, costs, file, home)


def _answer(lesson: Lesson) -> str:
    return (lesson.folder / "lesson.py").read_text(encoding="utf-8")


def _mark(node: ast.stmt, decorator: str) -> ast.Call | None:
    for mark in getattr(node, "decorator_list", ()):
        if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name) and mark.func.id == decorator:
            return mark
    return None


def _arguments(mark: ast.Call, path: Path) -> tuple[str, str, str, float | None, str, str]:
    """Return id, task, sentence, worth, costs and home; an alternative's id is its name, and the rest is empty."""
    try:
        values = [ast.literal_eval(arg) for arg in mark.args]
        named = {keyword.arg: ast.literal_eval(keyword.value) for keyword in mark.keywords}
    except ValueError:
        raise CourseError(f"{path}:{mark.lineno}: write the arguments as plain texts.") from None
    if isinstance(mark.func, ast.Name) and mark.func.id == "mistake":
        id = values[0] if values else named["id"]
        costs = _costs(named.get("costs", ""), mark, path)
        return id, named["task"], named["says"], named.get("worth"), costs, named.get("home", "")
    values += [named[key] for key in ("task", "name") if key in named]
    return values[1], values[0], "", None, "", ""


def _costs(given: str, mark: ast.Call, path: Path) -> str:
    if given not in COSTS:
        raise CourseError(f'{path}:{mark.lineno}: costs is {given!r}. Write "little" or "most", or leave it out.')
    return given


def _is_ours(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and (node.module or "").startswith("autograder")
