"""The screen of `unroll check`, its JSON, and what may be typed to say what is meant."""

import io
import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from homework import ENVIRONMENT, answer, unroll, write
from rich.console import Console
from schemas import complaints

from autograder.course.model import Course
from autograder.errors import UsageError
from autograder.exam.results import TaskResult
from autograder.isolation.forked import Zygote
from autograder.isolation.limits import Limits
from autograder.student import exercises as exercises_module
from autograder.student import home as home_module
from autograder.student import where as where_module
from autograder.student.exercises import find_spots
from autograder.student.home import Checked, check_spots
from autograder.student.show import next_step, sentences, show_verdicts, table
from autograder.student.verdict import Verdict, passed_summary
from autograder.student.where import find_typed, locate

TANH = "torch.tanh("
HANG = "def readout(*_):\n    while True:\n        pass\n"


@pytest.fixture(autouse=True)
def in_the_folder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in the student's folder, so that paths are as short as they are there."""
    if "folder" in request.fixturenames:
        monkeypatch.chdir(request.getfixturevalue("folder"))


def screen(checked: Checked, width: int = 80) -> str:
    console = Console(width=width, file=io.StringIO(), record=True)
    show_verdicts(console, checked.verdicts, checked.notes, checked.output)
    return console.export_text()


def one(outcome: str, message: str, printed: str = "") -> Verdict:
    """Make the verdict of a task."""
    lesson = find_typed(Path(__file__).parents[1], "sine/cell")[1][0].lesson
    result = TaskResult(lesson.key, "readout", 0.0, 1.0, outcome, "", message)
    return Verdict(lesson, lesson.task("readout"), result, printed=printed)


def test_a_failing_task_is_shown_with_its_case_fact_cause_and_next_command(
    folder: Path, course: Course, zygote: Zygote
) -> None:
    write(folder, "cell", answer(course, "cell").replace(TANH, "torch.sigmoid("))

    checked = check_spots(find_typed(folder, "sine/cell")[1], zygote)

    lines = [line.strip() for line in screen(checked, 100).split("\n")]
    at = next(i for i, line in enumerate(lines) if line.startswith("sine/cell:rnn_cell"))
    assert lines[at + 1 : at + 4] == [
        "rnn_cell(x_t=[[2]], h=[[0.5]], w_ih=[[0.1]], w_hh=[[0.4]], b_ih=[0.3], b_hh=[-0.2])",
        "h_t[0, 0] should be 0.462117, but is 0.622459.",
        "Likely cause: h must be able to be negative: tanh, not sigmoid.",
    ]
    assert next_step(checked.verdicts) == "Next: unroll hint sine/cell:rnn_cell"
    assert passed_summary(checked.verdicts) == "1 of 3 tasks pass."
    failing = [verdict for verdict in checked.verdicts if not verdict.passes]
    assert passed_summary(failing[:1]) == "0 of 1 task passes."


def test_the_case_that_is_shown_is_the_easiest_to_follow(folder: Path, course: Course, zygote: Zygote) -> None:
    # The test of the gradients has fewer numbers, yet values are easier to follow.
    write(folder, "cell", answer(course, "cell").replace(TANH, "torch.sinh("))

    found = {verdict.task.name: verdict for verdict in check_spots(find_typed(folder, "sine/cell")[1], zygote).verdicts}

    assert found["rnn_cell"].check == "one number by hand"
    assert found["rnn_forward"].case.startswith("rnn_forward(x=[[[1], [0]]], h0=[[0]], w_ih=[[1]], w_hh=[[0.5]]")
    assert found["rnn_forward"].fact.startswith("output[0, 0, 0] should be 0.761594, but is ")


def test_the_students_own_lines_of_a_traceback_are_shown_and_ours_never(folder: Path, zygote: Zygote) -> None:
    helper = "import torch\n\ndef help_me(x):\n    return x @ x\n\n"
    text = f"{helper}def readout(output, w_hy, b_y):\n    return help_me(w_hy)\n"
    write(folder, "cell", text)

    shown = screen(check_spots(find_typed(folder, "sine/cell:readout")[1], zygote), 100)

    assert re.search(r"cell.py:7, in readout\s+return help_me\(w_hy\)\s+\S*cell.py:4, in help_me", shown)
    assert not re.search("autograder|site-packages|Traceback|test_cell", shown)


