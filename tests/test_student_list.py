"""`unroll list`, the progress of each assignment, and verdicts that are old in `unroll watch`."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from classroom import REPOSITORY
from homework import unroll
from rich.console import Console

from autograder.exam.results import TaskResult
from autograder.student.exercises import read_exercises
from autograder.student.home import Checked
from autograder.student.memory import file_digests, note_outcomes
from autograder.student.progress import Progress, known_progress, progress_lines, progress_of, small_bars
from autograder.student.verdict import Verdict
from autograder.student.watching.board import Board
from autograder.student.watching.checker import Broken, Finished
from autograder.student.watching.screen import screen_lines
from autograder.student.watching.session import Session
from autograder.student.where import find_typed


@pytest.fixture
def all_of_it(tmp_path: Path) -> Path:
    """A student's folder with all assignments."""
    shutil.copytree(REPOSITORY / "exercises", tmp_path / "deep", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "deep"


def note(root: Path, address: str, outcome: str) -> None:
    """Remember what a check of a task found."""
    (spot,) = find_typed(root, address)[1]
    result = TaskResult(spot.key, spot.task.name, 0.0, 1.0, outcome, "", "")
    note_outcomes(root, [result], file_digests([spot]))


def row_of(listed: str, task: str) -> str:
    """Return a task's row without its name, with single spaces."""
    line = next(line for line in listed.splitlines() if line.split()[:1] == [task])
    return " ".join(line.split()[1:])


def test_all_lessons_and_tasks_are_listed_with_state_points_and_minutes(all_of_it: Path) -> None:
    note(all_of_it, "sine/cell:rnn_cell", "passed")
    note(all_of_it, "sine/cell:readout", "failed")

    done = unroll(all_of_it, "list")

    assert done.returncode == 0, done.stderr
    assert row_of(done.stdout, "rnn_cell") == "passing 3"
    assert row_of(done.stdout, "readout") == "failing 2"
    assert row_of(done.stdout, "rnn_forward") == "open 4"
    assert row_of(done.stdout, "sine/cell") == "9 60 The cell: a network that remembers"
    assert row_of(done.stdout, "gates/lstm").startswith("9 60 The LSTM")
    assert "old" not in done.stdout


def test_a_verdict_is_old_when_the_file_has_changed_since(all_of_it: Path) -> None:
    note(all_of_it, "sine/cell:rnn_cell", "passed")
    with (all_of_it / "sine" / "cell.py").open("a") as file:
        file.write("# more\n")

    listed = unroll(all_of_it, "list", "cell").stdout

    assert row_of(listed, "rnn_cell") == "passing, old 3"
    assert row_of(listed, "readout") == "not checked 2"
    assert "old: the file has changed since it was checked. To check it again: unroll check" in listed
    assert "make_windows" not in listed


def test_listing_needs_no_torch_and_writes_nothing(all_of_it: Path) -> None:
    before = sorted(all_of_it.rglob("*"))
    code = f"""
import sys
from pathlib import Path
from autograder.student.listing import show_list
show_list(Path({str(all_of_it)!r}), "")
sys.exit("torch" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], cwd=all_of_it, capture_output=True).returncode == 0
    assert sorted(all_of_it.rglob("*")) == before


def test_the_digest_of_a_stub_is_that_of_the_file_as_it_is_handed_out(all_of_it: Path) -> None:
    exercises = read_exercises(all_of_it / "sine")
    spots = find_typed(all_of_it, "sine")[1]

    for lesson in exercises.assignment.lessons:
        assert exercises.stub_digest(lesson) == file_digests(spots)[lesson.key]


def test_progress_counts_each_assignment_and_all(all_of_it: Path) -> None:
    spots = find_typed(all_of_it, "")[1]

    found = progress_of(spots, lambda spot: spot.key == "sine/cell")

    assert found[0] == Progress("sine", 3, 13)
    assert [one.name for one in found] == ["sine", "gradients", "gates", "sequences", "all"]
    assert (found[-1].passing, found[-1].total) == (3, 34)
    assert [one.name for one in progress_of(spots[:13], lambda spot: False)] == ["sine"]


def test_what_was_found_just_now_counts_before_what_is_remembered(all_of_it: Path) -> None:
    note(all_of_it, "sine/cell:rnn_cell", "passed")

    found = known_progress(all_of_it, ["sine"], {"sine/cell:rnn_cell": False, "sine/cell:readout": True})

    assert found == [Progress("sine", 1, 13), Progress("all", 1, 34)]


@pytest.mark.parametrize("width", [30, 60, 80, 120])
def test_bars_fit_the_terminal(width: int) -> None:
    found = [Progress("sine", 3, 13), Progress("sequences", 0, 12), Progress("all", 3, 25)]

    lines = list(progress_lines(found, width))

    assert max(map(len, lines)) <= max(width, len("sequences  12 of 12 tasks pass"))
    assert lines[0].plain.endswith(" 3 of 13 tasks pass")
    assert len(small_bars(found, 60)) <= 60
    assert small_bars(found, 80).plain.startswith("sine [##------] 3/13  sequences [--------] 0/12")


def verdict_of(session: Session, outcome: str) -> Verdict:
    spot = session.board.current
    return Verdict(spot.lesson, spot.task, TaskResult(spot.key, spot.task.name, 0.0, 1.0, outcome, "", "It is wrong."))


def screen(session: Session, height: int = 24, width: int = 80) -> list[str]:
    return [line.plain for line in screen_lines(session, Console(width=width), width, height)]


@pytest.fixture
def session(all_of_it: Path) -> Session:
    """One `unroll watch`, whose checks are only asked for."""
    return Session(all_of_it, Board(find_typed(all_of_it, "")[1]), lambda jobs: None)


def test_the_screen_counts_each_assignment_and_all(session: Session) -> None:
    session.hear(verdict_of(session, "passed"))

    assert screen(session)[:3] == [
        "[#-----------------------------]  1 of 34 tasks pass",
        "sine [----] 1/13  gradients [----] 0/5  gates [----] 0/4  sequences [----] 0/12",
        "sine/windows:random_phase_sequences  not checked",
    ]
    assert not screen(session, height=12)[1].startswith("sine [")


def test_a_verdict_is_old_until_its_new_one_comes(session: Session) -> None:
    session.hear(verdict_of(session, "failed"))
    session.board.choose(0)
    assert "sine/windows:make_windows  failing" in screen(session)

    session.check([session.board.job("sine/windows")])

    assert "sine/windows:make_windows  failing, old" in screen(session)
    assert "From an earlier check:" in screen(session)
    assert "It is wrong." in screen(session)

    session.hear(verdict_of(session, "failed"))

    assert "sine/windows:make_windows  failing" in screen(session)
    assert ", old" not in "\n".join(screen(session))
    assert "From an earlier check:" not in screen(session)


def test_a_check_of_another_lesson_makes_no_verdict_old(session: Session) -> None:
    session.hear(verdict_of(session, "failed"))

    session.check([session.board.job("sine/cell")])

    assert session.board.old == set()


def test_a_check_that_could_not_be_made_leaves_the_verdict_old(session: Session) -> None:
    session.hear(verdict_of(session, "failed"))
    session.check([session.board.job("sine/windows")])

    session.hear(Broken("sine/windows", "There is no memory."))

    assert session.board.old == {"sine/windows:make_windows"}


def test_what_is_printed_outside_of_functions_is_on_the_screen(session: Session) -> None:
    session.hear(verdict_of(session, "failed"))

    session.hear(Finished("sine/windows", Checked(outside={"sine/windows": "outside\n"})))

    shown = screen(session)
    assert shown[shown.index("sine/windows printed:") + 1] == "  outside"
