"""A zygote that is killed right after it has forked leaves a process that nobody knows; the next is not disturbed.

With the same channel as the worker that is started in its place, it would answer some of the questions to that one.
"""

import subprocess
import sys

import pytest

PROGRAM = """
import os, signal, sys, time

from autograder.isolation.launch import launch_from_here, one_thread

one_thread()
import torch
from autograder.isolation.forked import Zygote
from autograder.isolation.inside import sandbox
from autograder.isolation.limits import Limits
from autograder.isolation.worker import Worker

fork, forks, main = os.fork, [], os.getpid()
def dying():
    forks.append(1)
    parent, pid = os.getpid(), fork()
    if len(forks) == 3 and parent != main:  # after the zygote itself, and its trial
        if pid:
            os.kill(parent, signal.SIGKILL)
        while os.getppid() == parent:
            time.sleep(0.001)
    return pid
os.fork = dying
if not sys.argv[1:]:
    sandbox.die_with_parent = lambda parent: None

with Zygote(launched=launch_from_here(quick=True)) as workers:
"""
WORKERS = """
    for _ in range(3):
        with Worker(workers, Limits()) as worker:
            time.sleep(0.3)
            print([worker.ask("names", {"value": {"cells": [f"def f{n}(): pass"]}}) for n in range(3)])
"""
BRANCH = """
    with Zygote(launched=workers.branch()) as branch:
        for _ in range(9):
            with Worker(branch, Limits()) as worker:
                worker.ask("names", {"value": {"cells": []}})
                print(worker.close().cpu_seconds > 0)
"""
NAMES = "[{'f0': []}, {'f1': []}, {'f2': []}]\n"


@pytest.mark.parametrize("ends", [pytest.param("ends", id="ends"), pytest.param("", id="lives on")])
@pytest.mark.parametrize(
    ("use", "expected"),
    [pytest.param(WORKERS, 3 * NAMES, id="worker"), pytest.param(BRANCH, 9 * "True\n", id="branch")],
)
def test_who_lost_its_zygote_answers_nothing_in_the_name_of_another(use: str, expected: str, ends: str) -> None:
    command = [sys.executable, "-c", PROGRAM + use, *filter(None, [ends])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)

    assert done.stdout == expected, done.stderr


ORPHAN = """
import os, time
from autograder.isolation.inside.sandbox import die_with_parent

read, write = os.pipe()
if not os.fork():
    middle = os.getpid()
    if not os.fork():
        while {late} and os.getppid() == middle:
            time.sleep(0.001)
        die_with_parent(middle)
        os.write(write, b"lives")
        time.sleep(30)
    time.sleep(0.5)
    os._exit(0)
os.close(write)
print(os.read(read, 9), os.read(read, 9))
"""


@pytest.mark.parametrize(("late", "said"), [(True, "b'' b''"), (False, "b'lives' b''")])
def test_a_process_ends_with_its_parent_whenever_that_ends(late: bool, said: str) -> None:
    program = ORPHAN.replace("{late}", str(late))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=20)

    assert done.stdout.strip() == said, done.stderr
