"""An environment of its own for each grader, made once with venv and pip and kept.

What a lesson needs is not installed again: torch, NumPy and matplotlib, with what they need, are linked from the
Python that runs this. Every environment looks at its own packages first.
"""

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions, version
from pathlib import Path

from packaging.requirements import Requirement

from peers import spent

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


@dataclass(frozen=True)
class Environment:
    """Where a grader is installed.

    Args:
        python: its Python.
        place: its folder; None is the Python that runs this, which is not only there for one grader.
    """

    python: Path
    place: Path | None = None

    def versions(self) -> dict[str, str]:
        """Return the version of each package in it."""
        if self.place is None:
            return {one.name: one.version for one in distributions()}
        listed = json.loads((self.place / DONE).read_text(encoding="utf-8"))
        return {one["name"]: one["version"] for one in listed}


HERE = Environment(Path(sys.executable))


def find(folder: Path, name: str, borrow: bool = False) -> Environment | None:
    """Return an environment that is there already.

    Args:
        borrow: whether the Python that runs this will do, where it has the same versions.
    """
    place = place_of(folder, name)
    if (place / DONE).exists():
        return Environment(_python_in(place), place)
    return HERE if borrow and all(map(_is_here, PACKAGES[name])) else None


def _is_here(package: str) -> bool:
    wanted = Requirement(package)
    try:
        return wanted.specifier.contains(version(wanted.name), prereleases=True)
    except PackageNotFoundError:
        return False


def make(folder: Path, name: str) -> Environment:
    """Make an environment; one that was begun and not finished is begun anew.

    Raises:
        spent.Failed: venv or pip could not, such as where a package is not to be had.
    """
    place = place_of(folder, name)
    python = _python_in(place)
    shutil.rmtree(place, ignore_errors=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    _run([sys.executable, "-m", "venv", str(place)])
    _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES[name]])
    link_shared(place / "shared")
    (site_packages(place) / "zz-shared.pth").write_text(f"{place / 'shared'}\n", encoding="utf-8")
    _run([str(python), "-c", WARM], own_folders(place))
    listed = _run([str(python), "-m", "pip", "list", "--disable-pip-version-check", "--format", "json"])
    (place / DONE).write_text(listed, encoding="utf-8")
    return Environment(python, place)


def _run(command: list[str], environment: Mapping[str, str] | None = None) -> str:
    return spent.run(command, Path(), {**os.environ, **(environment or {})})


def _python_in(place: Path) -> Path:
    return place / "bin" / "python"


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
