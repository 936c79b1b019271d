"""Read a lesson's percent text: its cells, and the regions that hold the answer."""

import ast
import difflib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from autograder.authoring.copied import check_copies
from autograder.authoring.drawing import check_drawing
from autograder.authoring.explained import check_explanations
from autograder.authoring.ids import check_ids
from autograder.authoring.inspect import check_folder
from autograder.authoring.reading import check_prose, check_reading
from autograder.authoring.shapes import check_letters
from autograder.course.model import Course, Lesson
from autograder.errors import CourseError

BEGIN, END = "# BEGIN SOLUTION", "# END SOLUTION"
STUB = ("# YOUR CODE HERE", "raise NotImplementedError")
CELL = re.compile(r"^# %%(?P<rest>.*)$")
EXAMPLE = "active-ipynb"
SEEN = "# *Example*: `unroll read {address}` runs it here, with your code."


@dataclass(frozen=True)
class Cell:
    """One percent cell: its kind (`markdown`, `code` or `example`), its first line and its lines."""

    kind: str
    line: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip("\n")


@dataclass(frozen=True)
class LessonText:
    """A lesson as its author wrote it."""

    path: Path
    cells: tuple[Cell, ...]

    def stub(self) -> str:
        """Make the `.py` file that a student works in; where a cell is cut, it says how to see it."""
        return "\n".join(self._stub_cells())

    def _stub_cells(self) -> Iterator[str]:
        for is_example, group in groupby(self.cells, lambda cell: cell.kind == "example"):
            if is_example:
                yield f"# %% [markdown]\n{SEEN.format(address='/'.join(self.path.parts[-3:-1]))}\n"
            else:
                yield from (f"{_header(cell)}\n{stub_of(cell.text)}\n" for cell in group)

    def solutions(self) -> Iterator[tuple[str, Cell]]:
        """Go through the cells that hold an answer, with the name that each defines."""
        for cell in self.cells:
            if cell.kind == "code" and BEGIN in cell.text:
                yield _defined(self.path, cell), cell

    def secret_lines(self) -> set[str]:
        """Collect the lines of the answers, stripped, that students must not read anywhere."""
        answers = _stripped("\n".join(cell.text for _, cell in self.solutions()))
        examples = "\n".join(cell.text for cell in self.cells if cell.kind == "example")
        return answers - _stripped(self.stub()) - _stripped(re.sub("^# ", "", examples, flags=re.MULTILINE))


def _stripped(text: str) -> set[str]:
    return {line.strip() for line in text.split("\n")}


def _header(cell: Cell) -> str:
    return "# %% [markdown]" if cell.kind == "markdown" else "# %%"


def stub_of(text: str) -> str:
    """Replace each region of the answer by the line that says where to write."""
    lines: list[str] = []
    inside = False
    for line in text.split("\n"):
        if line.strip() == BEGIN:
            indent = line[: len(line) - len(line.lstrip())]
            lines += [indent + text for text in STUB]
            inside = True
        elif line.strip() == END:
            inside = False
        elif not inside:
            lines.append(line)
    return "\n".join(lines)


def read_lesson(path: Path) -> LessonText:
    """Read `lesson.py`.

    Raises:
        CourseError: a marker is unbalanced, nested, misspelt or in the wrong place.
    """
    try:
        text = path.read_text(encoding="utf-8")
        ast.parse(text)
    except FileNotFoundError:
        raise CourseError(f"{path}: this file is missing. Write the lesson.") from None
    except SyntaxError as error:
        raise CourseError(f"{path}:{error.lineno}: {error.msg}. Mend the syntax.") from None
    lines = text.split("\n")
    wrong = list(_wrong_markers(path, lines))
    if wrong:
        raise CourseError("\n".join(wrong))
    return LessonText(path, tuple(_cells(lines)))


