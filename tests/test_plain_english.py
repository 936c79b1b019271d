"""What people read of the kit is written for those who learned English at school: at most 25 words a sentence.

`unroll verify` holds the lessons to it. These tests hold the guides, the docstrings and comments, and what is printed.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from classroom import REPOSITORY

from autograder.authoring.reading import MOST, too_long
from autograder.authoring.weights import BEGIN, END
from autograder.cli.commands import cli

WRITTEN_BY_THE_KIT = {"mutation.md"}
GUIDES = [
    *sorted(REPOSITORY.glob("*.md")),
    *(path for path in sorted((REPOSITORY / "docs").glob("*.md")) if path.name not in WRITTEN_BY_THE_KIT),
    *sorted((REPOSITORY / "autograder").rglob("*.md")),
]
MODULES = sorted((REPOSITORY / "autograder").rglob("*.py"))
COLUMNS = re.compile(r"^.*\S {2,}\S.*$", re.MULTILINE)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_guides_have_no_long_sentence(guide):
    assert too_long(written_by_people(guide.read_text(encoding="utf-8"))) == []


def test_docstrings_have_no_long_sentence():
    assert long_ones(docstrings) == []


def test_comments_have_no_long_sentence():
    assert long_ones(comments) == []


def test_messages_have_no_long_sentence():
    assert long_ones(messages) == []


def test_help_texts_have_no_long_sentence():
    texts = [(name, text) for name, text in help_texts("unroll", cli)]

    assert len(texts) > 40
    assert [(name, sentence) for name, text in texts for sentence in too_long(lines_of_columns(text))] == []


def test_a_long_sentence_is_found_wherever_it_stands():
    sentence = "A word and " * 9
    source = f'"""{sentence}"""\n# {sentence[:50]}\n# {sentence[50:]}\nx = f"{{y}} {sentence}"\n'

    assert [len([one for text in find(source) for one in too_long(text)]) for find in KINDS] == [1, 1, 1]
    assert too_long(f"| a | {sentence} |\n- {sentence}\n") == [sentence.strip(), sentence.strip()]
    assert too_long(lines_of_columns(f"Args:\n  A    {sentence}\n")) != []


def test_a_sentence_may_have_25_words_and_no_more():
    assert too_long("one " * MOST) == []
    assert too_long("one " * (MOST + 1)) != []


def written_by_people(text: str) -> str:
    """Leave out the tables that a command writes into a guide."""
    before, _, rest = text.partition(BEGIN)
    return before + rest.partition(END)[2]


def long_ones(find) -> list[tuple[Path, str]]:
    """List the long sentences of all modules, each with its file."""
    texts = ((path, text) for path in MODULES for text in find(path.read_text(encoding="utf-8")))
    return [(path.relative_to(REPOSITORY), one) for path, text in texts for one in too_long(lines_of_columns(text))]


def lines_of_columns(text: str) -> str:
    """Make a paragraph of each line that has columns: nobody reads on from one row of a table to the next."""
    return COLUMNS.sub(r"\n\n\g<0>\n\n", text)


def docstrings(source: str) -> Iterator[str]:
    """Go through the docstrings of a module."""
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    yield from (ast.get_docstring(node) or "" for node in ast.walk(ast.parse(source)) if isinstance(node, kinds))


def comments(source: str) -> Iterator[str]:
    """Go through the comments of a module; those on lines that follow each other are one text."""
    block, last = "", -1
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            if token.start[0] != last + 1:
                yield block
                block = ""
            block, last = f"{block}\n{token.string.lstrip('# ')}", token.start[0]
    yield block


def messages(source: str) -> Iterator[str]:
    """Go through the texts of a module beside its docstrings; a value that is put in is one word."""
    tree = ast.parse(source)
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    inside |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "word" for part in node.values)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.value


KINDS = (docstrings, comments, messages)


def help_texts(name: str, command: click.Command) -> Iterator[tuple[str, str]]:
    """Go through the help of a command, of its options and of its own commands."""
    yield name, command.help or ""
    yield from ((f"{name} {one.opts[0]}", one.help or "") for one in command.params if isinstance(one, click.Option))
    if isinstance(command, click.Group):
        for below in command.commands.values():
            yield from help_texts(f"{name} {below.name}", below)
