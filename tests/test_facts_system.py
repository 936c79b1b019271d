"""What is not there for code that is checked is said: files, processes, a network, a keyboard, a GPU, packages."""

import ast
import platform
from types import SimpleNamespace

import pytest
from classroom import grade, hand_in

from autograder.course.model import Course
from autograder.errors import Note
from autograder.exam.outcome import explain_missing
from autograder.exam.results import HandInResult
from autograder.isolation.forked import Zygote
from autograder.isolation.inside.loader import Loader
from autograder.isolation.limits import Limits

FILES = "Code that is checked can neither read nor write files ({}). Take that out."
PROCESS = "Code that is checked can start no other process; a DataLoader needs num_workers=0."
NETWORK = "Code that is checked has no network. Take that out."
DEBUGGER = "Nobody answers a debugger here: take it out."
PACKAGES = "Of your own files only the lessons can be imported."
GPU = "There is no GPU here: take the device from an argument, such as x.device."
BODIES = {
    "a log": ("open('log.txt', 'w').write('x')", FILES.format("log.txt")),
    "a file by pathlib": ("__import__('pathlib').Path('out/a.txt').write_text('x')", FILES.format("a.txt")),
    "a table": ("np.loadtxt('data.csv')", "data.csv"),
    "an array": ("np.save('best.npy', np.zeros(3))", FILES.format("best.npy")),
    "a checkpoint": ("torch.save({'w': x}, 'best.pt')", FILES.format("best.pt")),
    "a checkpoint that is read": ("torch.load('best.pt')", FILES.format("best.pt")),
    "a checkpoint in a folder": ("torch.save(x, 'runs/1/best.pt')", FILES.format("best.pt")),
    "a folder": ("os.makedirs('runs', exist_ok=True)", FILES.format("runs")),
    "a picture": ("plt.plot([1]); plt.savefig('curve.png')", FILES.format("curve.png")),
    "a command": ("__import__('subprocess').run(['ls'])", PROCESS),
    "a pool": ("__import__('multiprocessing').Pool(2)", PROCESS),
    "a loader with workers": ("next(iter(torch.utils.data.DataLoader(x, num_workers=2)))", PROCESS),
    "a download": ("__import__('urllib.request').request.urlopen('http://localhost/x')", NETWORK),
    "a socket": ("__import__('socket').create_connection(('127.0.0.1', 80), 1)", NETWORK),
    "a question": ("input('go on? ')", "Nobody answers here: take input() out."),
    "a breakpoint": ("breakpoint()", DEBUGGER),
    "pdb": ("__import__('pdb').set_trace()", DEBUGGER),
    "an exit": ("exit()", "A function should return instead of ending the program."),
    "a gpu": ("x.cuda()", GPU),
    "a gpu by its name": ("x.to('cuda:0')", GPU),
    "a package": ("__import__('einops')", PACKAGES),
    "a file of one's own": ("from helpers import tidy", PACKAGES),
}
HEAD = "import os\nimport numpy as np\nimport torch\nimport matplotlib.pyplot as plt\n"


@pytest.fixture(scope="module")
def found(zygote: Zygote, built_once: object) -> dict[str, HandInResult]:
    from autograder.course.model import load_course

    mini = load_course(built_once)  # type: ignore[arg-type]
    hand_ins = [
        hand_in(name, double=f"{HEAD}def double(x):\n    {body}\n    return 2 * x\n")
        for name, (body, _) in BODIES.items()
    ]
    return {result.student: result for result in grade(mini, "play", hand_ins, zygote, Limits())}


@pytest.mark.parametrize("name", BODIES)
def test_what_is_not_there_is_said_beside_the_exception(found: dict[str, HandInResult], name: str) -> None:
    task = found[name].tasks[0]

    assert task.outcome == "failed" and task.score == 0
    assert BODIES[name][1] in task.message


def test_what_is_installed_is_named(found: dict[str, HandInResult]) -> None:
    said = found["a package"].tasks[0].message

    assert "No module named 'einops'" in said
    for name in ("torch", "numpy", "matplotlib", "Python's own library"):
        assert name in said.split("Installed here are")[1]


def test_a_package_that_is_missing_at_the_top_is_said_where_its_name_is_used(mini: Course, zygote: Zygote) -> None:
    text = "from nosuchpackage import twice\ndef double(x):\n    return twice(x)\n"

    (result,) = grade(mini, "play", [hand_in("ana", double=text)], zygote, Limits())

    assert "name 'twice' is not defined" in result.tasks[0].message
    assert "Line 1 raised ModuleNotFoundError: No module named 'nosuchpackage'. Installed" in result.tasks[0].message
    assert PACKAGES in result.tasks[0].message


@pytest.mark.parametrize("text", ["def f(x):\n    return f'{x['a']'\n", "def f(x)\n    return x\n"])
def test_a_syntax_error_names_the_python_that_reads(text: str) -> None:
    with pytest.raises(SyntaxError):
        ast.parse(text)
    loader = Loader("lesson")

    loader.run([text])

    outcome, said = explain_missing("f", SimpleNamespace(notes=[Note(**loader.notes[0])], names=[]))
    assert outcome == "failed"
    assert said.endswith(f". Here it is read by Python {platform.python_version().rpartition('.')[0]}.")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("import torch\n\ndef f(x):\n    y = 1\n    nonlocal y\n    return y\n", 5),
        ("def f(x):\n    for i in x:\n        pass\n    break\n", 4),
        ("class A:\n    def g(self):\n        return 1\n\n    return 2\n", 5),
        ("def f(x):\n    y = 1\n    global y\n    return y\n", 3),
    ],
)
def test_the_compilers_line_is_one_of_the_file(text: str, line: int) -> None:
    loader = Loader("lesson")

    loader.run([text])

    assert [note["line"] for note in loader.notes] == [line]
