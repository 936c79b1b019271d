"""`unroll explain`: why it works and another way, for those whose answer passes; covered until then."""

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from classroom import REPOSITORY
from rich.console import Console
from secret_lines import LESSONS, secret_lines

from autograder.authoring.lesson import check_course, read_lesson
from autograder.authoring.proof import prove
from autograder.course.model import Course, load_course
from autograder.errors import CourseError, UsageError
from autograder.isolation.forked import Zygote
from autograder.student import explain as explain_module
from autograder.student.exercises import read_exercises
from autograder.student.explain import explain, show_explanation
from autograder.student.memory import digest_of, read_state
from autograder.text.sealed import Explanation, seal, unseal

DOUBLE = "play/double:double"
RIGHT = "import torch\n\n\ndef double(x):\n    return x + x\n\n\ndef double_all(xs):\n    raise NotImplementedError\n"
ENVIRONMENT = {**os.environ, "NO_COLOR": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(REPOSITORY)}
TOML = Path("solutions", "play", "double", "lesson.toml")


def write(home: Path, text: str) -> None:
    (home / "play" / "double.py").write_text(text, encoding="utf-8")


def unroll(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "autograder.cli", *arguments]
    return subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=300)


def test_it_opens_when_the_task_passes(home: Path, zygote: Zygote) -> None:
    write(home, RIGHT)

    explained = explain(home, DOUBLE, zygote)

    assert explained.explanation is not None
    assert explained.explanation.why == "Twice a number is the number and itself: `x * 2` acts on every value."
    assert explained.explanation.another == "def double(x):\n    return torch.stack([x, x]).sum(dim=0)"


def test_it_looks_at_the_file_as_it_is_now(home: Path, zygote: Zygote) -> None:
    write(home, RIGHT)
    explain(home, DOUBLE, zygote)
    write(home, RIGHT.replace("x + x", "x * x"))

    explained = explain(home, DOUBLE, zygote)

    assert explained.explanation is None
    assert "You squared x" in explained.result.message


def test_what_was_found_is_remembered(home: Path, zygote: Zygote) -> None:
    write(home, RIGHT)

    explain(home, DOUBLE, zygote)

    assert read_state(home).passes(DOUBLE, digest_of(RIGHT.encode()))
    assert not read_state(home).passes(DOUBLE, digest_of(b"changed"))


@pytest.mark.parametrize("address", ["play", "play/double"])
def test_several_tasks_are_one_too_many(home: Path, zygote: Zygote, address: str) -> None:
    with pytest.raises(UsageError, match="Name one of: play/double:double, play/double:double_all"):
        explain(home, address, zygote)


def test_a_damaged_explanation_is_one_line(home: Path, zygote: Zygote) -> None:
    write(home, RIGHT)
    path = home / "play" / "known.json"
    path.write_text(re.sub(r'"sealed": "[^"]*"', '"sealed": "AAAA"', path.read_text()))

    with pytest.raises(UsageError, match=r"is damaged\. `unroll init` puts it back"):
        explain(home, DOUBLE, zygote)


def test_the_command_shows_plain_text_or_says_what_to_do(home: Path) -> None:
    write(home, RIGHT)

    passed, failed = unroll(home, "explain", DOUBLE), unroll(home, "explain", f"{DOUBLE}_all")

    assert passed.returncode == 0, passed.stderr
    assert passed.stdout == (
        "play/double:double passes all public checks. Why it works:\n\n"
        "Twice a number is the number and itself: `x * 2` acts on every value.\n\n"
        "Another way to write it:\n\ndef double(x):\n    return torch.stack([x, x]).sum(dim=0)\n"
    )
    assert failed.returncode == 1
    assert failed.stdout == (
        "play/double:double_all: double_all is still the stub.\n"
        "The explanation opens when its public checks pass: unroll check play/double:double_all\n"
    )


