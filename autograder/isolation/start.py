"""Run a module of this very kit, wherever it lies: python -P start.py MODULE ARGUMENTS.

A process that does not read PYTHONPATH may find no kit, or another one that is installed.
"""

import runpy
import sys
from importlib.util import find_spec
from pathlib import Path

KIT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Run the module as a program."""
    found = find_spec("autograder")
    if found is None or found.origin is None or Path(found.origin).resolve().parent != KIT:
        sys.path.insert(0, str(KIT.parent))
    del sys.argv[0]
    try:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    except ModuleNotFoundError as error:
        sys.exit(
            f"unroll: {error.name} is not installed where the kit's processes look; they read no PYTHON* variables. "
            f"Install it with: {sys.executable} -m pip install {error.name}"
        )


if __name__ == "__main__":
    main()
