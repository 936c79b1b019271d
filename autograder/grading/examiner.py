"""A grader process: it holds the exam, and takes hand-ins one after the other from the process that started it.

Started as: python -m autograder.grading.examiner FD. Messages are JSON: first the settings, then one request for each
hand-in, answered by its result; or, with `cells`, by what the cells of a notebook show. With `alone` the path may be a
single file too.
"""

import json
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from autograder.course import load_course
from autograder.errors import GradingError, UnrollError
from autograder.grading.exam import Exam, hold
from autograder.grading.examine import examine, sources_of
from autograder.grading.fingerprint import sealed
from autograder.grading.intake import HandIn, Student, read_hand_in, read_one
from autograder.grading.shown import Notebook
from autograder.isolation.descriptors import ERRORS, TOO_FEW
from autograder.isolation.endings import end_with_parent
from autograder.isolation.forks import Zygote


def main() -> None:
    """Serve until the other side closes; say in one message why where the exam cannot be held."""
    end_with_parent()
    channel = Connection(int(sys.argv[1]))
    settings = json.loads(channel.recv_bytes())
    try:
        serve(channel, settings)
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        return
    except UnrollError as error:
        _say(channel, {"error": str(error), "exit_status": error.exit_status})
    except OSError as error:
        if error.errno not in ERRORS:
            raise
        _say(channel, {"error": TOO_FEW, "exit_status": GradingError.exit_status})


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
                if request.get("alone"):
                    hand_in = read_one(student.path, assignment, course.limits)
                else:
                    hand_in = read_hand_in(student, assignment, course.limits)
                hand_in = sealed(hand_in, settings["fingerprint"])
                if "cells" in request:
                    notebook = Notebook(zygote, course.limits, request["lesson"], others(hand_in, request["lesson"]))
                    _say(channel, {"shown": notebook.run(request["cells"])})
                elif hand_in.digest == request["known"]:
                    _say(channel, {"same": True})
                else:
                    result = examine(exam, assignment, hand_in, zygote, course.limits)
                    _say(channel, {"result": result.to_json()})

        hold(Exam(assignment.lessons, settings["seed"], work))


def others(hand_in: HandIn, lesson: str) -> dict[str, list[str]]:
    """Return the other lessons of a hand-in, which a notebook may import."""
    return {name: cells for name, cells in sources_of(hand_in).items() if name != lesson}


def _say(channel: Connection, message: dict[str, Any]) -> None:
    channel.send_bytes(json.dumps(message).encode())


if __name__ == "__main__":
    main()
