"""The process that reads the hand-ins of a class that other machines grade, so that none of them can end the run.

It is started as: python -m autograder.grading.reader FD. It answers each request with the hand-in as plain data. Where
the same hand-in is graded already, it says so.
"""

import json
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from autograder.course.model import load_course
from autograder.grading.fingerprint import with_kit_digest
from autograder.grading.request import ExaminerRequest, say, until_gone
from autograder.intake import Student, read_hand_in
from autograder.intake.alike import code_digests
from autograder.isolation.inside.endings import end_with_parent


def main() -> None:
    """Read until the other side closes."""
    end_with_parent()
    channel = Connection(int(sys.argv[1]))
    until_gone(channel, lambda: serve(channel, json.loads(channel.recv_bytes())))


def serve(channel: Connection, settings: dict[str, Any]) -> None:
    """Answer requests."""
    course = load_course(Path(settings["course"]))
    assignment = course.assignment(settings["assignment"])
    say(channel, {"layers": {}})
    while True:
        request = ExaminerRequest.from_json(json.loads(channel.recv_bytes()))
        student = Student(request.student, request.folder, Path(request.path))
        hand_in = read_hand_in(student, assignment, course.limits)
        if with_kit_digest(hand_in, settings["fingerprint"]).digest == request.known:
            say(channel, {"same": True, "codes": code_digests(hand_in, assignment)})
        else:
            say(channel, {"hand_in": hand_in.to_json()})


if __name__ == "__main__":
    main()
