"""Ten kills of `benchmarks/kills.py`: of each kind of process on one machine, and of those that a cluster adds."""

import re
import subprocess
import sys

import pytest
from classroom import REPOSITORY

pytestmark = pytest.mark.kills


@pytest.mark.parametrize(
    ("options", "roles"),
    [
        ([], {"main", "chief", "examiner", "zygote", "branch", "worker"}),
        (["--cluster", "--roles", "main", "host", "reader", "dask worker"], {"main", "host", "reader", "dask worker"}),
    ],
    ids=["one machine", "cluster"],
)
def test_the_class_ends_with_the_marks_of_an_undisturbed_run(options: list[str], roles: set[str]) -> None:
    program = [sys.executable, str(REPOSITORY / "benchmarks" / "kills.py"), "--quick", "--hand-ins", "10"]

    done = subprocess.run([*program, "--kills", str(len(roles)), *options], capture_output=True, text=True, timeout=900)

    assert done.returncode == 0, done.stdout + done.stderr
    killed = re.findall(r"^ *\d+ (\w+(?: \w+)?) +after .*: well$", done.stdout, re.MULTILINE)
    assert set(killed) == roles and len(killed) == len(roles), done.stdout
