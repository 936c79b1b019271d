"""What a session of this repository's tests runs: what is short, what is named, or all; and in how many processes."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from chosen import long_markers
from classroom import REPOSITORY

HERE = Path(__file__).parent
INI = '[pytest]\nmarkers =\n    slow: long\n    slower: longer\naddopts = --strict-markers -m "not (slow or slower)"\n'
HOOKS = "from chosen import *\n"
FILES = {
    "conftest.py": HOOKS,
    "test_a.py": "def test_short(): pass\n",
    "test_b.py": "import pytest\n@pytest.mark.slow\ndef test_long(): pass\ndef test_beside(): pass\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {"pytest.ini": INI, **FILES}.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def run(folder: Path, *words: str, cores: int = 2) -> str:
    """Run pytest in a folder, as if the machine had as many cores; return what it says."""
    (folder / "sitecustomize.py").write_text(f"import os\nos.cpu_count = lambda: {cores}\n")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "xdist", "-v", "--color=no", *words]
    alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": f"{HERE}{os.pathsep}{folder}"}
    environment = {**os.environ, **alone}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_what_takes_long_is_left_out_and_one_line_says_so(folder: Path) -> None:
    said = run(folder)

    assert 'left out: slow, slower (see CONTRIBUTING.md; pytest -m "" runs all)' in said.splitlines()
    assert "2 passed" in said and "test_long" not in said


@pytest.mark.parametrize(("words", "passed"), [(["-m", ""], "3 passed"), (["-m", "slow"], "1 passed")])
def test_it_is_run_where_it_is_asked_for(folder: Path, words: list[str], passed: str) -> None:
    said = run(folder, *words)

    assert passed in said and "left out" not in said


@pytest.mark.parametrize(("name", "passed"), [("test_b.py::test_long", "1 passed"), ("test_b.py", "2 passed")])
def test_it_is_run_where_it_is_named(folder: Path, name: str, passed: str) -> None:
    said = run(folder, name)

    assert passed in said and "left out" not in said and "workers" not in said


def test_all_cores_work_and_not_too_many(folder: Path) -> None:
    assert "created: 2/2 workers" in run(folder)
    assert "created: 4/4 workers" in run(folder, cores=64)


@pytest.mark.parametrize("words", [["--pdb"], ["-s"], ["-k", "short"], ["-n0"]])
def test_who_looks_into_the_process_has_only_one(folder: Path, words: list[str]) -> None:
    said = run(folder, *words)

    assert "workers" not in said and "test_a.py::test_short PASSED" in said


def test_a_file_is_not_torn_apart_and_what_is_long_begins(folder: Path) -> None:
    said = run(folder, "-m", "", "-n0")

    order = [line.split()[0] for line in said.splitlines() if line.startswith("test_")]
    assert order == ["test_b.py::test_long", "test_b.py::test_beside", "test_a.py::test_short"]


def test_each_marker_is_in_the_list_that_contributors_read(pytestconfig: pytest.Config) -> None:
    listed = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()
    settings = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    described = {line.partition(":")[0] for line in settings["tool"]["pytest"]["ini_options"]["markers"]}

    assert described == long_markers(pytestconfig)
    for marker in described:
        assert len([line for line in listed if line.startswith(f"| `pytest -m {marker}` |")]) == 1, marker


def test_ci_runs_all_of_them() -> None:
    assert "\nexport PYTEST_ADDOPTS=\"-m ''" in (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")
