"""Make the environment of the processes that judge: the caller's environment cannot change a verdict.

The first lines here run before any module that the caller's PYTHONPATH could replace. So only `os` and `sys` are
imported at the top: they are frozen into Python.
"""

import os
import sys

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
# Which kernels compute (ATEN_CPU_CAPABILITY, MKL_CBWR, OPENBLAS_CORETYPE) may be chosen: verdicts hold with each.
DROPPED = ("PYTHON", "PYTEST", "TORCH", "PYTORCH", "OMP_", "GOMP_", "KMP_", "MPLBACKEND", "MATPLOTLIBRC")
# With another seed of hashes the same code may go through a set in another order.
FIXED = {"PYTHONHASHSEED": "0", **dict.fromkeys(THREADS, "1")}
HARMLESS = {"PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
START = os.path.join(os.path.dirname(os.path.abspath(__file__)), "start.py")  # noqa: PTH100, PTH118, PTH120
# What judges inside a process that somebody else has started, beside Python's own library.
JUDGES = {"torch", "numpy", "pytest", "_pytest", "nbgrader", "nbformat", "nbconvert", "traitlets", "sqlalchemy"}
NO_ASSERTIONS = (
    "Python leaves out assertions here (-O or PYTHONOPTIMIZE), but assertions make the verdicts. Run it without that."
)


def environment() -> dict[str, str]:
    """Return the caller's environment without the variables that could change a verdict."""
    return {name: value for name, value in os.environ.items() if not name.startswith(DROPPED)} | FIXED


def program(module: str, *arguments: str) -> list[str]:
    """Make the command that runs a module of this kit; give the process `environment()`."""
    return [sys.executable, "-P", "-B", "-X", "utf8", START, module, *arguments]


def start_anew(module: str) -> None:
    """Run this program again, out of reach of PYTHON* variables and of the folder that it was started in.

    Return at once if they do not reach it now. The variables stay set, for an editor that is opened from here.
    """
    if _is_out_of_reach():
        return
    options = [f"-X{name}" if value is True else f"-X{name}={value}" for name, value in sys._xoptions.items()]
    options += ["-Xutf8"] if sys.flags.utf8_mode else []
    flags = {"-B": sys.flags.dont_write_bytecode, "-s": sys.flags.no_user_site, "-u": _is_set("UNBUFFERED")}
    options += [flag for flag, is_set in flags.items() if is_set]
    options += ["-O"] if sys.flags.optimize and not _is_set("OPTIMIZE") else []  # asked for, and refused then
    command = [sys.executable, "-E", "-P", *options, START, module, *sys.argv[1:]]
    if sys.platform != "win32":
        os.execv(command[0], command)
    import subprocess

    sys.exit(subprocess.call(command))


def _is_set(name: str) -> bool:
    return bool(os.environ.get(f"PYTHON{name}"))


def _is_out_of_reach() -> bool:
    main = sys.modules["__main__"]
    if not hasattr(main, "__file__"):  # `python -c` is somebody's own program
        return True
    if main.__spec__ is not None and not sys.flags.safe_path:  # `python -m` looks into the working directory
        return False
    given = {name for name, value in os.environ.items() if value and name.startswith("PYTHON")}
    return bool(sys.flags.ignore_environment) or given <= HARMLESS


def unfit(*needed: str) -> str:
    """Say in one line why this process must not judge; "" where it may.

    Args:
        needed: modules that will be imported for it.
    """
    if not __debug__:
        return NO_ASSERTIONS
    given = _given()
    files = {name: getattr(module, "__file__", None) for name, module in list(sys.modules.items())} if given else {}
    for name in (name for name in (*files, *needed) if name in JUDGES or name in sys.stdlib_module_names):
        file = files[name] if name in files else _found(name, sys.path)
        others = [path for path in sys.path if os.path.realpath(path) not in given]
        if file and _folder(file) in given and _found(name, others):
            return f"PYTHONPATH puts {file} in the place of {name}, which judges. Unset PYTHONPATH."
    return ""


def must_be_fit(*needed: str) -> None:
    """Refuse to judge in this process if its verdicts could be wrong.

    Args:
        needed: see `unfit`.

    Raises:
        UsageError: the line of `unfit`.
    """
    from autograder.errors import UsageError

    why = unfit(*needed)
    if why:
        raise UsageError(why)


def _given() -> set[str]:
    """List the folders that the caller's PYTHONPATH put before all others."""
    given = "" if sys.flags.ignore_environment else os.environ.get("PYTHONPATH", "")
    return {os.path.realpath(path) for path in given.split(os.pathsep) if path}


def _found(name: str, folders: list[str]) -> str | None:
    from importlib.machinery import PathFinder

    spec = PathFinder.find_spec(name, folders)
    return spec.origin if spec else None


def _folder(file: str) -> str:
    """Return the folder that a module or package stands in."""
    folder, name = os.path.split(os.path.realpath(file))
    return os.path.dirname(folder) if name.startswith("__init__.") else folder  # noqa: PTH120
