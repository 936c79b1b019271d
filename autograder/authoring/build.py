"""Build exercises/ and source/ from solutions/, and never overwrite a student's work."""

import ast
import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

from autograder.authoring.drawing import drawing_of
from autograder.authoring.known_text import close, known_text, settled
from autograder.authoring.lesson import read_lesson
from autograder.authoring.locks import unlocked
from autograder.authoring.notebook import notebook
from autograder.authoring.stub_notebook import stub_notebook
from autograder.course.model import Assignment, Course, Lesson
from autograder.course.probes import bound_names, probe_source
from autograder.errors import CourseError
from autograder.exam.numbers import as_recorded

Plan = dict[str, str | bytes]
KNOWN = "known.json"
BUILT = ("exercises", "source")
NOTEBOOKS = "exercises/notebooks"  # beside the stubs, whoever works there would have each lesson twice


def plan_files(
    course: Course, known: Callable[[Assignment], dict[str, Any]], only: Collection[Lesson] | None = None
) -> Plan:
    """Say what is to be written: the content of each file by its path in the course.

    Args:
        known: makes the content of `known.json` for an assignment.
        only: the lessons to build; what `known.json` says of the others stays. All of them if not given.
    """
    files: Plan = {}
    for order, assignment in enumerate(course.assignments):
        lessons = [lesson for lesson in assignment.lessons if only is None or lesson in only]
        if not lessons:
            continue
        made: Plan = {}
        for lesson in lessons:
            made |= _lesson_files(lesson)
        path = f"exercises/{assignment.name}/{KNOWN}"
        content = _content(course, assignment, lessons, known, {name: _sha(x) for name, x in _texts(made)})
        files |= {**made, path: known_text({"order": order, "letters": dict(course.letters), **content})}
    return files


def _texts(files: Plan) -> list[tuple[str, str]]:
    return [(name, text) for name, text in files.items() if name.startswith("exercises/") and type(text) is str]


def _content(
    course: Course,
    assignment: Assignment,
    lessons: Sequence[Lesson],
    known: Callable[[Assignment], dict[str, Any]],
    built: dict[str, str],
) -> dict[str, Any]:
    """Put together what `known.json` says of the lessons that are built, and what it said of the others."""
    content = known(replace(assignment, lessons=tuple(lessons)))
    if len(lessons) == len(assignment.lessons):
        return {**content, "built": built}
    before = _known_before(course.root / f"exercises/{assignment.name}/{KNOWN}")
    said = {**before.get("lessons", {}), **content["lessons"]}
    digests = {**before.get("built", {}), **built}
    names = [lesson.name for lesson in assignment.lessons if lesson.name in said]
    kept = [path for name in names for path in digests if is_of(path, name)]
    return {**content, "lessons": {name: said[name] for name in names}, "built": {path: digests[path] for path in kept}}


def is_of(path: str, lesson: str) -> bool:
    """Say whether a built file belongs to a lesson of its assignment."""
    return PurePosixPath(path).stem.removeprefix("test_") == lesson


