"""The comparison with other graders, from its command line to what it prints, with graders that only say so."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from classroom import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "benchmarks"))

import compare
from peers.grader import Job
from peers.hand_ins import HandIn


class Pretended:
    """A grader that takes as long as it is told, and finds the mistakes of all but some students."""

    environment = ""

    def __init__(self, name: str, few: int, start: float, each: float, blind_to: str = "") -> None:
        self.name, self.few = name, few
        self._start, self._each, self._blind_to = start, each, blind_to
        self.classes: list[int] = []

    def prepare(self, place: Path, job: Job, hand_ins: Sequence[HandIn]) -> None:
        for one in hand_ins:
            (place / one.student).mkdir()

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
def graders(monkeypatch: pytest.MonkeyPatch) -> list[Pretended]:
    made = [Pretended("unroll grade", 1, 7.0, 0.5), Pretended("otter run", 0, 0.0, 6.0, blind_to="student003")]
    monkeypatch.setattr(compare, "GRADERS", tuple(made))
    monkeypatch.setattr(compare, "own_code", lambda job: 0.4)
    monkeypatch.setattr(compare, "cold_check", lambda place, job: 1.3)
    return made


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["compare.py", *arguments])
    compare.main()


def test_every_grader_has_its_turn_in_each_round_and_is_compared_with_the_kit(graders, monkeypatch, tmp_path, capsys):
    run(monkeypatch, "--hand-ins", "4", "--rounds", "2", "--environments", str(tmp_path))

    assert [one.classes for one in graders] == [[1, 4, 1, 4], [0, 4, 0, 4]]
    said = capsys.readouterr().out
    assert "| unroll grade | 0.50 s | 1.0 | 7.0 s | 0.73 s |" in said
    assert "| otter run / unroll grade | 12.00 |" in said
    assert "| the kit's own share of a hand-in | 0.20 |" in said
    assert "- otter run: 51 of 52 equal.\n  - student003 cell:" in said
    assert list(tmp_path.iterdir()) == []


def test_a_quick_comparison_is_one_round_of_the_smallest_classes(graders, monkeypatch, tmp_path, capsys):
    run(monkeypatch, "--quick", "--environments", str(tmp_path))

    assert [one.classes for one in graders] == [[1, compare.QUICK["unroll grade"]], [0, compare.QUICK["otter run"]]]
    assert json.loads(compare.COMMITTED.read_text(encoding="utf-8"))["date"] in capsys.readouterr().out


def test_a_class_of_one_is_refused_before_anything_is_made(graders, monkeypatch, tmp_path, capsys):
    with pytest.raises(SystemExit):
        run(monkeypatch, "--hand-ins", "1", "--environments", str(tmp_path / "new"))

    assert "two are the least" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
