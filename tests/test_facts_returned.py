"""What came back is said where a check could not use it: None, another number of results, another type."""

import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
import torch
from classroom import FORECASTER, grade, hand_in

from autograder.course.model import Course, Lesson, Task
from autograder.exam.compare import equal, number, same, shaped
from autograder.exam.exam import course_exam, run_session
from autograder.exam.examine import examine
from autograder.exam.module import Request
from autograder.exam.outcome import judged
from autograder.exam.session import Item, PlannedTest, TestRun
from autograder.isolation.forked import Zygote
from autograder.isolation.limits import Limits
from autograder.testing import NO_GRAPH, same_gradients

PLAN = PlannedTest(
    cast(Item, SimpleNamespace(name="test_a_loop")), cast(Lesson, SimpleNamespace(key="a/b")), Task("f", 1), 1.0, True
)
LOADED = SimpleNamespace(notes=(), names=())


def unpacked(value: Any, op: str = "call") -> str:
    """Say what becomes of a test that takes two results out of what came back."""
    try:
        _, _ = value
    except (TypeError, ValueError) as error:
        request = Request(op, {"name": "f", "args": []})
        return judged(TestRun(PLAN, error, [("value", value)], (request,)), LOADED).message
    raise AssertionError


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "f returned None. Is a `return` missing?"),
        (torch.zeros(3, 7), "f should return 2 values, but returned one tensor of shape (3, 7)."),
        ((1, 2, 3), "f should return 2 values, but returned a tuple of 3."),
        ([1], "f should return 2 values, but returned a list of 1."),
        (2.5, "f returned a float, which this check cannot use: a loop."),
    ],
)
def test_another_number_of_results_is_said(value: Any, said: str) -> None:
    assert unpacked(value) == said
    if value is not None:
        assert unpacked({"a": 1}, op="run_probe") == "f returned something that this check cannot use: a loop."


@pytest.mark.parametrize("check", [lambda: same(None, torch.zeros(2), "h_t"), lambda: number(None, 1.0, "h_t")])
def test_none_asks_for_the_return(check: Any) -> None:
    with pytest.raises(
        AssertionError, match=r"^h_t should be a (torch\.Tensor|float), but is None\. Is a `return` mis"
    ):
        check()


def test_another_type_has_no_question() -> None:
    with pytest.raises(AssertionError, match=r"^h_t should be a list, but is tuple\.(\n|$)"):
        equal((), [], "h_t")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ((torch.zeros(5, 1), None), r"y should be a torch\.Tensor, but is tuple\."),
        (torch.zeros(5), r"y should have shape \(N, O\) = \(5, 1\), but has \(5,\)\."),
    ],
)
def test_a_shape_alone_can_be_checked(value: Any, said: str) -> None:
    shaped(torch.ones(5, 1), (5, 1), "y", axes="N O")

    with pytest.raises(AssertionError, match=said):
        shaped(value, (5, 1), "y", axes="N O")


@pytest.mark.parametrize(
    ("what", "wrong", "said"),
    [
        ("h_t", torch.ones(2, 2), "h_t is wrong in 4 of 4 values, first at h_t[0, 0], by 1."),
        ("the result with gradients on", torch.eye(2), "is wrong in 2 of 4 values, first at its entry [0, 0], by 1."),
        ("the loss", torch.tensor(1.0), "the loss is wrong by 1."),
        ("the row", torch.ones(1, 1), "the row is wrong by 1."),
        (
            "the row",
            torch.full((2,), torch.nan),
            "entry [0] of the row is nan, and should be a finite number. No value of it is a finite number.",
        ),
    ],
)
def test_a_difference_reads_as_a_sentence(what: str, wrong: torch.Tensor, said: str) -> None:
    with pytest.raises(AssertionError) as raised:
        same(wrong, torch.zeros_like(wrong), what)

    assert str(raised.value).splitlines()[0].endswith(said)


def test_a_graph_that_is_cut_everywhere_is_said_and_one_that_is_cut_somewhere_is_not() -> None:
    right = ([torch.ones(2)], [torch.ones(3), torch.ones(2)])

    with pytest.raises(AssertionError, match="No gradient comes back to any argument") as raised:
        same_gradients(([torch.ones(2)], [torch.zeros(3), torch.zeros(2)]), right, ["x", "h"])
    with pytest.raises(AssertionError, match="the gradient with respect to h is wrong"):
        same_gradients(([torch.ones(2)], [torch.ones(3), torch.zeros(2)]), right, ["x", "h"])

    assert str(raised.value).splitlines()[0] == NO_GRAPH


