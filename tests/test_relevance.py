"""What of the top level was not run is said of the tasks that need it, with its line, and of no others."""

import pytest
from classroom import grade, hand_in

from autograder.course.model import Course
from autograder.intake import HandIn, Source
from autograder.isolation.forked import Zygote
from autograder.isolation.inside.loader import Loader

LOOP, CALL, BLOCK = "loops at the top level", "bare calls at the top level", "a `with` at the top level"
NEEDED = {
    "a table that a loop fills": ("T = {}\nfor n in 'ab':\n    T[n] = 2\ndef f(x):\n    return T['a'] * x\n", 2, LOOP),
    "a table, through a helper": (
        "T = {}\nfor n in 'ab':\n    T[n] = 2\ndef g():\n    return T['a']\ndef f(x):\n    return g() * x\n",
        2,
        LOOP,
    ),
    "a list that a loop fills": ("T = []\nfor n in 'ab':\n    T.append(n)\ndef f(x):\n    return T[0]\n", 2, LOOP),
    "a list, through another value": ("T = []\nT.append(1)\nS = sum(T)\ndef f(x):\n    return S * x\n", 2, CALL),
    "a counter": ("i = 0\nwhile i < 3:\n    i += 1\ndef f(x):\n    return i * x\n", 2, LOOP),
    "a loop's own name": ("for k in range(3):\n    pass\ndef f(x):\n    return k * x\n", 1, LOOP),
    "a function defined in a loop": ("for k in range(3):\n    def f(x):\n        return k * x\n", 1, LOOP),
    "a default value": ("T = []\nT.append(1)\ndef f(x, t=T):\n    return t[0] * x\n", 2, CALL),
    "a method by setattr": (
        "class Net:\n    pass\nsetattr(Net, 'forward', lambda self, x: x)\ndef f(x):\n    return Net().forward(x)\n",
        3,
        CALL,
    ),
    "an attribute of the task itself": ("def f(x):\n    return x * f.n\nsetattr(f, 'n', 2)\n", 3, CALL),
    "a class that is registered": (
        "R = {}\nclass Net: ...\ndef add(c):\n    R[0] = c\nadd(Net)\ndef f(x):\n    return R[0]\n",
        5,
        CALL,
    ),
    "a function that fills a table": (
        "T = {}\ndef fill():\n    T['a'] = 2\nfill()\ndef f(x):\n    return T['a'] * x\n",
        4,
        CALL,
    ),
    "a function that sets a global": (
        "T = None\ndef fill():\n    global T\n    T = 2\nfill()\ndef f(x):\n    return T * x\n",
        5,
        CALL,
    ),
    "a table that is passed on": (
        "T = {}\ndef fill(t):\n    t['a'] = 2\nfill(T)\ndef f(x):\n    return T['a'] * x\n",
        4,
        CALL,
    ),
    "a comprehension as a loop": ("T = []\n[T.append(k) for k in 'ab']\ndef f(x):\n    return T[0]\n", 2, CALL),
    "weights filled in place": (
        "import torch\nW = torch.empty(3)\nW.normal_()\ndef f(x):\n    return W * x\n",
        3,
        CALL,
    ),
    "weights filled in a loop": (
        "import torch\nM = torch.nn.Linear(1, 1)\nfor p in M.parameters():\n    torch.nn.init.zeros_(p)\n"
        "def f(x):\n    return M(x)\n",
        3,
        LOOP,
    ),
    "a seed": (
        "import torch\ntorch.manual_seed(0)\ndef f(x):\n    return x + torch.randn(3)\n",
        2,
        "each check sets the seeds",
    ),
    "a default of torch": (
        "import torch\ntorch.set_default_dtype(torch.float64)\ndef f(x):\n    return torch.zeros(3)\n",
        2,
        CALL,
    ),
    "names made by exec": ("exec('K = 2')\ndef f(x):\n    return K * x\n", 1, CALL),
    "names put into globals()": ("globals().update(K=2)\ndef f(x):\n    return K * x\n", 1, CALL),
    "a file read line by line": (
        "with open('x') as lines:\n    for last in lines:\n        pass\ndef f(x):\n    return last\n",
        1,
        BLOCK,
    ),
    "what stands below a guard": (
        "if __name__ == '__main__':\n    K = 2\ndef f(x):\n    return K * x\n",
        1,
        "is not run when the file is imported",
    ),
    "an import that raised": (
        "import nosuchpackage\ndef f(x):\n    return nosuchpackage.g(x)\n",
        1,
        "raised ModuleNotFoundError: No module named 'nosuchpackage'.",
    ),
    "a decorator that raised": (
        "@missing\ndef g(x):\n    return x\ndef f(x):\n    return g(x)\n",
        1,
        "raised NameError",
    ),
    "a name given to a layer": (
        "import torch\ndef f(x):\n    return x\nf = torch.nn.Linear(1, 1)\n",
        4,
        "gives the name f, which line 2 defines, to a value of type Linear",
    ),
    "a name that others use as a value": (
        "def n():\n    return 2\nn = 3\ndef f(x):\n    return x + n\n",
        3,
        "gives the name n, which line 1 defines, to a value of type int",
    ),
    "a module's name given to a number": (
        "import math\ndef f(x):\n    return math.sin(x)\nmath = 90\n",
        4,
        "gives the name math, which line 1 defines, to a value of type int",
    ),
    "a module's name given to a model": (
        "from torch import nn\nclass Net(nn.Module): ...\ndef f(x):\n    return nn.ReLU()(x)\nnn = Net()\n",
        5,
        "gives the name nn, which line 1 defines, to a value of type Net",
    ),
    "a function inside of another": (
        "import math\ndef main():\n    def f(x):\n        return x\n",
        3,
        "defines it inside of main: move it out, to the left edge",
    ),
    "a function inside of a class": (
        "class Solution:\n    def f(self, x):\n        return x\n",
        2,
        "defines it inside of Solution: move it out, to the left edge",
    ),
}
NOT_NEEDED = {
    "prints": "def f(x):\n    return x\nprint(f(1))\nfor i in range(3):\n    print(f(i))\n",
    "a training and its picture": (
        "import matplotlib.pyplot as plt\ndef f(x):\n    return x\nlosses = []\nfor e in range(3):\n    loss = f(e)\n"
        "    losses.append(loss)\nplt.plot(losses)\n"
    ),
    "a local variable of the same name": "def f(x):\n    y = x\n    return y\nfor e in range(3):\n    y = f(e)\n",
    "a variable of a comprehension": "def f(x):\n    return [i for i in x]\nfor i in range(3):\n    print(i)\n",
    "a seed where nothing is drawn": "import torch\ntorch.manual_seed(0)\ndef f(x):\n    return x\n",
    "a test of the task": "def f(x):\n    return x\ndef test(g):\n    assert g(1)\ntest(f)\n",
    "a guarded main": (
        "def f(x):\n    return x\ndef main():\n    y = f(1)\n    zs = []\n    zs.append(y)\n"
        "if __name__ == '__main__':\n    main()\n"
    ),
    "a statement that raised elsewhere": "import nosuchpackage\ndef f(x):\n    return x\n",
    "a module that is imported again": "import math\nmath = 3\nimport math\ndef f(x):\n    return math.sin(x)\n",
    "a function that is defined inside too": "def f(x):\n    return x\ndef main():\n    def f(x):\n        return x\n",
    "a docstring": "'''f.'''\ndef f(x):\n    return x\n",
}


