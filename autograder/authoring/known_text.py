"""Write `known.json`: one entry a line. A number that is still within the tolerance keeps its old text.

So a small change of a lesson is a small difference between two versions of the file.
"""

import json
import math
from typing import Any

OPEN = 5  # file, lessons, lesson, its tests, the entries of a test
TOLERANCE = 1e-4  # numbers differ by less than that between machines


def known_text(content: Any) -> str:
    """Write the content of `known.json`: whatever lies deeper than the entries of a test has one line."""
    return _text(content, 0) + "\n"


def _text(value: Any, depth: int) -> str:
    if depth < OPEN and value and isinstance(value, dict):
        parts = [f"{json.dumps(key)}: {_text(part, depth + 1)}" for key, part in value.items()]
        return _block("{", parts, "}", depth)
    if depth < OPEN and value and isinstance(value, list):
        return _block("[", [_text(part, depth + 1) for part in value], "]", depth)
    return json.dumps(value, separators=(",", ":"))


def _block(begin: str, parts: list[str], end: str, depth: int) -> str:
    separator = f",\n{' ' * (depth + 1)}"
    return f"{begin}\n{' ' * (depth + 1)}{separator.join(parts)}\n{' ' * depth}{end}"


def close(first: Any, second: Any) -> bool:
    """Compare JSON data; numbers may differ by 1e-4, because they do between machines."""
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(close(first[key], second[key]) for key in first)
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(close, first, second))
    if isinstance(first, float) and isinstance(second, (float, int)):
        return math.isclose(first, second, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(first == second)


def settled(made: Any, there: Any) -> Any:
    """Take each number from an earlier version of JSON data, if it is within the tolerance."""
    if isinstance(made, dict) and isinstance(there, dict):
        return {key: settled(part, there.get(key)) for key, part in made.items()}
    if isinstance(made, list) and isinstance(there, list):
        return _settled_list(made, there)
    return there if type(made) is type(there) is float and close(there, made) else made


def _settled_list(made: list[Any], there: list[Any]) -> list[Any]:
    """Pair the entries of a test by their mistake, and other parts by their place in the list."""
    before = {_mistake(part): part for part in there}
    if None not in before:
        return [settled(part, before.get(_mistake(part))) for part in made]
    return [settled(part, there[place] if place < len(there) else None) for place, part in enumerate(made)]


def _mistake(entry: Any) -> tuple[str, str] | None:
    """Name the mistake of an entry; other data has none."""
    if isinstance(entry, dict) and {"id", "variant"} <= entry.keys():
        return str(entry["id"]), str(entry["variant"])
    return None
