"""Courses that are not the kit's: nbgrader gives the same scores with the kit's configuration as without it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbgrader
import pytest
from classroom import REPOSITORY
from nbgrader.api import Gradebook

pytestmark = pytest.mark.nbgrader

QUICKSTART = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide"
KIT = "from autograder.nbgrader import configure\nc = get_config()\nconfigure(c)\n"


def run(folder: Path, *command: str) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(REPOSITORY), "JUPYTER_CONFIG_DIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *command], cwd=folder, env=environment, capture_output=True
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]


def scores(folder: Path, config: str) -> dict[str, float]:
    """Grade nbgrader's own example course."""
    shutil.copytree(QUICKSTART / "source", folder / "source")
    shutil.copytree(QUICKSTART / "submitted", folder / "submitted")
    (folder / "nbgrader_config.py").write_text(config or "c = get_config()\n")
    run(folder, "generate_assignment", "ps1", "--IncludeHeaderFooter.header=source/header.ipynb")
    run(folder, "autograde", "ps1")
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        return {one.student.id: one.score for one in gradebook.assignment_submissions("ps1")}


@pytest.mark.filterwarnings("ignore")
def test_the_quickstart_course_has_the_same_scores(tmp_path: Path) -> None:
    for name in ("stock", "kit"):
        (tmp_path / name).mkdir()

    stock, kit = scores(tmp_path / "stock", ""), scores(tmp_path / "kit", KIT)

    assert kit == stock == {"bitdiddle": 1.5, "hacker": 3.0}
