"""What altered requests show of a wrong result, and the names of two mistakes in one program."""

from typing import Any

import pytest
import torch
from classroom import grade, hand_in

from autograder.authoring.proof import PUBLIC
from autograder.course.model import Course, Lesson
from autograder.course.variants import Edits, edits_of, mistakes
from autograder.exam.altered import as_if, with_less
from autograder.exam.arguments import Signature, signature_of
from autograder.exam.exam import Exam, course_exam, run_session
from autograder.exam.local import Local
from autograder.exam.mistakes import candidates
from autograder.exam.module import Request
from autograder.exam.remade import in_another_program
from autograder.exam.trials import MOST, found_by_trial
from autograder.exam.tries import run_once
from autograder.isolation.forked import Zygote
from autograder.isolation.limits import Limits

ANSWER = "torch.tanh(x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh)"


class Here(Local):
    """A program that is asked in this process, as if it were a student's."""

    notes, names = (), ()
    asked = 0

    def said_about(self, name: str) -> str:
        return ""

    def fresh_output(self) -> str:
        return ""

    def end(self) -> None:
        pass

    def ask(self, op: str, request: dict[str, Any]) -> Any:
        self.asked += 1
        return super().ask(op, request)


def tried(lesson: Lesson, task: str, program: str) -> str:
    """Say what is found by trial of a program of one task."""
    said, here = [], Here(lesson.name, f"import torch\n\n\n{program}")

    def work(exam: Exam) -> None:
        tests = exam.lessons[lesson.key]
        runs = run_once(exam, [plan for plan in tests.plans if plan.task.name == task], here).runs
        here.asked = 0
        said.append(found_by_trial(tests, lesson.task(task), runs, here.ask))

    run_session(course_exam([lesson], "a secret", work))
    assert here.asked <= MOST
    return said[0]


def cell(text: str) -> str:
    return f"def rnn_cell(x_t, h, w_ih, w_hh, b_ih, b_hh):\n    return {text}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ANSWER, ""),
        (ANSWER.replace("+ b_hh", "- b_hh"), "It would be right if b_hh had the opposite sign."),
        (ANSWER.replace("w_hh.T", "w_hh"), "It would be right if w_hh were turned round (w_hh.T)."),
        (ANSWER.replace("+ h @", "+ 0 * h @"), "It would be right if h were 0."),
        (ANSWER.replace("b_hh", "b_ih"), "It would be right if b_ih stood in place of b_hh."),
        (ANSWER.replace("h @", "torch.ones_like(h) @"), "It does not depend on h."),
        (ANSWER.replace("h @", "h.abs() @"), "It is right with h = 0 or with w_hh = 0."),
        (
            ANSWER.replace("x_t @", "x_t.mean(0, keepdim=True) @"),
            "Along N, entry 1 of the result depends on entry 0 of x_t, and it should not.",
        ),
        (ANSWER.replace("tanh", "sin"), "It is wrong even with N = 1 or with D = 1 or with H = 1."),
        (ANSWER.replace("x_t @", "x_t[5000] @"), ""),  # its exception is said, and nothing was returned
    ],
)
def test_altered_requests_show_where_to_look(course: Course, text: str, said: str) -> None:
    assert tried(course.lesson("sine/cell"), "rnn_cell", cell(text)) == said


LOOP = """
def rnn_forward(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0, []
    for t in range(x.shape[1]):
        h = torch.tanh({} @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
        states.append(h)
    return torch.stack(states, dim=1), h
"""


@pytest.mark.parametrize(
    ("read", "said"),
    [
        ("x[:, t:].mean(1)", "Along T, entry 0 of output depends on entry 6 of x, and it should not."),
        ("1.1 * x[:, t // 2]", "Along T, entry 6 of output does not depend on entry 6 of x, and it should."),
    ],
)
def test_a_look_into_the_future_and_a_step_that_is_not_read_are_said(course: Course, read: str, said: str) -> None:
    assert tried(course.lesson("sine/cell"), "rnn_forward", LOOP.format(read)) == said


def test_arguments_are_exchanged_turned_and_replaced() -> None:
    square, row = torch.arange(4.0).reshape(2, 2), torch.ones(2)
    request = Request("call", {"name": "f", "args": [square, row, 3], "kwargs": {"b": 2 * row, "lr": 0.5, "on": True}})
    signature = Signature(("w", "a", "k"), {"lr": 0.1})

    altered = {one.said: one.request.value for one in as_if(request, signature)}

    assert torch.equal(altered["w were turned round (w.T)"]["args"][0], square.T)
    assert torch.equal(altered["w had the opposite sign"]["args"][0], -square)
    exchanged = altered["a and b were exchanged"]
    assert torch.equal(exchanged["args"][1], 2 * row) and torch.equal(exchanged["kwargs"]["b"], row)
    assert altered["k were 1 larger"]["args"][2] == 4
    assert altered["on were False"]["kwargs"]["on"] is False
    assert altered["lr had its default"]["kwargs"]["lr"] == 0.1
    assert request.value["args"][2] == 3
    assert not list(as_if(Request("effects", {"name": "f", "args": [square]}), signature))


