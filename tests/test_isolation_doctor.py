"""`unroll doctor` says what a hand-in can still see, and takes no success for a refusal."""

from pathlib import Path

import pytest

from autograder.isolation import doctor
from autograder.isolation.doctor import Attempt
from autograder.isolation.forked import Zygote
from autograder.isolation.limits import Limits
from autograder.reports.doctor import VISIBLE, show_attempts

STRONG = {"landlock": "landlock", "seccomp": "seccomp", "rlimits": "rlimits"}
SEEN = Attempt("see a file outside", False, "it worked: '12 bytes'", is_promised=False)
REFUSED = Attempt("open a socket", True, "PermissionError")


def flat(text: str) -> str:
    return " ".join(text.split())


def test_without_mounts_it_says_that_files_can_be_seen(capsys: pytest.CaptureFixture[str]) -> None:
    assert show_attempts([SEEN, REFUSED], STRONG, "strong")

    assert VISIBLE in flat(capsys.readouterr().out)


def test_with_mounts_it_need_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert show_attempts([REFUSED], {**STRONG, "mounts": "a root of its own"}, "strong")

    assert VISIBLE not in flat(capsys.readouterr().out)


def test_what_is_promised_and_not_held_is_a_failure() -> None:
    assert not show_attempts([Attempt("open a socket", False, "it worked")], STRONG, "strong")


def test_a_program_that_runs_in_the_workers_place_is_no_refusal(
    zygote: Zygote, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ends = tmp_path / "attempts.py"
    ends.write_text("import os\ndef tried(names, outside, parent):\n    os._exit(0)\n", encoding="utf-8")
    monkeypatch.setattr("autograder.isolation.proof.SOURCE", ends)

    held, said = doctor._tried(zygote, Limits(), "run_a_program")

    assert not held
    assert "ended itself" in said
