"""A request to an examiner goes through a pipe as JSON, and arrives as it was; where nobody hears, nothing is said."""

import base64
import json
import socket
import subprocess
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from autograder.grading.request import ExaminerRequest, say
from autograder.isolation.environment import environment, program

GRADE = ExaminerRequest("김철수", "kim-1", "hand-ins/kim", known="abc")
SHOW = ExaminerRequest("ada", "ada", lesson="cell", cells=["x = 1"])


@pytest.mark.parametrize("request_", [GRADE, SHOW], ids=["grade", "show"])
def test_it_arrives_as_it_was_sent(request_: ExaminerRequest) -> None:
    assert ExaminerRequest.from_json(json.loads(json.dumps(request_.to_json()))) == request_


def test_no_cells_are_not_the_same_as_an_empty_notebook() -> None:
    assert ExaminerRequest("ada", "ada").cells is None
    assert ExaminerRequest.from_json({**GRADE.to_json(), "cells": []}).cells == []


@pytest.mark.parametrize("module", ["chief", "reader", "cluster_host"])
def test_a_process_that_cannot_start_ends_quietly_when_nobody_hears_why(module: str, tmp_path: Path) -> None:
    no_course = {"course": str(tmp_path), "place": str(tmp_path / "new"), "packed": base64.b64encode(b"no").decode()}
    ours, theirs = socket.socketpair()
    with Connection(ours.detach()) as channel:
        say(channel, no_course)  # which can still be read, but not be answered
    command = program(f"autograder.grading.{module}", str(theirs.fileno()))

    with theirs:
        done = subprocess.run(command, pass_fds=[theirs.fileno()], env=environment(), capture_output=True, text=True)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
