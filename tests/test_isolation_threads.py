"""A worker has one thread: Python says so, torch does without, and the kernel refuses the rest."""

import subprocess
import sys

import pytest

from autograder.errors import StudentError
from autograder.isolation.forked import Zygote
from autograder.isolation.inside.threads import REFUSAL
from autograder.isolation.limits import Limits
from autograder.isolation.worker import Worker

WISHES = """
import _thread
import threading
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import set_num_threads
from torch.utils.data import DataLoader, TensorDataset

torch.set_num_threads(4)
torch.set_num_interop_threads(2)

def by_thread(): threading.Thread(target=print).start()

def by_timer(): threading.Timer(0.1, print).start()

def by_pool(): return list(ThreadPoolExecutor(2).map(abs, [1]))

def by_start_new_thread(): _thread.start_new_thread(print, ())

def learns(n):
    set_num_threads(n)
    torch.set_num_threads(n)
    x = torch.linspace(0, 1, 512 * 512).reshape(512, 512).requires_grad_()
    (x @ x).sum().backward()
    batches = DataLoader(TensorDataset(x.detach()), batch_size=256, shuffle=True)
    return [tuple(batch.shape) for (batch,) in batches], float(x.grad.sum())

def under_checkpoint():
    x = torch.ones(3, requires_grad=True)
    torch.utils.checkpoint.checkpoint(torch.sin, x, use_reentrant=True).sum().backward()
    return x.grad.shape == x.shape
"""
LOCKED = """
import ctypes, os, resource, sys
from autograder.isolation.inside import seccomp
from autograder.isolation.inside.sandbox import Ceiling, lock_worker
libc = ctypes.CDLL(None)
if sys.argv[1] == "user" and os.geteuid() == 0:
    os.setgid(65534); os.setuid(65534)
lock_worker(frozenset(sys.argv[2].split(",")), Ceiling(memory_bytes=8 << 30))
count = 0
while count < 100 and not libc.pthread_create(ctypes.byref(ctypes.c_ulong()), None, libc.pause, None):
    count += 1
os.write(1, f"{count} threads".encode())
os._exit(0)
"""


def ask(zygote: Zygote, name: str, *args: object) -> object:
    """Load the wishes and call one."""
    with Worker(zygote, Limits()) as worker:
        worker.ask("load", {"value": {"lesson": "wishes", "sources": {"wishes": [WISHES]}, "light": False}})
        return worker.ask("call", {"name": name, "args": list(args), "kwargs": {}})


@pytest.mark.parametrize("name", ["by_thread", "by_timer", "by_pool", "by_start_new_thread"])
def test_who_starts_a_thread_is_told_that_there_are_none(zygote: Zygote, name: str) -> None:
    with pytest.raises(StudentError) as raised:
        ask(zygote, name)

    assert raised.value.text == REFUSAL


@pytest.mark.parametrize("threads", [1, 2, 64])
def test_a_wish_for_more_threads_of_torch_costs_nothing(zygote: Zygote, threads: int) -> None:
    assert ask(zygote, "learns", threads) == ask(zygote, "learns", 1)


def test_a_backward_within_a_backward_needs_no_thread(zygote: Zygote) -> None:
    assert ask(zygote, "under_checkpoint") is True


@pytest.mark.parametrize("layers", ["rlimits", "rlimits,seccomp"])
@pytest.mark.parametrize("who", ["root", "user"])
def test_the_kernel_refuses_threads_to_root_and_to_a_user(who: str, layers: str) -> None:
    done = subprocess.run([sys.executable, "-c", LOCKED, who, layers], capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr, done.returncode) == ("0 threads", "", 0)
