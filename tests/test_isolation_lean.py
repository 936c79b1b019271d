"""A check at home looks at the device of results; it does so without torch's compiler, and finds the same."""

import json
import subprocess
import sys

import pytest

PROGRAM = """
import json, sys
import torch
from autograder.isolation.inside import calls, loader, warm

warm.warm_up(quick={quick})
before = set(sys.modules)
module, _ = loader.load("play", ["import torch\\ndef stays(x): return torch.tanh(x @ x.T + x.sum()) * 2\\n"
                                 "def leaves(x): return x + torch.ones(2, 2)\\n"])
found = [calls.follows_device(module, name, [torch.ones(2, 2)]) for name in ("stays", "leaves")]
print(json.dumps([found, "torch._dynamo" in sys.modules, sorted(set(sys.modules) - before)]))
"""


def run(quick: bool) -> tuple[list[bool], bool, list[str]]:
    done = subprocess.run([sys.executable, "-c", PROGRAM.format(quick=quick)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found, has_compiler, imported = json.loads(done.stdout)
    return found, has_compiler, imported


@pytest.mark.parametrize("quick", [True, False])
def test_what_stays_on_a_device_is_told_from_what_leaves_it(quick: bool) -> None:
    assert run(quick)[0] == [True, False]


def test_a_quick_check_imports_no_compiler() -> None:
    assert not run(quick=True)[1]


def test_what_a_look_at_devices_needs_is_imported_before_there_are_workers() -> None:
    assert run(quick=True)[2] == ["play"]


FROM_HERE = """
import gc

gc.disable()
from autograder.isolation.launch import one_thread

one_thread()
from autograder.isolation.limits import Limits
from autograder.isolation.open import open_workers_from_here
from autograder.isolation.worker import Worker

with open_workers_from_here(quick=True) as workers, Worker(workers, Limits()) as worker:
    cells = ["import gc\\ndef collects(): return gc.isenabled()\\n"]
    worker.ask("load", {"value": {"lesson": "play", "sources": {"play": cells}, "light": False}})
    print(worker.ask("call", {"name": "collects", "args": [], "kwargs": {}}))
"""


def test_a_students_code_has_its_garbage_collected_although_the_check_collects_none_of_its_own() -> None:
    done = subprocess.run([sys.executable, "-c", FROM_HERE], capture_output=True, text=True)

    assert done.stdout == "True\n", done.stderr
