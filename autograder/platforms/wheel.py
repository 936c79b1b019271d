"""The kit as a wheel, made of the files that are installed here: what is exported needs no registry of our own."""

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import autograder
from autograder.errors import UsageError
from autograder.platforms.bundle import Files, plain, zipped

PACKAGE = Path(autograder.__file__).resolve().parent
EXERCISES = (PACKAGE / "exercises", PACKAGE.parent / "exercises")  # in an installed wheel, in a checkout
KIT_SUFFIXES = {".py", ".typed", ".json", ".j2", ".ini", ".txt", ".md", ".html", ".css", ".js"}
SHIPPED_SUFFIXES = {".py", ".json", ".svg"}
NOT_FOR_GRADING = {
    "nbgrader"
}  # of the extra `instructor`: a course's gradebook is not where single hand-ins are graded
REQUIREMENT = re.compile(r"""^([A-Za-z0-9._-]+)([^;]*);.*extra\s*==\s*["']instructor["']""")
GENERATOR = "Wheel-Version: 1.0\nGenerator: unroll\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


@dataclass(frozen=True)
class Wheel:
    """The kit.

    Args:
        name: of the file, which pip reads the version from.
        data: the file.
        requirements: what grading needs beside that, as lines for pip.
    """

    name: str
    data: bytes
    requirements: tuple[str, ...]


@cache
def kit_wheel() -> Wheel:
    """Make a wheel of the installed kit, the same for the same files. It holds the exercises and no solution.

    Raises:
        UsageError: the kit is run from its folder, and not installed.
    """
    try:
        installed = distribution("unroll")
    except PackageNotFoundError:
        raise UsageError("The kit is not installed here. Install it, in its folder: pip install -e .") from None
    metadata = installed.read_text("METADATA") or installed.read_text("PKG-INFO") or ""
    about = f"unroll-{installed.version}.dist-info"
    files = {**_machine(), **_exercises()}
    files |= {
        f"{about}/METADATA": metadata.encode(),
        f"{about}/WHEEL": GENERATOR.encode(),
        f"{about}/entry_points.txt": (installed.read_text("entry_points.txt") or "").encode(),
    }
    files[f"{about}/RECORD"] = _record(files, about).encode()
    name = f"unroll-{installed.version}-py3-none-any.whl"
    return Wheel(name, zipped(plain(files)), _requirements(installed))


def wheel_files(wheel: Wheel, folder: str) -> Files:
    """Put the wheel, and a requirements.txt beside it, into a folder of what is exported."""
    lines = "".join(f"{line}\n" for line in wheel.requirements)
    return plain({f"{folder}/{wheel.name}": wheel.data, f"{folder}/requirements.txt": lines.encode()})


def _machine() -> dict[str, bytes]:
    found = (path for path in PACKAGE.rglob("*") if path.suffix in KIT_SUFFIXES and path.is_file())
    names = {f"autograder/{path.relative_to(PACKAGE).as_posix()}": path for path in found}
    own = {name: path for name, path in names.items() if not name.startswith("autograder/exercises/")}
    return {name: path.read_bytes() for name, path in own.items() if "__pycache__" not in name}


def _exercises() -> dict[str, bytes]:
    folder = next((one for one in EXERCISES if one.is_dir()), EXERCISES[0])
    found = (path for path in folder.glob("*/*") if path.suffix in SHIPPED_SUFFIXES and path.is_file())
    return {f"autograder/exercises/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in found}


def _record(files: dict[str, bytes], about: str) -> str:
    """List every file with its digest, as pip checks it."""
    lines = [f"{name},sha256={_digest(data)},{len(data)}" for name, data in sorted(files.items())]
    return "\n".join([*lines, f"{about}/RECORD,,", ""])


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def _requirements(installed: Distribution) -> tuple[str, ...]:
    found = (REQUIREMENT.match(line) for line in installed.requires or ())
    wanted = {match[1] + match[2].strip() for match in found if match and match[1] not in NOT_FOR_GRADING}
    return tuple(sorted(wanted))
