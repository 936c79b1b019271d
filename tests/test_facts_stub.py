"""Only an unwritten body is the stub: what torch raises of the same kind is a failure, in torch's words or better."""

import types

import pytest
from classroom import grade, hand_in

from autograder.course.model import Course
from autograder.errors import StudentError
from autograder.exam.outcome import is_stub
from autograder.isolation.forked import Zygote
from autograder.isolation.inside.advice import advice
from autograder.isolation.limits import Limits

HEAD = "import torch\nfrom torch import nn\n"
MODEL = (
    f"{HEAD}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.head = nn.Linear(1, 1)\n"
)
NO_FORWARD = {
    "foward": (
        f"{MODEL}    def foward(self, x):\n        return x\n",
        "Net has no method forward. There is foward: is it that?",
    ),
    "Forward": (
        f"{MODEL}    def Forward(self, x):\n        return x\n",
        "Net has no method forward. There is Forward: is it that?",
    ),
    "one step too deep": (
        f"{MODEL}        def forward(self, x):\n            return x\n",
        "Net has no method forward. One is defined inside of __init__: its indentation is one step too deep.",
    ),
    "too deep in another method": (
        f"{MODEL}    def reset(self):\n        self.h = None\n        def forward(self, x):\n            return x\n",
        "Net has no method forward. One is defined inside of reset: its indentation is one step too deep.",
    ),
    "one step too shallow": (
        f"{MODEL}def forward(self, x):\n    return x\n",
        "Net has no method forward. A function forward stands outside of the class: "
        "its indentation is one step too shallow.",
    ),
    "nothing of the kind": (f"{MODEL}    def scale(self, x):\n        return x\n", "Net has no method forward."),
}


@pytest.mark.parametrize("name", NO_FORWARD)
def test_a_model_without_forward_is_told_where_it_went(name: str) -> None:
    text, said = NO_FORWARD[name]
    module = types.ModuleType("lesson")
    exec(text, module.__dict__)

    with pytest.raises(NotImplementedError) as raised:
        module.Net()(1)

    assert advice(raised.value, module) == said


@pytest.mark.parametrize(
    ("error", "is_the_stub"),
    [
        (StudentError("NotImplementedError", where="f", line=3, source="    raise NotImplementedError"), True),
        (
            StudentError("NotImplementedError", "f", where="F.forward", line=3, source="raise NotImplementedError(f)"),
            False,
        ),
        (
            StudentError("NotImplementedError", "Write f.", where="f", line=3, source="raise NotImplementedError('f')"),
            True,
        ),
        (StudentError("NotImplementedError", "no code for 'Long'", where="f", line=3, source="y = F.nll(x, y)"), False),
        (StudentError("NotImplementedError", "", where="f.forward", line=3, source="return self.base(x)"), False),
        (StudentError("NotImplementedError", "Module [f] is missing ..."), False),
    ],
    ids=str,
)
def test_the_stub_raises_by_itself_and_in_its_own_line(error: StudentError, is_the_stub: bool) -> None:
    assert is_stub(error, "f") is is_the_stub


FAILED = {
    "scores and targets exchanged": (
        "import torch.nn.functional as F\ndef double(x):\n    return F.cross_entropy(torch.zeros(3).long(), x)\n",
        "not implemented for 'Long'",
    ),
    "a table without rows": ("def double(x):\n    return torch.ones(3, dtype=torch.long).logsumexp(0).lgamma()\n", ""),
    "an operation of a base class": (
        "from torch.utils.data import Dataset\ndef double(x):\n    return Dataset()[0]\n",
        "raised NotImplementedError",
    ),
}


def test_what_torch_has_no_code_for_is_a_failure_and_its_line_is_said(mini: Course, zygote: Zygote) -> None:
    hand_ins = [hand_in(name, double=f"import torch\n{text}") for name, (text, _) in FAILED.items()]
    hand_ins.append(hand_in("stub", double="def double(x):\n    raise NotImplementedError\n"))

    *wrong, stub = grade(mini, "play", hand_ins, zygote, Limits())

    assert (stub.tasks[0].outcome, stub.tasks[0].message) == ("missing", "double is still the stub.")
    for result, (_, said) in zip(wrong, FAILED.values(), strict=True):
        assert result.tasks[0].outcome == "failed"
        assert said in result.tasks[0].message and "still the stub" not in result.tasks[0].message


BRANCHES = {
    "if": "    if x.sum() < 1e9:\n        # not yet\n        raise NotImplementedError\n    return 2 * x\n",
    "if, in one line": "    if x.sum() < 1e9: raise NotImplementedError('sums')\n    return 2 * x\n",
    "else": "    if x.sum() > 1e9:\n        return 2 * x\n    else:\n        raise NotImplementedError()\n",
    "match": "    match x.ndim:\n        case 9: return x\n        case _:\n            raise NotImplementedError\n",
}
STUBS = {
    "with a text": "    raise NotImplementedError('Write double.')\n",
    "below a docstring": "    '''Double x.\n\n    if x: ...\n    '''\n    raise NotImplementedError\n",
    "after an if": "    if x is None:\n        return None\n    raise NotImplementedError\n",
}


def test_a_branch_that_is_not_written_is_a_failure_and_no_stub(mini: Course, zygote: Zygote) -> None:
    bodies = {**BRANCHES, **STUBS}
    hand_ins = [hand_in(name, double=f"def double(x):\n{body}") for name, body in bodies.items()]

    results = grade(mini, "play", hand_ins, zygote, Limits())

    found = {name: result.tasks[0] for name, result in zip(bodies, results, strict=True)}
    for name in BRANCHES:
        assert found[name].outcome == "failed", name
        assert found[name].message.endswith("This branch is not written yet; the rest is."), name
    for name in STUBS:
        assert (found[name].outcome, found[name].message) == ("missing", "double is still the stub."), name


def test_a_task_that_calls_an_unwritten_one_says_which(mini: Course, zygote: Zygote) -> None:
    stub = "def double(x):\n    raise NotImplementedError\n"
    through = f"{stub}def double_all(xs):\n    return [double(x) for x in xs]\n"

    (result,) = grade(mini, "play", [hand_in("ana", double=through)], zygote, Limits())

    assert [task.outcome for task in result.tasks] == ["missing", "failed"]
    assert result.tasks[1].message == "double_all calls double, which is not written yet. Write double first."


def test_a_model_without_forward_is_failed_at_a_class_and_named(course: Course, zygote: Zygote) -> None:
    text = MODEL.replace("Net", "Forecaster").replace("nn.Linear(1, 1)", "nn.Linear(hidden_size, output_size)")
    text = text.replace("(self)", "(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell='RNN')")
    text += "        self.rnn = getattr(nn, cell)(input_size, hidden_size, num_layers)\n"
    text += "    def foward(self, x, hx=None):\n        return x\n"

    (result,) = grade(course, "sine", [hand_in("ana", training=text)], zygote, Limits())

    found = next(task for task in result.tasks if task.task == "Forecaster")
    assert (found.outcome, found.score) == ("failed", 0)
    assert "Forecaster has no method forward. There is foward: is it that?" in found.message
