"""What of a hand-in's top level is run, how its text becomes statements, and in which words the rest is passed over."""

import ast

import pytest

from autograder.isolation.inside.source import Compiler, parse, statements, without_magics
from autograder.isolation.inside.toplevel import BLOCK, CALL, LOOP, MAIN, OTHER, SEED, SLOW, is_guard, why_not


def statement(text: str) -> ast.stmt:
    (one,) = ast.parse(text).body
    return one


RUN = [
    "import torch",
    "def f(): pass",
    "async def f(): pass",
    "class A: pass",
    "x = torch.rand(3)",
    "x: int = 3",
    "x += 1",
    "(x := 3)",
    "if x:\n    y = 1",
    "try:\n    import a\nexcept ImportError:\n    pass",
    "match x:\n    case 1:\n        y = 1",
    "with open('a') as f:\n    x = 1",
    "if __name__ == '__main__':\n    x = 1\nelse:\n    x = 2",
]
NOT_RUN = [
    ("for i in x: y = i", LOOP),
    ("while True: pass", LOOP),
    ("print(x)", CALL),
    ("x", CALL),
    ("'a text'", CALL),
    ("torch.manual_seed(0)", SEED),
    ("with a:\n    print(1)", BLOCK),
    ("with a:\n    for i in x: pass", BLOCK),
    ("if __name__ == '__main__':\n    x = 1", MAIN),
    ("if '__main__' == __name__: pass", MAIN),
    ("assert x", OTHER),
    ("del x", OTHER),
    ("raise ValueError", OTHER),
]


@pytest.mark.parametrize("text", RUN)
def test_what_defines_something_is_run(text: str) -> None:
    assert why_not(statement(text), light=False) == ""


@pytest.mark.parametrize(("text", "said"), NOT_RUN)
def test_what_is_an_experiment_is_not_run_and_it_is_said_why(text: str, said: str) -> None:
    assert why_not(statement(text), light=False) == said
    assert why_not(statement(text), light=True) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 3", ""),
        ("x = [1, (2, -3)]", ""),
        ("x = float('inf')", ""),
        ("x: int = len(range(3))", ""),
        ("device = torch.device('cpu')", ""),
        ("def f(): return torch.rand(3)", ""),
        ("if torch.cuda.is_available():\n    x = 1", ""),
        ("try:\n    import a\nexcept ImportError:\n    raise", ""),
        ("x = train(model)", SLOW),
        ("x = torch.rand(3)", SLOW),
        ("x += 1", SLOW),
        ("if train():\n    x = 1", SLOW),
        ("if x:\n    y = train()", SLOW),
        ("try:\n    x = 1\nexcept E:\n    y = train()", SLOW),
        ("match train():\n    case 1:\n        x = 1", SLOW),
        ("match x:\n    case 1:\n        y = train()", SLOW),
        ("with train() as x:\n    y = 1", SLOW),
    ],
)
def test_where_time_is_short_only_what_is_surely_quick_is_run(text: str, said: str) -> None:
    assert why_not(statement(text), light=True) == said


@pytest.mark.parametrize(
    "text",
    ["if __name__ != '__main__': pass", "if name == '__main__': pass", "if __name__ == 'main': pass", "x = 1"],
)
def test_another_condition_is_no_guard(text: str) -> None:
    assert not is_guard(statement(text))


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("x = 1", "x = 1"),
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("if x:\n    !pip install a", "if x:\n    pass"),
        ("torch.rand?", "pass"),
        ("%%time\nx = 1", "pass\nx = 1"),
        ("%%bash\nls\nx = 1", "\n\n"),
        ("\n%%html\n<b>", "\n\n"),
        ("", ""),
    ],
)
def test_magics_are_dropped_and_lines_keep_their_numbers(text: str, plain: str) -> None:
    assert without_magics(text) == plain
    assert without_magics(text).count("\n") == text.count("\n")


def test_python_that_looks_like_a_magic_stays_as_it_is() -> None:
    assert ast.unparse(parse("x = (7\n% 3)")) == "x = 7 % 3"


def test_a_text_that_is_no_python_without_magics_either_raises_its_first_error() -> None:
    with pytest.raises(SyntaxError) as caught:
        parse("%time\ndef f(:\n")
    assert caught.value.lineno == 1


def test_a_neighbour_is_imported_by_its_name() -> None:
    text = "from .windows import a\nfrom ..b import c\nfrom . import d"

    assert ast.unparse(parse(text)) == "from windows import a\nfrom ..b import c\nfrom . import d"


def test_a_syntax_error_costs_its_percent_cell_alone() -> None:
    text = "# %%\nx = 1\n# %%\ny = = 2\n# %%\n\nz = 3\n"
    broken: list[int] = []

    found = list(statements(text, lambda error, line: broken.append(line)))

    assert [(ast.unparse(one), one.lineno) for one in found] == [("x = 1", 2), ("z = 3", 7)]
    assert broken == [4]


def test_without_percent_cells_it_costs_the_whole_text() -> None:
    broken: list[int] = []

    assert list(statements("x = 1\ny = = 2\n", lambda error, line: broken.append(line))) == []
    assert broken == [2]


def test_a_future_import_holds_for_what_is_compiled_after_it() -> None:
    compiled = Compiler()
    tree = ast.parse("def f(x: undefined): pass")
    before: dict[str, object] = {}
    after: dict[str, object] = {}

    with pytest.raises(NameError):
        exec(compiled(tree, "cell"), before)
    compiled(ast.parse("from __future__ import annotations"), "cell")
    exec(compiled(tree, "cell"), after)

    assert "f" in after
