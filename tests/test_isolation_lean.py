"""Code runs without what nobody asks torch for: results stay the same, and who asks for the compiler gets it."""

import json
import subprocess
import sys

import pytest
import torch

from autograder.isolation.forked import Zygote
from autograder.isolation.limits import Limits
from autograder.isolation.worker import Worker

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


@pytest.mark.parametrize("quick", [True, False])
def test_no_compiler_is_imported(quick: bool) -> None:
    assert not run(quick)[1]


@pytest.mark.parametrize("quick", [True, False])
def test_what_a_look_at_devices_needs_is_imported_before_there_are_workers(quick: bool) -> None:
    assert run(quick)[2] == ["play"]


def lean_and_usual(program: str) -> list[list[str]]:
    """Run a program in both ways; return the lines that each prints."""
    commands = [[sys.executable, "-c", program.format(lean=lean)] for lean in (True, False)]
    lean, usual = (subprocess.run(one, capture_output=True, text=True) for one in commands)
    assert usual.returncode == lean.returncode == 0, usual.stderr + lean.stderr
    return [lean.stdout.splitlines(), usual.stdout.splitlines()]


TRAINING = """
import sys
import torch

if {lean}:
    from autograder.isolation.inside.lean import without_compiler

    without_compiler()
KINDS = ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "NAdam", "RAdam", "Rprop", "ASGD", "Adamax", "LBFGS")


def trained(kind, **options):
    torch.manual_seed(0)
    layer = torch.nn.GRU(2, 3)
    optimizer = getattr(torch.optim, kind)(layer.parameters(), lr=0.1, **options)

    def closure():
        assert torch.is_grad_enabled()
        optimizer.zero_grad()
        loss = layer(torch.ones(4, 2))[0].square().sum()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(layer.parameters(), 1.0)
        return loss

    with torch.set_grad_enabled(kind != "Adam"):
        optimizer.step() if kind == "Adam" else [optimizer.step(closure) for _ in range(3)]
        assert torch.is_grad_enabled() == (kind != "Adam")
    return [parameter.tolist() for parameter in layer.parameters()]


found = [trained(kind) for kind in KINDS] + [trained("SGD", momentum=0.9, nesterov=True), trained("Adam", foreach=True)]
print(found)
print("torch._dynamo" in sys.modules)
"""


def test_optimizers_step_as_they_do_with_a_compiler_and_import_none() -> None:
    (found, has_compiler), (expected, usually) = lean_and_usual(TRAINING)

    assert found == expected
    assert (has_compiler, usually) == ("False", "True")


ASKS = """
import torch
def slope(x): return torch.func.grad(lambda t: t.sin().sum())(x)
def again(x): return torch.utils.checkpoint.checkpoint(torch.sin, x, use_reentrant=False)
def apart(x): return torch.compiler.disable(torch.sin)(x)
def itself(x): return __import__("torch._dynamo")._dynamo.is_compiling()
"""
ANSWERS = {"slope": torch.ones(3).cos(), "again": torch.ones(3).sin(), "apart": torch.ones(3).sin(), "itself": False}


@pytest.mark.parametrize("name", ANSWERS)
def test_who_asks_for_the_compiler_gets_it_in_a_locked_process(zygote: Zygote, name: str) -> None:
    with Worker(zygote, Limits()) as worker:
        worker.ask("load", {"value": {"lesson": "play", "sources": {"play": [ASKS]}, "light": False}})
        found = worker.ask("call", {"name": name, "args": [torch.ones(3)], "kwargs": {}})

    assert torch.equal(torch.as_tensor(found), torch.as_tensor(ANSWERS[name]))


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


SEEDS = """
import torch
from autograder.isolation.inside.lean import without_stacks

torch.cuda._lazy_seed_tracker = torch.cuda._LazySeedTracker()
if {lean}:
    without_stacks()
torch.manual_seed(3)
print(torch.rand(2).tolist())
print([bool(one[1]) for one in torch.cuda._lazy_seed_tracker.get_calls() if one])
"""


def test_a_seed_is_remembered_for_other_devices_without_the_stack() -> None:
    (found, has_stack), (expected, usually) = lean_and_usual(SEEDS)

    assert found == expected
    assert (has_stack, usually) == ("[False]", "[True]")


SEEDED = """
import torch
def seeded():
    torch.manual_seed(3)
    return [len(one[1]) for one in torch.cuda._lazy_seed_tracker.get_calls() if one]
"""


def test_a_worker_remembers_no_stack(zygote: Zygote) -> None:
    with Worker(zygote, Limits()) as worker:
        worker.ask("load", {"value": {"lesson": "play", "sources": {"play": [SEEDED]}, "light": False}})
        assert worker.ask("call", {"name": "seeded", "args": [], "kwargs": {}}) == [0]