def test_prints_of_the_check_that_is_shown_come_escaped_and_shortened(
    folder: Path, course: Course, zygote: Zygote
) -> None:
    prints = "    for i in range(40):\n        print('line', i, '\\x1b[2J')\n    return 2 * torch.tanh("
    write(folder, "cell", answer(course, "cell").replace(f"    return {TANH}", prints))

    shown = screen(check_spots(find_typed(folder, "sine/cell:rnn_cell")[1], zygote))

    assert "line 39 \\x1b[2J" in shown
    assert "[28 lines before these]" in shown
    assert "line 27 " not in shown
    assert "\x1b" not in shown


def test_without_a_failing_task_the_prints_of_a_lesson_are_shown(folder: Path, course: Course, zygote: Zygote) -> None:
    write(folder, "cell", f"{answer(course, 'cell')}\nHERE = print('here')\n")

    checked = check_spots(find_typed(folder, "sine/cell")[1], zygote)

    assert re.search(r"sine/cell printed:\s+here", screen(checked))
    assert passed_summary(checked.verdicts) == "All public checks pass; hidden checks run when you hand in."
    assert next_step(checked.verdicts) == ""


BAD_ENDS = {
    "crash": ("import ctypes\n    ctypes.string_at(0)", "crashed", "The process ended with signal SIGSEGV."),
    "memory": ("import torch\n    torch.zeros(1 << 40)", "overflow", "The code asked for more memory than it may use."),
    "loop": ("while True:\n        pass", "timeout", "Is there a loop that never ends?"),
}


