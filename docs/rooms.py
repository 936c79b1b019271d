"""Draw the rooms of the machine and what they import, from the imports themselves: python docs/rooms.py [--check].

A room stands on the floor above the highest room that it imports. An arrow that follows from two others is left out.
"""

import ast
import re
import sys
import textwrap
from html import escape
from pathlib import Path

DOCS = Path(__file__).resolve().parent
MACHINE = DOCS.parent / "autograder"
PICTURE = DOCS / "pictures" / "rooms.svg"
WIDTH, ROW, BOX, SIDE, GAP = 940, 112, 74, 300, 24

Graph = dict[str, set[str]]


def rooms() -> Graph:
    """Return what each room imports: a folder of the machine, or a file at its top."""
    found: Graph = {}
    for path in sorted(MACHINE.rglob("*.py")):
        name = path.relative_to(MACHINE).parts[0].removesuffix(".py")
        if name != "__init__":
            found.setdefault(name, set()).update(_imported(path))
    return {name: {other for other in others if other in found and other != name} for name, others in found.items()}


def _imported(path: Path) -> set[str]:
    text = path.read_text(encoding="utf-8")
    return set(re.findall(r"^\s*(?:from|import) autograder\.(\w+)", text, re.MULTILINE))


def floors(graph: Graph) -> list[list[str]]:
    """Put each room on the floor above those that it imports."""
    height: dict[str, int] = {}
    while len(height) < len(graph):
        free = [name for name in graph if name not in height and graph[name] <= set(height)]
        if not free:
            sys.exit(f"These rooms import one another: {', '.join(sorted(set(graph) - set(height)))}.")
        height |= {name: 1 + max((height[other] for other in graph[name]), default=-1) for name in free}
    return [sorted(name for name in height if height[name] == floor) for floor in range(max(height.values()) + 1)]


def arrows(graph: Graph) -> list[tuple[str, str]]:
    """Leave out what another way leads to as well."""
    below: Graph = {}
    for floor in floors(graph):
        for name in floor:
            below[name] = graph[name].union(*(below[other] for other in graph[name]))
    return [
        (name, other)
        for name in graph
        for other in sorted(graph[name])
        if not any(other in below[between] for between in graph[name])
    ]


def says(room: str) -> str:
    """Return the first sentence of a room's docstring."""
    path = MACHINE / room / "__init__.py"
    path = path if path.exists() else MACHINE / f"{room}.py"
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return re.split(r"(?<=[.;])\s", " ".join(text.split()))[0].rstrip(".:;")


def drawn(graph: Graph) -> str:
    """Return the picture as SVG."""
    rows = floors(graph)
    places = {
        name: (_left(number, len(row)), (len(rows) - 1 - floor) * ROW + 8)
        for floor, row in enumerate(rows)
        for number, name in enumerate(row)
    }
    lines = [_arrow(places[one], places[other]) for one, other in arrows(graph)]
    boxes = [_box(name, *place) for name, place in places.items()]
    height = len(rows) * ROW
    return "\n".join([HEAD.format(width=WIDTH, height=height), *lines, *boxes, "</svg>", ""])


HEAD = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" font-family="sans-serif">
<rect width="100%" height="100%" fill="white"/>
<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">\
<path d="M0 0 8 4 0 8z" fill="#567"/></marker></defs>"""


def _left(number: int, count: int) -> int:
    whole = count * SIDE + (count - 1) * GAP // 2
    return (WIDTH - whole) // 2 + number * (SIDE + GAP // 2)


def _arrow(one: tuple[int, int], other: tuple[int, int]) -> str:
    start, end = (one[0] + SIDE // 2, one[1] + BOX), (other[0] + SIDE // 2, other[1])
    bend = f"C{start[0]} {start[1] + 30} {end[0]} {end[1] - 30}"
    return (
        f'<path d="M{start[0]} {start[1]}{bend} {end[0]} {end[1]}" fill="none" stroke="#567" marker-end="url(#tip)"/>'
    )


def _box(name: str, left: int, top: int) -> str:
    title = f'<text x="{left + 12}" y="{top + 21}" font-size="15" font-weight="bold">{name}</text>'
    about = [
        f'<text x="{left + 12}" y="{top + 39 + 14 * number}" font-size="11">{escape(line)}</text>'
        for number, line in enumerate(textwrap.wrap(says(name), 50)[:3])
    ]
    frame = f'<rect x="{left}" y="{top}" width="{SIDE}" height="{BOX}" rx="6" fill="#eef3f8" stroke="#89a"/>'
    return "\n".join([frame, title, *about])


def main() -> None:
    """Write the picture, or say that it is not the one of now."""
    picture = drawn(rooms())
    if "--check" not in sys.argv:
        PICTURE.write_text(picture, encoding="utf-8")
    elif not PICTURE.exists() or PICTURE.read_text(encoding="utf-8") != picture:
        sys.exit(f"{PICTURE.relative_to(DOCS.parent)} does not show the imports of now. Run: python docs/rooms.py")


if __name__ == "__main__":
    main()