def said(*cells: str, light: bool = False) -> list[str]:
    lesson = Loader("relevance", light)
    lesson.run(cells)
    return lesson.said_about("f")


@pytest.mark.parametrize("name", NEEDED)
def test_what_a_task_needs_is_said_with_its_line(name: str) -> None:
    text, line, words = NEEDED[name]

    (sentence,) = said(text)

    assert sentence.startswith(f"Line {line} ")
    assert words in sentence


@pytest.mark.parametrize("name", NOT_NEEDED)
def test_experiments_that_a_task_does_not_need_are_not_said(name: str) -> None:
    assert said(NOT_NEEDED[name]) == []


def test_in_a_notebook_the_cell_is_said() -> None:
    (sentence,) = said("T = {}\n", "# more\nT.update(a=2)\n", "def f(x):\n    return T['a'] * x\n")

    assert sentence.startswith("Cell 2, line 2 is not run: ")


def test_what_the_light_way_leaves_out_is_said() -> None:
    text = "def slow():\n    return 2\nK = slow()\ndef f(x):\n    return K * x\n"

    assert said(text) == []
    assert said(text, light=True) == [
        "Line 3 is not run: the top level took too long, so only imports, definitions and constants were run. "
        "Put slow work into functions."
    ]


def test_what_is_said_of_a_missing_name_is_not_said_twice() -> None:
    assert said("@missing\ndef f(x):\n    return x\n") == []
    assert said("import nosuchpackage\n@missing\ndef f(x):\n    return x\n") == []
    (of_the_import,) = said("from nosuchpackage import missing\n@missing\ndef f(x):\n    return x\n")
    assert of_the_import.startswith("Line 1 raised ModuleNotFoundError: No module named 'nosuchpackage'.")