@pytest.mark.parametrize("name", BAD_ENDS)
def test_a_bad_end_is_named(folder: Path, zygote: Zygote, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    body, outcome, said = BAD_ENDS[name]
    monkeypatch.setattr(home_module, "Limits", lambda: Limits(call_seconds=0.5))
    write(folder, "cell", f"def readout(output, w_hy, b_y):\n    {body}\n")

    verdict = check_spots(find_typed(folder, "sine/cell:readout")[1], zygote).verdicts[0]

    assert (verdict.outcome, verdict.line) == (outcome, 1)
    assert said in verdict.fact
    assert verdict.case.startswith("readout(output=[[[1, 2]]], w_hy=[[3, 4]], b_y=[")


def test_an_open_task_is_told_where_to_write(folder: Path, zygote: Zygote) -> None:
    verdicts = check_spots(find_typed(folder, "sine/rollout")[1], zygote).verdicts

    assert [verdict.state for verdict in verdicts] == ["open", "open"]
    assert next_step(verdicts) == (
        "Next: write forecast in sine/rollout.py. For a hint: unroll hint sine/rollout:forecast"
    )


def test_a_task_that_fails_comes_before_one_that_is_open(folder: Path, course: Course, zygote: Zygote) -> None:
    write(folder, "cell", answer(course, "cell").replace(TANH, "torch.sigmoid("))

    assert (
        next_step(check_spots(find_typed(folder, "sine")[1], zygote).verdicts) == "Next: unroll hint sine/cell:rnn_cell"
    )


def test_a_line_that_python_cannot_read_is_where_to_look(folder: Path, zygote: Zygote) -> None:
    write(folder, "cell", "import torch\n\ndef rnn_cell(x_t\n    return x_t\n")

    verdict = check_spots(find_typed(folder, "sine/cell:rnn_cell")[1], zygote).verdicts[0]

    assert (verdict.file, verdict.line) == ("cell.py", 3)


@pytest.mark.parametrize("width", [40, 60, 80])
def test_no_line_is_wider_than_the_terminal(folder: Path, course: Course, zygote: Zygote, width: int) -> None:
    write(folder, "cell", answer(course, "cell").replace(TANH, "torch.sigmoid("))

    shown = screen(check_spots(find_typed(folder, "sine")[1], zygote), width)

    assert max(map(len, shown.split("\n"))) <= width


def test_the_names_of_lessons_and_tasks_are_never_cut() -> None:
    lesson = find_typed(Path(__file__).parents[1], "sequences/classification")[1][0].lesson
    long = Verdict(lesson, lesson.tasks[0], TaskResult(lesson.key, "accuracy", 0.0, 1.0, "failed", "", "wrong " * 99))

    shown = screen(Checked([long]), 80)

    assert "sequences/classification" in [line.strip() for line in shown.split("\n")]
    assert "  SequenceClassifier  " in shown


@pytest.mark.parametrize(
    ("file", "named"), [("cell.py", "a row is read alone (test_cell.py)"), ("cell.ipynb", "a row is read alone")]
)
def test_where_no_call_shows_what_is_wrong_the_test_is_named(file: str, named: str) -> None:
    verdict = replace(one("failed", "is wrong"), test="test_a_row_is_read_alone", file=file)

    assert [line for line, _ in sentences(verdict)] == [named, "is wrong"]
    assert [line for line, _ in sentences(replace(verdict, case="readout(1)"))] == ["readout(1)", "is wrong"]


def test_plugins_that_are_installed_beside_the_kit_stay_away(
    folder: Path, zygote: Zygote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shuffles-1.0.dist-info").mkdir()
    (tmp_path / "shuffles-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: shuffles\nVersion: 1.0\n"
    )
    (tmp_path / "shuffles-1.0.dist-info" / "entry_points.txt").write_text("[pytest11]\nshuffles = shuffles\n")
    (tmp_path / "shuffles.py").write_text("raise AssertionError('imported')\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", raising=False)

    assert [one.is_unwritten for one in check_spots(find_typed(folder, "sine/cell")[1], zygote).verdicts] == [
        True,
        True,
        True,
    ]
    assert "PYTEST_DISABLE_PLUGIN_AUTOLOAD" not in os.environ


def test_text_of_the_student_cannot_colour_the_screen() -> None:
    shown = screen(Checked([one("failed", "raised [red]\x1b[2J", printed="[bold]\x1b[1m")]), 100)

    assert shown.count("raised [red]\\x1b[2J") == 2
    assert "[bold]\\x1b[1m" in shown


def test_json_is_one_object_and_nothing_else(folder: Path, course: Course) -> None:
    text = answer(course, "cell").replace(f"    return {TANH}", "    print('\\x1b[2J')\n    return torch.sigmoid(")
    write(folder, "cell", text)

    done = unroll(folder, "check", "--json", "sine/cell")

    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 1
    found = json.loads(done.stdout)
    line = next(number for number, row in enumerate(text.split("\n"), 1) if row.startswith("def rnn_cell"))
    assert complaints("check", found) == []
    assert (found["version"], found["all_pass"], found["notes"]) == (1, False, [])
    assert set(found["output"]) == {"sine/cell"}
    assert found["tasks"][0] == {
        "address": "sine/cell:rnn_cell",
        "outcome": "failed",
        "points": 3.0,
        "message": "h_t[0, 0] should be 0.462117, but is 0.622459.",
        "cause": "h must be able to be negative: tanh, not sigmoid.",
        "mistake": "M19",
        "check": "one number by hand",
        "case": "rnn_cell(x_t=[[2]], h=[[0.5]], w_ih=[[0.1]], w_hh=[[0.4]], b_ih=[0.3], b_hh=[-0.2])",
        "file": str(folder / "sine" / "cell.py"),
        "line": line,
        "cell": None,
        "traceback": [],
        "printed": "\x1b[2J\n",
    }


def test_json_of_a_traceback_names_the_students_lines(folder: Path, zygote: Zygote) -> None:
    from autograder.student.editor import as_object

    write(folder, "cell", "def readout(output, w_hy, b_y):\n    return output @ w_hy\n")
    checked = check_spots(find_typed(folder, "sine/cell:readout")[1], zygote)

    found = as_object(checked.verdicts, checked.notes, checked.output)
    task = found["tasks"][0]

    assert complaints("check", found) == []
    assert task["line"] == 2
    assert task["traceback"] == [
        {"lesson": "cell", "line": 2, "cell": None, "function": "readout", "source": "    return output @ w_hy"}
    ]


def test_json_of_wrong_use_leaves_stdout_empty(folder: Path) -> None:
    done = unroll(folder, "check", "--json", "sine/tangent")

    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.kills
def test_ctrl_c_is_one_line_and_leaves_no_process(folder: Path) -> None:
    write(folder, "cell", HANG)
    command = [sys.executable, "-m", "autograder.cli", "check", "sine/cell:readout"]
    with subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True) as process:
        children = _workers_of(process)
        os.kill(process.pid, signal.SIGINT)
        said = process.communicate(timeout=60)[1]

    assert (process.returncode, said) == (3, "unroll: Stopped.\n")
    assert not psutil.wait_procs(children, timeout=30)[1]


def _workers_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Wait until a worker runs; return all processes below."""
    while True:
        found = psutil.Process(process.pid).children(recursive=True)
        if len(found) > 1:
            return found
        assert process.poll() is None


def test_ctrl_c_while_a_module_is_imported_ends_with_the_same_status(tmp_path: Path) -> None:
    (tmp_path / "interrupted.py").write_text(
        "from autograder.cli.shared import until_stopped\nuntil_stopped(lambda: exec('raise KeyboardInterrupt'))\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "interrupted"]

    done = subprocess.run(command, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, timeout=60)

    assert (done.returncode, done.stderr) == (3, "unroll: Stopped.\n")


def test_a_quick_check_of_what_wants_matplotlib_after_all_is_done_again(folder: Path, course: Course) -> None:
    picture = "    __import__('mat' + 'plotlib.pyplot').pyplot.figure()\n    return "
    write(folder, "cell", answer(course, "cell").replace(f"    return {TANH}", f"{picture}{TANH}"))

    done = unroll(folder, "check", "sine/cell:rnn_cell")

    assert done.returncode == 0, done.stdout


def test_a_check_forks_its_own_process() -> None:
    code = """
import torch
from autograder.isolation.launch import Forked, launch_from_here
from autograder.isolation.forked import Zygote
launched = launch_from_here(quick=True)
Zygote(launched=launched).close()
print(type(launched.process) is Forked)
"""

    done = subprocess.run([sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, text=True, timeout=300)

    assert done.stdout == "True\n", done.stderr


def test_beside_other_threads_a_program_of_its_own_is_started(folder: Path, zygote: Zygote) -> None:
    import threading

    from autograder.isolation.launch import launch_from_here

    go = threading.Event()
    threading.Thread(target=go.wait).start()
    try:
        launched = launch_from_here(quick=True)
    finally:
        go.set()
    Zygote(launched=launched).close()

    assert isinstance(launched.process, subprocess.Popen)


PLACES = {
    "an address": (".", "sine/cell:rnn_cell", "sine/cell:rnn_cell"),
    "nothing": ("sine", "", ""),
    "a file from above": (".", "sine/cell.py", "sine/cell"),
    "a file here": ("sine", "cell.py", "sine/cell"),
    "a notebook here": ("sine", "./cell.ipynb", "sine/cell"),
    "a file and a task": ("sine", "cell.py:readout", "sine/cell:readout"),
    "a file elsewhere": ("notes", "../sine/cell.py", "sine/cell"),
    "a lesson's name": ("sine", "cell", "sine/cell"),
    "a lesson's name and a task": ("sine", "cell:readout", "sine/cell:readout"),
    "a folder": (".", "sine/", "sine"),
    "this folder": ("sine", ".", "sine"),
    "the folder above": ("sine", "..", ""),
}


@pytest.mark.parametrize("name", PLACES)
def test_what_is_typed_is_found(folder: Path, name: str) -> None:
    here, where, address = PLACES[name]
    (folder / "notes").mkdir()

    start, found = locate(folder / here, where)

    assert found == address
    assert find_spots(start, found)


@pytest.mark.parametrize("where", ["sine/data/cell.py", "cell.py", "/etc/passwd.py"])
def test_a_path_without_a_lesson_is_refused_in_one_line(folder: Path, where: str) -> None:
    with pytest.raises(UsageError, match=r"no lesson stands there|no exercises here"):
        locate(folder, where)


@pytest.mark.parametrize("damaged", ["", '{"lessons": {', "[]"], ids=["empty", "cut off", "no mapping"])
def test_a_damaged_file_of_known_mistakes_is_named_and_how_to_put_it_back(folder: Path, damaged: str) -> None:
    (folder / "sine" / "known.json").write_text(damaged)

    with pytest.raises(UsageError) as raised:
        find_spots(folder, "sine/cell")

    assert str(raised.value) == f"{folder}/sine/known.json cannot be read. To put it back: unroll init {folder}"


def test_an_absolute_path_is_found_from_anywhere(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    start, found = locate(tmp_path_factory.mktemp("elsewhere"), str(folder / "sine" / "cell.py"))

    assert (start, found) == (folder.resolve(), "sine/cell")


def test_the_folder_of_exercises_is_looked_for_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[Path] = []
    find = exercises_module.find_home

    def find_and_count(start: Path) -> Path:
        looked.append(start)
        return find(start)

    for module in (exercises_module, where_module):
        monkeypatch.setattr(module, "find_home", find_and_count)

    for where in ("", "cell", "cell.py", "sine/cell:readout"):
        looked.clear()
        root, spots = where_module.find_typed(folder / "sine", where)

        assert root == folder.resolve()
        assert {spot.lesson.assignment for spot in spots} == {"sine"}
        assert len(looked) == 1


def test_what_does_not_fit_into_a_row_ends_in_a_mark(home: Path, zygote: Zygote) -> None:
    first, *_ = check_spots(find_spots(home, ""), zygote).verdicts
    long = replace(first, result=replace(first.result, outcome="failed", fact="It is wrong. " * 20))
    found = io.StringIO()

    Console(width=60, file=found).print(table([long], 60))

    rows = [line.rstrip() for line in found.getvalue().splitlines()]
    assert max(map(len, rows)) <= 60
    assert rows[-2].endswith("…")
