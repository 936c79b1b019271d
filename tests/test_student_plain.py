"""Students' commands on a system without fork and sandbox: the other kind of worker is forced, and meets the same."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from classroom import REPOSITORY
from homework import ENVIRONMENT, answer, unroll, write
from terminal import terminal

from autograder.course.model import Course
from autograder.errors import LINUX_ONLY, GradingError, StudentError, WorkerCrashed, WorkerOverflow, WorkerTimeout
from autograder.isolation import plain as spares
from autograder.isolation.limits import Limits
from autograder.isolation.plain import Spares
from autograder.isolation.worker import Worker
from autograder.student.home import check_spots
from autograder.student.where import find_typed

PLAIN = {"UNROLL_BACKEND": "plain"}
NOTE = "This system has no sandbox: your code runs as a process of its own, ended by a clock, and may do what you may."
CODE = """
import os, sys

def add(a, b):
    print("adding")
    return a + b

def hang():
    while True:
        pass

def leave():
    os._exit(7)

def crash():
    import ctypes
    ctypes.string_at(0)

def ask():
    return input()

def take():
    return len(bytearray(1 << 40))

def here():
    return os.listdir(".")
"""


@pytest.fixture(scope="module")
def plain() -> Iterator[Spares]:
    with Spares(quick=True) as workers:
        yield workers


@pytest.fixture
def worker(plain: Spares) -> Iterator[Worker]:
    with Worker(plain, Limits()) as made:
        made.ask("load", {"value": {"lesson": "play", "sources": {"play": [CODE]}, "light": False}})
        yield made


def call(worker: Worker, name: str, *args: object, seconds: float | None = None) -> object:
    return worker.ask("call", {"name": name, "args": list(args), "kwargs": {}}, seconds)


def test_it_answers_and_keeps_what_is_printed(worker: Worker) -> None:
    assert call(worker, "add", 2, 3) == 5
    assert worker.output() == "adding\n"
    assert worker.printed() == len("adding\n")
    assert worker.output(start=3) == "ing\n"


ENDS = {
    "hang": (WorkerTimeout, "Is there a loop that never ends?"),
    "leave": (WorkerCrashed, "The process ended itself with status 7."),
    "crash": (WorkerCrashed, "The process ended with signal SIGSEGV."),
    "take": (WorkerOverflow, "more memory than it may use"),
    "ask": (StudentError, "EOF"),
}


@pytest.mark.parametrize("name", ENDS)
def test_what_goes_wrong_is_named_as_such(worker: Worker, name: str) -> None:
    error, said = ENDS[name]

    with pytest.raises(error, match=said) as raised:
        call(worker, name, seconds=1.0 if name == "hang" else None)

    assert type(raised.value) is error


def test_it_works_in_an_empty_folder(worker: Worker) -> None:
    assert call(worker, "here") == []


def test_every_worker_begins_anew(plain: Spares) -> None:
    for _ in range(2):
        with Worker(plain, Limits()) as made:
            text = "import torch\nseen = []\ndef f():\n    seen.append(1)\n    return len(seen), torch.rand(1)\n"
            made.ask("load", {"value": {"lesson": "play", "sources": {"play": [text]}, "light": False}})
            count, number = call(made, "f")

            assert (count, round(number.item(), 4)) == (1, 0.4963)


def test_closing_leaves_no_process_and_no_file() -> None:
    before = set(psutil.Process().children())
    with Spares(quick=True) as workers:
        folder = workers._folder
        Worker(workers, Limits())
        assert len(set(psutil.Process().children()) - before) == 2

    assert set(psutil.Process().children()) - before == set()
    assert not folder.exists()


def test_a_process_that_cannot_start_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("raise SystemExit('no torch here')")
    monkeypatch.setattr(spares, "PROGRAM", broken)

    with Spares() as workers, pytest.raises(GradingError, match=r"could not be started: no torch here"):
        Worker(workers, Limits())


def test_a_stranger_on_the_port_is_sent_away(plain: Spares) -> None:
    import socket

    with Spares(quick=True) as workers:
        port = workers._next._server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as stranger:
            stranger.sendall(b"x" * 32)
            with Worker(workers, Limits()) as made:
                assert made.ask("names", {"value": {"cells": ["def f():\n    return g()\n"]}})
            assert stranger.recv(1) == b""


def test_the_checks_say_the_same(folder: Path, course: Course, plain: Spares) -> None:
    text = answer(course, "cell").replace("torch.tanh(", "torch.sigmoid(", 1)
    write(folder, "cell", text.replace("    return torch.sigmoid(", "    print('here')\n    return torch.sigmoid(", 1))

    checked = check_spots(find_typed(folder, "sine/cell")[1], plain)

    assert [result.outcome for result in checked.results][0::2] == ["failed", "passed"]
    assert checked.results[0].mistake
    assert checked.output["sine/cell"].startswith("here\n")


def test_the_note_is_shown_once(folder: Path, course: Course) -> None:
    write(folder, "cell", answer(course, "cell"))

    first, second = (unroll(folder, "check", "sine/cell:readout", environment=PLAIN) for _ in range(2))

    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert " ".join(first.stdout.split()).count(NOTE) == 1
    assert "sandbox" not in second.stdout


def test_where_the_sandbox_holds_nothing_is_said(folder: Path, course: Course) -> None:
    write(folder, "cell", answer(course, "cell"))

    assert "sandbox" not in unroll(folder, "check", "sine/cell:readout").stdout


@pytest.mark.kills
def test_ctrl_c_leaves_no_process(folder: Path) -> None:
    write(folder, "cell", "def readout(*_):\n    while True: pass\n")
    command = [sys.executable, "-m", "autograder.cli", "check", "sine/cell:readout"]
    environment = {**ENVIRONMENT, **PLAIN}
    with subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True) as process:
        children: list[psutil.Process] = []
        while len(children) < 2:
            children = psutil.Process(process.pid).children(recursive=True)
            assert process.poll() is None
        os.kill(process.pid, signal.SIGINT)
        said = process.communicate(timeout=60)[1]

    assert (process.returncode, said) == (3, "unroll: Stopped.\n")
    assert not psutil.wait_procs(children, timeout=30)[1]


@pytest.mark.kills
def test_watch_sees_a_save_and_kill_leaves_no_process(home: Path) -> None:
    with terminal(home, "watch", environment=PLAIN) as seen:
        seen.wait_for("Checked play/double")
        assert "This system has no sandbox" in seen.text
        (home / "play" / "double.py").write_text("def double(x):\n    return x * x\n")
        seen.wait_for("Likely cause: You squared x")
        (home / "play" / "double.py").write_text("def double(x):\n    while True: pass\n")
        seen.wait_for("Checking play/double")
        children = psutil.Process(seen.process.pid).children(recursive=True)
        os.kill(seen.process.pid, signal.SIGKILL)

        assert not psutil.wait_procs(children, timeout=60)[1]


def test_pytest_at_home(folder: Path, course: Course) -> None:
    write(folder, "cell", answer(course, "cell"))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "sine/test_cell.py"]

    done = subprocess.run(
        command, cwd=folder, env={**ENVIRONMENT, **PLAIN}, capture_output=True, text=True, timeout=300
    )

    assert done.returncode == 0, done.stdout


# What Python lacks on Windows: of its own modules, and of `os`, `signal` and `socket`.
WINDOWS = """
import importlib.abc, os, pkgutil, signal, socket, sys

