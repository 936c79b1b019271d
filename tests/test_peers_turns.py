"""The comparison with other graders, from its command line to what it prints, with graders that only say so."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from classroom import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "benchmarks"))

import compare
from peers import environments
from peers.grader import Job
from peers.hand_ins import HandIn
from peers.shown import BEGIN, END
from peers.spent import Failed


class Pretended:
    """A grader that takes as long as it is told, and finds the mistakes of all but some students."""

    environment = ""

    def __init__(self, name: str, few: int, start: float, each: float, blind_to: str = "") -> None:
        self.name, self.few = name, few
        self._start, self._each, self._blind_to = start, each, blind_to
        self.classes: list[int] = []

    def set_up(self, place: Path, job: Job) -> None:
        assert list(place.iterdir()) == []

    def hand_in(self, place: Path, job: Job, hand_in: HandIn) -> None:
        (place / hand_in.student).mkdir()

    def grade(self, place: Path, job: Job, hand_ins: Sequence[HandIn]) -> float:
        assert sorted(path.name for path in place.iterdir()) == [one.student for one in hand_ins]
        self.classes.append(len(hand_ins))
        return self._start + self._each * len(hand_ins)

    def passed(self, place: Path, job: Job, hand_in: HandIn) -> dict[str, bool]:
        wrong = hand_in.wrong if hand_in.student != self._blind_to else {}
        return {
            f"{one.name}:{task.name}": (one.name, task.name) not in wrong for one in job.lessons for task in one.tasks
        }


@pytest.fixture
def graders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Pretended]:
    made = [Pretended("unroll grade", 1, 7.0, 0.5), Pretended("otter run", 0, 0.0, 6.0, blind_to="student003")]
    monkeypatch.setattr(compare, "GRADERS", tuple(made))
    monkeypatch.setattr(compare, "own_code", lambda job: 0.4)
    monkeypatch.setattr(compare, "make_home", lambda place, job: place)
    monkeypatch.setattr(compare, "cold_check", lambda home, job: 1.3)
    kept = {name: tmp_path / "kept" / name for name in ("compare.json", "compare.png", "README.md")}
    (tmp_path / "kept").mkdir()
    for path in kept.values():
        path.write_text(f"before\n{BEGIN}\n{END}\nafter\n" if path.suffix == ".md" else "{}", encoding="utf-8")
    for name, path in zip(("COMMITTED", "PICTURE", "README"), kept.values(), strict=True):
        monkeypatch.setattr(compare, name, path)
    return made


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["compare.py", *arguments])
    compare.main()


def test_every_grader_has_its_turn_in_each_round_and_is_compared_with_the_kit(graders, monkeypatch, tmp_path, capsys):
    run(monkeypatch, "--hand-ins", "4", "--rounds", "2", "--environments", str(tmp_path / "new"))

    assert [one.classes for one in graders] == [[4, 12, 4, 12], [0, 4, 0, 4]]
    said = capsys.readouterr().out
    assert "| unroll grade | 0.50 s | 1.0 | 7.0 s | 0.73 s |" in said
    assert "   12.00       " in said and ">= 11   otter run / unroll grade\n" in said
    assert said.count("    0.20  ") == 1
    assert "- otter run: 51 of 52 equal (98.1%).\n  - student003 cell:" in said
    assert not (tmp_path / "new").exists()
    assert compare.COMMITTED.read_text(encoding="utf-8") == "{}"


def test_a_quick_comparison_is_one_round_of_the_smallest_classes(graders, monkeypatch, tmp_path, capsys):
    committed = {"date": "2025-03-01", "machine": "two cores", "ratios": {"otter run / unroll grade": 9.5}}
    compare.COMMITTED.write_text(json.dumps(committed), encoding="utf-8")

    run(monkeypatch, "--quick", "--environments", str(tmp_path))

    assert [one.classes for one in graders] == [[*compare.QUICK["unroll grade"]], [*compare.QUICK["otter run"]]]
    said = capsys.readouterr().out
    assert "   12.00       9.50  >= 11   otter run / unroll grade\n" in said
    assert "Committed: 2025-03-01, two cores." in said


def test_a_class_of_one_is_refused_before_anything_is_made(graders, monkeypatch, tmp_path, capsys):
    with pytest.raises(SystemExit):
        run(monkeypatch, "--hand-ins", "1", "--environments", str(tmp_path / "new"))

    assert "two are the least" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_a_measure_that_is_kept_is_the_same_in_its_numbers_its_picture_and_its_page(graders, monkeypatch, tmp_path):
    run(monkeypatch, "--hand-ins", "2", "--rounds", "1", "--write")

    kept = json.loads(compare.COMMITTED.read_text(encoding="utf-8"))
    page = compare.README.read_text(encoding="utf-8")
    assert kept["ratios"]["otter run / unroll grade"] == pytest.approx(12.0)
    assert page.startswith("before\n") and page.endswith("after\n")
    assert "| 12.00 | >= 11 | otter run / unroll grade |" in page
    assert "`compare.py --hand-ins 2 --rounds 1`" in page
    assert compare.PICTURE.read_bytes().startswith(b"\x89PNG")
    assert len(list(compare.COMMITTED.parent.iterdir())) == 3
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_grader_that_fails_is_left_out_and_the_others_go_on(graders, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(graders[1], "grade", _fails)

    run(monkeypatch, "--hand-ins", "2", "--rounds", "2")

    said = capsys.readouterr().out
    assert "| unroll grade | 0.50 s |" in said
    assert "Left out:\n- otter run: otter ended with 1: no kernel" in said


def test_rows_are_not_lost_where_a_grader_fails(graders, monkeypatch, tmp_path):
    monkeypatch.setattr(graders[1], "grade", _fails)

    with pytest.raises(SystemExit, match="nothing was written, because it would lose the rows of otter run"):
        run(monkeypatch, "--hand-ins", "2", "--rounds", "1", "--write")

    assert compare.COMMITTED.read_text(encoding="utf-8") == "{}"


def test_without_the_kit_there_is_nothing_to_compare_with(graders, monkeypatch, tmp_path):
    monkeypatch.setattr(graders[0], "grade", _fails)

    with pytest.raises(SystemExit, match="without unroll grade, there is nothing to compare with"):
        run(monkeypatch, "--hand-ins", "2", "--rounds", "1")


def test_a_grader_whose_packages_are_not_to_be_had_is_left_out(graders, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(graders[1], "environment", "otter", raising=False)
    monkeypatch.setattr(environments, "make", _fails)

    run(monkeypatch, "--quick", "--environments", str(tmp_path / "new"))

    said = capsys.readouterr().out
    assert "| unroll grade | 0.50 s |" in said
    assert "Left out:\n- otter run: otter ended with 1: no kernel" in said
    with pytest.raises(SystemExit, match=r"--write needs all graders\. otter run: otter ended with 1: no kernel"):
        run(monkeypatch, "--write", "--environments", str(tmp_path / "new"))


def test_no_environment_is_made_where_only_this_python_shall_do(graders, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(graders[1], "environment", "otter", raising=False)
    monkeypatch.setitem(environments.PACKAGES, "otter", ("no-such-package==1.0",))

    run(monkeypatch, "--quick", "--here", "--environments", str(tmp_path / "new"))

    assert "- otter run: this Python does not have no-such-package==1.0" in capsys.readouterr().out
    assert not (tmp_path / "new").exists()


def test_a_quick_measure_is_not_kept(graders, monkeypatch, capsys):
    with pytest.raises(SystemExit):
        run(monkeypatch, "--quick", "--write")

    assert "too noisy to keep" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_what_stops_a_comparison_ends_all_that_it_has_started(number, tmp_path):
    (tmp_path / "command.py").write_text(COMMAND, encoding="utf-8")
    stopped = subprocess.Popen([sys.executable, "-c", SLOW, str(tmp_path)], cwd=REPOSITORY / "benchmarks")
    while not (tmp_path / "started").exists():
        time.sleep(0.02)
    started = [int(one) for one in (tmp_path / "started").read_text().split()]

    stopped.send_signal(number)

    assert stopped.wait(60) == 130
    assert len(started) == 2
    assert [pid for pid in started if Path(f"/proc/{pid}").exists()] == []


def _fails(*given: object) -> float:
    raise Failed("otter ended with 1: no kernel")


# A comparison of one grader, which starts a process in a session of its own; both wait.
SLOW = """
import sys
from pathlib import Path

import compare
from peers import spent

COMMAND = Path(sys.argv[1], "command.py").read_text()
compare.run = lambda options: spent.cpu([sys.executable, "-I", "-S", "-c", COMMAND], Path(sys.argv[1]), {})
compare.read_options = lambda: None
compare.main()
"""
COMMAND = """
import os, subprocess, sys, time
left = subprocess.Popen([sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)"], start_new_session=True)
with open("part", "w") as file:
    file.write(f"{os.getpid()} {left.pid}")
os.rename("part", "started")
time.sleep(600)
"""
