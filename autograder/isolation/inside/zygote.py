"""The warm process that every worker is forked from. It has torch imported and knows no exercise, answer or mark.

Started by exec: python -P -B zygote.py CONTROL_FD WANTED_LAYERS. A job is a message with two descriptors, the worker's
socket and its output file; the answer carries the worker's pid and pidfd. A job may also be to fork another zygote,
with a control socket of its own, for another process of the grader.
"""

import contextlib
import io
import json
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
from autograder.isolation.inside import sandbox
from autograder.isolation.inside.endings import end_as_usual, end_with_parent
from autograder.isolation.inside.threads import keep_one_thread
from autograder.isolation.inside.warm import warm_up

assert sys.platform == "linux"
SOCKET_FD = 3
# What torch's compiler and matplotlib keep, they would keep there; nothing can be written.
FIXED = {"HOME": "/", "TMPDIR": "/", "TORCHINDUCTOR_CACHE_DIR": "/", "MPLBACKEND": "Agg", "LANG": "C.UTF-8", "PATH": ""}
FORK_WAITS = (0.05, 0.1, 0.2, 0.4, 0.8)


def main() -> None:
    """Serve as the command line says."""
    serve(socket.socket(fileno=int(sys.argv[1])), frozenset(sys.argv[2].split(",")) & frozenset(sandbox.LAYERS))


def serve(control: socket.socket, wanted: frozenset[str], quick: bool = False) -> None:
    """Warm up, lock up, then fork a worker for every job until the grader goes.

    Args:
        wanted: the layers of the sandbox to try.
        quick: do not import matplotlib.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    warm_up(quick)
    keep_one_thread()
    sys.path.remove(str(Path(__file__).resolve().parents[3]))
    _forget_environment()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # text that was printed before a crash is kept
    held = sandbox.lock_zygote(wanted)
    per_worker = wanted & {"rlimits", "seccomp"}
    if "seccomp" in per_worker and not _can_fork_with(per_worker):
        per_worker -= {"seccomp"}
    _serve_jobs(control, {**held, **{name: name for name in per_worker}}, frozenset(per_worker))


def _serve_jobs(control: socket.socket, held: dict[str, str], per_worker: frozenset[str]) -> NoReturn:
    control.send(json.dumps({"layers": held}).encode())
    while True:
        message, fds, *_ = socket.recv_fds(control, 1 << 16, 2)
        if not message:
            os._exit(0)
        job = json.loads(message)
        if "reap" in job:
            control.send(json.dumps(_reap(job["reap"])).encode())
        elif "branch" in job:
            _answer(control, fds, partial(_become_branch, control, held, per_worker))
        else:
            _answer(control, fds, partial(_become_worker, job, per_worker, os.getpid()))


def _can_fork_with(layers: frozenset[str]) -> bool:
    """Tell whether a fork can lock itself up; one that is killed from outside says nothing, so there is another."""
    statuses = (_status_of_locked(layers) for _ in range(2))
    return next((status for status in statuses if status != signal.SIGKILL), signal.SIGKILL) == 0


def _status_of_locked(layers: frozenset[str]) -> int:
    pid = os.fork()
    if not pid:
        with contextlib.suppress(BaseException):
            sandbox.lock_worker(layers, sandbox.Ceiling())
            os._exit(0)
        os._exit(1)
    return os.waitpid(pid, 0)[1]


def _answer(control: socket.socket, fds: list[int], become: Callable[[list[int]], None]) -> None:
    """Fork, and say what came of it."""
    try:
        pid = fork()
        if not pid:
            become(fds)
        fds.append(_watch(pid))
        socket.send_fds(control, [json.dumps({"pid": pid}).encode()], fds[-1:])
    except OSError as error:
        control.send(json.dumps({"error": error.strerror}).encode())
    finally:
        for fd in fds:
            os.close(fd)


def _reap(pid: int) -> tuple[int, float]:
    try:
        _, status, usage = os.wait4(pid, 0)
    except ChildProcessError:  # it was another zygote's, and ended with it
        return signal.SIGKILL, 0.0
    return status, usage.ru_utime + usage.ru_stime


def fork() -> int:
    """Fork; wait a little and try again where the system has no process or memory to give at the moment.

    Raises:
        OSError: it still has none.
    """
    for seconds in FORK_WAITS:
        try:
            return os.fork()
        except OSError:
            time.sleep(seconds)
    return os.fork()


def _watch(pid: int) -> int:
    """Open the pidfd of a worker; without one it cannot be ended safely, and is ended now."""
    try:
        return os.pidfd_open(pid)
    except OSError:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise


def _become_branch(control: socket.socket, held: dict[str, str], per_worker: frozenset[str], fds: list[int]) -> None:
    """Serve another process of the grader; nothing is shared with the one that asked for it."""
    try:
        control.close()
        _serve_jobs(socket.socket(fileno=fds[0]), held, per_worker)
    finally:
        os._exit(1)


def _become_worker(job: dict[str, Any], layers: frozenset[str], parent: int, fds: list[int]) -> None:
    status = 97
    try:
        os.setsid()
        end_as_usual()
        sandbox.die_with_parent(parent)
        channel, output = fds
        nothing = os.open("/dev/null", os.O_RDONLY)
        for fd, target in ((nothing, 0), (output, 1), (output, 2), (channel, SOCKET_FD)):
            os.dup2(fd, target)
        os.closerange(SOCKET_FD + 1, 4096)
        from autograder.isolation.inside import service

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
    os.environ.update(FIXED)
    tempfile.tempdir = FIXED["TMPDIR"]  # torch's compiler asks for one, where a program imports it
    sys.argv[:] = ["worker"]
    for number in (signal.SIGXFSZ, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    main()
