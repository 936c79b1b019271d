"""`unroll debug` in a real terminal, and in this process with what would be typed there."""

import builtins
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from homework import answer, unroll, write
from terminal import terminal

from autograder.course.model import Course
from autograder.errors import UsageError
from autograder.isolation.forked import Zygote
from autograder.student import debug as debug_module
from autograder.student.home import Checked, check_spots
from autograder.student.where import find_typed

PROMPT = "(Pdb) "
LEFT_OUT = "for i in range(3):\n    raise SystemExit\n"


def lesson(double: str, double_all: str = "return [double(x) for x in xs]") -> str:
    return f"import torch\n\n\ndef double(x):\n    {double}\n\n\ndef double_all(xs):\n    {double_all}\n"


def save(home: Path, text: str) -> None:
    (home / "play" / "double.py").write_text(text, encoding="utf-8")


def test_a_wrong_value_stops_at_the_first_line_with_named_arguments(home: Path) -> None:
    save(home, lesson("y = x * x\n    return y"))
    with terminal(home, "debug", "double:double") as seen:
        seen.wait_for(PROMPT.strip())
        said = " ".join(seen.text.split())
        assert said.startswith(
            "This runs the call of the public checks that fails, here and with pdb. It is not locked"
        )
        assert said.index("q and Enter leave at any time.") < said.index("play/double:double play/double.py:4")
        assert "double(x=[2, 3])" in said
        assert "double(x)[1] should be 6, but is 9." in said
        assert f"> {(home / 'play' / 'double.py').resolve()}(5)double()" in "".join(seen.lines)
        assert "-> y = x * x" in seen.lines

        seen.type("a\n")
        seen.wait_for("x = tensor([2., 3.])")
        seen.type("c\n")
        assert seen.wait_for_end() == 0
        assert "The call has ended. double(x)[1] should be 6, but is 9." in seen.text


def test_what_raises_opens_at_the_students_line_and_q_leaves(home: Path) -> None:
    save(home, lesson("two = torch.ones(3)\n    return torch.stack([x, two]).sum(0)"))
    with terminal(home, "debug", "double:double", columns=60) as seen:
        seen.wait_for(PROMPT.strip())
        assert "-> return torch.stack([x, two]).sum(0)" in seen.lines
        seen.type("p two.shape\n")
        seen.wait_for("torch.Size([3])")
        seen.type("q\n")
        assert seen.wait_for_end() == 0


def test_a_task_that_passes_is_refused_in_a_terminal(home: Path) -> None:
    save(home, lesson("return 2 * x"))
    with terminal(home, "debug", "double_all", columns=200) as seen:
        assert seen.wait_for_end(90) == 2
        assert "passes its public checks, so no call fails. There is nothing to debug." in seen.text


def test_without_a_terminal_it_is_refused_in_one_line(home: Path) -> None:
    done = unroll(home, "debug", "double_all")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "unroll: `unroll debug` needs a terminal, where you type what pdb shall do.\n"


Debug = Callable[[Path, str, list[str]], None]


@pytest.fixture
def run(zygote: Zygote, monkeypatch: pytest.MonkeyPatch) -> Iterator[Debug]:
    """Debug in this process: what is typed is given, and the check is that of the shared warm process."""

    def checked(console: object, root: Path, spots: list[object]) -> Checked:
        return check_spots(spots, zygote)  # type: ignore[arg-type]

    def work(root: Path, address: str, typed: list[str]) -> None:
        answers = iter(typed)
        monkeypatch.setattr(builtins, "input", lambda prompt="": next(answers))
        debug_module.debug(root, address)

    monkeypatch.setattr(debug_module, "is_terminal", lambda: True)
    monkeypatch.setattr(debug_module, "check_here", checked)
    finders, modules = list(sys.meta_path), dict(sys.modules)
    yield work
    sys.meta_path[:] = finders
    for name in set(sys.modules) - set(modules):
        if name in ("cell", "training", "windows", "rollout", "double"):
            del sys.modules[name]


REFUSED = {
    "a stub": ("sine/cell:rnn_cell", "", "rnn_cell is still the stub. There is no call to debug yet."),
    "one that waits": (
        "sine/cell:rnn_forward",
        "def rnn_cell(*_):\n    raise NotImplementedError\n\ndef rnn_forward(*_):\n    return rnn_cell()\n",
        "Write rnn_cell first. There is no call to debug yet.",
    ),
    "one that is not there": ("sine/cell:readout", "# %%\ndef readout(:\n", "There is no call to debug."),
    "several": ("sine/cell", "", "Which task? Name one of: sine/cell:rnn_cell, sine/cell:rnn_forward,"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_without_a_call_that_fails_it_is_refused(folder: Path, run: Debug, name: str) -> None:
    address, text, said = REFUSED[name]
    if text:
        write(folder, "cell", text)

    with pytest.raises(UsageError) as error:
        run(folder, address, [])

    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_class_that_a_probe_builds_is_reached_at_its_first_line(
    folder: Path, course: Course, run: Debug, capsys: pytest.CaptureFixture[str]
) -> None:
    text = answer(course, "training")
    assert text.count("self.head(output[:, -1])") == 1
    write(folder, "training", text.replace("self.head(output[:, -1])", "self.head(output[-1])"))

    run(folder, "Forecaster", ["p type(self).__name__", "q"])

    said = capsys.readouterr().out
    assert "Forecaster.__init__" in said or "__init__()" in said
    assert "'Forecaster'" in said


def test_no_experiment_of_the_top_level_is_run_and_prints_come_once(
    folder: Path, course: Course, run: Debug, capsys: pytest.CaptureFixture[str]
) -> None:
    text = answer(course, "cell").replace("torch.tanh(", "torch.sinh(", 1)
    write(folder, "cell", f"{LEFT_OUT}HERE = print('at the top')\n{text}")

    run(folder, "rnn_cell", ["p HERE", "q"])

    said = capsys.readouterr().out
    assert "at the top" not in said
    assert "rnn_cell()" in said


def test_what_raises_only_while_it_is_locked_in_stops_at_the_first_line(
    folder: Path, course: Course, run: Debug, capsys: pytest.CaptureFixture[str]
) -> None:
    body = f"    open({str(folder / 'note.txt')!r}, 'w').close()\n    return torch.tanh("
    write(folder, "cell", answer(course, "cell").replace("    return torch.tanh(", body, 1))

    run(folder, "rnn_cell", ["q"])

    said = capsys.readouterr().out
    assert "Here nothing is raised: a check is locked in, this is not." in said
    assert "-> open(" in said


def test_calls_before_the_one_that_fails_are_made_without_a_word(
    folder: Path, course: Course, zygote: Zygote, run: Debug
) -> None:
    write(folder, "cell", answer(course, "cell").replace("torch.tanh(", "torch.sinh(", 1))

    verdict = check_spots(find_typed(folder, "sine/cell:rnn_cell")[1], zygote).verdicts[0]

    assert [request.op for request in verdict.requests] == ["call"]
    assert verdict.requests[-1].value["name"] == "rnn_cell"