def _cells(lines: list[str]) -> Iterator[Cell]:
    starts = [number for number, line in enumerate(lines) if CELL.match(line)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        rest = lines[start]
        kind = "markdown" if "[markdown]" in rest else "example" if EXAMPLE in rest else "code"
        yield Cell(kind, start + 2, tuple(lines[start + 1 : end]))


def _wrong_markers(path: Path, lines: list[str]) -> Iterator[str]:
    begun = 0
    for number, line in enumerate(lines, 1):
        marker = line.strip()
        place = f"{path}:{number}:"
        if marker == BEGIN:
            if begun:
                yield f"{place} BEGIN SOLUTION inside the one of line {begun}. Close that one first."
            if not line.startswith(" "):
                yield f'{place} the answer stands outside a function. Put "{BEGIN}" into its body.'
            begun = number
        elif marker == END:
            if not begun:
                yield f'{place} END SOLUTION without a beginning. Add "{BEGIN}" above the answer.'
            elif not any(_is_code(inner) for inner in lines[begun : number - 1]):
                yield f"{path}:{begun}: the answer is empty. Write it between the markers."
            begun = 0
        elif CELL.match(line) and begun:
            yield f'{path}:{begun}: BEGIN SOLUTION is never closed. Add "{END}" below the answer.'
            begun = 0
        elif _looks_like_marker(marker):
            yield f'{place} {marker!r} is no marker. Write "{BEGIN}" or "{END}".'
    if begun:
        yield f'{path}:{begun}: BEGIN SOLUTION is never closed. Add "{END}" below the answer.'


def _is_code(line: str) -> bool:
    return bool(line.strip()) and not line.strip().startswith("#")


def _looks_like_marker(comment: str) -> bool:
    if not comment.startswith("#") or len(comment) > 30:
        return False
    plain = " ".join(comment.upper().strip("# ").split())
    return bool(difflib.get_close_matches(plain, ("BEGIN SOLUTION", "END SOLUTION"), 1, 0.8))


def _defined(path: Path, cell: Cell) -> str:
    names = [node.name for node in ast.parse(cell.text).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    if len(names) != 1:
        raise CourseError(
            f"{path}:{cell.line}: this cell defines {len(names)} names. Give each task a cell of its own."
        )
    return names[0]


def check_course(course: Course, lessons: Collection[Lesson] | None = None) -> None:
    """Check the folders of some lessons, or of all.

    Raises:
        CourseError: with one line for each thing to mend.
    """
    wrong: list[str] = []
    wanted = list(course.lessons()) if lessons is None else list(lessons)
    for lesson in wanted:
        wrong += check_folder(lesson)
        wrong += check_drawing(lesson)
        wrong += _check_tasks(lesson)
        wrong += check_letters(course, lesson)
        wrong += check_reading(lesson)
    wrong += check_ids(course, wanted)
    folders = {(a.name, lesson.name) for a in course.assignments for lesson in a.lessons}
    for folder in sorted(path for path in (course.root / "solutions").glob("*/*") if path.is_dir()):
        if (folder.parent.name, folder.name) not in folders and folder.name != "__pycache__":
            wrong.append(f"{folder}: course.toml does not name this lesson. Add it there, or remove the folder.")
    if wrong:
        raise CourseError("\n".join(wrong))


def _check_tasks(lesson: Lesson) -> list[str]:
    try:
        text = read_lesson(lesson.folder / "lesson.py")
        found = [(name, cell.line) for name, cell in text.solutions()]
    except CourseError as error:
        return [str(error)]
    names, tasks = [name for name, _ in found], [task.name for task in lesson.tasks]
    toml = lesson.folder / "lesson.toml"
    wrong = [
        f"{text.path}:{line}: {name} is no task. Add it to lesson.toml." for name, line in found if name not in tasks
    ]
    wrong += [
        f"{toml}: no cell of lesson.py answers {name}. Write one with {BEGIN!r}." for name in tasks if name not in names
    ]
    wrong += [
        f"{text.path}: {name} is answered twice. Remove one."
        for name in sorted({n for n in names if names.count(n) > 1})
    ]
    answers = "\n\n".join(cell.text for _, cell in text.solutions())
    for cell in text.cells:
        wrong += check_prose(str(text.path), cell.kind, cell.line, cell.text)
    return [*wrong, *check_explanations(lesson, text.secret_lines()), *check_copies(lesson, answers, text.stub())]
