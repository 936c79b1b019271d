"""A missing name is explained by what would have bound it, by an import that is missing, or by one that is near."""

import pytest
from classroom import grade, hand_in

from autograder.course.model import Course
from autograder.errors import Note
from autograder.exam.outcome import explain_missing
from autograder.isolation.forked import Zygote
from autograder.isolation.inside.advice import IMPORTS
from autograder.isolation.limits import Limits

COLAB = "from google.colab import drive\n"
CASES = {
    "a misspelt task below an import from Colab": (
        f"{COLAB}def duble(x):\n    return 2 * x\n",
        "missing",
        "double is not defined. There is duble: is it that?",
    ),
    "a misspelt task below a table that is not there": (
        "data = open('data.csv').read()\ndef doubles(x):\n    return 2 * x\n",
        "missing",
        "double is not defined. There is doubles: is it that?",
    ),
    "an unwritten task below an import from Colab": (
        f"{COLAB}x = 1\n",
        "missing",
        "double is not defined. Is the name spelt as in the lesson?",
    ),
    "a decorator that is missing": (
        f"{COLAB}@njit\ndef double(x):\n    return 2 * x\n",
        "failed",
        "double is not defined: line 2 raised NameError: name 'njit' is not defined.",
    ),
    "a decorator whose import failed": (
        "import torch\nfrom nosuchpackage import njit\n@njit\ndef double(x):\n    return 2 * x\n",
        "failed",
        "double is not defined: line 3 raised NameError: name 'njit' is not defined. Line 2 raised ModuleNotFoundError",
    ),
    "a task that is itself imported": (
        "from nosuchlesson import double\n",
        "failed",
        "double is not defined: line 1 raised ModuleNotFoundError: No module named 'nosuchlesson'.",
    ),
    "a task that may come with a star": (
        "from nosuchlesson import *\n",
        "failed",
        "double is not defined: line 1 raised ModuleNotFoundError: No module named 'nosuchlesson'.",
    ),
    "a file that Python cannot read": (
        "def double(x)\n    return 2 * x\n",
        "failed",
        "double is not defined: line 1 raised SyntaxError: expected ':'. Here it is read by Python 3.",
    ),
    "numpy without its import": (
        "def double(x):\n    return np.add(x, x)\n",
        "failed",
        "name 'np' is not defined (line 2: return np.add(x, x)). `import numpy as np` is missing.",
    ),
    "functional without its import": (
        f"{COLAB}import torch\ndef double(x):\n    return F.relu(x)\n",
        "failed",
        "name 'F' is not defined (line 4: return F.relu(x)). `import torch.nn.functional as F` is missing.",
    ),
    "layers without their import": (
        "class Double(nn.Module):\n    pass\ndef double(x):\n    return Double()(x)\n",
        "failed",
        "name 'Double' is not defined (line 4: return Double()(x)). "
        "Line 1 raised NameError: name 'nn' is not defined. `from torch import nn` is missing.",
    ),
    "a local name that is near": (
        "def double(x):\n    total = x + x\n    return totl\n",
        "failed",
        "name 'totl' is not defined (line 3: return totl). There is total: is it that?",
    ),
    "a function of torch that is near": (
        "import torch\ndef double(x):\n    return torch.multiplly(x, 2)\n",
        "failed",
        "There is multiply: is it that?",
    ),
    "a name of another lesson's author": (
        "def double(x):\n    return zweimal(x)\n",
        "failed",
        "double raised NameError: name 'zweimal' is not defined (line 2: return zweimal(x))",
    ),
}


def test_a_missing_name_is_explained(mini: Course, zygote: Zygote) -> None:
    hand_ins = [hand_in(name, double=text) for name, (text, _, _) in CASES.items()]

    for result in grade(mini, "play", hand_ins, zygote, Limits()):
        _, outcome, said = CASES[result.student]
        task = result.tasks[0]
        assert (task.outcome, said in task.message) == (outcome, True), f"{result.student}: {task.message}"
        assert task.message.count("google") == 0


@pytest.mark.parametrize("name", IMPORTS)
def test_an_import_that_is_named_can_be_made(name: str) -> None:
    namespace: dict[str, object] = {}

    exec(IMPORTS[name], namespace)

    assert name in namespace


class Loaded:
    names = ("double",)

    def __init__(self, *notes: Note) -> None:
        self.notes = notes


def test_of_several_notes_the_one_that_would_have_bound_the_name_is_said() -> None:
    first = Note("ImportError", "no files", 1, None, ("files",))
    second = Note("ValueError", "no value", 7, 2, ("net", "double"))

    outcome, said = explain_missing("double", Loaded(first, second))

    assert (outcome, said) == ("failed", "double is not defined: cell 2, line 7 raised ValueError: no value.")
    assert explain_missing("double", Loaded(first))[0] == "missing"
