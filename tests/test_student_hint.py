"""`unroll hint`: one more each time, from a question to a nudge; and the file that remembers it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from classroom import REPOSITORY
from secret_lines import LESSONS, secret_lines

from autograder.errors import UsageError
from autograder.exam.results import TaskResult
from autograder.student.exercises import read_exercises
from autograder.student.hint import next_hint, show_hint
from autograder.student.memory import Last, change_state, digest_of, file_digests, note_outcomes, read_state
from autograder.student.where import find_typed

DOUBLE, ALL = "play/double:double", "play/double:double_all"
QUESTION, OPERATOR, NUMBER = "What is x + x?", "Which operator multiplies?", "Multiply x by a number."


def shown(home: Path, address: str = "", again: bool = False, everything: bool = False) -> tuple[str, ...]:
    """Take a hint; return what is shown."""
    hints = next_hint(home, address, again, everything)
    assert hints is not None
    return tuple(hint for _, hint in hints.numbered)


def note(home: Path, task: str, outcome: str) -> list[str]:
    """Remember what a check of a task found in its file as it stands."""
    digests = file_digests(find_typed(home, "play")[1])
    return note_outcomes(home, [TaskResult("play/double", task, 0, 1, outcome)], digests)


def test_each_call_gives_the_next_and_then_all_again(home: Path) -> None:
    assert [shown(home, DOUBLE) for _ in range(3)] == [(QUESTION,), (OPERATOR,), (NUMBER,)]
    assert shown(home, DOUBLE) == (QUESTION, OPERATOR, NUMBER)


def test_the_tasks_are_counted_apart(home: Path) -> None:
    shown(home, DOUBLE)

    assert shown(home, ALL) == ("What does double do?",)
    assert shown(home, DOUBLE) == (OPERATOR,)


def test_again_and_all_count_nothing(home: Path) -> None:
    shown(home, DOUBLE)

    assert shown(home, DOUBLE, again=True) == (QUESTION,)
    assert shown(home, DOUBLE, everything=True) == (QUESTION, OPERATOR, NUMBER)
    assert shown(home, DOUBLE) == (OPERATOR,)


@pytest.mark.parametrize("address", ["", "play", "play/double"])
def test_without_a_task_the_first_that_is_open_is_meant(home: Path, address: str) -> None:
    before = shown(home, address)
    note(home, "double", "passed")

    assert before == (QUESTION,)
    assert shown(home, address) == ("What does double do?",)


def test_a_task_is_open_again_once_its_file_has_changed(home: Path) -> None:
    note(home, "double", "passed")
    (home / "play" / "double.py").write_text("changed")

    assert shown(home) == (QUESTION,)


def test_where_all_pass_there_is_no_hint_unless_a_task_is_named(home: Path) -> None:
    for task in ("double", "double_all"):
        note(home, task, "passed")

    assert next_hint(home, "") is None
    assert shown(home, DOUBLE) == (QUESTION,)


def test_a_wrong_address_is_told_what_there_is(home: Path) -> None:
    with pytest.raises(UsageError, match="It has: double, double_all"):
        next_hint(home, "play/double:triple")


def test_the_state_is_plain_text_that_says_not_to_edit_it(home: Path) -> None:
    shown(home, DOUBLE)
    note(home, "double_all", "failed")

    first, *lines = (home / ".unroll" / "state.txt").read_text().splitlines()

    digest = digest_of((home / "play" / "double.py").read_bytes())
    assert "do not edit" in first
    assert lines == ["hints 1 play/double:double", f"failed {digest} play/double:double_all"]


def test_what_is_written_is_read_back(home: Path) -> None:
    written = {"a folder with spaces/double:double": 2, DOUBLE: 1}
    last = {DOUBLE: Last("timeout", "00ff"), "my play/double:double": Last("passed", "none")}

    change_state(home, lambda state: state.hints.update(written))
    change_state(home, lambda state: state.last.update(last))

    assert (read_state(home).hints, read_state(home).last) == (written, last)


BROKEN = {
    "empty": b"",
    "no text": b"\xff\xfe\x00",
    "other text": b"hints many play/double:double\nhints 2\nhints -1 a/b:c\n\npassed\nfine 0 play/double:double",
    "half a line": b"# Written by unroll\nhints",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_state_that_cannot_be_read_begins_anew(home: Path, name: str) -> None:
    (home / ".unroll" / "state.txt").write_bytes(BROKEN[name])

    assert not read_state(home).hints and not read_state(home).last
    assert [shown(home), shown(home)] == [(QUESTION,), (OPERATOR,)]


def test_more_hints_than_there_are_is_all_of_them(home: Path) -> None:
    (home / ".unroll" / "state.txt").write_text(f"hints 99 {DOUBLE}\n")

    assert len(shown(home, DOUBLE)) == 3


def test_where_nothing_can_be_written_the_hint_is_shown_with_a_quiet_line(
    mini_exercises: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "play").symlink_to(mini_exercises / "play")
    (tmp_path / ".unroll").write_text("a file where the folder should be")

    for _ in range(2):
        show_hint(tmp_path, DOUBLE, again=False, everything=False)

    out = capsys.readouterr().out
    assert out.count(QUESTION) == 2
    assert out.count("the next call shows the same hint") == 2


def test_newly_passed_is_said_once(home: Path) -> None:
    assert note(home, "double", "failed") == []
    assert note(home, "double", "passed") == [DOUBLE]
    assert note(home, "double", "passed") == []
    assert note(home, "double", "missing") == []
    assert note(home, "double", "passed") == [DOUBLE]


def test_the_screen_has_the_number_the_hint_and_the_next_command(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(4):
        show_hint(home, DOUBLE, again=False, everything=False)

    out = capsys.readouterr().out
    assert f"play/double:double, hint 2 of 3\n\n  {OPERATOR}\n\nOne more: unroll hint {DOUBLE}\n" in out
    assert f"play/double:double, all 3 hints; there are no more\n\n  1. {QUESTION}\n" in out
    assert not [line for line in out.split("\n") if line != line.rstrip()]


def test_the_command_imports_no_torch_and_needs_no_folder_of_its_own_making(home: Path) -> None:
    code = f"import sys; sys.argv = ['unroll', 'hint', {DOUBLE!r}]; from autograder.cli import main; main()"
    code += "; assert 'torch' not in sys.modules"
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}

    done = subprocess.run([sys.executable, "-c", code], cwd=home, env=environment, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert QUESTION in done.stdout


TASKS = [(lesson, task) for lesson in LESSONS for task in lesson.tasks]


@pytest.mark.parametrize(("lesson", "task"), TASKS, ids=[lesson.address(task) for lesson, task in TASKS])
def test_hints_begin_with_a_question_and_give_no_line_away(lesson, task) -> None:
    shipped = read_exercises(REPOSITORY / "exercises" / lesson.assignment).assignment
    (there,) = [one for one in shipped.lessons if one.key == lesson.key]
    hints = there.task(task.name).hints

    assert hints == task.hints and len(hints) >= 3
    assert "?" in hints[0]
    assert not [line for line in secret_lines() for hint in hints if line in hint]
