"""A grader process: it holds the exam, and takes hand-ins one after the other from the process that started it.

Started as: python -m autograder.grading.examiner FD. Messages are JSON: first the settings, then one request for each
hand-in, answered by its result.
"""

import json
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from autograder.course import load_course
from autograder.errors import UnrollError
from autograder.grading.exam import Exam, hold
from autograder.grading.examine import examine
from autograder.grading.fingerprint import sealed
from autograder.grading.intake import Student, read_hand_in
from autograder.isolation.worker import Zygote


def main() -> None:
    """Serve until the other side closes; say in one message why where the exam cannot be held."""
    channel = Connection(int(sys.argv[1]))
    settings = json.loads(channel.recv_bytes())
    try:
        serve(channel, settings)
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        return
    except UnrollError as error:
        _say(channel, {"error": str(error), "exit_status": error.exit_status})


def serve(channel: Connection, settings: dict[str, Any]) -> None:
    """Start a zygote, collect the tests, and grade what is sent."""
    course = load_course(Path(settings["course"]))
    assignment = course.assignment(settings["assignment"])
    with Zygote() as zygote:

        def work(exam: Exam) -> None:
            _say(channel, {"layers": zygote.layers, "tier": zygote.tier})
            while True:
                request = json.loads(channel.recv_bytes())
                student = Student(request["student"], request["folder"], Path(request["path"]))
                hand_in = sealed(read_hand_in(student, assignment, course.limits), settings["fingerprint"])
                if hand_in.digest == request["known"]:
                    _say(channel, {"same": True})
                    continue
                result = examine(exam, assignment, hand_in, zygote, course.limits)
                _say(channel, {"result": result.to_json()})

        hold(Exam(assignment.lessons, settings["seed"], work))


def _say(channel: Connection, message: dict[str, Any]) -> None:
    channel.send_bytes(json.dumps(message).encode())


if __name__ == "__main__":
    main()
