"""Check the sentences that students read: at most 25 words each, for readers who learned English at school.

A word has a letter or a digit. Code, a link and a formula are one word each. A sentence ends with one of the marks . ?
! : ; before a space. It also ends with its paragraph, item or cell.
"""

import ast
import re
from collections.abc import Iterator

from autograder.authoring.explained import line_of
from autograder.course.model import Lesson
from autograder.course.variants import mistakes
from autograder.errors import CourseError

MOST = 25
FENCE = re.compile(r"^```.*?^```|\$\$.*?\$\$", re.DOTALL | re.MULTILINE)
ONE_WORD = re.compile(r"\$[^$]*\$|``[^`]*``|`[^`]*`|!?\[[^\]]*\]\([^)]*\)|https?://\S+")
BREAK = re.compile(r"\n\s*\n|\n\s*(?:[-*#>]|\d+\.)\s|\||\n[ \t]*\w+: ")
END = re.compile(r"(?<=[.!?:;])[\"')\]*_]*\s")


def too_long(text: str) -> list[str]:
    """List the sentences of a text, as Markdown or plain, that have more than 25 words."""
    plain = ONE_WORD.sub(" word ", FENCE.sub("\n\n", text))
    return [one.strip() for part in BREAK.split(f"\n{plain}") for one in END.split(part) if _words(one) > MOST]


def _words(sentence: str) -> int:
    return sum(any(letter.isalnum() for letter in word) for word in sentence.split())


def check_reading(lesson: Lesson) -> Iterator[str]:
    """Make a line for each sentence of a lesson that is too long for its readers."""
    for place, text in (*_told(lesson), *_mistakes(lesson)):
        for sentence in too_long(text):
            begin = " ".join(" ".join(sentence.split()).split(" ")[:6])
            yield f"{place} the sentence {begin!r} ... has {_words(sentence)} words. Make two of it: {MOST} at most."


def _told(lesson: Lesson) -> Iterator[tuple[str, str]]:
    """Go through what stands in `lesson.toml`, each text with its place."""
    toml = lesson.folder / "lesson.toml"
    yield from ((f"{toml}:", text) for text in lesson.beyond)
    for task in lesson.tasks:
        for key in ("hints", "why"):
            texts = task.hints if key == "hints" else (task.why,)
            yield from ((f"{toml}:{line_of(toml, task.name, key)}:", text) for text in texts)
        for shape in (*task.takes, *task.returns):
            yield f"{toml}:{line_of(toml, task.name, shape.name)}:", shape.about
    for question in lesson.questions:
        yield f"{toml}:{line_of(toml, question.name, 'ask')}:", question.ask


def _mistakes(lesson: Lesson) -> Iterator[tuple[str, str]]:
    try:
        found = mistakes(lesson)
    except (CourseError, SyntaxError, KeyError, OSError):  # which is said elsewhere
        return
    said: dict[str, str] = {}
    for variant in found:
        for text in filter(None, (variant.says, variant.home)):
            said.setdefault(text, f"{lesson.folder / variant.file}:{variant.line}:")
    yield from ((place, text) for text, place in said.items())


def check_prose(path: str, kind: str, line: int, text: str) -> Iterator[str]:
    """Make a line for each sentence of a cell that is too long: of its prose, or of what it documents.

    Args:
        kind: `markdown`, `code` or `example`.
        line: where the cell's text begins.
    """
    texts = [(line, re.sub("^# ?", "", text, flags=re.MULTILINE))] if kind == "markdown" else []
    if kind == "code":
        nodes = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.ClassDef))
        texts = [(line + node.lineno - 1, ast.get_docstring(node) or "") for node in nodes]
    for number, prose in texts:
        for sentence in too_long(prose):
            begin = " ".join(" ".join(sentence.split()).split(" ")[:6])
            place = f"{path}:{number}:"
            yield f"{place} the sentence {begin!r} ... has {_words(sentence)} words. Make two of it: {MOST} at most."
