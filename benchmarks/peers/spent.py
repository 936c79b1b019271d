"""The CPU of a command: of its process, of all that it starts, and of what it leaves behind.

A process of its own watches each command: it becomes the parent of whatever loses its parent, and waits for all of
them. Told to end, or when the comparison has gone, it ends them all.
"""

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
PATIENCE, GRACE = 30.0, 5.0  # for what a command leaves behind; for a command that is told to end
NOT_FOUND = 127


class Failed(Exception):
    """A command did not do what it should: one line says which and why.

    Args:
        output: all that it printed.
    """

    def __init__(self, message: str, output: str = "") -> None:
        super().__init__(message)
        self.output = output


def cpu(command: Sequence[str], folder: Path, environment: Mapping[str, str], statuses: Sequence[int] = (0,)) -> float:
    """Run a command to its end; return user and system seconds.

    Args:
        statuses: exit statuses that are no failure.

    Raises:
        Failed: another status, or it left a process that does not end.
    """
    found = _watched(command, folder, environment, statuses)
    if found["left"]:
        raise Failed(f"{_shown(command)} left a process that does not end, so its CPU is not known.")
    return float(found["seconds"])


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str], statuses: Sequence[int] = (0,)) -> str:
    """Run a command and return what it printed.

    Raises:
        Failed: another status than these.
    """
    return str(_watched(command, folder, environment, statuses)["out"])


def _watched(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], statuses: Sequence[int]
) -> dict[str, Any]:
    # In a session of its own, so that Ctrl-C comes here alone, and here decides how all of it ends.
    watcher = subprocess.Popen(
        [sys.executable, "-I", "-S", __file__, *command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with watcher:
        try:
            out, _ = watcher.communicate()
        except BaseException:
            watcher.terminate()
            watcher.wait()
            raise
    found: dict[str, Any] = json.loads(out)
    if found["status"] not in statuses:
        reason = _last_words(found["err"]) or _last_words(found["out"]) or "it printed nothing"
        raise Failed(f"{_shown(command)} ended with {found['status']}: {reason}", found["out"] + found["err"])
    return found


def _shown(command: Sequence[str]) -> str:
    """Shorten a command to the line that a person would type."""
    return " ".join([Path(command[0]).name, *(one if "\n" not in one else "..." for one in command[1:])])


def _last_words(text: str) -> str:
    """Return the line that says what went wrong: the last that begins as an error, else the last one."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return next((line for line in reversed(lines) if line.startswith("ERROR")), lines[-1] if lines else "")


def main(*command: str) -> None:
    """Run a command here, in the process that watches it; print what came of it and what it took."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    if sys.platform == "linux":
        prctl = ctypes.CDLL(None).prctl
        prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    try:
        found = _to_its_end(command)
        left = not all_ended()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
    finally:
        end_all()
    print(json.dumps({**found, "seconds": used.ru_utime + used.ru_stime, "left": left}))


def _to_its_end(command: Sequence[str]) -> dict[str, Any]:
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")
    except OSError as error:
        return {"status": NOT_FOUND, "out": "", "err": str(error)}
    try:
        out, err = process.communicate()
    except SystemExit:
        process.terminate()  # it may have something to put away
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
        raise
    return {"status": process.returncode, "out": out, "err": err}


def all_ended() -> bool:
    """Wait for the processes that lost their parents; say whether they all ended in time."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return True
        if pid == 0:
            time.sleep(0.02)
    return False


def end_all() -> None:
    """Kill every process below this one: when one ends, this process becomes the parent of its children."""
    while children := _children():
        for pid in children:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in children:
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)


def _children() -> list[int]:
    try:
        text = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    except OSError:
        return []  # not Linux: nobody else's orphans come here
    return [int(one) for one in text.split()]


if __name__ == "__main__":
    main(*sys.argv[1:])
