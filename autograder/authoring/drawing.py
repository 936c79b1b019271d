"""The drawing that explains a lesson: `drawing.py` draws it, two files beside it keep it, and every reader gets it.

The same drawing differs a little from one version of matplotlib to the next. So the files are kept, and they are drawn
again only if `drawing.py` has changed since.
"""

import hashlib
import io
import re
import runpy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course.model import Lesson
from autograder.errors import CourseError

SOURCE = "drawing.py"
INCHES = (7.2, 3.0)
DOTS_PER_INCH = 130
FONTS_AS_PATHS: Any = {"svg.fonttype": "path", "svg.hashsalt": "unroll", "font.size": 9}
IMAGE = re.compile(r"^# !\[(?P<alt>.*)\]\((?P<name>[^)]*)\)$", re.MULTILINE)


@dataclass(frozen=True)
class Drawing:
    """One drawing, as a text for files and as a picture for notebooks."""

    svg: str
    png: bytes


def drawing_of(lesson: Lesson) -> Drawing | None:
    """Read a lesson's drawing, or draw it again if `drawing.py` has changed; None if the lesson has none.

    Raises:
        CourseError: `drawing.py` cannot be run.
    """
    source = lesson.folder / SOURCE
    if not source.is_file():
        return None
    digest = hashlib.sha256(source.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
    kept = _kept(lesson.folder)
    return kept if kept and digest in kept.svg and digest.encode() in kept.png else _draw(source, digest)


def _kept(folder: Path) -> Drawing | None:
    try:
        return Drawing((folder / "drawing.svg").read_text(encoding="utf-8"), (folder / "drawing.png").read_bytes())
    except OSError:
        return None


def _draw(source: Path, digest: str) -> Drawing:
    import matplotlib
    from matplotlib.figure import Figure

    svg, png = io.StringIO(), io.BytesIO()
    tight: Any = {"bbox_inches": "tight", "pad_inches": 0.1}
    with matplotlib.rc_context(FONTS_AS_PATHS):
        figure = Figure(INCHES, layout="constrained")
        try:
            runpy.run_path(str(source))["draw"](figure)
            drawn = bool(figure.axes or figure.texts or figure.lines or figure.patches or figure.images)
            figure.savefig(svg, format="svg", metadata={"Date": None, "Source": digest}, **tight)
            figure.savefig(png, format="png", metadata={"Software": None, "Source": digest}, dpi=DOTS_PER_INCH, **tight)
        except (Exception, SystemExit) as error:
            said = " ".join(f"{type(error).__name__}: {error}".split())
            raise CourseError(f"{source}: {said}. It should define draw(figure).") from None
    if not drawn:
        raise CourseError(f"{source}: draw(figure) draws nothing. Draw into the figure that is given.")
    lines = (line.rstrip() for line in svg.getvalue().split("\n"))
    return Drawing("\n".join(lines), png.getvalue())


def check_drawing(lesson: Lesson) -> Iterator[str]:
    """Find what an author forgot of a drawing: a line for each thing to mend."""
    path = lesson.folder / "lesson.py"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    shown = {found["name"]: found["alt"] for found in IMAGE.finditer(text)}
    name = f"{lesson.name}.svg"
    if (lesson.folder / SOURCE).is_file() and not shown.get(name, "").strip():
        yield f'{path}: shows no {name}. Add "# ![what it shows]({name})" to a cell, or remove {SOURCE}.'
    for other in shown if (lesson.folder / SOURCE).is_file() else ():
        if other != name:
            yield f"{path}: shows {other}, and {SOURCE} draws {name}. Mend the name."
    if shown and not (lesson.folder / SOURCE).is_file():
        yield f"{path}: shows {', '.join(shown)}. Write {SOURCE}, which draws it."
    try:
        drawing_of(lesson)
    except CourseError as error:
        yield str(error)
