"""The start of a chief: python -m autograder.grading.chief FD. Its zygote warms up while it imports torch itself."""

import gc
import json
import sys
from multiprocessing.connection import Connection

from autograder.grading.request import until_gone
from autograder.isolation.inside.endings import end_with_parent
from autograder.isolation.launch import launch


def main() -> None:
    """Serve until the other side closes; say in one message why where the exam cannot be held."""
    end_with_parent()
    channel = Connection(int(sys.argv[1]))
    until_gone(channel, lambda: _begin(channel))


def _begin(channel: Connection) -> None:
    gc.disable()  # imports make no garbage; who forks examiners looks for some before it does
    launched = launch()
    from autograder.grading.examiner import serve

    serve(channel, json.loads(channel.recv_bytes()), launched)


if __name__ == "__main__":
    main()
