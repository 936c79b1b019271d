"""An environment of its own for each grader, made once with venv and pip and kept.

What a lesson needs is not installed again: torch, NumPy and matplotlib, with what they need, are linked from the
Python that runs this. Every environment looks at its own packages first.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

PACKAGES = {
    "pytest": ("pytest==9.2.0",),
    "otter": ("otter-grader==7.0.0", "ipykernel==7.4.0"),
    "nbgrader": ("nbgrader==0.9.6", "ipykernel==7.4.0"),
}
SHARED = ("torch", "numpy", "matplotlib")
DONE = "made.json"
WARM = "import matplotlib.pyplot, torch"


def default_folder() -> Path:
    """Return where environments are kept if nobody says where."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "unroll-compare"


def place_of(folder: Path, name: str) -> Path:
    """Return the folder of an environment; it is another one for other packages."""
    shared = [f"{one.name}=={one.version}" for one in needed(SHARED)]
    text = json.dumps([sys.version, sys.prefix, PACKAGES[name], sorted(shared)])
    return folder / f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def is_made(folder: Path, name: str) -> bool:
    """Say whether an environment is there already."""
    return (place_of(folder, name) / DONE).exists()


def make(folder: Path, name: str) -> None:
    """Make an environment; one that was begun and not finished is begun anew."""
    place = place_of(folder, name)
    shutil.rmtree(place, ignore_errors=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    _run([sys.executable, "-m", "venv", str(place)])
    _run([str(python_of(folder, name)), "-m", "pip", "install", "--quiet", *PACKAGES[name]])
    link_shared(place / "shared")
    (site_packages(place) / "zz-shared.pth").write_text(f"{place / 'shared'}\n", encoding="utf-8")
    _run([str(python_of(folder, name)), "-c", WARM], own_folders(place))
    listed = _run([str(python_of(folder, name)), "-m", "pip", "list", "--format", "json"])
    (place / DONE).write_text(listed, encoding="utf-8")


def _run(command: list[str], environment: Mapping[str, str] | None = None) -> str:
    given = {**os.environ, **(environment or {})}
    done = subprocess.run(command, env=given, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout


def python_of(folder: Path, name: str) -> Path:
    """Return the Python of an environment."""
    return place_of(folder, name) / "bin" / "python"


def versions(folder: Path, name: str) -> dict[str, str]:
    """Return the version of each package in an environment."""
    listed = json.loads((place_of(folder, name) / DONE).read_text(encoding="utf-8"))
    return {one["name"]: one["version"] for one in listed}


def own_folders(place: Path) -> dict[str, str]:
    """Keep what Jupyter, IPython and matplotlib know of the user out of an environment."""
    names = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "IPYTHONDIR": "ipython", "MPLCONFIGDIR": "mpl"}
    return {variable: str(place / "own" / name) for variable, name in names.items()}


def site_packages(place: Path) -> Path:
    """Return where an environment's packages are."""
    return place / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"


def needed(names: tuple[str, ...]) -> Iterator[Distribution]:
    """Go through some installed packages and all that they need."""
    seen, todo = set(), list(names)
    while todo:
        found = distribution(todo.pop())
        if found.name not in seen:
            seen.add(found.name)
            yield found
            needs = map(Requirement, found.requires or ())
            todo += [one.name for one in needs if one.marker is None or one.marker.evaluate({"extra": ""})]


def link_shared(folder: Path) -> None:
    """Fill a folder with links to the packages that are not installed again."""
    folder.mkdir(parents=True)
    for package in needed(SHARED):
        for top in sorted({file.parts[0] for file in package.files or ()} - {"..", "__pycache__"}):
            link = folder / top
            if not link.exists():
                link.symlink_to(Path(str(package.locate_file(top))).resolve())