def test_one_name_is_altered_wherever_it_stands_in_what_a_probe_is_given() -> None:
    data = {"x": torch.ones(2), "state": ({"h": torch.ones(1)}, {"h": torch.ones(3)}), "kind": "RNN"}
    request = Request("run_probe", {"source": "", "name": "forecasts", "data": data})

    altered = {one.said: one.request.value["data"] for one in as_if(request, Signature((), {}))}

    assert [part["h"].sum().item() for part in altered["h were 0"]["state"]] == [0, 0]
    assert altered["h were 0"]["kind"] == "RNN" and isinstance(altered["h were 0"]["state"], tuple)
    assert data["state"][0]["h"].item() == 1


def test_an_axis_is_cut_in_all_arguments_and_cotangents_that_have_it(course: Course) -> None:
    task = course.lesson("sine/cell").task("rnn_forward")
    sizes = {"N": 3, "T": 4, "D": 2, "H": 5}
    args = [torch.ones(*(sizes[letter] for letter in shape.axes)) for shape in task.takes]
    cotangents = [torch.ones(*(sizes[letter] for letter in shape.axes)) for shape in task.returns]
    request = Request("gradients", {"name": task.name, "args": args, "cotangents": cotangents})
    signature = Signature(tuple(shape.name for shape in task.takes), {})

    cut = next(one for one in with_less(request, signature, task) if one.said == "T = 1")

    assert [tuple(arg.shape) for arg in cut.request.value["args"][:2]] == [(3, 1, 2), (3, 5)]
    assert [tuple(one.shape) for one in cut.request.value["cotangents"]] == [(3, 1, 5), (3, 5)]
    assert tuple(request.value["args"][0].shape) == (3, 4, 2)


def test_gates_are_not_cut_where_one_axis_holds_several(course: Course) -> None:
    task = course.lesson("gates/lstm").task("lstm_cell")
    assert any("4H" in shape.axes for shape in task.takes)
    sizes = {"N": 3, "D": 2, "H": 5, "4H": 20}
    args = [torch.ones(*(sizes[letter] for letter in shape.axes)) for shape in task.takes]
    request = Request("call", {"name": task.name, "args": args, "kwargs": {}})
    signature = Signature(tuple(shape.name for shape in task.takes), {})

    said = [one.said for one in with_less(request, signature, task)]

    assert "N = 1" in said and "H = 1" not in said


def test_a_signature_is_read_and_that_of_a_class_is_not() -> None:
    answer = "def f(a, b=2, *, c=None):\n    pass\n\n\nclass G:\n    pass\n"

    assert signature_of(answer, "f") == Signature(("a", "b"), {"b": 2})
    assert signature_of(answer, "G") == signature_of(answer, "other") == Signature((), {})


SAID_TWICE = (
    "def rnn_cell(x_t, h, w_ih, w_hh, b_ih, b_hh):\n    return torch.relu(x_t @ w_ih.T + 2 * b_ih + h @ w_hh.T)\n"
)


def test_two_mistakes_in_one_line_are_both_named(course: Course, zygote: Zygote) -> None:
    alone = course.only([course.lesson("sine/cell")])

    result = grade(alone, "sine", [hand_in("two", cell=f"import torch\n\n\n{SAID_TWICE}")], zygote, Limits())[0]

    first = next(task for task in result.tasks if task.task == "rnn_cell")
    assert (first.mistake, first.score) == ("M18", 0)
    assert "And a second one: h must be able to be negative: tanh, not ReLU." in first.message


def test_the_sentence_stands_beside_the_fact_and_costs_nothing_of_the_time(course: Course, zygote: Zygote) -> None:
    alone = course.only([course.lesson("sine/cell")])
    program = f"import torch\n\n\n{cell(ANSWER.replace('+ b_hh', '- b_hh'))}"

    result = grade(alone, "sine", [hand_in("sign", cell=program)], zygote, Limits())[0]

    first = next(task for task in result.tasks if task.task == "rnn_cell")
    assert first.fact.endswith(". It would be right if b_hh had the opposite sign.")
    assert (first.mistake, first.score, first.outcome) == ("", 0, "failed")


def test_a_mistake_in_another_right_program_is_named(course: Course, zygote: Zygote) -> None:
    lesson = course.lesson("sine/rollout")
    known = edits_of(lesson, "decode")
    edit = next(edit for edit in known.edits if edit.name == "gradients_are_off_afterwards")
    moved = next(one for one in known.elsewhere(edit) if one.name.endswith("into_a_tensor"))

    result = grade(course.only([lesson]), "sine", [hand_in("moved", rollout=moved.source)], zygote, Limits())[0]

    assert next(task for task in result.tasks if task.task == "decode").mistake == edit.id == "R21"


def test_a_mistake_that_another_explains_in_its_own_program_is_not_named_elsewhere(course: Course) -> None:
    # Public tests see of both that the prompt is not read as it is, and no more.
    lesson = course.lesson("sequences/language")
    known = edits_of(lesson, "sample")
    twice = next(one for one in mistakes(lesson) if one.name == "the_last_id_is_read_twice")
    last = next(edit for edit in known.edits if edit.name == "the_prompt_is_its_last_id")
    said = []

    def work(exam: Exam) -> None:
        tests = exam.lessons[lesson.key]
        tests.edits["sample"] = Edits(known.rights, (last,))
        runs = [exam.run_mistake(plan, twice) for plan in tests.plans if plan.task.name == "sample"]
        said.append({one.id for one in candidates(exam.mistakes(lesson), runs)})
        said.append(in_another_program(exam, runs))

    run_session(course_exam([lesson], "a secret", work, PUBLIC))

    assert said == [{"K73", "K74"}, []]
