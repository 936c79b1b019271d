"""On a fresh machine some tests are skipped with their reason; where it is said that none may be, a skip fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from skips import STRICT

HERE = Path(__file__).parent
FILE = """
import pytest

def test_passes(): pass

def test_skips(): pytest.skip("no browser is installed")

@pytest.fixture
def server(): pytest.skip("no server")

def test_needs_a_server(server): pass

@pytest.mark.skipif(True, reason="never")
def test_marked(): pass

@pytest.mark.xfail
def test_expected(): assert False
"""
WHOLE = "import pytest\npytest.skip('nothing here', allow_module_level=True)"


def run(folder: Path, strict: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_some.py").write_text(FILE)
    (folder / "test_whole.py").write_text(WHOLE)
    command = [sys.executable, "-m", "pytest", "-p", "skips", "-p", "no:cacheprovider", "-c", os.devnull, str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(HERE), STRICT: strict}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)


def test_a_fresh_machine_skips(tmp_path: Path) -> None:
    done = run(tmp_path, "")

    assert done.returncode == 0, done.stdout
    assert "1 passed, 4 skipped, 1 xfailed" in done.stdout


def test_where_nothing_may_be_skipped_every_skip_fails(tmp_path: Path) -> None:
    done = run(tmp_path, "1")
    (tmp_path / "test_whole.py").unlink()

    assert done.returncode in (1, 2), done.stdout
    assert "nothing here. Nothing may be skipped" in done.stdout


@pytest.mark.parametrize("name", ["test_skips", "test_needs_a_server", "test_marked", "test_expected"])
def test_each_way_to_skip_fails_there(tmp_path: Path, name: str) -> None:
    (tmp_path / "test_some.py").write_text(FILE)
    command = [sys.executable, "-m", "pytest", "-p", "skips", "-p", "no:cacheprovider", "-c", os.devnull, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(HERE), STRICT: "1"}

    done = subprocess.run([*command, "-k", name], env=environment, capture_output=True, text=True, timeout=300)

    assert done.returncode == 1, done.stdout
    assert f"test_some.py::{name}" in done.stdout.partition("short test summary")[2]


def test_ci_lets_nothing_be_skipped() -> None:
    (tests,) = [
        line
        for line in (HERE.parent / ".ci" / "run").read_text().splitlines()
        if "commands[1]" in line and "bash" in line
    ]

    assert tests.startswith(f"{STRICT}=1 ")
