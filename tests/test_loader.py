"""A hand-in's definitions run top to bottom; experiments, magics and broken cells cost nothing else."""

import pytest

from autograder.isolation.inside import loader

RIGHT = "def f(x):\n    return x + 1\n"


def test_definitions_assignments_if_and_try_run_in_order() -> None:
    text = (
        "import math\nTWO = 2\nif TWO == 2:\n    THREE = 3\ntry:\n    FOUR = 2 * TWO\nexcept Exception:\n    FOUR = 0\n"
    )

    module, notes = loader.load("lesson", [text])

    assert (module.TWO, module.THREE, module.FOUR) == (2, 3, 4)
    assert not notes


@pytest.mark.parametrize("text", ["f(1)\n", "while True:\n    pass\n", "for i in range(9):\n    x = i\n", "del f\n"])
def test_bare_calls_and_loops_do_not_run(text: str) -> None:
    module, notes = loader.load("lesson", [f"{RIGHT}{text}"])

    assert module.f(1) == 2
    assert not hasattr(module, "x")
    assert not notes


@pytest.mark.parametrize(
    "text",
    [
        "%matplotlib inline\n",
        "!pip install torch\n",
        "%%time\n",
        "f?\n",
        "if True:\n    !ls\n",
    ],
)
def test_magics_and_shell_lines_are_dropped(text: str) -> None:
    module, notes = loader.load("lesson", [f"{text}{RIGHT}"])

    assert module.f(1) == 2
    assert not notes


def test_a_cell_of_another_language_is_left_out() -> None:
    module, notes = loader.load("lesson", ["%%bash\nrm -rf everything\n", RIGHT])

    assert module.f(1) == 2
    assert not notes


def test_a_line_that_begins_with_a_percent_sign_in_valid_python_is_kept() -> None:
    module, _ = loader.load("lesson", ["x = (7\n% 4)\n"])

    assert module.x == 3


def test_what_raises_is_noted_with_its_line_and_passed_over() -> None:
    module, notes = loader.load("lesson", ["a = 1\n", "b = 1 / 0\nc = 3\n"])

    assert module.c == 3
    assert notes == [{"kind": "ZeroDivisionError", "text": "division by zero", "line": 1, "cell": 2}]


def test_a_syntax_error_costs_one_percent_cell() -> None:
    module, notes = loader.load("lesson", [f"# %%\ndef g(x)\n    return x\n\n# %%\n{RIGHT}"])

    assert module.f(1) == 2
    assert [note["line"] for note in notes] == [2]


def test_the_last_definition_counts() -> None:
    module, _ = loader.load("lesson", [RIGHT, "def f(x):\n    return x + 2\n"])

    assert module.f(1) == 3


def test_the_light_way_keeps_definitions_and_constants() -> None:
    text = f"import math\n{RIGHT}TAU = 2 * math.pi\nROOT = math.sqrt(4)\nRESULT = f(1)\n"

    module, _ = loader.load("lesson", [text], light=True)

    assert module.TAU > 6 and module.ROOT == 2
    assert not hasattr(module, "RESULT")


@pytest.mark.parametrize("text", ["(" * 5000 + "1" + ")" * 5000, "-" * 200000 + "1", "\x00", "x = 'é" + "\ud800'"])
def test_a_source_that_cannot_be_parsed_is_a_note(text: str) -> None:
    _, notes = loader.load("lesson", [text])

    assert len(notes) == 1
