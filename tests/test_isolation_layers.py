"""What each set of layers stops, and what it does not: `docs/security.md` says the same in words."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.errors import StudentError, WorkerGone
from autograder.isolation.doctor import attempts
from autograder.isolation.forked import Zygote
from autograder.isolation.inside.sandbox import LAYERS
from autograder.isolation.limits import Limits
from autograder.isolation.worker import Worker

pytestmark = pytest.mark.attacks

SETS = {
    "all": LAYERS,
    "no namespaces": ("landlock", "seccomp", "rlimits"),
    "no landlock": ("seccomp", "namespaces", "mounts", "rlimits"),
    "no files": ("seccomp", "rlimits"),
    "no system calls": ("landlock", "rlimits"),
    "mounts alone": ("mounts", "rlimits"),
    "limits alone": ("rlimits",),
}
TIERS = {"all": "strong", "no namespaces": "strong", "no landlock": "medium", "no files": "medium"}
ANY = frozenset(LAYERS)
STOPPED_BY = {
    "read a file outside": {"landlock", "mounts"},
    "see a file outside": {"mounts"},
    "write a file": {"landlock", "mounts"},
    "open a socket": {"seccomp"},
    "reach the network": {"seccomp", "namespaces"},
    "start a process": {"seccomp", "rlimits"},
    "start a thread": {"seccomp", "rlimits"},
    "run a program": {"seccomp", "landlock", "mounts"},
    "kill its parent": {"seccomp"},
    "trace its parent": ANY,
    "read its parents memory": ANY,
    "take three gigabytes": {"rlimits"},
    "loop for ever": ANY,
}
HOSTILE = """
import ctypes, os, time

def start_threads_without_python(most):
    libc, count = ctypes.CDLL(None), 0
    while count < most and not libc.pthread_create(ctypes.byref(ctypes.c_ulong()), None, libc.pause, None):
        count += 1
    return count

def start_processes(most):
    count = 0
    try:
        while count < most:
            if not os.fork():
                time.sleep(10)
                os._exit(0)
            count += 1
    except OSError:
        pass
    return count

def fill(folder, files, size):
    for number in range(files):
        with open(f"{folder}/evil-{number}", "wb") as file:
            file.write(bytes(size))
    return files
"""
Ran = tuple[Zygote, dict[str, bool]]


@pytest.fixture(scope="module", params=SETS)
def forced(request: pytest.FixtureRequest, zygote: Zygote) -> Iterator[tuple[str, Zygote]]:
    """A zygote with some of the layers."""
    if request.param == "all":
        yield request.param, zygote
        return
    with Zygote(SETS[request.param]) as weak:
        yield request.param, weak


@pytest.fixture(scope="module")
def tried(forced: tuple[str, Zygote]) -> Ran:
    """What came of every attempt of `unroll doctor` with these layers."""
    _, zygote = forced
    return zygote, {attempt.what: attempt.held for attempt in attempts(zygote, Limits())}


def ran(zygote: Zygote, name: str, *args: object) -> object:
    """Run one of the hostile functions; return what it returned, or "stopped"."""
    with Worker(zygote, Limits()) as worker:
        worker.ask("load", {"value": {"lesson": "hostile", "sources": {"hostile": [HOSTILE]}, "light": False}})
        try:
            return worker.ask("call", {"name": name, "args": list(args), "kwargs": {}})
        except (StudentError, WorkerGone):
            return "stopped"


@pytest.mark.parametrize("what", STOPPED_BY)
def test_an_attempt_is_stopped_exactly_where_a_layer_stops_it(tried: Ran, what: str) -> None:
    zygote, held = tried

    assert held[what] == bool(STOPPED_BY[what] & set(zygote.layers))


def test_every_attempt_stands_in_the_table(tried: Ran) -> None:
    assert set(tried[1]) == set(STOPPED_BY)


def test_a_tier_is_what_its_layers_give(forced: tuple[str, Zygote]) -> None:
    name, zygote = forced

    assert set(zygote.layers) == set(SETS[name])
    assert zygote.tier == TIERS.get(name, "process-only")


@pytest.mark.parametrize("function", ["start_threads_without_python", "start_processes"])
def test_a_worker_has_at_most_64_tasks(forced: tuple[str, Zygote], function: str) -> None:
    count = ran(forced[1], function, 100)

    assert count == "stopped" or (isinstance(count, int) and count < 64)


def test_a_disk_cannot_be_filled_by_one_file(forced: tuple[str, Zygote], tmp_path: Path) -> None:
    tmp_path.chmod(0o777)

    assert ran(forced[1], "fill", str(tmp_path), 1, 2 << 20) == "stopped"
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 1 << 20


def test_a_disk_can_be_filled_by_many_files_only_where_no_layer_keeps_files_away(
    forced: tuple[str, Zygote], tmp_path: Path
) -> None:
    came = ran(forced[1], "fill", str(tmp_path), 9, 1000)

    is_kept_away = bool({"landlock", "mounts"} & set(forced[1].layers))
    assert (came == "stopped") == is_kept_away
    assert bool(list(tmp_path.iterdir())) != is_kept_away


def test_mounts_are_seen_by_nobody_else(forced: tuple[str, Zygote]) -> None:
    mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8")

    assert forced[1].layers
    assert Path("/proc/self/mountinfo").read_text(encoding="utf-8") == mounts
    assert "mode=755,size=1m" not in mounts.replace(" ", ",")
    assert Path("/proc", str(os.getpid())).is_dir()