HEAD = f"""{FORECASTER}
    def forward(self, x, hx=None):
        output, hidden = self.rnn(x, hx)
"""
LAST = "        return self.head(output[:, -1])\n"
EVALUATE = "def evaluate(model, x, y):\n    model.eval()\n    with torch.no_grad():\n        guess = model(x)\n"
PROGRAMS = {
    "a pair": (f"{HEAD}        return self.head(output[:, -1]), hidden\n", "Forecaster", "Tensor, but is tuple."),
    "a list": (f"{HEAD}        return [self.head(output[:, -1])]\n", "Forecaster", "Tensor, but is list."),
    "no return": (f"{HEAD}        self.head(output[:, -1])\n", "Forecaster", "is None. Is a `return` missing?"),
    "no pair": (f"import torch\n{EVALUATE}", "evaluate", "evaluate should return mse and predictions."),
    "a number": (
        f"import torch\n{EVALUATE}    return float(((guess - y) ** 2).mean())\n",
        "evaluate",
        "evaluate should return mse and predictions.",
    ),
    "another layer": (
        f"{HEAD}{LAST}".replace("self.head =", "self.more = nn.Linear(1, 1)\n        self.head ="),
        "Forecaster",
        "the parameters of the head should have",
    ),
    "another signature": (
        f"{HEAD}{LAST}".replace("cell=", "kind=").replace("cell", "kind"),
        "Forecaster",
        "unexpected keyword argument 'cell'. It is called as the lesson says",
    ),
}


@pytest.mark.parametrize("files", ["test_hidden.py", "test_public.py"])
def test_what_a_probe_was_given_is_called_by_its_name(course: Course, zygote: Zygote, files: str) -> None:
    lesson = course.lesson("sine/training")
    alone = course.only([lesson]).assignment("sine")
    hand_ins = [hand_in(name, training=text) for name, (text, _, _) in PROGRAMS.items()]
    found = []

    def work(exam: Any) -> None:
        found.extend(examine(exam, alone, one, zygote, Limits()) for one in hand_ins)

    run_session(course_exam([lesson], "a secret", work, [files]))

    for result in found:
        _, name, said = PROGRAMS[result.student]
        task = next(task for task in result.tasks if task.task == name)
        if files == "test_public.py" and result.student in ("another layer", "another signature"):
            continue
        assert task.outcome == "failed"
        assert said in task.message, f"{result.student}: {task.message}"
        assert "Your code raised" not in task.message


@pytest.fixture
def own_tests() -> Iterator[None]:
    """Have the tests of a course read anew, here and in whatever comes after: Python keeps them by their names."""
    _forget_tests()
    yield
    _forget_tests()


def _forget_tests() -> None:
    for name in [name for name in sys.modules if name.endswith("test_hidden")]:
        del sys.modules[name]


@pytest.mark.usefixtures("own_tests")
def test_what_a_probe_cannot_use_is_not_called_an_error_of_the_students(mini: Course, zygote: Zygote) -> None:
    probes = mini.root / "solutions" / "play" / "double" / "probes.py"
    probes.write_text("def half(lesson, x):\n    return lesson.double(x).sum() / 2\n", encoding="utf-8")
    tests = probes.with_name("test_hidden.py")
    tests.write_text(
        "import pytest\nimport torch\n\n\n@pytest.mark.task('double', core=True)\ndef test_halves(student):\n"
        "    student.run('half', x=torch.ones(3))\n",
        encoding="utf-8",
    )
    texts = {"none": "def double(x):\n    x = 2 * x\n", "a pair": "def double(x):\n    return x, 2 * x\n"}

    none, pair = grade(mini, "play", [hand_in(name, double=text) for name, text in texts.items()], zygote, Limits())

    assert none.tasks[0].message == (
        "With your code the check met AttributeError: 'NoneType' object has no attribute 'sum'. Is a `return` missing?"
    )
    assert pair.tasks[0].message == "With your code the check met AttributeError: 'tuple' object has no attribute 'sum'"


def test_a_forecast_of_no_steps_that_is_none_is_told_for_how_many_steps(course: Course, zygote: Zygote) -> None:
    lesson = course.lesson("sine/rollout")
    text = (lesson.folder / "lesson.py").read_text()
    text = text.replace(
        "was_training = model.training", "if steps == 0:\n        return None\n    was_training = model.training"
    )

    (result,) = grade(course.only([lesson]), "sine", [hand_in("ana", rollout=text)], zygote, Limits())

    first = result.tasks[0]
    assert (first.outcome, first.score > 2) == ("failed", True)
    assert first.message.startswith("the forecast with steps = 0 should be a torch.Tensor, but is None.")
