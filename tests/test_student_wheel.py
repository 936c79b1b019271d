"""What is installed: the wheel carries the machine and the exercises, and nothing of the solutions."""

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from classroom import REPOSITORY

NOT_BUILT = shutil.ignore_patterns(".*", "build", "dist", "*.egg-info", "__pycache__")
HIDDEN = (
    "solutions",
    "lesson",
    "mistakes",
    "alternatives",
    "hidden",
    "calibration.json",
    "calibration.png",
    "course.toml",
)
BUILD = ("-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel that a copy of this checkout builds."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(REPOSITORY, folder / "checkout", ignore=NOT_BUILT)
    command = [sys.executable, *BUILD, "-w", str(folder), "."]
    done = subprocess.run(command, cwd=folder / "checkout", capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def test_every_file_of_the_exercises_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    exercises = REPOSITORY / "exercises"
    built = {path.relative_to(exercises) for path in exercises.glob("*/*") if path.suffix in (".py", ".json", ".svg")}
    built |= {path.relative_to(exercises) for path in exercises.glob("notebooks/*/*.ipynb")}

    shipped = {Path(name).relative_to("autograder/exercises") for name in wheel.namelist() if "/exercises/" in name}

    assert shipped == built


def test_nothing_of_the_solutions_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    names = [Path(name) for name in wheel.namelist()]

    found = [name for name in names if set(name.parts) & {"solutions", "source", "tests", "docs", "benchmarks"}]
    found += [name for name in names if "exercises" in name.parts and any(word in name.name for word in HIDDEN)]
    found += [
        name
        for name in names
        if name.name in ("mistakes.py", "mistakes.toml", "alternatives.py", "test_hidden.py", "probes.py")
    ]

    assert [str(name) for name in found] == ["autograder/course/probes.py", "autograder/exam/mistakes.py"]


def test_every_file_of_the_machine_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    machine = REPOSITORY / "autograder"
    files = {path for path in machine.rglob("*") if path.is_file() and "__pycache__" not in path.parts}

    missing = {str(path.relative_to(REPOSITORY)) for path in files} - set(wheel.namelist())

    assert not missing


def test_an_installed_wheel_finds_its_exercises(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)
    code = "from autograder.student.exercises import shipped_exercises; print(shipped_exercises())"

    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd="/",
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )

    assert done.stdout.strip() == str(tmp_path / "autograder" / "exercises"), done.stderr


def test_an_installed_wheel_makes_a_folder_of_exercises(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path / "site")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    command = [sys.executable, "-P", "-m", "autograder.cli", "init", "mine"]

    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    made = {str(path.relative_to(tmp_path / "mine")) for path in (tmp_path / "mine").rglob("*.*") if path.is_file()}
    shipped = {name.removeprefix("autograder/exercises/") for name in wheel.namelist() if "/exercises/" in name}
    shipped = {name for name in shipped if not name.startswith("notebooks/")}  # those are for: init --notebooks
    assert made == shipped | {"README.md", ".unroll/manifest.json"}


def test_every_room_is_a_package_of_the_wheel() -> None:
    listed = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    rooms = {path.parent for path in (REPOSITORY / "autograder").rglob("__init__.py")}

    assert sorted(listed) == sorted(
        [".".join(p.relative_to(REPOSITORY).parts) for p in rooms] + ["autograder.exercises"]
    )
