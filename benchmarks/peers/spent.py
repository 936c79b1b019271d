"""The CPU of a command: of its process, of all that it starts, and of what it leaves behind.

A process of its own measures: it becomes the parent of whatever loses its parent, and waits for all of them.
"""

import ctypes
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

PR_SET_CHILD_SUBREAPER, PATIENCE = 36, 30.0


def cpu(command: Sequence[str], folder: Path, environment: Mapping[str, str], statuses: Sequence[int] = (0,)) -> float:
    """Run a command to its end; return user and system seconds.

    Args:
        statuses: exit statuses that are no failure.
    """
    found = json.loads(
        run([sys.executable, "-I", "-S", __file__, json.dumps(list(statuses)), *command], folder, environment)
    )
    if found["left"]:
        sys.exit(f"{' '.join(command)} left a process that does not end, so its CPU is not known.")
    return float(found["seconds"])


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str], statuses: Sequence[int] = (0,)) -> str:
    """Run a command and return what it printed; stop with its last words if it fails."""
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode not in statuses:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-1500:]}\n{done.stderr[-3000:]}")
    return done.stdout


def main(statuses: str, *command: str) -> None:
    """Run a command here, in its own process, and print what it took."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    run(command, Path(), os.environ, json.loads(statuses))
    left = not all_ended()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps({"seconds": used.ru_utime + used.ru_stime, "left": left}))


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


if __name__ == "__main__":
    main(*sys.argv[1:])