def _known_before(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(_read(path))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _lesson_files(lesson: Lesson) -> Plan:
    text, drawing = read_lesson(lesson.folder / "lesson.py"), drawing_of(lesson)
    folder = f"exercises/{lesson.assignment}"
    files: Plan = {
        f"{folder}/{lesson.name}.py": text.stub(),
        f"{folder}/test_{lesson.name}.py": _public_tests(lesson),
        f"{NOTEBOOKS}/{lesson.key}.ipynb": stub_notebook(lesson, text, drawing),
        f"source/{lesson.key}.ipynb": notebook(lesson, text, drawing),
    }
    if drawing:
        files[f"{folder}/{lesson.name}.svg"] = drawing.svg
        files |= {f"solutions/{lesson.key}/drawing.{kind}": vars(drawing)[kind] for kind in ("svg", "png")}
    return files


def _public_tests(lesson: Lesson) -> str:
    """Ship the public tests with the probes that they use."""
    tests = (lesson.folder / "test_public.py").read_text(encoding="utf-8")
    probes = lesson.folder / "probes.py"
    names = _probe_names(tests)
    if not names:
        return tests
    cut = probe_source(probes.read_text(encoding="utf-8"), names)
    twice = sorted(_names(tests) & _names(cut))
    if twice:
        raise CourseError(f"{lesson.folder / 'test_public.py'}: {twice[0]} is a name of probes.py too. Choose another.")
    return f"{tests}\n\n# What runs beside your code in these tests.\n\n{cut}"


def _names(text: str) -> set[str]:
    body = (node for node in ast.parse(text).body if not isinstance(node, ast.Import | ast.ImportFrom))
    return {name for node in body for name in bound_names(node)}


def _probe_names(tests: str) -> list[str]:
    """Find the probes in `student.run("probe", ...)` and in `must_raise(..., student.run, "probe", ...)`."""
    calls = [node for node in ast.walk(ast.parse(tests)) if isinstance(node, ast.Call)]
    named = [argument for call in calls for before, argument in pairwise([call.func, *call.args]) if _is_run(before)]
    return list(dict.fromkeys(str(node.value) for node in named if isinstance(node, ast.Constant)))


def _is_run(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "run"


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def differences(course: Course, planned: Plan, strays: bool = True) -> list[str]:
    """Return a line for each file that is not what `solutions/` makes.

    Args:
        strays: name also the files that are not planned.
    """
    lines = []
    for name, content in planned.items():
        path = course.root / name
        if not path.is_file():
            lines.append(f"{name}: is missing. Run `unroll build`.")
        elif not _equal(path, content, as_recorded):
            lines.append(f"{name}: differs from what solutions/ makes. Run `unroll build`.")
    left = _strays(course, planned) if strays else []
    return lines + [f"{name}: is not made from solutions/. Remove it." for name in left]


def _strays(course: Course, planned: Plan) -> list[str]:
    found = (path for folder in BUILT for path in sorted((course.root / folder).rglob("*")) if path.is_file())
    names = (str(PurePosixPath(path.relative_to(course.root))) for path in found if not _is_cache(path))
    return [name for name in names if name not in planned]


def _is_cache(path: Path) -> bool:
    return any(part.startswith(".") or part == "__pycache__" for part in path.parts[1:])


def _equal(path: Path, content: str | bytes, view: Callable[[Any, Any], Any] = lambda made, there: made) -> bool:
    """Compare a file with what it should be.

    Args:
        view: takes the part of `known.json` that is compared with the file.
    """
    if isinstance(content, bytes):
        return path.read_bytes() == content
    there = _read(path)
    if there == content or path.name != KNOWN:
        return there == content
    try:
        kept = json.loads(there)
        return close(kept, view(json.loads(content), kept))
    except ValueError:
        return False


def write_files(course: Course, planned: Plan, force: bool = False) -> list[str]:
    """Write what differs; return a line for each file written.

    Raises:
        CourseError: a file in exercises/ holds other work; then nothing at all is written.
    """
    wanted = {name: _with_numbers_of(course.root / name, content) for name, content in planned.items()}
    changed = {name: content for name, content in wanted.items() if not _is_there(course.root / name, content)}
    worked_on = [] if force else [name for name in changed if _holds_work(course, name)]
    if worked_on:
        raise CourseError(
            "\n".join(
                f"{name}: somebody has worked in this file. Move it away, or build with --force." for name in worked_on
            )
        )
    for name in changed:
        if (course.root / name).is_symlink():
            raise CourseError(f"{course.root / name}: this is a link. Remove it, then run `unroll build` again.")
    for name, content in changed.items():
        path = course.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return [f"wrote {name}" for name in changed] or ["Nothing to do: all is built."]


def without_lock(planned: Plan, lessons: Sequence[Lesson]) -> Iterator[str]:
    """Say which tasks of some lessons ship no other way of writing them, and why."""
    for lesson in lessons:
        content = json.loads(planned[f"exercises/{lesson.assignment}/{KNOWN}"])
        yield from unlocked(lesson, content["lessons"][lesson.name]["locks"])


def _with_numbers_of(path: Path, content: str | bytes) -> str | bytes:
    """Keep the old numbers of `known.json` where they moved within the tolerance only."""
    if path.name != KNOWN or isinstance(content, bytes):
        return content
    try:
        return known_text(settled(json.loads(content), json.loads(_read(path))))
    except (OSError, ValueError):
        return content


def _is_there(path: Path, content: str | bytes) -> bool:
    return path.is_file() and (path.read_bytes() if isinstance(content, bytes) else _read(path)) == content


def _holds_work(course: Course, name: str) -> bool:
    path = course.root / name
    if not name.startswith("exercises/") or name.endswith(KNOWN) or not path.is_file():
        return False
    return _sha(_read(path)) != _built(course.root / "exercises" / path.parent.name / KNOWN).get(name)


def _built(path: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))["built"]
        return found
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
