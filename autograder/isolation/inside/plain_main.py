"""A process that warms up and waits to run one lesson of a student's own. It is no sandbox, and works on any system.

Started by exec: python -P -B spare.py. Its input has two lines: where to connect when it is warm, and later how to
serve. The process ends when its input ends.
"""

import json
import os
import signal
import socket
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
from autograder.isolation.inside import sandbox
from autograder.isolation.inside.warm import warm_up


def main() -> None:
    """Warm up, connect, wait for the job and serve it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    place = json.loads(sys.stdin.readline())
    warm_up(place["quick"])
    sys.path.remove(str(Path(__file__).resolve().parents[3]))
    channel = socket.create_connection(("127.0.0.1", place["port"]))
    channel.sendall(place["token"].encode())
    job = sys.stdin.readline()
    if job:
        _run(channel, json.loads(job))


def _run(channel: socket.socket, job: dict[str, object]) -> None:
    from autograder.isolation.inside import service

    threading.Thread(target=_end_with_parent, args=[_take_input_away()], daemon=True).start()
    ceiling, reply_bytes = job["ceiling"], job["reply_bytes"]
    assert isinstance(ceiling, dict) and isinstance(reply_bytes, int)
    sandbox.set_ceiling(sandbox.Ceiling(**ceiling), refused=lambda name: None)
    service.serve(channel, reply_bytes)


def _take_input_away() -> int:
    """Keep our input for ourselves; the student's code finds an empty one."""
    ours = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    return ours


def _end_with_parent(ours: int) -> None:
    """End this process, whatever it does, when the one that started it has gone."""
    while os.read(ours, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
