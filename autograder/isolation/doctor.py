"""Try every layer of the sandbox by doing what is forbidden, in a throw-away worker."""

from dataclasses import dataclass

from autograder.course import Limits
from autograder.errors import StudentError, WorkerGone
from autograder.isolation.forks import Zygote
from autograder.isolation.worker import Worker

ATTEMPTS = """
import ctypes, os, signal, socket, subprocess, sys

def read_a_file_of_the_system():
    return open("/etc/passwd").read(20)

def read_the_course(): return os.listdir(COURSE)

def write_a_file():
    for folder in ("/tmp", "/dev/shm", os.getcwd()):
        try:
            open(folder + "/unroll-doctor", "w")
            return folder
        except OSError as error:
            last = error
    raise last

def open_a_socket():
    return socket.socket().fileno()

def start_a_process():
    if os.fork() == 0:
        os._exit(0)

def run_a_program():
    os.execv("/bin/true", ["true"])

def kill_its_parent():
    os.kill(PARENT, 0)

def trace_its_parent():
    if ctypes.CDLL(None, use_errno=True).ptrace(16, PARENT, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "ptrace")

def read_its_parents_memory():
    return open(f"/proc/{PARENT}/mem", "rb").fileno()

def take_three_gigabytes():
    return len(bytearray(3 << 30))

def loop_for_ever():
    while True:
        pass
"""


@dataclass(frozen=True)
class Attempt:
    """One forbidden thing that was tried, and what came of it."""

    what: str
    held: bool
    said: str


def attempts(zygote: Zygote, limits: Limits, course: str) -> list[Attempt]:
    """Try everything that is forbidden, each in a worker of its own."""
    source = f"COURSE = {course!r}\nPARENT = {zygote.pid}\n{ATTEMPTS}"
    names = [line.split("(")[0].removeprefix("def ") for line in ATTEMPTS.splitlines() if line.startswith("def ")]
    return [_attempt(zygote, limits, source, name) for name in names]


def _attempt(zygote: Zygote, limits: Limits, source: str, name: str) -> Attempt:
    what = name.replace("_", " ")
    seconds = 1.0 if name == "loop_for_ever" else None
    with Worker(zygote, limits) as worker:
        load = {"lesson": "doctor", "sources": {"doctor": [source]}, "light": False}
        worker.ask("load", {"value": load})
        try:
            came = worker.ask("call", {"name": name, "args": [], "kwargs": {}}, seconds)
        except StudentError as error:
            return Attempt(what, True, f"{error.kind}: {error.text}")
        except WorkerGone as error:
            return Attempt(what, True, str(error))
    return Attempt(what, False, f"it worked: {came!r}"[:80])
