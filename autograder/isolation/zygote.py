"""The warm process that every worker is forked from. It has torch imported and knows no exercise, answer or mark.

Started by exec: python -P -B zygote.py CONTROL_FD WANTED_LAYERS. A job is a message with two descriptors, the worker's
socket and its output file; the answer carries the worker's pid and pidfd.
"""

import contextlib
import io
import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from autograder.isolation import sandbox
from autograder.isolation.endings import end_as_usual, end_with_parent
from autograder.isolation.warm import warm_up

assert sys.platform == "linux"
SOCKET_FD = 3


def main() -> None:
    """Serve as the command line says."""
    serve(socket.socket(fileno=int(sys.argv[1])), frozenset(sys.argv[2].split(",")) & frozenset(sandbox.LAYERS))


def serve(control: socket.socket, wanted: frozenset[str], quick: bool = False) -> None:
    """Warm up, lock up, then fork a worker for every job until the grader goes.

    Args:
        wanted: the layers of the sandbox to try.
        quick: do not import what optimizers and matplotlib need.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    warm_up(quick)
    sys.path.remove(str(Path(__file__).resolve().parents[2]))
    _forget_environment()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # what was printed before a crash is kept
    held = sandbox.lock_zygote(wanted)
    per_worker = wanted & {"rlimits", "seccomp"}
    if "seccomp" in per_worker and not _can_fork_with(per_worker):
        per_worker -= {"seccomp"}
    control.send(json.dumps({"layers": {**held, **{name: name for name in per_worker}}}).encode())
    while True:
        message, fds, *_ = socket.recv_fds(control, 1 << 16, 2)
        if not message:
            os._exit(0)
        _answer(control, json.loads(message), fds, frozenset(per_worker))


def _can_fork_with(layers: frozenset[str]) -> bool:
    pid = os.fork()
    if not pid:
        with contextlib.suppress(BaseException):
            sandbox.lock_worker(layers, sandbox.Ceiling())
            os._exit(0)
        os._exit(1)
    return os.waitpid(pid, 0)[1] == 0


def _answer(control: socket.socket, job: dict[str, Any], fds: list[int], layers: frozenset[str]) -> None:
    if "reap" in job:
        _, status, usage = os.wait4(job["reap"], 0)
        control.send(json.dumps([status, usage.ru_utime + usage.ru_stime, usage.ru_maxrss << 10]).encode())
        return
    pid = os.fork()
    if not pid:
        _become_worker(fds, job, layers)
    pidfd = os.pidfd_open(pid)
    socket.send_fds(control, [json.dumps({"pid": pid}).encode()], [pidfd])
    for fd in (*fds, pidfd):
        os.close(fd)


def _become_worker(fds: list[int], job: dict[str, Any], layers: frozenset[str]) -> None:
    status = 97
    try:
        os.setsid()
        end_as_usual()
        sandbox.die_with_parent()
        channel, output = fds
        nothing = os.open("/dev/null", os.O_RDONLY)
        for fd, target in ((nothing, 0), (output, 1), (output, 2), (channel, SOCKET_FD)):
            os.dup2(fd, target)
        os.closerange(SOCKET_FD + 1, 4096)
        from autograder.isolation import service

        grader = socket.socket(fileno=SOCKET_FD)
        sandbox.lock_worker(layers, sandbox.Ceiling(**job["ceiling"]))
        service.serve(grader, job["reply_bytes"])
        status = 0
    except BaseException as error:
        with contextlib.suppress(BaseException):
            os.write(2, repr(error)[:500].encode())
    finally:
        os._exit(status)


def _forget_environment() -> None:
    os.environ.clear()
    os.environ.update(HOME="/", LANG="C.UTF-8", MPLBACKEND="Agg", PATH="", TMPDIR="/")
    sys.argv[:] = ["worker"]
    for number in (signal.SIGXFSZ, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    main()
