"""Look through a lesson's folder for what an author forgot or misspelt."""

import ast
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from autograder.course.calibration import thresholds
from autograder.course.loops import asked_in
from autograder.course.model import Lesson
from autograder.course.variants import wrong_edits
from autograder.exam.distance import uses

NEEDED = ("lesson.toml", "lesson.py", "test_public.py", "test_hidden.py", "mistakes.py", "alternatives.py")
OPTIONAL = (
    "mistakes.toml",
    "pictures.py",
    "probes.py",
    "stand_ins.py",
    "lock.py",
    "survivors.toml",
    "calibration.json",
    "calibration.png",
    "calibration.svg",
    "drawing.py",
    "drawing.png",
    "drawing.svg",
    "data",
    "__pycache__",
)
FEWEST_HINTS = 3


def check_folder(lesson: Lesson) -> list[str]:
    """Return a line for each thing to mend."""
    return [
        *_files(lesson),
        *_tasks(lesson),
        *_tests(lesson),
        *_variants(lesson),
        *_stand_ins(lesson),
        *_pictures(lesson),
    ]


def _files(lesson: Lesson) -> Iterator[str]:
    for name in NEEDED:
        if not (lesson.folder / name).is_file():
            yield f"{lesson.folder / name}: this file is missing. Write it."
    for path in sorted(lesson.folder.iterdir()):
        if path.name not in NEEDED + OPTIONAL:
            yield f"{path}: a lesson has no such file. Move it away."


def _tasks(lesson: Lesson) -> Iterator[str]:
    place = lesson.folder / "lesson.toml"
    names = [task.name for task in lesson.tasks] + [question.name for question in lesson.questions]
    for question in lesson.questions:
        if names.count(question.name) > 1 or not question.name.isidentifier():
            yield f"{place}: question {question.name!r} needs a name of its own: letters, digits and underscores."
        if not (question.points > 0 and question.ask.strip() and question.rubric.strip() and question.answer.strip()):
            yield f"{place}: question {question.name!r} needs points, a text, a rubric and an answer. Write them."
    for task in lesson.tasks:
        if names.count(task.name) > 1:
            yield f"{place}: task {task.name!r} stands there twice. Remove one."
        if not task.points > 0:
            yield f"{place}: task {task.name!r} has {task.points:g} points. Give it more than 0."
        if len(task.hints) < FEWEST_HINTS:
            yield f"{place}: task {task.name!r} has {len(task.hints)} hints. Write {FEWEST_HINTS} or more."
        if not 0 <= task.follow_through <= 1:
            yield f"{place}: task {task.name!r} has follow_through {task.follow_through:g}. Give a part, 0 to 1."
        if not all(hint.strip() for hint in task.hints):
            yield f"{place}: task {task.name!r} has an empty hint. Write it or take it out."


def _tests(lesson: Lesson) -> Iterator[str]:
    names = [task.name for task in lesson.tasks]
    core: set[str] = set()
    for file in ("test_public.py", "test_hidden.py"):
        path = lesson.folder / file
        for function in _definitions(path):
            if not function.name.startswith("test_"):
                continue
            mark = _mark(function, "task")
            task = _text(mark.args[0]) if mark and mark.args else ""
            if task not in names:
                place = f"{path}:{function.lineno}:"
                yield f"{place} {function.name} names no task. Add @pytest.mark.task with one of {names}."
            elif file == "test_hidden.py" and mark and any(k.arg == "core" and _true(k.value) for k in mark.keywords):
                core.add(task)
    for name in names:
        if name not in core and (lesson.folder / "test_hidden.py").is_file():
            yield f"{lesson.folder / 'test_hidden.py'}: {name} has no core test. Mark one with core=True."