def test_two_sentences_are_enough() -> None:
    text = "T = []\n" + "T.append(1)\n" * 9 + "def f(x):\n    return T[0] * x\n"

    assert [sentence[:6] for sentence in said(text)] == ["Line 2", "Line 3"]


@pytest.mark.parametrize("value", ["1" + " + 1" * 3000, "-" * 3000 + "1", "f" + ".a" * 3000, "[" * 90 + "]" * 90])
def test_a_value_that_is_nested_deep_ends_nothing(value: str) -> None:
    said(f"print({value})\nfor i in T:\n    {value}\nT = {value}\ndef f(x):\n    return T + {value}\nf = 1\n")


TABLE = "import torch\nT = {}\nfor n in (2, 3):\n    T[n] = n\n\ndef double(x):\n    return T[2] * x\n"


@pytest.mark.parametrize("cells", [(TABLE,), tuple(TABLE.split("\n\n"))], ids=["file", "notebook"])
def test_the_verdict_says_it(cells: tuple[str, ...], mini: Course, zygote: Zygote) -> None:
    source = Source("double", "double.py", cells, len(cells) > 1)

    (result,) = grade(mini, "play", [HandIn("ana", "ana", {"double": source}, digest="ana")], zygote, mini.limits)

    message = result.tasks[0].message
    place = "Line 3" if len(cells) == 1 else "Cell 1, line 3"
    assert message.startswith("double raised KeyError: 2 (")
    assert f"). {place} is not run: loops at the top level are experiments." in message
    assert "is not run" not in result.tasks[1].message


TAKEN = "def double(x):\n    return 2 * x\n\ndouble = double(2.0)\nprint(double)\n"


def test_a_function_that_an_experiment_has_taken_the_name_of_counts(mini: Course, zygote: Zygote) -> None:
    (result,) = grade(mini, "play", [hand_in("ana", double=TAKEN)], zygote, mini.limits)

    assert result.tasks[0].outcome == "passed"
    assert result.notes == (
        "double.py: line 4 gives the name double to a value of type float; what line 1 defines counts.",
    )


def test_a_class_that_an_experiment_has_taken_the_name_of_counts() -> None:
    lesson = Loader("relevance")

    lesson.run(["class Net:\n    pass\n", "Net = Net()\n"])

    assert isinstance(lesson.module.Net, type)
    assert lesson.remarks == [
        "cell 2, line 1 gives the name Net to a value of type Net; what cell 1, line 1 defines counts."
    ]


def test_an_imported_function_that_an_experiment_has_taken_the_name_of_counts() -> None:
    lesson = Loader("relevance")

    lesson.run(["from math import sin\ndef f(x):\n    return sin(x)\nsin = sin(1)\n"])

    assert lesson.module.f(0) == 0
    assert lesson.remarks == ["line 4 gives the name sin to a value of type float; what line 1 defines counts."]


@pytest.mark.parametrize("again", ["functools.partial(f)", "staticmethod(f)", "(lambda g: lambda x: g(x))(f)", "f"])
def test_a_function_that_is_wrapped_stays_wrapped(again: str) -> None:
    lesson = Loader("relevance")

    lesson.run([f"import functools\ndef f(x: int) -> int:\n    return 2 * x\ng = f\nf = {again}\n"])

    assert (lesson.module.f is lesson.module.g) == (again == "f")
    assert lesson.module.f(2) == 4
    assert (lesson.notes, lesson.remarks) == ([], [])


def test_the_last_definition_counts_after_an_experiment() -> None:
    lesson = Loader("relevance")

    lesson.run(["def f(x):\n    return 1\nf = f(0)\ndef f(x):\n    return 2\n"])

    assert lesson.module.f(0) == 2
    assert lesson.remarks == []


def test_a_protocol_that_is_given_away_ends_nothing() -> None:
    lesson = Loader("relevance")

    lesson.run(["import typing\nclass P(typing.Protocol):\n    x: int\nP = 3\nK = 2\n"])

    assert isinstance(lesson.module.P, type)
    assert (lesson.module.K, lesson.notes) == (2, [])


def test_a_value_that_others_use_is_left_to_them() -> None:
    lesson = Loader("relevance")

    lesson.run(["def words():\n    return ['a']\nwords = words()\ndef f(x):\n    return words[x]\n"])

    assert lesson.module.f(0) == "a"
    assert lesson.remarks == []
