"""Tab in a shell: commands and addresses are completed from the exercises that one stands in."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from classroom import REPOSITORY
from homework import ENVIRONMENT, unroll

from autograder.student.addresses import beginning_with


@pytest.fixture
def all_of_it(tmp_path: Path) -> Path:
    """A student's folder with all assignments."""
    shutil.copytree(REPOSITORY / "exercises", tmp_path / "deep", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "deep"


LEVELS = {
    "": ["sine", "gradients", "gates", "sequences"],
    "sin": ["sine", "sine/windows", "sine/cell", "sine/training", "sine/rollout"],
    "sine/w": [
        "sine/windows",
        "sine/windows:make_windows",
        "sine/windows:random_phase_sequences",
        "sine/windows:split_and_scale",
    ],
    "sine/": ["sine/windows", "sine/cell", "sine/training", "sine/rollout"],
    "sine/cell:rnn": ["sine/cell:rnn_cell", "sine/cell:rnn_forward"],
    "cell:rnn": ["cell:rnn_cell", "cell:rnn_forward"],
    "rnn_c": ["rnn_cell"],
    "xyzzy": [],
}


@pytest.mark.parametrize("typed", LEVELS)
def test_one_level_of_addresses_comes_at_a_time(all_of_it: Path, typed: str) -> None:
    assert beginning_with(all_of_it, typed) == LEVELS[typed]


def test_lessons_and_tasks_are_completed_by_their_own_names_too(all_of_it: Path) -> None:
    assert beginning_with(all_of_it, "lstm") == ["lstm", "lstm_cell", "lstm_forward"]


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder with the command `unroll`, as an installation makes it."""
    script = tmp_path / "bin" / "unroll"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m autograder.cli "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    return script.parent


def completed_by_bash(tools: Path, folder: Path, line: str) -> list[str]:
    """Press Tab behind a line, as bash does: it calls the function with its own variables."""
    source = f"""
eval "$(unroll completion bash)"
COMP_LINE="{line}"
COMP_POINT=${{#COMP_LINE}}
COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
complete -p unroll > /dev/null
_unroll_completion unroll
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    command = ["bash", "--norc", "-c", source]
    done = subprocess.run(
        command, cwd=folder, env={**ENVIRONMENT, "PATH": path}, capture_output=True, text=True, timeout=120
    )
    assert done.stderr == ""
    return done.stdout.split()


TABS = {
    "a command": ("unroll expl", ["explain"]),
    "a task behind its colon": ("unroll check sine/cell:rnn_c", ["rnn_cell"]),
    "a lesson": ("unroll hint sine/tr", ["sine/training", *(f"sine/training:{name}" for name in
                 ("Forecaster", "train_step", "fit", "evaluate", "plot_predictions"))]),
    "a short address": ("unroll debug cell:read", ["readout"]),
    "nothing yet": ("unroll watch ", ["sine", "gradients", "gates", "sequences"]),
}  # fmt: skip


@pytest.mark.parametrize("name", TABS)
def test_bash_completes(tools: Path, all_of_it: Path, name: str) -> None:
    line, expected = TABS[name]

    assert completed_by_bash(tools, all_of_it, line) == expected


def test_without_exercises_nothing_is_completed_and_nothing_said(tools: Path, tmp_path: Path) -> None:
    assert completed_by_bash(tools, tmp_path, "unroll check sin") == []


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_zsh_and_fish_get_the_same_addresses(all_of_it: Path, shell: str) -> None:
    source = unroll(all_of_it, "completion", shell)
    at = {"zsh": "2", "fish": "sine/cell:rnn_c"}[shell]
    typed = {"COMP_WORDS": "unroll check sine/cell:rnn_c", "COMP_CWORD": at}

    done = unroll(all_of_it, environment={**typed, "_UNROLL_COMPLETE": f"{shell}_complete"})

    assert source.returncode == 0
    assert f"_UNROLL_COMPLETE={shell}_complete" in source.stdout
    assert "sine/cell:rnn_cell" in done.stdout
    assert "rnn_forward" not in done.stdout


def test_another_shell_is_refused_in_words(tmp_path: Path) -> None:
    done = unroll(tmp_path, "completion", "powershell")

    assert done.returncode == 2
    assert "'bash', 'zsh', 'fish'" in done.stderr