def _variants(lesson: Lesson) -> Iterator[str]:
    names = [task.name for task in lesson.tasks]
    for file, decorator in (("mistakes.py", "mistake"), ("alternatives.py", "alternative")):
        path = lesson.folder / file
        for definition in _definitions(path):
            mark = _mark(definition, decorator)
            if mark is None:
                continue
            named = {keyword.arg: _text(keyword.value) for keyword in mark.keywords}
            task = named.get("task") or (_text(mark.args[0]) if decorator == "alternative" and mark.args else "")
            if task not in names:
                yield f"{path}:{definition.lineno}: {task!r} is no task of {lesson.key}. There is: {', '.join(names)}."
            worth = next((ast.unparse(keyword.value) for keyword in mark.keywords if keyword.arg == "worth"), "0")
            if not _is_part(worth):
                yield f"{path}:{definition.lineno}: worth is {worth}. Give a part, 0 to 1."
            if decorator == "mistake" and not named.get("says", "").strip():
                yield f'{path}:{definition.lineno}: this mistake has no sentence. Add says="...".'
    with suppress(OSError, SyntaxError):  # which is said elsewhere
        yield from wrong_edits(lesson)
    for asked in asked_in(lesson.folder / "mistakes.py"):
        for name in (asked.task, asked.cell):
            if name not in names:
                place = f"{lesson.folder / 'mistakes.py'}:{asked.line}:"
                yield f"{place} {name!r} is no task of {lesson.key}. There is: {', '.join(names)}."


def _stand_ins(lesson: Lesson) -> Iterator[str]:
    path = lesson.folder / "stand_ins.py"
    names = [task.name for task in lesson.tasks]
    for definition in _definitions(path):
        if definition.name not in names and not definition.name.startswith("_"):
            yield f"{path}:{definition.lineno}: {definition.name} is no task. Name one, or begin with _."
    if path.is_file() or any(task.follow_through for task in lesson.tasks):
        yield from _missing_stand_ins(lesson, path)


def _missing_stand_ins(lesson: Lesson, path: Path) -> Iterator[str]:
    """A task with follow_through needs right versions of the tasks that its answer calls."""
    there = {definition.name for definition in _definitions(path)}
    called: dict[str, set[str]] = {}
    with suppress(OSError, SyntaxError):  # which is said elsewhere
        answer = (lesson.folder / "lesson.py").read_text(encoding="utf-8")
        called = uses(answer, [task.name for task in lesson.tasks])
    for task in lesson.tasks:
        lacking = sorted(called.get(task.name, set()) - {task.name} - there)
        if task.follow_through and lacking:
            yield f"{path}: {task.name} has follow_through, and this file does not define {lacking[0]}. Write it."


def _pictures(lesson: Lesson) -> Iterator[str]:
    path, names = lesson.folder / "pictures.py", [task.name for task in lesson.tasks]
    probes = [definition.name for definition in _definitions(path)]
    for picture in lesson.pictures:
        place = f"{lesson.folder / 'lesson.toml'}: picture {picture.probe!r}"
        if picture.probe not in probes:
            yield f"{place} is not defined in {path.name}. Write it there, or mend the name."
        if not picture.tasks or not set(picture.tasks) <= set(names):
            yield f"{place} should list the tasks that it uses, of: {', '.join(names)}."
        if picture.threshold and picture.threshold not in thresholds(lesson):
            checks = ", ".join(thresholds(lesson)) or "nothing, until `unroll calibrate` has run"
            yield f"{place} has the unknown threshold {picture.threshold!r}. There is: {checks}."


def _definitions(path: Path) -> list[ast.FunctionDef | ast.ClassDef]:
    if not path.is_file():
        return []
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    return [node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]


def _mark(node: ast.FunctionDef | ast.ClassDef, name: str) -> ast.Call | None:
    calls = [mark for mark in node.decorator_list if isinstance(mark, ast.Call)]
    return next((call for call in calls if ast.unparse(call.func).split(".")[-1] == name), None)


def _is_part(text: str) -> bool:
    try:
        return 0 <= float(text) <= 1
    except ValueError:
        return False


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True