def test_in_a_small_terminal_no_line_is_cut(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(home, RIGHT)
    console = Console(width=60, height=24, force_terminal=True, no_color=True, file=io.StringIO(), record=True)
    monkeypatch.setattr(explain_module, "own_console", lambda: console)

    assert show_explanation(home, DOUBLE)

    lines = [line.rstrip() for line in console.export_text().split("\n")]
    assert "Twice a number is the number and itself: x * 2 acts on every" in lines
    assert "    return torch.stack([x, x]).sum(dim=0)" in lines


def test_check_says_where_to_read_on_and_remembers(home: Path) -> None:
    write(home, RIGHT)

    done = unroll(home, "check")

    assert "Why it works, and another way: unroll explain play/double:double\n" in done.stdout, done.stderr
    assert read_state(home).last["play/double:double_all"].outcome == "missing"


def test_a_sealed_text_opens_with_its_own_address() -> None:
    explanation = Explanation("Why? Because h ≤ 1.", "def f(x):\n    return x\n")

    sealed = seal("a/b:f", explanation)

    assert unseal("a/b:f", sealed) == explanation
    assert seal("a/b:f", explanation) == sealed
    for address, text in (("a/b:g", sealed), ("a/b:f", "AAAA"), ("a/b:f", "?"), ("a/b:f", "")):
        with pytest.raises(ValueError):
            unseal(address, text)


EXERCISES = [read_exercises(REPOSITORY / "exercises" / one.name) for one in load_course(REPOSITORY).assignments]
SEALED = {address: text for exercises in EXERCISES for address, text in exercises.sealed.items()}
TASKS = [(lesson, task) for lesson in LESSONS for task in lesson.tasks]


@pytest.mark.parametrize(("lesson", "task"), TASKS, ids=[lesson.address(task) for lesson, task in TASKS])
def test_no_line_of_an_answer_is_shown_after_passing(lesson, task) -> None:
    address = lesson.address(task)

    shown = unseal(address, SEALED[address])

    lines = {line.strip() for line in (shown.why + "\n" + task.another).split("\n")}
    assert not lines & secret_lines([lesson], ["test_hidden.py"])
    assert (shown.why, shown.another) == (task.why.strip(), "")
    assert 3 <= len(re.findall(r"[.?](?=\s|$)", shown.why)) <= 6


def test_nothing_of_it_can_be_read_in_what_is_shipped() -> None:
    folders = [exercises.folder for exercises in EXERCISES]
    shipped = "\n".join(path.read_text() for folder in folders for path in folder.glob("*.*"))
    stubs = "\n".join(path.read_text() for folder in folders for path in folder.glob("*.py"))
    lines = {line.strip() for _, task in TASKS for line in f"{task.why}\n{task.another}".split("\n")}

    assert not [line for line in lines if len(line) > 12 and line in shipped and line not in stubs]


def change(course: Course, old: str, new: str) -> Course:
    """Change the lesson's `lesson.toml`, and read the course again."""
    text = (course.root / TOML).read_text()
    assert old in text
    (course.root / TOML).write_text(text.replace(old, new, 1))
    return load_course(course.root)


WHY = 'why = """\nTwice a number is the number and itself: `x * 2` acts on every value.\n"""\n'
CODE = "def double(x):\n    return torch.stack([x, x]).sum(dim=0)\n"
SLIPS = {
    "no reason": (WHY, "", "lesson.toml:5: task 'double' does not say why the answer works. Write why ="),
    "an empty reason": (WHY, 'why = " "\n', "lesson.toml:8: task 'double' does not say why"),
    "nothing else": (f"another = '''\n{CODE}'''\n", "", "lesson.toml:5: task 'double' does not say another way"),
    "an empty way": (CODE, "", "lesson.toml:11: task 'double' does not say another way to write it. Write another"),
    "no Python": (CODE, "def double(x)\n", "lesson.toml:11: line 1 of another is no Python: expected ':'. Mend it."),
    "another name": (CODE, CODE.replace("double", "twice"), "lesson.toml:11: another does not define double."),
    "a line of the answer": (
        f"another = '''\n{CODE}",
        "another = '''\ndef double(x):\n    return 2 * x\n",
        "lesson.toml:11: another repeats a line of the answer, 'return 2 * x'. Write it in a way that differs.",
    ),
    "a long line": (CODE, CODE.replace("dim=0)", "dim=0)  #" + 50 * "-"), "another has a line of 94 characters"),
}


@pytest.mark.parametrize("name", SLIPS)
def test_an_author_hears_what_is_missing_and_where(mini: Course, name: str) -> None:
    old, new, said = SLIPS[name]
    course = change(mini, old, new)

    with pytest.raises(CourseError) as raised:
        check_course(course)

    assert said in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1


def test_another_way_that_does_not_pass_is_not_proved(mini: Course, zygote: Zygote) -> None:
    course = change(mini, "torch.stack([x, x]).sum(dim=0)", "torch.stack([x, x]).sum(dim=0) + 1")
    lesson = course.lesson("play/double")

    wrong = prove(course, lesson, read_lesson(lesson.folder / "lesson.py").stub(), zygote, "a secret").wrong

    assert wrong
    assert all("lesson.toml:11: the right answer 'another' fails double" in line for line in wrong)