import numpy, torch, matplotlib, rich.console, click, nbformat  # these know what to do

class Lacks(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name in ("fcntl", "termios", "tty", "resource", "pwd", "grp", "pty"):
            raise ImportError(name)

for name in ("fcntl", "termios", "tty", "resource", "pwd", "grp", "pty"):
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Lacks())
sys.modules["msvcrt"] = type(sys)("msvcrt")
for module, names in {
    os: ("fork", "memfd_create", "pread", "pidfd_open", "wait4", "setsid", "getuid", "killpg", "O_NOFOLLOW", "O_PATH"),
    signal: ("SIGKILL", "SIGTSTP", "SIGHUP", "pidfd_send_signal", "SIGXFSZ", "SIGPIPE"),
    socket: ("AF_UNIX", "SOCK_SEQPACKET", "send_fds", "recv_fds"),
}.items():
    for name in names:
        delattr(module, name)
import subprocess
subprocess.CREATE_NEW_PROCESS_GROUP = 0x200
sys.platform = "win32"

import autograder.cli.commands, autograder.student
from autograder.isolation import open as opening, plain
from autograder.isolation.inside import plain_main, service
for found in pkgutil.walk_packages(autograder.student.__path__, "autograder.student."):
    importlib.import_module(found.name)
from autograder.grading import fixtures, home
assert opening.is_plain()
try:
    import autograder.isolation.forked
except autograder.errors.GradingError as error:
    print(error)
"""


def test_on_windows_all_of_a_students_modules_can_be_imported(tmp_path: Path) -> None:
    program = tmp_path / "windows.py"
    program.write_text(WINDOWS)

    done = subprocess.run([sys.executable, str(program)], env=ENVIRONMENT, capture_output=True, text=True, timeout=300)

    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{LINUX_ONLY}\n"


COMMANDS = {
    "grade": ["grade", "sine", "HAND_INS", "-o", "OUT"],
    "verify": ["verify", "sine/cell"],
    "doctor": ["doctor"],
}
ELSEWHERE = "import sys, pytest, torch, matplotlib; sys.platform = 'darwin'; from autograder.cli import main; main()"


@pytest.mark.parametrize("name", COMMANDS)
def test_hand_ins_are_never_run_without_the_sandbox(name: str, tmp_path: Path) -> None:
    (tmp_path / "class" / "ada").mkdir(parents=True)
    (tmp_path / "class" / "ada" / "cell.py").write_text("")
    places = {"HAND_INS": str(tmp_path / "class"), "OUT": str(tmp_path / "out")}
    command = [sys.executable, "-c", ELSEWHERE, *(places.get(word, word) for word in COMMANDS[name])]

    done = subprocess.run(command, cwd=REPOSITORY, env=ENVIRONMENT, capture_output=True, text=True, timeout=300)

    assert (done.returncode, done.stderr) == (3, f"unroll: {LINUX_ONLY}\n")
